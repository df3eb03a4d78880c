"""What operators give and take over HTTP, and spends that go below zero."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.accounts.model.limits import MAX_LOTS_IN_ALL, MAX_TAKEN_PIECES
from chalicelib.kit.caller import Grant
from chalicelib.runtime import Runtime
from tests.http.client import Api
from tests.http.native.bookshop import NOBODY, PROGRAM, Json, Shop, answer, refusal
from tests.http.native.filled import at_the_counter
from tests.http.world import HandClock, key_for
from tests.twins.filled import fill, take_every_other

OWING = {"code": "owing", "name": "Owing", "policies": [{"negative": "limit", "negative_limit": 100}]}
GIFT: Json = {"unit": "points", "amount": 30, "reason": "goodwill"}
WHAT = ("grants", "deductions")


def at(member_id: str, what: str) -> str:
    return f"/v1/members/{member_id}/{what}"


@pytest.fixture
def owing(shop: Shop) -> Shop:
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [*PROGRAM["units"], OWING]}))
    return shop


def test_points_are_granted(shop: Shop, ada: str) -> None:
    gift = GIFT | {"amount": 500, "expires_on": "2026-03-01", "comment": "Waited an hour.\nTwice."}
    reply = shop.api.post(at(ada, "grants"), gift)
    grant_id = reply.json["grant_id"]
    assert grant_id.startswith("ent_")
    assert (reply.status, reply.json) == (
        201,
        {
            "grant_id": grant_id,
            "unit": "points",
            "amount": 500,
            "reason": "goodwill",
            "expires_on": "2026-03-01",
            "expired": [],
            "account": {"balances": {"points": 500}, "tier": "bronze"},
        },
    )
    [told] = answer(shop.api.get(at(ada, "statement")))["items"]
    assert (told["operation"], told["comment"], told["lines"][0]["reason"]) == (
        "grant_points",
        "Waited an hour.\nTwice.",
        "goodwill",
    )


def test_points_are_deducted(shop: Shop, ada: str) -> None:
    shop.earn(ada, 50)
    reply = shop.api.post(at(ada, "deductions"), GIFT | {"reason": "mistake"})
    deduction_id = reply.json["deduction_id"]
    assert (reply.status, reply.json) == (
        201,
        {
            "deduction_id": deduction_id,
            "unit": "points",
            "amount": 30,
            "owed": 0,
            "reason": "mistake",
            "expired": [],
            "account": {"balances": {"points": 20}, "tier": "bronze"},
        },
    )


@pytest.mark.parametrize("what", ["deductions", "spends"])
def test_below_zero_is_asked_for_and_allowed_by_the_policy(owing: Shop, ada: str, what: str) -> None:
    body: Json = {"unit": "owing", "amount": 40} | ({"reason": "mistake"} if what == "deductions" else {})
    short = (422, "insufficient_balance", "amount")
    assert refusal(owing.api.post(at(ada, what), body)) == short
    assert refusal(owing.api.post(at(ada, what), body | {"amount": 101, "below_zero": True})) == short
    assert refusal(owing.api.post(at(ada, what), body | {"unit": "points", "below_zero": True})) == short
    taken = answer(owing.api.post(at(ada, what), body | {"below_zero": True}))
    assert (taken["owed"], taken["account"]["balances"]) == (40, {"owing": -40})
    assert (owing.wallet(ada, "owing")["available"], owing.wallet(ada, "owing")["owed"]) == (-40, 40)
    answer(owing.api.post(at(ada, "grants"), GIFT | {"unit": "owing", "amount": 50}))
    assert (owing.wallet(ada, "owing")["available"], owing.wallet(ada, "owing")["owed"]) == (10, 0)


@pytest.mark.parametrize("what", ["deductions", "spends"])
def test_who_asks_for_too_much_is_told_how_far_below_zero_it_may_go(owing: Shop, ada: str, what: str) -> None:
    body: Json = {"amount": 111, "below_zero": True} | ({"reason": "mistake"} if what == "deductions" else {})
    answer(owing.api.post(at(ada, "grants"), GIFT | {"unit": "owing", "amount": 10}))

    def said(unit: str, **other: Any) -> str:
        return str(owing.api.post(at(ada, what), body | {"unit": unit} | other).json["error"]["message"])

    further = "the balance may go no further than 100 below zero,"
    assert said("owing") == f"There are 10 available, {further} and 111 are needed."
    assert said("owing", below_zero=False) == "There are 10 available and 111 are needed."
    assert said("points") == "There are 0 available, the balance may not go below zero, and 111 are needed."
    answer(owing.api.post(at(ada, what), body | {"unit": "owing", "amount": 110}))
    assert said("owing", amount=1) == f"There are -100 available, {further} and 1 are needed."


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize(
    ("wrong", "status", "code", "param"),
    [
        ({"unit": "stars"}, 422, "unknown_unit", "unit"),
        ({"amount": 0}, 422, "number_too_small", "amount"),
        ({"amount": -1}, 422, "negative_amount", "amount"),
        ({"amount": 10**12 + 1}, 422, "number_too_large", "amount"),
        ({"amount": 1.5}, 422, "too_many_decimals", "amount"),
        ({"reason": ""}, 400, "wrong_format", "reason"),
        ({"reason": "Because she asked"}, 400, "wrong_format", "reason"),
        ({"reason": None}, 400, "wrong_type", "reason"),
        ({"comment": "x" * 1_001}, 400, "too_long", "comment"),
        ({"comment": "\x07"}, 400, "wrong_format", "comment"),
        ({"why": "kindness"}, 400, "unknown_field", "why"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(
    shop: Shop, ada: str, what: str, wrong: Json, status: int, code: str, param: str
) -> None:
    shop.earn(ada, 50)
    assert refusal(shop.api.post(at(ada, what), GIFT | wrong)) == (status, code, param)
    unsaid = {name: value for name, value in GIFT.items() if name != "reason"}
    assert refusal(shop.api.post(at(ada, what), unsaid)) == (400, "missing_field", "reason")
    assert (shop.points(ada), shop.account(ada)["version"]) == (50, 1)


@pytest.mark.parametrize("last", ["2026-01-14", "2126-03-01", "9999-12-29"])
def test_a_grant_lasts_from_today_on_and_not_for_ever(shop: Shop, ada: str, last: str) -> None:
    reply = shop.api.post(at(ada, "grants"), GIFT | {"expires_on": last})
    assert refusal(reply) == (400, "invalid_expiry", "expires_on")


def test_a_balance_has_a_limit(shop: Shop, ada: str) -> None:
    answer(shop.api.post(at(ada, "grants"), GIFT | {"amount": 10**12}))
    assert refusal(shop.api.post(at(ada, "grants"), GIFT)) == (422, "balance_limit", "amount")


def test_a_blocked_member_is_given_nothing(shop: Shop, ada: str) -> None:
    shop.earn(ada, 50)
    shop.block(ada)
    assert refusal(shop.api.post(at(ada, "grants"), GIFT)) == (422, "member_blocked", "member_id")
    assert answer(shop.api.post(at(ada, "deductions"), GIFT))["account"]["balances"] == {"points": 20}


@pytest.mark.parametrize("what", WHAT)
def test_the_account_of_nobody_is_not_there(shop: Shop, other: Shop, ada: str, what: str) -> None:
    for member_id in (NOBODY, other.enrol("1"), "nobody"):
        assert refusal(shop.api.post(at(member_id, what), GIFT)) == (404, "member_not_found", "member_id")
    reply = shop.api.post(f"{at(ada, what)}?program_id=2", GIFT)
    assert refusal(reply) == (404, "program_not_found", "program_id")


@pytest.mark.parametrize("what", WHAT)
def test_a_till_that_may_earn_and_spend_need_not_be_able_to_give(rt: Runtime, shop: Shop, ada: str, what: str) -> None:
    till = Api(rt, key_for(rt, "ours", Grant("accounts", "modify")))
    office = Api(rt, key_for(rt, "ours", Grant("adjustments", "modify")))
    shop.earn(ada, 50)
    assert (till.post(at(ada, what), GIFT).code, office.post(at(ada, what), GIFT).status) == ("missing_grant", 201)


def test_a_wallet_has_only_so_many_last_days(rt: Runtime, clock: HandClock, shop: Shop, ada: str) -> None:
    fill(at_the_counter(rt, clock), ada, MAX_LOTS_IN_ALL)
    for what, body in (
        ("grants", GIFT | {"expires_on": "2099-01-01"}),
        ("earnings", {"unit": "points", "amount": 1, "event": "e"}),
    ):
        assert refusal(shop.api.post(at(ada, what), body)) == (422, "too_many_lots", None)
    assert shop.points(ada) == MAX_LOTS_IN_ALL


@pytest.mark.parametrize("what", ["deductions", "spends", "holds"])
def test_nobody_takes_more_pieces_than_can_be_told(
    rt: Runtime, clock: HandClock, shop: Shop, ada: str, what: str
) -> None:
    take_every_other(at_the_counter(rt, clock), ada, MAX_TAKEN_PIECES + 1)
    body: Json = {"unit": "points"} | ({"reason": "mistake"} if what == "deductions" else {})
    reply: Any = shop.api.post(at(ada, what), body | {"amount": MAX_TAKEN_PIECES + 1})
    assert refusal(reply) == (422, "too_many_pieces", "amount")
    answer(shop.api.post(at(ada, what), body | {"amount": MAX_TAKEN_PIECES}))
    assert shop.points(ada) == 1
