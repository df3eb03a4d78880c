"""Handler CPU against bare botocore sending the same bytes.

Every operation is asked once of DynamoDB Local, its requests and their answers recorded. Then the handler, and a bare
boto3 client with the very parameters, take turns on a server in another process that gives those answers: both serialise,
sign, send over HTTP, read and parse. What is counted is the CPU of this process, in rounds of each in turn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

from chalicelib.table.dynamo import DynamoTable, _make_client
from infra.local.ministack import REGION
from tests.bench.api_cases import CASES
from tests.bench.cases import DECIDES_UNWRITTEN, MANY, PLANNED, STEPS, Act, asked
from tests.bench.figures import Gate, Row, Section, compared
from tests.bench.recording import Exchange, recording
from tests.bench.replay import replaying
from tests.bench.till import LOTS, Till, local_table, open_till

ENGINE = "answers of DynamoDB Local, recorded and replayed over HTTP on this machine"
ROUNDS, RARE_ROUNDS = 9, 5  # the latter of what a till asks now and then
REQUESTS = 20  # of one measurement: an act of few requests is done as often as makes up so many
LIMIT, LIMIT_AT_MOST_LOTS = 1.5, 2.0  # DESIGN section 10: up to 37 lots, and at the limits
OF_ONE_OF_MANY = 0.1  # of a bare request, for each of what a request brings by the hundred


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    rows: list[Row] = []
    with local_table() as table, tempfile.TemporaryDirectory() as folder:
        for name, lots, act in _all(table):
            rounds = RARE_ROUNDS if name in CASES and CASES[name].rare else ROUNDS
            measured = against_bare(table, act, Path(folder), 2 * rounds if full else rounds)
            rows.append({"operation": name, "lots": lots} | measured)
            tell(f"{name}, {lots} lots: {measured['ratio']} x bare")
    gates = {f"{row['operation']}, {row['lots']} lots": _gate(row) for row in rows}
    return Section(rows, gates, {"engine": ENGINE})


def _gate(row: Row) -> Gate:
    return Gate(row["ratio"], limit(row["operation"], row["lots"], row["requests"]), spread=row["spread"])


def asked_for(figure: str) -> float | None:
    """What DESIGN asks of a handler at so many lots, by the name of its figure: what the page judges it by."""
    _, _, lots = figure.removesuffix(" lots").rpartition(", ")
    return _of_design(int(lots)) if figure.endswith(" lots") else None


def _of_design(lots: int) -> float:
    return LIMIT if lots <= LOTS[1] else LIMIT_AT_MOST_LOTS


def limit(operation: str, lots: int, requests: int) -> float:
    """What the gate lets through: DESIGN's, but more where what is asked of the table says less than elsewhere how much is
    to be done (docs/decisions/bench-what-a-budget-is-of.md)."""
    beside = _of_design(lots) - 1
    if operation in DECIDES_UNWRITTEN:
        return 1 + beside * (requests + 1) / requests
    many = MANY[operation](lots) if operation in MANY else 0
    return round(1 + beside + OF_ONE_OF_MANY * many / requests, 2)


def _all(table: DynamoTable) -> Iterator[tuple[str, int, Act]]:
    """Each with its till ready: credential and configuration known to the process, as they are of a busy one."""
    tills: dict[str, Till] = {}
    for name, lots in PLANNED:
        yield name, lots, case_of(table, name, lots, tills)


def case_of(table: DynamoTable, name: str, lots: int, tills: dict[str, Till]) -> Act:
    """Steps have a till of their own, requests share one of as many lots: `tills` by tenant."""
    if name in STEPS:
        return STEPS[name](open_till(table, f"step-{list(STEPS).index(name)}", lots))
    case = CASES[name]
    tenant = f"lots-{lots}{'-stamps' * case.stamps}{'-fresh' * case.fresh}"
    at = tills.get(tenant) or tills.setdefault(tenant, open_till(table, tenant, lots, stamps=case.stamps))
    act = asked(at, name)
    asked(at, "balance")()
    return act


@contextmanager
def on_replayed_answers(table: DynamoTable, exchanges: list[Exchange], folder: Path) -> Iterator[str]:
    """Whatever asks this table, with whatever client at the endpoint, is answered as the engine did, in the same order."""
    engine = table._client()
    with replaying(exchanges, folder) as endpoint:
        table._made = _make_client(REGION, endpoint)
        try:
            yield endpoint
        finally:
            table._made = engine


def against_bare(table: DynamoTable, act: Act, folder: Path, rounds: int) -> Row:
    """Milliseconds of handler, bare client and bare client without validation, in rounds of each in turn."""
    with recording(table._client()) as exchanges:
        act()
    with on_replayed_answers(table, exchanges, folder) as endpoint:
        bare, bare_unchecked = bare_client(endpoint), bare_client(endpoint, parameter_validation=False)
        acts = [act, sender(bare, exchanges), sender(bare_unchecked, exchanges)]
        _the_same_bytes(exchanges, bare, acts[1])
        times = max(1, REQUESTS // len(exchanges))
        taken = [[_cpu_ms(one, times) for one in acts] for _ in range(rounds + 1)][1:]  # the first warms up
    handler, checked, unchecked = ([one[place] for one in taken] for place in range(3))
    with_checks, without = compared(handler, checked), compared(handler, unchecked)
    return {
        "requests": len(exchanges),
        "handler_ms": with_checks.ours,
        "bare_ms": with_checks.other,
        "ratio": with_checks.ratio,
        "spread": with_checks.spread,
        "bare_unchecked_ms": without.other,
        "ratio_unchecked": without.ratio,
    }


def bare_client(endpoint: str, **config: Any) -> Any:
    """As boto3 makes it, if nothing is said."""
    from botocore.config import Config  # noqa: PLC0415

    return _session().client("dynamodb", region_name=REGION, endpoint_url=endpoint, config=Config(**config))


@cache
def _session() -> Any:
    """One: it reads the service's description once, and a bare client at work has read it."""
    import boto3

    return boto3.session.Session()


def sender(client: Any, exchanges: list[Exchange]) -> Act:
    calls = [(getattr(client, one.method), one.params) for one in exchanges]

    def send() -> None:
        for call, params in calls:
            call(**params)

    return send


def _the_same_bytes(exchanges: list[Exchange], client: Any, send: Act) -> None:
    with recording(client) as again:
        send()
    assert [one.sent for one in again] == [one.sent for one in exchanges]


def _cpu_ms(act: Act, times: int) -> float:
    began = process_time()
    for _ in range(times):
        act()
    return (process_time() - began) / times * 1000
