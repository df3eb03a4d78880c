"""Cold start of each function: `import app` and the first event handled, against its bare libraries doing the same.

What runs is the package as it is deployed, unzipped, and nothing else of this machine but Python itself. What a first event
asks of the cloud is recorded on moto and replayed by another process. The API starts once more without the package's
bytecode: that is what it saves, since Lambda cannot write any and would compile at every cold start.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from chalicelib import bootstrap
from chalicelib.areas.access import store as access
from chalicelib.areas.access.model import ApiKey, hash_of
from chalicelib.kit.caller import Grant
from infra.archive import CACHE
from infra.package import STAGES, ZIP, package
from tests.bench.figures import ROOT, Gate, Row, Section, compared
from tests.bench.recording import Exchange, recording, save
from tests.bench.replay import replaying
from tests.events.deployed import STAGE, Functions, _forget, cloud, emptied
from tests.twins.bookshop import card, sale
from tests.twins.streamed import EVENTS, recorded

ENGINE = "the package as it is deployed, unzipped; answers of moto, recorded and replayed over HTTP on this machine"
FIRST_EVENTS = {
    "api_handler": "api-order",
    "relay": "stream",
    "imports": "s3_through_sqs_one_file",
    "due": "due",
    "schedule_due": "schedule-due",
    "take_pulse": "schedule-pulse",
    "notify": "notify",
    "automations": "automations",
    "webhooks": "webhooks",
    "wake_webhooks": "schedule-wake",
}
ROUNDS, ROUNDS_UNCOMPILED = 5, 2
LIMIT = 1.3  # DESIGN section 10, of the HTTP function
KEY = ApiKey("key_recorded", "org", "shop", "till", hash_of("opensesame"), (Grant("*", "modify"),), "active", 0)
_SEEN_BY_CLOUD = ("AWS_", "STAMPBOOK_", "PYTHON")


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    rows: list[Row] = []
    rounds = 3 * ROUNDS if full else ROUNDS
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        tell("packaging")
        deployed, uncompiled = unpacked(folder)
        for function, (exchanges, environment) in first_requests().items():
            tell(function)
            with replaying(exchanges, folder) as endpoint:
                start = ColdStart(function, folder, environment | {"STAMPBOOK_ENDPOINT_URL": endpoint})
                save(exchanges, start.exchanges)
                rows.append({"function": function, "bytecode": True} | start.of(deployed, rounds))
                if function == "api_handler":
                    rows.append({"function": function, "bytecode": False} | start.of(uncompiled, ROUNDS_UNCOMPILED))
    gates: dict[str, Gate] = {}
    for row in (row for row in rows if row["bytecode"]):
        name = f"import of {row['function']}"
        gates[name] = Gate(row["import_ratio"], asked_for(name), spread=row["import_spread"])
        gates[f"first event of {row['function']}"] = Gate(row["event_ratio"], spread=row["event_spread"])
    return Section(rows, gates, {"engine": ENGINE})


def asked_for(figure: str) -> float | None:
    """What DESIGN asks of it."""
    return LIMIT if figure == "import of api_handler" else None


def unpacked(folder: Path) -> tuple[Path, Path]:
    """The package's code as Lambda has it, and once more with its sources alone."""
    deployed, uncompiled = folder / "deployed", folder / "uncompiled"
    with ZipFile(package(STAGES[0], folder / "build") / ZIP) as zipped:
        zipped.extractall(deployed)
    shutil.copytree(deployed, uncompiled, ignore=shutil.ignore_patterns(CACHE))
    return deployed, uncompiled


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

    def of(self, code: Path, rounds: int) -> Row:
        plan = {
            "function": self.function,
            "event": str(EVENTS / f"{FIRST_EVENTS[self.function]}.json"),
            "exchanges": str(self.exchanges),
        }
        plan["modules"] = self._run({**plan, "whose": "app"}, code)["modules"]
        self._run({**plan, "whose": "bare"}, code)  # files are in memory now
        ours, bare = [], []
        for _ in range(rounds):
            ours.append(self._run({**plan, "whose": "app"}, code))
            bare.append(self._run({**plan, "whose": "bare"}, code))
        row: Row = {}
        for what in ("import", "event"):
            found = compared([one[what] * 1000 for one in ours], [one[what] * 1000 for one in bare], 0)
            row |= {f"{what}_ms": found.ours, f"{what}_bare_ms": found.other, f"{what}_ratio": found.ratio}
            row[f"{what}_spread"] = found.spread
        return row

    def _run(self, plan: dict[str, Any], code: Path) -> dict[str, Any]:
        """Without the libraries of this machine (-S), and nothing is compiled for the next (-B)."""
        file = self.folder / "plan.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_SEEN_BY_CLOUD)}
        run = subprocess.run(  # noqa: S603 (ourselves)
            [sys.executable, "-S", "-B", "-m", "tests.bench.cold_start", str(file)],
            cwd=code,
            env={**environment, **self.environment, "PYTHONPATH": f"{code}:{ROOT}", "STAMPBOOK_STAGE": STAGE},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        answer: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
        return answer
