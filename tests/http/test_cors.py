"""What a page of another origin may read: every answer, refusals and our own failures too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.api.routes import ROUTES
from chalicelib.runtime import Runtime
from tests.http import shop
from tests.http.client import Api, app_for
from tests.http.world import key_for

READABLE = {"x-request-id", "idempotent-replayed", "dry-run", "retry-after", "allow"}


@pytest.fixture
def till(rt: Runtime) -> Api:
    return Api(rt, key_for(rt, "ours"), (*shop.SOUND, *shop.FAILING))


@pytest.mark.parametrize(
    ("method", "path", "how", "status"),
    [
        ("GET", "/health", {}, 200),
        ("GET", "/docs", {}, 200),
        ("GET", "/openapi.json", {}, 200),
        ("GET", "/docs/assets/nothing.js", {}, 404),
        ("GET", "/v1/asked", {}, 200),
        ("POST", "/v1/things", {"body": {"name": "cup"}}, 201),
        ("GET", "/v1/asked", {"key": None}, 401),
        ("GET", "/v1/things/none", {}, 404),
        ("DELETE", "/v1/things", {}, 405),
        ("POST", "/v1/failures/busy", {"body": {}}, 409),
        ("POST", "/v1/things", {"raw": b"a=b", "headers": {"Content-Type": "text/plain"}}, 415),
        ("POST", "/v1/failures/refused", {"body": {}}, 422),
        ("POST", "/v1/failures/hurry", {"body": {}}, 429),
        ("POST", "/v1/failures/defect", {"body": {}}, 500),
    ],
)  # fmt: skip
def test_a_page_of_any_origin_may_read_every_answer_with_its_headers(
    till: Api, method: str, path: str, how: dict[str, Any], status: int
) -> None:
    reply = till.call(method, path, **how)
    assert reply.status == status
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert set(reply.headers["Access-Control-Expose-Headers"].lower().split(",")) == READABLE
    assert "Access-Control-Allow-Credentials" not in reply.headers
    assert "X-Request-Id" in reply.headers


def test_every_header_that_clients_are_told_to_send_passes_a_preflight(rt: Runtime) -> None:
    told = {"Authorization", "Content-Type", "Idempotency-Key"}
    for path, methods in app_for(rt).routes.items():
        for entry in methods.values():
            preflight = entry.cors.get_access_control_headers()
            assert told <= set(preflight["Access-Control-Allow-Headers"].split(",")), path
            assert "Access-Control-Allow-Credentials" not in preflight
    assert {route.path for route in ROUTES} == set(app_for(rt).routes)


def test_a_function_called_with_something_else_by_hand_fails_in_our_shape(rt: Runtime) -> None:
    answer = app_for(rt)({"key1": "value1"}, None)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (500, "internal_error")
    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
