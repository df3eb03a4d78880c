"""The API tells about itself: a document that fits it, a page to read it on, and nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.api import openapi
from chalicelib.api.native import examples
from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from tests.http import shop
from tests.http.client import Api


@cache
def whole() -> Mapping[str, Any]:
    """Of all routes, made once: nobody changes it."""
    return openapi.build(ROUTES)


def test_the_document_is_openapi(api: Api) -> None:
    reply = api.get("/openapi.json", key=None)
    assert reply.headers["Content-Type"] == "application/json"
    OpenAPIV31SpecValidator(reply.json).validate()
    assert reply.json["openapi"].startswith("3.1.")


def test_the_document_knows_every_route() -> None:
    paths = whole()["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == {
        (route.method, route.path) for route in ROUTES
    }


def test_an_operation_tells_all_it_takes_and_answers() -> None:
    document = openapi.build([*shop.SOUND, *shop.FAILING])
    OpenAPIV31SpecValidator(document).validate()
    made = document["paths"]["/v1/things"]["post"]
    assert [(param["in"], param["name"]) for param in made["parameters"]] == [
        ("query", "dry_run"),
        ("query", "quiet"),
        ("header", "Idempotency-Key"),
    ]
    body = made["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/ThingBody"}
    assert document["components"]["schemas"]["ThingBody"]["required"] == ["name"]
    assert list(made["responses"]) == ["200", "201", "400", "401", "403", "409", "415", "422", "500", "503"]
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


# --- what readers see of the native API ----------------------------------------------------------------------------------


def test_every_operation_that_asks_the_table_says_that_it_may_be_unavailable() -> None:
    for methods in whole()["paths"].values():
        for operation in methods.values():
            if operation.get("security") == []:
                assert "503" not in operation["responses"]
                continue
            assert "`unavailable`" in operation["responses"]["503"]["description"]
            assert "Retry-After" in operation["responses"]["503"]["headers"]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.dry_run], ids=lambda route: route.operation)
def test_an_operation_that_can_be_tried_says_what_the_trial_answers(route: Route) -> None:
    operation = whole()["paths"][route.path][route.method.lower()]
    tried, done = operation["responses"]["200"], operation["responses"][str(route.status)]
    assert tried["content"] == done["content"]
    assert tried["headers"]["Dry-Run"]["schema"] == {"type": "string", "const": "true"}
    assert ("Dry-Run" in done["headers"]) == (route.status == 200)
    told = next(param["description"] for param in operation["parameters"] if param["name"] == "dry_run")
    assert "name nothing" in told


@pytest.mark.parametrize("path", [route.path for route in ROUTES if route.read_only])
def test_a_read_that_takes_a_body_takes_no_key(path: str) -> None:
    operation = whole()["paths"][path]["post"]
    assert "Idempotency-Key" not in [param["name"] for param in operation["parameters"]]
    assert "headers" not in operation["responses"]["200"]
    assert "409" not in operation["responses"]
    assert "`body_missing`" in operation["responses"]["400"]["description"]
    assert "415" in operation["responses"]


def test_every_body_and_placeholder_has_an_example() -> None:
    for path, methods in whole()["paths"].items():
        for operation in methods.values():
            for param in operation["parameters"]:
                assert param["in"] != "path" or {"description", "example"} <= set(param), path
            for content in operation.get("requestBody", {}).get("content", {}).values():
                assert "example" in content, path


def test_the_examples_tell_a_story_that_can_be_sent(api: Api) -> None:
    ids = {
        name: str(examples.PLACEHOLDERS[name]["example"])
        for name in (
            *(
                "program_id",
                "rule_id",
                "reward_id",
                "hold_id",
                "perk_id",
                "award_id",
                "series_id",
                "segment_id",
                "metric_id",
            ),
            *("consumer_id", "webhook_id", "template_id", "follow_up_id", "device_id"),
        )
    }
    bodies = dict(examples.BODIES)
    friend, card = bodies["transfer_points"]["to"], {"type": "card", "value": "4000 9999"}
    newcomer = api.post("/v1/members", {"identifiers": [card]}).json["member_id"]
    grace = api.post("/v1/members", {"identifiers": [friend]}).json["member_id"]
    for route in sorted((route for route in ROUTES if route.operation in bodies), key=_turn):
        path = route.path
        if route.operation in ("join_group", "change_group_member"):
            path = path.replace("{member_id}", grace)
        if route.operation == "claim_referral":
            path = path.replace("{member_id}", newcomer)
        for name in route.placeholders:
            path = path.replace(f"{{{name}}}", ids[name])
        if route.operation == "cancel_pending":  # what was pending is active by then: she answers another time
            assert api.post(f"/v1/members/{ids['member_id']}/earnings", examples.BODIES["earn_points"]).status == 201
        body = bodies.pop(route.operation)
        known = {
            examples.SPEND: "spend_id",
            examples.MEMBER: "member_id",
            examples.USE: "redemption_id",
            examples.CODE: "code",
        }
        if route.operation == "redeem_code":  # of the card that was given back
            ids["code"] = api.post(f"/v1/members/{ids['member_id']}/awards/{ids['award_id']}/codes").json["code"]
        told = {name: ids[known[value]] for name, value in body.items() if isinstance(value, str) and value in known}
        reply = api.call(route.method, path, body | told)
        assert reply.status == route.status, reply.text
        if route.operation == "claim_referral":  # it was somebody else's
            continue
        named = ("member_id", "order_id", "checkout_id", "spend_id", "group_id", "redemption_id", "coupon_id", "code")
        answered = reply.json | reply.json.get("redemption", {}) | reply.json.get("checkout", {})
        ids |= {name: str(value) for name, value in answered.items() if name in named and value is not None}
    assert bodies == {}
    wallet = api.get(f"/v1/members/{ids['member_id']}/account").json["wallets"][0]
    assert (wallet["earned"], wallet["cancelled"], wallet["spent"], wallet["refunded"]) == (
        50 + 26 + 19,
        10 + 19,
        20 + 5 + 10,
        20,
    )
    assert (wallet["granted"], wallet["deducted"], wallet["held"], wallet["pending"]) == (30, 5, 0, 0)


def _turn(route: Route) -> int:
    return list(examples.BODIES).index(route.operation)


def test_values_of_our_own_read_as_what_is_sent() -> None:
    schemas = whole()["components"]["schemas"]
    line, sale = schemas["LineBody"]["properties"], schemas["OrderBody"]["properties"]
    assert {name: line["quantity"][name] for name in ("anyOf", "examples")} == {
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,3})?$"},
        ],
        "examples": [2, "0.5"],
    }
    assert (line["gross_value"]["minimum"], line["gross_value"]["maximum"]) == (0, 10**12)
    assert (sale["purchased_at"]["format"], sale["purchased_at"]["examples"]) == ("date-time", ["2026-01-31T12:00:00Z"])
    day = schemas["Window"]["properties"]["from_day"]["anyOf"][0]
    assert day == {"type": "string", "format": "date", "examples": ["2026-01-31"]}
    assert schemas["OrderView"]["properties"]["purchased_at"]["format"] == "date-time"


def test_schemas_speak_of_nothing_that_is_not_there() -> None:
    document = whole()
    schemas = document["components"]["schemas"]
    told = json.dumps(document)
    assert [name for name in schemas if f'"#/components/schemas/{name}"' not in told] == []
    bounds = {"ge", "gt", "le", "lt"}
    typed = [schema for schema in _parts(schemas) if isinstance(schema.get("type"), str)]
    assert [schema for schema in typed if bounds & set(schema)] == []


def test_a_field_is_called_by_its_name_alone() -> None:
    schemas = whole()["components"]["schemas"]
    fields = [field for schema in schemas.values() for field in schema.get("properties", {}).values()]
    assert len(fields) > 100
    assert [field["title"] for field in fields if "title" in field] == []


def test_every_resource_says_what_it_is_about() -> None:
    tags = whole()["tags"]
    assert [tag["name"] for tag in tags if not tag.get("description")] == []
    assert tags[-1]["name"] == "system"


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _parts(part)


# --- the page ------------------------------------------------------------------------------------------------------------


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


def test_a_body_has_a_name_that_a_reader_knows() -> None:
    """Two of one name would be told by the modules that they are in."""
    schemas = whole()["components"]["schemas"]
    assert [name for name in schemas if "__" in name] == []
