"""Cold start of each function: `import app` and the first event handled, against its bare libraries doing the same.

What a first event asks of the cloud is recorded on moto and replayed by another process. There is bytecode beside the
sources; the API once more without, as in a zip that has none (Lambda cannot write it: every cold start compiles anew).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalicelib import bootstrap
from chalicelib.areas.access import store as access
from chalicelib.areas.access.model import ApiKey, hash_of
from chalicelib.kit.caller import Grant
from tests.bench.figures import ROOT, Gate, Row, Section, middle
from tests.bench.recording import Exchange, recording, save
from tests.bench.replay import replaying
from tests.events.deployed import STAGE, Functions, _forget, cloud, emptied
from tests.twins.bookshop import card, sale
from tests.twins.streamed import EVENTS, recorded

ENGINE = "answers of moto, recorded and replayed over HTTP on this machine"
FIRST_EVENTS = {
    "api_handler": "api-order",
    "relay": "stream",
    "imports": "s3_through_sqs_one_file",
    "due": "due",
    "schedule_due": "schedule-due",
    "take_pulse": "schedule-pulse",
}
ROUNDS, ROUNDS_UNCOMPILED = 5, 2
LIMIT = 1.3  # DESIGN section 10, of the HTTP function
KEY = ApiKey("key_recorded", "org", "shop", "till", hash_of("opensesame"), (Grant("*", "modify"),), "active", 0)
_SEEN_BY_CLOUD = ("AWS_", "STAMPBOOK_", "PYTHON")


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    rows: list[Row] = []
    asked = first_requests()
    with tempfile.TemporaryDirectory() as folder:
        for function, (exchanges, environment) in asked.items():
            tell(function)
            with replaying(exchanges, Path(folder)) as endpoint:
                start = ColdStart(function, Path(folder), environment | {"STAMPBOOK_ENDPOINT_URL": endpoint})
                save(exchanges, start.exchanges)
                rows += [start.compared(3 * ROUNDS if full else ROUNDS, compiled=True)]
                if function == "api_handler":
                    rows += [start.compared(ROUNDS_UNCOMPILED, compiled=False)]
    gates: dict[str, Gate] = {}
    for row in (row for row in rows if row["bytecode"]):
        limit = LIMIT if row["function"] == "api_handler" else None
        gates[f"import of {row['function']}"] = Gate(row["import_ratio"], limit)
        gates[f"first event of {row['function']}"] = Gate(row["event_ratio"])
    return Section(rows, gates, {"engine": ENGINE})


def first_requests() -> dict[str, tuple[list[Exchange], dict[str, str]]]:
    """What each function's first event asks, and the environment it runs in."""
    found = {}
    with cloud() as functions:
        environment = {name: os.environ[name] for name in os.environ if name.startswith(("AWS_", "STAMPBOOK_"))}
        for function, event in FIRST_EVENTS.items():
            with emptied(functions):
                found[function] = (_first(functions, function, event), environment)
    return found


def _first(functions: Functions, function: str, event: str) -> list[Exchange]:
    shop = functions.open_shop("shop")
    shop.buy(card("7"), sale("first", on="2020-06-15"))
    functions.rt.table.transact([access.new_api_key(KEY)], "key")
    _forget()
    rt: Any = bootstrap.runtime()
    clients = (rt.table._client(), rt.queues._client._client(), rt.topic._client._client())
    with recording(*clients) as exchanges:
        functions.invoke(function, recorded(event))
    return exchanges


class ColdStart:
    """One function's, again and again, ours and the bare libraries' in turn."""

    def __init__(self, function: str, folder: Path, environment: dict[str, str]) -> None:
        self.function, self.folder, self.environment = function, folder, environment
        self.exchanges = folder / "sent.json"

    def compared(self, rounds: int, *, compiled: bool) -> Row:
        plan = {
            "function": self.function,
            "event": str(EVENTS / f"{FIRST_EVENTS[self.function]}.json"),
            "exchanges": str(self.exchanges),
        }
        plan["modules"] = self._run({**plan, "whose": "app"}, compiled=True)["modules"]
        self._run({**plan, "whose": "bare"}, compiled=True)  # all bytecode is there now
        pairs = [
            [self._run({**plan, "whose": whose}, compiled=compiled) for whose in ("app", "bare")] for _ in range(rounds)
        ]
        row: Row = {"function": self.function, "bytecode": compiled}
        for what in ("import", "event"):
            row[f"{what}_ms"] = middle([ours[what] * 1000 for ours, _ in pairs], 0)
            row[f"{what}_bare_ms"] = middle([bare[what] * 1000 for _, bare in pairs], 0)
            row[f"{what}_ratio"] = middle([ours[what] / bare[what] for ours, bare in pairs], 2)
        return row

    def _run(self, plan: dict[str, Any], *, compiled: bool) -> dict[str, Any]:
        file = self.folder / "plan.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        with tempfile.TemporaryDirectory() as empty:
            bytecode = str(self.folder / "bytecode") if compiled else empty
            environment = {name: value for name, value in os.environ.items() if not name.startswith(_SEEN_BY_CLOUD)}
            run = subprocess.run(  # noqa: S603 (ourselves)
                [sys.executable, *([] if compiled else ["-B"]), "-m", "tests.bench.cold_start", str(file)],
                cwd=ROOT,
                env={**environment, **self.environment, "PYTHONPYCACHEPREFIX": bytecode, "STAMPBOOK_STAGE": STAGE},
                capture_output=True,
                text=True,
                check=False,
            )
        assert run.returncode == 0, run.stderr
        answer: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
        return answer
