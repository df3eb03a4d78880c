"""What every operation says to a request that is wrong whatever its fields: to its query, its headers, its body's form.

Routes say what they take, so a new one is tried here at once; test_coverage.py names what is not reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from chalicelib.api.bodies import MAX_BYTES, MAX_DEPTH
from chalicelib.api.codes import certain_codes
from chalicelib.api.handlers import handler_of
from chalicelib.api.query import MAX_LENGTH
from chalicelib.api.route import QueryParam, Route
from chalicelib.api.routes import ROUTES
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key
from tests.http.client import Api
from tests.http.world import twin_runtime

GUARDED = [route for route in ROUTES if route.access != "open"]
ASKING = [route for route in ROUTES if route.parameters]
NEEDY = [(route, param) for route in ROUTES for param in route.parameters if param.required]
TAKING = [route for route in ROUTES if route.takes_body]
WRITES = [route for route in ROUTES if route.writes]

MALFORMED = {
    "body_missing": b" ",
    "body_too_large": b'{"name": "' + b"x" * MAX_BYTES + b'"}',
    "body_too_deep": b'{"name":' * MAX_DEPTH + b"{}" + b"}" * MAX_DEPTH,
    "body_not_utf8": b'{"name": "c\xfcp"}',
    "body_not_json": b"{'name': 'cup'}",
    "body_not_object": b"[]",
    "body_not_finite": b'{"name": NaN}',
    "duplicate_name": b'{"name": "cup", "name": "mug"}',
}


class DefectiveTable(MemoryTable):
    """A defect of ours, wherever one looks."""

    def get(self, key: Key) -> Attrs | None:
        raise RuntimeError("swordfish")


def each(routes: Iterable[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.operation)


def path_of(route: Route) -> str:
    """Whatever stands for the ids: nobody looks for them before the request is in order."""
    path = route.path
    for name in route.placeholders:
        path = path.replace(f"{{{name}}}", "1")
    return path


def unreadable(param: QueryParam) -> str:
    return "x" * (MAX_LENGTH + 1) if param.type == "string" else "nonsense"


@each(ROUTES)
def test_an_unknown_parameter_is_refused(api: Api, route: Route) -> None:
    error = api.call(route.method, f"{path_of(route)}?surprise=1").json["error"]
    assert (error["code"], error["param"]) == ("unknown_parameter", "surprise")


@each(ASKING)
def test_a_parameter_comes_once_and_readable(api: Api, route: Route) -> None:
    for param in route.parameters:
        path = f"{path_of(route)}?{param.name}={unreadable(param)}"
        error = api.call(route.method, path).json["error"]
        assert (error["code"], error["param"]) == ("invalid_parameter", param.name)
        error = api.call(route.method, f"{path}&{param.name}=1").json["error"]
        assert (error["code"], error["param"]) == ("repeated_parameter", param.name)


@pytest.mark.parametrize(("route", "param"), NEEDY, ids=lambda value: getattr(value, "operation", None))
def test_a_parameter_that_is_needed_is_asked_for(api: Api, route: Route, param: QueryParam) -> None:
    error = api.call(route.method, path_of(route)).json["error"]
    assert (error["code"], error["param"]) == ("missing_parameter", param.name)


@each(TAKING)
def test_a_body_of_another_kind_is_refused(api: Api, route: Route) -> None:
    reply = api.call(route.method, path_of(route), raw=b"<name/>", headers={"Content-Type": "text/xml"})
    assert (reply.status, reply.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("route", "code"), [(route, code) for route in TAKING for code in MALFORMED if code in certain_codes(route)]
)
def test_a_body_that_cannot_be_read_is_refused(api: Api, route: Route, code: str) -> None:
    reply = api.call(route.method, path_of(route), raw=MALFORMED[code])
    assert (reply.status, reply.code) == (400, code)


@each([route for route in TAKING if "body_missing" not in certain_codes(route)])
def test_no_body_is_as_good_as_one_without_fields(api: Api, route: Route) -> None:
    nothing, empty = (api.call(route.method, path_of(route), raw=raw) for raw in (b"", b"{}"))
    assert (nothing.status, nothing.code) == (empty.status, empty.code)
    assert nothing.code != "body_missing"


@each(WRITES)
def test_a_key_that_is_none_is_refused(api: Api, route: Route) -> None:
    reply = api.call(route.method, path_of(route), {}, headers={"Idempotency-Key": "k\u00e4y"})
    assert (reply.status, reply.code) == (400, "invalid_idempotency_key")


@each(GUARDED)
def test_a_defect_of_ours_is_told_as_one(rt: Runtime, route: Route) -> None:
    broken = Api(replace(twin_runtime(), table=DefectiveTable()), "key_1.secret")
    reply = broken.call(route.method, path_of(route))
    assert (reply.status, reply.code) == (500, "internal_error")
    assert "swordfish" not in reply.text


def test_an_operation_takes_a_body_when_its_handler_does() -> None:
    assert [
        route.operation for route in ROUTES if (handler_of(route.target).body is not None) != route.takes_body
    ] == []
