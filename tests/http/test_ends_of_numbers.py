"""Numbers from both ends, wherever a request may name one, a day or a time: answered or refused, never a defect.

The fields are found in what the API says of itself, so one that is new is tried here at once. Days and times as texts:
test_ends_of_time.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from tests.http.full_shop import FullShop, full_shop
from tests.http.registry import request_of
from tests.http.told_bodies import Json, Path, told_fields

NUMBERS = (-1, 0, 2**53, 10**15, -(10**30), 10**30)
FORMS = ("date", "date-time")
ASKING = [route for route in ROUTES if any(param.type == "integer" for param in route.parameters)]


def numbered() -> dict[str, tuple[Route, list[Path]]]:
    """Where bodies take a number, a day or a time, by operation. What a rule says in many places is tried in its first."""
    found: dict[tuple[str, object], tuple[Route, Path]] = {}
    for route, path, schema in told_fields():
        if path and (schema.get("type") in ("integer", "number") or schema.get("format") in FORMS):
            place = path[-1] if route.operation == "put_rule" else path
            found.setdefault((route.operation, place), (route, path))
    places: dict[str, tuple[Route, list[Path]]] = {}
    for route, path in found.values():
        places.setdefault(route.operation, (route, []))[1].append(path)
    return places


PLACES = numbered()


def with_number(body: Json, path: Path, value: object) -> Json:
    """What is not there on the way to it is made."""
    body = deepcopy(body)
    place: Any = body
    for name, following in pairwise(path):
        inner: Any = [] if isinstance(following, int) else {}
        if isinstance(name, int):
            place.extend([inner] if len(place) <= name else [])
        elif not isinstance(place.get(name), dict | list):
            place[name] = inner
        place = place[name]
    if isinstance(path[-1], int):
        place[:] = [value]
    else:
        place[path[-1]] = value
    return body


def tried(shop: FullShop, route: Route, places: list[Path]) -> Iterator[tuple[Path, int, int]]:
    address, body = request_of(route, shop.names)
    for path in places:
        for number in NUMBERS:
            try:
                wrong = with_number(body or {}, path, number)
            except AttributeError:
                continue  # where the example has another form than this place
            reply = shop.api.call(route.method, address + "?dry_run=true" * route.dry_run, wrong)
            yield path, number, reply.status


@pytest.mark.parametrize("operation", PLACES)
def test_a_number_in_a_body_is_taken_or_refused(operation: str) -> None:
    route, places = PLACES[operation]
    assert [found for found in tried(full_shop(), route, places) if found[2] >= 500] == []


def test_a_number_in_a_query_is_taken_or_refused() -> None:
    for route in ASKING:
        shop = full_shop()
        address, body = request_of(route, shop.names)
        path, _, query = address.partition("?")
        for param in route.parameters:
            for number in NUMBERS if param.type == "integer" else ():
                asked = f"{path}?{query}&" if query and f"{param.name}=" not in query else f"{path}?"
                reply = shop.api.call(route.method, asked + urlencode({param.name: number}), body)
                assert reply.status < 500, (route.operation, param.name, number)
