"""Nobody gets in, a stranger finds nothing, a key does what it was given: for every route there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from chalicelib.runtime import Runtime
from tests.http import matrix, shop
from tests.http.client import Api, Reply
from tests.http.full_shop import full_shop
from tests.http.registry import NATIVE, Names, Registry
from tests.http.world import key_for

GUARDED = [route for route in ROUTES if route.access != "open"]
SOUND = [route for route in shop.SOUND if route.access != "open"]

each_route = pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.operation)
each_sound = pytest.mark.parametrize("route", SOUND, ids=lambda route: route.operation)


@pytest.fixture
def ours() -> Names:
    return full_shop().names


@pytest.fixture
def shop_ours(rt: Runtime) -> Names:
    return Names(Api(rt, key_for(rt, "ours"), (*shop.SOUND, *shop.LEAKY)), shop.REGISTRY)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_every_route_says_who_may_and_can_be_called(route: Route) -> None:
    assert matrix.undeclared(route, NATIVE) == []


def test_only_health_and_documentation_are_open() -> None:
    assert matrix.open_routes(ROUTES) == matrix.OPEN_PATHS


def test_no_two_routes_are_one_operation() -> None:
    assert len({route.operation for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


@each_route
def test_nobody_gets_in(ours: Names, route: Route) -> None:
    assert matrix.as_nobody(ours.api, route, ours) == []


@each_route
def test_a_stranger_finds_nothing_of_ours(ours: Names, route: Route) -> None:
    assert matrix.as_stranger(ours.api, route, ours) == []


@each_route
def test_a_key_without_the_grant_is_turned_away(ours: Names, route: Route) -> None:
    assert matrix.without_grant(ours.api, route, ours) == []


@each_route
def test_a_key_with_just_the_grant_gets_in(ours: Names, route: Route) -> None:
    assert matrix.with_grant(ours.api, route, ours) == []


@each_sound
def test_the_matrix_is_content_with_a_sound_api(shop_ours: Names, route: Route) -> None:
    for check in (matrix.as_nobody, matrix.as_stranger, matrix.without_grant, matrix.with_grant):
        assert check(shop_ours.api, route, shop_ours) == []
    assert matrix.undeclared(route, shop.REGISTRY) == []


def test_the_matrix_sees_a_handler_that_forgets_the_tenant(shop_ours: Names) -> None:
    one, every = shop.LEAKY
    assert "answers a stranger with 200" in matrix.as_stranger(shop_ours.api, one, shop_ours)[0]
    assert matrix.as_stranger(shop_ours.api, every, shop_ours) == ["leak_all shows a stranger our thing_id"]


def test_the_matrix_sees_who_writes_before_refusing(shop_ours: Names) -> None:
    rt, route = shop_ours.api.rt, SOUND[0]

    class Hasty(Api):
        def call(self, *asked: Any, **how: Any) -> Reply:
            rt.table.batch_put([{"pk": {"S": "ours"}, "sk": {"S": "in a hurry"}}])
            return super().call(*asked, **how)

    hasty = Hasty(rt, None, shop.SOUND)
    assert "writes something and answers 401" in matrix.as_nobody(hasty, route, shop_ours)[0]


def test_the_matrix_sees_a_route_that_is_open_by_mistake(rt: Runtime) -> None:
    route = replace(shop.ASK, access="open", target="chalicelib.api.native.system:health", query=())
    api = Api(rt, None, [route])
    assert len(matrix.as_nobody(api, route, Names(api, Registry()))) == 2
    assert "open and should not be" in matrix.undeclared(route, Registry())[0]


def test_the_matrix_sees_what_is_not_declared() -> None:
    by_id, make = shop.SOUND[5], shop.SOUND[4]
    assert matrix.undeclared(by_id, Registry()) == ["GET /v1/things/{thing_id}: no id for {thing_id}"]
    assert matrix.undeclared(make, Registry()) == ["POST /v1/things: no body"]
    assert matrix.undeclared(replace(make, access="view"), shop.REGISTRY) == [
        "POST /v1/things: it writes with a view grant"
    ]
    assert matrix.undeclared(replace(make, resource=""), shop.REGISTRY) == [
        "POST /v1/things: resource or operation is empty"
    ]
