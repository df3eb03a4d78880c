"""A shop gets to know its members: by what it finds them, what it keeps of them, and that no two are one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.client import Api
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, card, refusal

ADA: Json = {
    "identifiers": [card(" 4000 1234 "), {"type": "email", "value": "Ada@Example.ORG"}],
    "given_name": "Ada",
    "family_name": "Lovelace",
    "birth_date": "1990-12-10",
    "locale": "en-GB",
    "labels": [{"key": "vip", "value": "yes"}],
    "fields": {"genre": "science", "age": 36, "reads_daily": True, "joined_book_club": "2025-05-01"},
}
KEPT_IDENTIFIERS = [card("4000 1234"), {"type": "email", "value": "ada@example.org"}]


@pytest.fixture
def fields(api: Api) -> None:
    declared = {"genre": "text", "age": "number", "reads_daily": "boolean", "joined_book_club": "date"}
    answer(api.put("/v1/tenant", {"name": "Ours", "member_fields": declared}))


OCCASIONS = {
    "enrolled_on": "2026-01-15",
    "anniversary": "2027-01-15",
    "birthday": "2026-12-10",
    "birthday_year": None,
}


# --- enrolling and reading -----------------------------------------------------------------------------------------------


def test_a_member_is_kept_as_enrolled(api: Api, fields: None) -> None:
    reply = api.post("/v1/members", ADA)
    member_id = reply.json["member_id"]
    kept = ADA | {
        "identifiers": KEPT_IDENTIFIERS,
        "member_id": member_id,
        "status": "active",
        "enrolled_at": "2026-01-15T12:00:00Z",
        "group_id": None,
        "newsletter": False,
        "milestones": [],
        "occasions": OCCASIONS,
        "shared_code": None,
    }
    assert reply.status == 201
    assert reply.json == kept
    assert member_id.startswith("mem_")
    assert answer(api.get(f"/v1/members/{member_id}")) == kept


def test_a_card_is_enough(api: Api) -> None:
    member = answer(api.post("/v1/members", {"identifiers": [card("1")]}))
    assert {name: member[name] for name in ADA} == {
        "identifiers": [card("1")],
        "given_name": "",
        "family_name": "",
        "birth_date": None,
        "locale": "",
        "labels": [],
        "fields": {},
    }


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        (card("4000 1234"), card("  4000 1234")),
        ({"type": "email", "value": "ada@example.org"}, {"type": "email", "value": "ADA@example.org"}),
        ({"type": "phone", "value": "+49 (30) 123-456"}, {"type": "phone", "value": "+4930123456"}),
        ({"type": "external_id", "value": "crm/77"}, {"type": "external_id", "value": "crm/77"}),
    ],
    ids=lambda identifier: str(identifier["value"]),
)
def test_a_member_is_found_by_any_identifier_however_spelled(api: Api, kept: Json, asked: Json) -> None:
    member = answer(api.post("/v1/members", {"identifiers": [kept]}))
    reply = api.post("/v1/members/find", asked)
    assert (reply.status, reply.json) == (200, member)


def test_who_is_not_there_is_not_found(api: Api) -> None:
    assert refusal(api.post("/v1/members/find", card("1"))) == (404, "member_not_found", "identifier")
    for member_id in (NOBODY, "mem_1", "ord_00000000000", "nobody", "mem_zzzzzzzzzzz", "m" * 3_000):
        missing = (404, "member_not_found", "member_id")
        assert refusal(api.get(f"/v1/members/{member_id}")) == missing
        assert refusal(api.patch(f"/v1/members/{member_id}", {"given_name": "Ada"})) == missing


def test_a_member_of_another_tenant_is_not_there(shop: Shop, other: Shop) -> None:
    ada = shop.enrol("1")
    assert refusal(other.api.get(f"/v1/members/{ada}")) == (404, "member_not_found", "member_id")
    assert refusal(other.api.post("/v1/members/find", card("1"))) == (404, "member_not_found", "identifier")
    assert other.enrol("1") != ada


def test_the_same_identifier_twice_is_one(api: Api) -> None:
    member = answer(api.post("/v1/members", {"identifiers": [card("1"), card(" 1 ")]}))
    assert member["identifiers"] == [card("1")]


@pytest.mark.parametrize(
    "identifier",
    [
        {"type": "email", "value": "ada"},
        {"type": "email", "value": "ada@example"},
        {"type": "email", "value": "a d a@example.org"},
        {"type": "phone", "value": "030-CALL-ADA"},
        {"type": "phone", "value": "1234"},
        {"type": "phone", "value": "++491234567"},
        card("   "),
        card("4000\u00001234"),
        card("4" * 129),
        {"type": "external_id", "value": "a\nb"},
    ],
    ids=lambda identifier: repr(identifier["value"])[:30],
)
def test_what_is_no_identifier_is_refused_wherever_it_is_sent(shop: Shop, identifier: Json) -> None:
    ada = shop.enrol("1")
    invalid = (400, "invalid_identifier", "identifiers")
    assert refusal(shop.api.post("/v1/members", {"identifiers": [identifier]})) == invalid
    assert refusal(shop.api.post("/v1/members/find", identifier)) == invalid
    assert refusal(shop.api.patch(f"/v1/members/{ada}", {"identifiers": [identifier]})) == invalid


def test_an_identifier_belongs_to_one_member(shop: Shop) -> None:
    shop.enrol("1")
    bob = shop.enrol("2")
    taken = (409, "identifier_taken", "identifiers")
    assert refusal(shop.api.post("/v1/members", {"identifiers": [card("3"), card("1")]})) == taken
    assert refusal(shop.api.patch(f"/v1/members/{bob}", {"identifiers": [card("1")]})) == taken
    assert refusal(shop.api.post("/v1/members/find", card("3"))) == (404, "member_not_found", "identifier")


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"identifiers": []}, "too_short", "identifiers"),
        ({"identifiers": [card(str(n)) for n in range(11)]}, "too_long", "identifiers"),
        ({"identifiers": [{"type": "passport", "value": "1"}]}, "unknown_choice", "identifiers.0.type"),
        ({"identifiers": [{"type": "card", "value": ""}]}, "too_short", "identifiers.0.value"),
        ({"identifiers": [{"type": "card", "value": 1}]}, "wrong_type", "identifiers.0.value"),
        ({"identifiers": [{"type": "card"}]}, "missing_field", "identifiers.0.value"),
        ({"birth_date": "1990-02-30"}, "unreadable_date", "birth_date"),
        ({"birth_date": "10.12.1990"}, "unreadable_date", "birth_date"),
        ({"birth_date": 19901210}, "wrong_type", "birth_date"),
        ({"locale": "English"}, "wrong_format", "locale"),
        ({"given_name": "A" * 201}, "too_long", "given_name"),
        ({"labels": [{"key": "", "value": ""}]}, "too_short", "labels.0.key"),
        ({"labels": [{"key": "k", "value": "v"}] * 51}, "too_long", "labels"),
        ({"fields": {"genre": ["science"]}}, "wrong_type", "fields.genre"),
        ({"name": "Ada"}, "unknown_field", "name"),
        ({"member_id": NOBODY}, "unknown_field", "member_id"),
    ],
)
def test_a_profile_that_does_not_fit_is_refused(shop: Shop, change: Json, code: str, param: str) -> None:
    ada = shop.enrol("1")
    assert refusal(shop.api.post("/v1/members", {"identifiers": [card("9")]} | change)) == (400, code, param)
    assert refusal(shop.api.patch(f"/v1/members/{ada}", change)) == (400, code, param)


def test_a_member_needs_an_identifier(api: Api) -> None:
    assert refusal(api.post("/v1/members", {"given_name": "Ada"})) == (400, "missing_field", "identifiers")
    assert refusal(api.post("/v1/members/find", {"value": "1"})) == (400, "missing_field", "type")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("shoe_size", 39, "undeclared_field"),
        ("x" * 900, "", "undeclared_field"),
        ("genre", 7, "wrong_field_type"),
        ("genre", "g" * 1_001, "wrong_field_type"),
        ("age", "36", "wrong_field_type"),
        ("age", True, "wrong_field_type"),
        ("reads_daily", "yes", "wrong_field_type"),
        ("joined_book_club", "last May", "wrong_field_type"),
        ("joined_book_club", "2025-5-1", "wrong_field_type"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_field_is_what_the_tenant_declared(shop: Shop, fields: None, name: str, value: Any, code: str) -> None:
    ada = shop.enrol("1")
    refused = (422, code, f"fields.{name}"[:200])
    body: Json = {"fields": {name: value}}
    assert refusal(shop.api.post("/v1/members", {"identifiers": [card("9")]} | body)) == refused
    assert refusal(shop.api.patch(f"/v1/members/{ada}", body)) == refused


# --- changing ------------------------------------------------------------------------------------------------------------


def test_what_is_sent_replaces_what_is_kept_and_the_rest_stays(api: Api, fields: None) -> None:
    member = answer(api.post("/v1/members", ADA))
    path = f"/v1/members/{member['member_id']}"
    changed = api.patch(path, {"given_name": "Augusta", "labels": [], "fields": {"genre": None, "age": 37}})
    expected = member | {
        "given_name": "Augusta",
        "labels": [],
        "fields": {"age": 37, "reads_daily": True, "joined_book_club": "2025-05-01"},
    }
    assert (changed.status, changed.json) == (200, expected)
    assert answer(api.get(path)) == expected
    assert answer(api.patch(path, {"birth_date": None}))["birth_date"] is None
    expected["occasions"] = OCCASIONS | {"birthday": None}
    assert answer(api.patch(path, {})) == expected | {"birth_date": None}


@pytest.mark.parametrize("field", ["identifiers", "given_name", "family_name", "locale", "labels", "fields", "status"])
def test_only_a_birth_date_can_be_taken_away_by_null(api: Api, fields: None, field: str) -> None:
    member = answer(api.post("/v1/members", ADA))
    path = f"/v1/members/{member['member_id']}"
    reply = api.patch(path, {field: None, "birth_date": None})
    assert refusal(reply) == (400, "wrong_type", field)
    assert reply.json["error"]["message"].endswith(", not null.")
    assert answer(api.get(path)) == member


def test_what_a_change_leaves_out_has_no_value_of_its_own(api: Api) -> None:
    """Neither in the document, where a default would read as what is then kept."""
    update = api.get("/openapi.json").json["components"]["schemas"]["MemberUpdate"]
    told = {name for name, schema in update["properties"].items() if schema.get("default") is not None}
    assert (told, update.get("required")) == (set(), None)


def test_a_card_given_up_may_go_to_somebody_else(shop: Shop) -> None:
    ada = shop.enrol("1")
    answer(shop.api.patch(f"/v1/members/{ada}", {"identifiers": [card("2")]}))
    assert refusal(shop.api.post("/v1/members/find", card("1")))[1] == "member_not_found"
    assert answer(shop.api.post("/v1/members/find", card("2")))["member_id"] == ada
    assert shop.enrol("1") != ada


def test_a_member_is_blocked_and_let_in_again(shop: Shop) -> None:
    ada = shop.enrol("1")
    path = f"/v1/members/{ada}"
    assert answer(shop.api.patch(path, {"status": "blocked"}))["status"] == "blocked"
    assert answer(shop.api.get(path))["status"] == "blocked"
    assert answer(shop.api.patch(path, {"status": "active"}))["status"] == "active"
    assert refusal(shop.api.patch(path, {"status": "gone"})) == (400, "unknown_choice", "status")


# --- the directory -------------------------------------------------------------------------------------------------------


def test_the_directory_lists_everybody_once_page_by_page(shop: Shop) -> None:
    everybody = set()
    for number in range(41):
        everybody.add(shop.enrol(str(number), given_name=f"Member {number}"))
        shop.clock.pass_by(0.01)
    assert len(everybody) == 41
    for limit in (1, 7, 41, 100):
        pages = shop.pages("/v1/members", limit)
        listed = [member["member_id"] for page in pages for member in page]
        assert (sorted(listed), max(map(len, pages))) == (sorted(everybody), min(limit, 41))
    assert shop.pages("/v1/members", 25)[0] == answer(shop.api.get("/v1/members"))["items"]


def test_the_directory_shows_cards(shop: Shop) -> None:
    ada = shop.enrol("1", given_name="Ada", family_name="Lovelace", labels=[{"key": "vip", "value": "yes"}])
    shop.block(ada)
    assert answer(shop.api.get("/v1/members")) == {
        "items": [
            {
                "member_id": ada,
                "status": "blocked",
                "enrolled_at": "2026-01-15T12:00:00Z",
                "given_name": "Ada",
                "family_name": "Lovelace",
                "identifiers": [card("1")],
            }
        ],
        "next_cursor": None,
    }


def test_an_empty_directory_is_one_empty_page(api: Api) -> None:
    assert answer(api.get("/v1/members")) == {"items": [], "next_cursor": None}


def test_a_cursor_is_good_for_its_own_list_only(shop: Shop, other: Shop) -> None:
    for number in "12":
        shop.enrol(number)
        other.enrol(number)
        shop.clock.pass_by(0.01)
    theirs = answer(other.api.get("/v1/members?limit=1"))["next_cursor"]
    ada = shop.enrol("3")
    for number in "12":
        shop.buy(ada, number)
    orders = answer(shop.api.get(f"/v1/members/{ada}/orders?limit=1"))["next_cursor"]
    assert theirs
    assert orders
    for cursor in (theirs, orders, "nonsense", "", "W10", "bnVsbA", "MQ", "%C3%A4", "=" * 999, "[" * 999):
        refused = shop.api.get(f"/v1/members?cursor={cursor}")
        assert refusal(refused) == (400, "invalid_cursor", "cursor"), cursor
