"""What every route behind a key asks of the table, and every step that queue, stream and schedule set off.

The routes are ROUTES itself, and what they are asked is what the documentation shows: a route without an example of its body
cannot be priced, and a test says so. Each is asked in a shop of its own, in which all that it may be about is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalice.local import LambdaContext

from chalicelib.api.native.examples import BODIES
from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from chalicelib.areas.imports.model import Drop
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.start_import import start_import
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.bench.cases import RELAYED, STEPS, Act
from tests.bench.consumer import BUCKET, key_of
from tests.bench.figures import Row
from tests.bench.till import Till, open_till
from tests.twins.bookshop import member, sale

KEYED = tuple(route for route in ROUTES if route.access != "open")
QUERIES: Mapping[str, str] = {"find_order": "?number=R-2026-000417"}
ANOTHER: Mapping[str, Mapping[str, Any]] = {  # the example is told already, and told again it would be a repeat
    "record_order": {"number": "R-2026-000418"},
    "simulate_order": {"number": "R-2026-000418"},
    "enrol_member": {"identifiers": [{"type": "card", "value": "4000 5678"}]},
    "put_tenant": {"name": "The Bookshop at the Corner"},
    "replace_program": {"name": "Readers' Circle"},
    "put_rule": {"name": "Two points per euro"},
    "put_tiers": {"tiers": [{"tier_id": "bronze", "name": "Bronze", "threshold": 0}]},
}
_STORY = ("put_tenant", "put_tiers", "put_rule", "enrol_member", "earn_points", "record_order")
_HOUR_MS = 3_600_000
_CONTEXT = LambdaContext("api_handler", memory_size=1024)


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def priced_routes(routes: tuple[Route, ...] = KEYED) -> Iterator[Row]:
    """Credential and configuration are known to the process, as for all that is priced."""
    for route in routes:
        at, table = _shop()
        ids = _told_its_story(at)
        yield _row(name_of(route), _cost(at, table, _asked(at, route, ids, ANOTHER.get(route.operation, {}))))


def priced_steps() -> Iterator[Row]:
    for name, made in PRICED_STEPS.items():
        at, table = _shop()
        yield _row(name, _cost(at, table, made(at)))


def _shop() -> tuple[Till, MemoryTable]:
    table = MemoryTable()
    return open_till(table, "shop", 1), table


def _told_its_story(at: Till) -> dict[str, str]:
    """What the paths name, once the story of the examples has been told and is in the feed; an import is under way."""
    began = at.shop.clock.now()
    ids = {"program_id": "1", "rule_id": "one-per-euro"}
    for operation in _STORY:
        (route,) = (one for one in KEYED if one.operation == operation)
        answer = _asked(at, route, ids, {})()
        ids |= {name: value for name, value in answer.items() if name in ("member_id", "order_id")}
    list(repair_feed(at.shop.rt, at.shop.caller.tenant, began, began + 1))
    key = key_of(at.shop.caller.tenant)
    at.shop.rt.files.put(key, b"document_number\n")
    head = at.shop.rt.files.head(key)
    assert head is not None
    drop = Drop(BUCKET, key, head.etag)
    start_import(at.shop.rt, drop, "bench")
    return ids | {"operation_id": drop.operation_id}


def _asked(at: Till, route: Route, ids: Mapping[str, str], another: Mapping[str, Any]) -> Callable[[], dict[str, Any]]:
    """Calls the app as Lambda does; whatever is no success could not be priced."""
    body = {**BODIES[route.operation], **another} if route.operation in BODIES else None
    app, event = at.app, at.request(route.method, route.path.format_map(ids) + QUERIES.get(route.operation, ""), body)

    def act() -> dict[str, Any]:
        answer = app(event, _CONTEXT)
        assert answer["statusCode"] < 300, (route.operation, answer)
        return dict(json.loads(answer["body"] or "{}"))

    return act


def _cost(at: Till, table: MemoryTable, act: Callable[[], Any]) -> Cost:
    at.app(at.request("GET", "/v1/members?limit=1"), _CONTEXT)
    at.shop.rt.config.load(table, at.shop.caller.tenant)
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
}
