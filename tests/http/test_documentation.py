"""The API tells about itself: a document that fits it, a page to read it on, and nothing from elsewhere."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.api import openapi
from chalicelib.api.routes import ROUTES
from infra.local import docs
from tests.http import shop
from tests.http.client import Api


def test_what_is_generated_is_up_to_date() -> None:
    stale = [path.name for path, text in docs.generated().items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make docs`"


def test_the_document_is_openapi(api: Api) -> None:
    reply = api.get("/openapi.json", key=None)
    assert reply.headers["Content-Type"] == "application/json"
    OpenAPIV31SpecValidator(reply.json).validate()
    assert reply.json["openapi"].startswith("3.1.")


def test_the_document_knows_every_route() -> None:
    paths = openapi.build(ROUTES)["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == {
        (route.method, route.path) for route in ROUTES
    }


def test_an_operation_tells_all_it_takes_and_answers() -> None:
    document = openapi.build([*shop.SOUND, *shop.FAILING])
    OpenAPIV31SpecValidator(document).validate()
    made = document["paths"]["/v1/things"]["post"]
    assert [(param["in"], param["name"]) for param in made["parameters"]] == [
        ("query", "dry_run"),
        ("header", "Idempotency-Key"),
    ]
    body = made["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/ThingBody"}
    assert document["components"]["schemas"]["ThingBody"]["required"] == ["name"]
    assert list(made["responses"]) == ["201", "400", "401", "403", "409", "415", "500"]
    assert "body_too_deep" in made["responses"]["400"]["description"]


def test_an_answer_that_may_be_a_repeat_has_its_model_all_the_same() -> None:
    asked = openapi.build(shop.SOUND)["paths"]["/v1/asked"]["post"]["responses"]["200"]
    assert asked["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Asked"}
    assert "Idempotent-Replayed" in asked["headers"]


def test_query_parameters_have_their_types_and_bounds() -> None:
    parameters = openapi.build(shop.SOUND)["paths"]["/v1/asked"]["get"]["parameters"]
    schemas = {param["name"]: param["schema"] for param in parameters}
    assert schemas == {
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 25},
        "cursor": {"type": "string", "maxLength": 1000},
        "as_of": {"type": "string", "format": "date"},
        "since": {"type": "string", "format": "date-time"},
        "colour": {"type": "string", "enum": ["red", "blue"]},
        "strict": {"type": "boolean", "default": True},
    }


def test_open_operations_ask_for_no_key() -> None:
    paths = openapi.build(shop.SOUND)["paths"]
    assert paths["/health"]["get"]["security"] == []
    assert "security" not in paths["/v1/asked"]["get"]


@pytest.mark.parametrize(("path", "base"), [("/docs", "."), ("/docs/", "..")])
def test_the_page_finds_its_parts_wherever_it_is_mounted(api: Api, path: str, base: str) -> None:
    reply = api.get(path, key=None)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    parts = re.findall(r'(?:src|href|data-openapi)="([^"]+)"', reply.text)
    assets = [part for part in parts if "assets" in part]
    assert len(assets) == 4
    assert all(part.startswith(f"{base}/") for part in parts if part != "data:,")
    for part in assets:
        asset = api.get(f"/docs/assets/{part.rpartition('/')[2]}", key=None)
        assert (asset.status, asset.headers["Cache-Control"]) == (200, "public, max-age=3600")
        assert asset.headers["Content-Type"].startswith(("text/css", "text/javascript"))


@pytest.mark.parametrize("asset", ["nothing.js", "index.html", "..%2Fopenapi.json", "..", "swagger-ui.LICENSE"])
def test_only_the_page_s_own_parts_are_served(api: Api, asset: str) -> None:
    reply = api.get(f"/docs/assets/{asset}", key=None)
    assert (reply.status, reply.code) == (404, "asset_not_found")


def test_health_is_there_for_anybody(api: Api) -> None:
    assert api.get("/health", key=None).json == {"status": "ok"}
