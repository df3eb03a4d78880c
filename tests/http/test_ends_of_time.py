"""Days and times from both ends of the calendar, wherever a request may name one: answered or refused, never a defect.

The fields are found in what the API says of itself, so one that is new is tried here at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.api.route import QueryParam, Route
from chalicelib.api.routes import ROUTES
from tests.http.full_shop import FullShop, full_shop
from tests.http.registry import request_of
from tests.http.told_bodies import Json, Path, told_fields

ENDS = (
    *("0001-01-01", "0001-01-02", "0001-01-03", "1899-12-31", "1900-01-01", "1969-12-31", "1970-01-01", "1970-01-02"),
    *("2125-12-22", "2125-12-23", "8999-12-31", "9000-01-01", "9899-12-31"),
    *("9999-01-01", "9999-12-29", "9999-12-30", "9999-12-31"),
)
NEAR = ("2026-01-14", "2026-01-15", "2026-02-01")  # around the day of the test's clock
CLOCKS = ("T00:00:00Z", "T23:59:59.999-12:00", "T00:00:00+14:00")
RECORDING = next(route for route in ROUTES if route.operation == "record_order")
INSTEAD = {"lapses_at": "lapses_after_seconds", "available_on": "event"}  # of which a body names one


def values(form: str, days: tuple[str, ...]) -> list[str]:
    return sorted(days if form == "date" else (day + clock for day, clock in product(days, CLOCKS)))


def named_in_bodies() -> Iterator[Any]:
    """Where a body may name a day or a time, and which of the two."""
    for route, path, schema in told_fields():
        if schema.get("format") in ("date", "date-time"):
            yield pytest.param(route, path, schema["format"], id=f"{route.operation}-{'.'.join(map(str, path))}")


def with_value(body: Json, path: Path, value: str) -> Json:
    """In a list of a list it stands in one more like the first: a unit has had a policy from the beginning. A rule has a name
    of its own, so there is no other like it."""
    body = deepcopy(body)
    place: Any = body
    if "trigger" in path:
        put_on_schedule(body if path[0] == "trigger" else body["rules"][path[1]], str(path[-1]))
    for number, name in enumerate(path[:-1]):
        named = isinstance(name, int) and "rule_id" in place[name]
        if named or not isinstance(name, int) or any(isinstance(later, int) for later in path[number + 1 :]):
            place = place[name]
        else:
            place.append(deepcopy(place[name]))
            place = place[-1]
    place[path[-1]] = value
    place.pop(INSTEAD.get(str(path[-1]), ""), None)
    return body


def put_on_schedule(rule: Json, days: str) -> None:
    """A rule of which one of those days can be said."""
    rule["trigger"] = {"on": "schedule", "at": "10:00"} | ({"every_days": 7} if days == "from_day" else {})
    rule["effects"] = [{"kind": "fixed", "unit": "points", "amount": 5}]
    for name in ("when", "lines", "limits"):
        rule.pop(name, None)


def read_everything(shop: FullShop, value: str) -> None:
    """What was taken is no defect for whoever comes next."""
    for route in ROUTES:
        if route.method == "GET" and route.access != "open":
            path, _ = request_of(route, shop.names)
            assert shop.api.get(path).status < 500, (value, path)
    for later in ("2027-01-15T12:00:00Z", "2125-12-24T00:00:00Z", "8999-12-31T23:59:59Z"):
        assert shop.api.get(f"/v1/members/{shop.names['member_id']}/account?as_of={later}").status == 200, value
    path, sale = request_of(RECORDING, shop.names)
    assert shop.api.post(path, sale | {"number": "the next"}).status < 500, value


@pytest.mark.parametrize(("route", "path", "form"), list(named_in_bodies()))
def test_a_day_or_time_in_a_body_is_taken_or_refused(route: Route, path: Path, form: str) -> None:
    taken: list[tuple[str, FullShop]] = []
    for value in values(form, ENDS + NEAR):
        shop = full_shop()
        address, body = request_of(route, shop.names)
        reply = shop.api.call(route.method, address, with_value(body, path, value))
        assert reply.status < 500, (value, reply.text)
        if reply.status < 400:
            taken.append((value, shop))
    assert taken, "no value was taken: the request is refused for something else"
    for value, shop in (taken[0], taken[-1]):
        read_everything(shop, value)


@pytest.mark.parametrize(
    ("route", "param"),
    [(route, one) for route in ROUTES for one in route.parameters if one.type in ("date", "instant")],
    ids=lambda of: of.operation if isinstance(of, Route) else of.name,
)
def test_a_day_or_time_in_a_query_is_taken_or_refused(route: Route, param: QueryParam) -> None:
    shop = full_shop()
    address, _ = request_of(route, shop.names)
    others = [one.name for one in route.parameters if one.type == param.type and one is not param]
    taken = 0
    for value in values("date" if param.type == "date" else "date-time", ENDS + NEAR):
        for named in ((param.name,), (param.name, *others)):
            asked = f"{address}{'&' if '?' in address else '?'}{urlencode(dict.fromkeys(named, value))}"
            reply = shop.api.call(route.method, asked)
            assert reply.status < 500, (named, value, reply.text)
            taken += reply.status < 400
    assert taken
