"""What every route behind a key asks of the table, and every step that queue, stream and schedule set off.

The routes are ROUTES itself, and each is asked what the tenant matrix asks it, in a shop of its own in which all that it is
about is there: a route that the matrix cannot ask cannot be priced either, and both say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalice.local import LambdaContext

from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from chalicelib.flows.job_messages import Step
from chalicelib.flows.listed_owners import listed_members
from chalicelib.flows.prove_chunk import prove_chunk
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.replay_chunk import replay_chunk
from chalicelib.flows.route_simulation import route_simulation
from chalicelib.flows.run_chunk import run_chunk
from chalicelib.flows.start_proof import start_proof
from chalicelib.flows.start_run import start_due_runs
from chalicelib.flows.start_simulation import SimulationAsked, start_simulation
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.bench.cases import RELAYED, STEPS, Act
from tests.bench.figures import Row
from tests.bench.till import Till, open_till
from tests.http.client import Api
from tests.http.registry import NATIVE, Names, request_of
from tests.http.world import key_for, twin_runtime
from tests.twins import fresh
from tests.twins.bookshop import card, member, sale
from tests.twins.scheduled import operations, scheduled

KEYED = tuple(route for route in ROUTES if route.access != "open")
_TENANT = "ours"
_ANOTHER: Mapping[str, Mapping[str, Any]] = {  # what is told already, and told again would be a repeat
    "replace_program": {"name": "Readers' Circle"},
    "put_rule": {"name": "Two points per euro"},
    "put_tiers": {"tiers": [{"tier_id": "bronze", "name": "Bronze", "threshold": 0}]},
}
_HOUR_MS = 3_600_000
_WEEK_MS = 7 * 24 * _HOUR_MS
PROVEN = 100
_CONTEXT = LambdaContext("api_handler", memory_size=1024)


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def priced_routes(routes: tuple[Route, ...] = KEYED) -> Iterator[Row]:
    """Credential and configuration are known to the process, as for all that is priced."""
    for route in routes:
        yield _row(name_of(route), _priced(route))


def _priced(route: Route) -> Cost:
    table = MemoryTable()
    rt = twin_runtime(table=table)
    began = rt.clock.now()
    api = Api(rt, key_for(rt, _TENANT))
    names = Names(api, NATIVE)
    if "member_id" in route.placeholders:
        assert names["order_id"]  # the member has bought
    path, body = request_of(route, names)
    list(repair_feed(rt, _TENANT, began, began + 1))

    def act() -> None:
        reply = api.call(route.method, path, body and {**body, **_ANOTHER.get(route.operation, {})})
        assert reply.status < 300, (route.operation, reply.text)

    return _cost(rt, table, _TENANT, lambda: api.get("/v1/members?limit=1"), act)


def priced_steps() -> Iterator[Row]:
    for name, made in PRICED_STEPS.items():
        yield _row(name, _step(made))


def _step(made: Callable[[Till], Act]) -> Cost:
    table = MemoryTable()
    at = open_till(table, "shop", 1)
    act, ask = made(at), at.request("GET", "/v1/members?limit=1")
    return _cost(at.shop.rt, table, at.shop.caller.tenant, lambda: at.app(ask, _CONTEXT), act)


def _cost(rt: Runtime, table: MemoryTable, tenant: str, known: Callable[[], object], act: Callable[[], object]) -> Cost:
    """Of `act` alone, after `known` has made the process know whoever asks."""
    known()
    rt.config.load(table, tenant)
    before = table.meter.cost
    act()
    return table.meter.cost - before


def _repair(at: Till) -> Act:
    """A hundred orders of one hour, none of which the relay has seen."""
    at.shop.clock.at += _HOUR_MS
    first = at.shop.clock.now()
    for number in range(RELAYED):
        at.shop.buy(member(at.ada), sale(f"T{number}"))

    def act() -> None:
        parts = list(repair_feed(at.shop.rt, at.shop.caller.tenant, first, first + 1))
        assert [part.repaired for part in parts] == [RELAYED]

    return act


def _prove(at: Till) -> Act:
    """The one chunk of a proof of as many members, each with an order."""
    rt, caller = at.shop.rt, at.shop.caller
    for number in range(PROVEN - len(list(listed_members(rt.table, caller.tenant, None)))):
        at.shop.buy(card(f"prove-{number}"), sale(f"P{number}"))
    operation = start_proof(rt, caller, fresh(), parts=1).answer.operation
    return lambda: prove_chunk(rt, Step("chunk", operation.tenant, operation.operation_id, job="proof"))


def _replay(at: Till) -> Act:
    """The one chunk of a simulation of as many members, each with an order."""
    rt, caller = at.shop.rt, at.shop.caller
    for number in range(PROVEN - len(list(listed_members(rt.table, caller.tenant, None)))):
        at.shop.buy(card(f"replay-{number}"), sale(f"Y{number}"))
    today = local_day(rt.clock.now(), "UTC")
    operation = start_simulation(rt, caller, fresh(), SimulationAsked(today - 30, today), parts=1).answer.operation
    route_simulation(rt, operation.tenant, operation.operation_id)
    return lambda: replay_chunk(rt, Step("chunk", operation.tenant, operation.operation_id, job="simulation"))


def _run(at: Till) -> Act:
    """The one chunk of a run of a rule that is for as many members, each of whom gets something."""
    rt, caller = at.shop.rt, at.shop.caller
    there = len(list(listed_members(rt.table, caller.tenant, None)))
    some = [at.shop.member(f"gift-{number}") for number in range(PROVEN - there)]
    at.shop.define(scheduled("gift", audience={"members": some}))
    at.shop.clock.at += _WEEK_MS
    start_due_runs(rt, caller, rt.clock.now())
    run = next(one.operation for one in operations(at.shop) if one.operation.kind == "run_rule")
    return lambda: run_chunk(rt, Step("chunk", run.tenant, run.operation_id, job="run"))


def _row(name: str, cost: Cost) -> Row:
    return {
        "operation": name,
        "lots": 1,
        "requests": cost.requests,
        "write_units": cost.write_units,
        "index_units": cost.index_units,
        "read_units": cost.read_units,
    }


PRICED_STEPS: Mapping[str, Callable[[Till], Act]] = {
    **{
        name: made for name, made in STEPS.items() if name != "one due account"
    },  # which is priced at each count of lots
    f"repair {RELAYED} entries of an hour": _repair,
    f"proof chunk of {PROVEN} members": _prove,
    f"simulation chunk of {PROVEN} members": _replay,
    f"run chunk of {PROVEN} members": _run,
}
