"""The packaged app behind the REST API of the local cloud, one request at a time: how long a till waits.

`health` reaches no table: what it takes is the gateway's, the function's and the connection's own. The lag is from the
answer to an order until GET /v1/feed shows it: stream, mapping, relay and topic as the template has them.
"""

from __future__ import annotations

import http.client
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from chalicelib import bootstrap
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.config import Settings
from infra.local.demo.program import CALLER, ORG, TENANT, load_program
from infra.local.deploy import api_address, deploy
from infra.local.ministack import REGION, be_a_client, ministack
from infra.package import package
from tests.bench.figures import Gate, Row, Section, percentile
from tests.bench.others import come_to_rest, now
from tests.bench.till import MINISTACK
from tests.e2e.conftest import STACK, STAGE, order

ASKED, LAG = ("health", "evaluate", "record"), "feed lag"
REQUESTS, WARMING, LAGS, MEMBERS = 300, 20, 20, 50
PATIENCE = 120.0  # seconds, until what follows the first orders is done


class Till:
    """A connection that is kept, as a till's is."""

    def __init__(self, address: str, credential: str) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self._base = parts.path
        self._headers = {"Authorization": f"Bearer {credential}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, self._base + path, sent, self._headers)
        answer = self._connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status < 300, said
        return said

    def hang_up(self) -> None:
        """The next call connects anew: the local cloud closes a connection on which it hears nothing for some seconds."""
        self._connection.close()


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    be_a_client()
    with tempfile.TemporaryDirectory() as folder:
        tell("packaging")
        packaged = package(STAGE, Path(folder) / "build")
        tell("deploying")
        with ministack(Path(folder) / "cloud", keep=False) as endpoint:
            till = _till(endpoint, packaged)
            rows = latencies(till, 4 * REQUESTS if full else REQUESTS, tell)
            tell("lag of the feed")
            rows.append(lag(till))
    by_name = {row["operation"]: row for row in rows}
    gates = {
        f"{name} against health": Gate(round(by_name[name]["p50_ms"] / by_name["health"]["p50_ms"], 2))
        for name in ("evaluate", "record")
    }
    return Section(rows, gates, {"engine": f"{MINISTACK}: the package, deployed, through its REST API"})


def _till(endpoint: str, packaged: Path) -> Till:
    outputs = deploy(endpoint, packaged, STACK)
    rt = bootstrap.build(Settings(outputs["TableName"], STAGE, REGION, endpoint))
    load_program(rt)
    key = issue_api_key(rt, CALLER, org=ORG, tenant=TENANT, name="bench", grants=CALLER.grants)
    return Till(api_address(endpoint, outputs), key.credential)


def latencies(till: Till, count: int, tell: Callable[[str], None]) -> list[Row]:
    """In turn, so that whatever else the machine does falls on all of them. The local cloud unpacks and starts an instance for
    each batch that is under way, dozens after the first orders: a till that is asked meanwhile waits for that."""
    asks: dict[str, Callable[[int], Any]] = {
        "health": lambda _: till.call("GET", "/health"),
        "evaluate": lambda number: till.call("POST", "/v1/orders/simulate", order(f"E{number}", f"{number % MEMBERS}")),
        "record": lambda number: till.call("POST", "/v1/orders", order(f"B{number}", f"{number % MEMBERS}")),
    }
    tell("enrolling, until all that follows has come to rest")
    asked(asks, range(-WARMING - MEMBERS, 0))
    till.hang_up()
    if not come_to_rest(PATIENCE, now):
        tell("it has not: functions may still be starting, or others are at work")
    till.call("GET", "/health")  # connected
    tell(f"{count} requests each")
    return [_spread(name, of) for name, of in asked(asks, range(count)).items()]


def asked(asks: Mapping[str, Callable[[int], Any]], numbers: Iterable[int]) -> dict[str, list[float]]:
    """Milliseconds that each took."""
    taken: dict[str, list[float]] = {name: [] for name in asks}
    for number in numbers:
        for name, ask in asks.items():
            began = perf_counter()
            ask(number)
            taken[name].append((perf_counter() - began) * 1000)
    return taken


def lag(till: Till) -> Row:
    cursor, taken = _end_of_feed(till, None), []
    for number in range(LAGS):
        till.call("POST", "/v1/orders", order(f"L{number}", "1"))
        began = perf_counter()
        while (after := _end_of_feed(till, cursor)) == cursor:
            continue
        taken.append((perf_counter() - began) * 1000)
        cursor = after
    return _spread(LAG, taken)


def _end_of_feed(till: Till, cursor: str | None) -> str | None:
    while True:
        page = till.call("GET", "/v1/feed?limit=100" + (f"&cursor={cursor}" if cursor else ""))
        if not page["items"]:
            return cursor
        cursor = page["next_cursor"]


def _spread(name: str, taken: list[float]) -> Row:
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return {"operation": name, "count": len(taken)} | {
        what: round(percentile(taken, share), 1) for what, share in shares.items()
    }
