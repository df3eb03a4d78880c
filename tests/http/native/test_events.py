"""A shop tells what a member did beside buying: reviews, check-ins, scanned posters, walking by."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.client import Api, Reply
from tests.http.native.bookshop import Json, Shop, answer, refusal
from tests.twins.happenings import DECLARED, IN_THE_SQUARE, ON_CHECK_IN, ON_REVIEW, ON_SCAN

REVIEW: Json = {"kind": "event", "name": "review", "properties": {"stars": 5}}
RULES = {"review": ON_REVIEW, "here": ON_CHECK_IN, "poster": ON_SCAN, "square": IN_THE_SQUARE}


@pytest.fixture
def ada(shop: Shop) -> str:
    """A member of a shop that has a rule on each kind of event."""
    known = answer(shop.api.get("/v1/programs/1"))
    del known["program_id"]
    answer(shop.api.put("/v1/programs/1", known | DECLARED))
    for rule_id, body in RULES.items():
        answer(shop.api.put(f"/v1/programs/1/rules/{rule_id}", {"name": rule_id} | body))
    return shop.enrol("ada")


def told(api: Api, ada: str, what: Json, **fields: Any) -> Reply:
    return api.post("/v1/events", {"what": what, "member_id": ada} | fields)


@pytest.mark.parametrize(
    ("what", "rule_id", "amount"),
    [
        (REVIEW, "review", 10),
        ({"kind": "check_in", "place": "Berlin Mitte"}, "here", 5),
        ({"kind": "scan", "code": "POSTER-7"}, "poster", 3),
        ({"kind": "near", "latitude": "52.5220", "longitude": "13.4130"}, "square", 2),
    ],
)
def test_each_kind_earns_by_its_rule(shop: Shop, ada: str, what: Json, rule_id: str, amount: int) -> None:
    reply = told(shop.api, ada, what)
    assert reply.status == 201
    assert [(one["rule_id"], one["amount"]) for one in reply.json["earned"]] == [(rule_id, amount)]
    assert reply.json["account"]["balances"]["points"] == amount


def test_by_a_card_and_at_an_earlier_time(shop: Shop, ada: str) -> None:
    body = {
        "what": REVIEW,
        "identifier": {"type": "card", "value": "ada"},
        "occurred_at": "2026-01-10T10:00:00+01:00",
    }
    assert answer(shop.api.post("/v1/events", body))["member_id"] == ada
    [entry] = answer(shop.api.get(f"/v1/members/{ada}/statement"))["items"]
    assert (entry["operation"], entry["effective_at"]) == ("record_event", "2026-01-10T09:00:00Z")


def test_one_that_comes_again_is_answered_again(shop: Shop, ada: str) -> None:
    first, again = (told(shop.api, ada, REVIEW, event_id="r-1", occurred_at="2026-01-10T10:00:00Z") for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    other = told(shop.api, ada, {"kind": "check_in", "place": "Berlin"}, event_id="r-1")
    assert refusal(other) == (409, "event_id_taken", "event_id")


@pytest.mark.parametrize(
    ("what", "status", "code", "param"),
    [
        ({"kind": "event", "name": "party"}, 422, "unknown_event", "name"),
        ({"kind": "event", "name": "review", "properties": {"pages": 3}}, 422, "unknown_property", "properties.pages"),
        (
            {"kind": "event", "name": "review", "properties": {"stars": "5"}},
            *(422, "wrong_property_type", "properties.stars"),
        ),
        ({"kind": "scan", "code": "POSTER-8"}, 422, "unknown_event_code", "code"),
        ({"kind": "scan", "code": " POSTER-7"}, 400, "wrong_format", "what.code"),
        ({"kind": "near", "latitude": "90.1", "longitude": "0"}, 400, "wrong_format", "what.latitude"),
        ({"kind": "near", "latitude": 52.5, "longitude": "0"}, 400, "wrong_type", "what.latitude"),
        ({"kind": "near", "latitude": "1e1", "longitude": "0"}, 400, "wrong_format", "what.latitude"),
        ({"kind": "check_in"}, 400, "missing_field", "what.place"),
        (
            {"kind": "event", "name": "review", "properties": {"stars": 4.5}},
            422,
            "too_many_decimals",
            "what.properties.stars",
        ),
        ({"kind": "event", "name": "review", "properties": {"stars": [5]}}, 400, None, None),
        ({"kind": "dance"}, 400, None, None),
    ],
)
def test_what_cannot_be_meant_is_refused(
    shop: Shop, ada: str, what: Json, status: int, code: str | None, param: str | None
) -> None:
    found = refusal(told(shop.api, ada, what))
    assert found[0] == status
    assert code is None or found == (status, code, param)
    assert answer(shop.api.get(f"/v1/members/{ada}/statement"))["items"] == []


def test_somebody_must_have_done_it_and_before_now(shop: Shop, ada: str) -> None:
    assert refusal(shop.api.post("/v1/events", {"what": REVIEW})) == (400, "missing_member", "member_id")
    both = {"what": REVIEW, "member_id": ada, "identifier": {"type": "card", "value": "ada"}}
    assert refusal(shop.api.post("/v1/events", both)) == (400, "two_members", "identifier")
    assert refusal(told(shop.api, ada, REVIEW, occurred_at="2031-01-01T00:00:00Z")) == (
        *(422, "future_event"),
        "occurred_at",
    )


def test_whoever_is_named_must_be_a_member_who_earns_there(shop: Shop, ada: str) -> None:
    unreadable = {"what": REVIEW, "identifier": {"type": "card", "value": "\n"}}
    assert refusal(shop.api.post("/v1/events", unreadable)) == (400, "invalid_identifier", "identifiers")
    elsewhere = shop.api.post("/v1/events?program_id=2", {"what": REVIEW, "member_id": ada})
    assert refusal(elsewhere) == (404, "program_not_found", "program_id")
    shop.block(ada)
    assert refusal(told(shop.api, ada, REVIEW)) == (422, "member_blocked", "member_id")
    assert answer(shop.api.get(f"/v1/members/{ada}/statement"))["items"] == []


def test_an_event_takes_from_no_more_than_it_can_write(shop: Shop, ada: str) -> None:
    budget = {"in_all": 9, "budget": {"amount": 9, "unit": "points"}}
    for number in range(41):
        body = ON_CHECK_IN | {"name": "Many", "limits": budget}
        answer(shop.api.put(f"/v1/programs/1/rules/many-{number}", body))
    refused = told(shop.api, ada, {"kind": "check_in", "place": "Berlin Mitte"})
    assert refusal(refused) == (422, "too_many_limits", None)
    assert shop.points(ada) == 0
