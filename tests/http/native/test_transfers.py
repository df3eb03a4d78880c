"""Points that move, as a client sees them: to another member and back, and into another unit."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.runtime import Runtime
from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Key
from tests.http.native.bookshop import CASHBACK, NOBODY, POINTS, PROGRAM, Json, Shop, answer, card, refusal

RATES: list[Json] = [
    {"unit": "points", "into": "cashback", "take": 2, "give": 3, "minimum": 5},
    {"unit": "cashback", "into": "points", "take": 100, "give": 1},
]
BALANCE = 10**12


@pytest.fixture
def bob(shop: Shop) -> str:
    return shop.enrol("2")


@pytest.fixture
def rates(shop: Shop) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"rates": RATES}))


def sending(shop: Shop, sender: str, to: Any, amount: Any = 10, unit: str = "points", query: str = "") -> Any:
    return shop.api.post(f"/v1/members/{sender}/transfers{query}", {"to": to, "unit": unit, "amount": amount})


def undoing(shop: Shop, sender: str, transfer_id: str) -> Any:
    return shop.api.call("POST", f"/v1/members/{sender}/transfers/{transfer_id}/undo")


def converting(shop: Shop, member_id: str, amount: Any = 10, into: str = "cashback", **fields: Any) -> Any:
    body = {"unit": "points", "into": into, "amount": amount} | fields
    return shop.api.post(f"/v1/members/{member_id}/conversions", body)


def ruled(shop: Shop, **policy: Any) -> None:
    """The shop's points behave so from now on."""
    changed = {**POINTS, "policies": [{**POINTS["policies"][0], **policy}]}
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [changed, CASHBACK]}))


# --- transfers -----------------------------------------------------------------------------------------------------------


def test_points_are_sent(shop: Shop, ada: str, bob: str) -> None:
    shop.earn(ada, 250)
    reply = sending(shop, ada, bob, 40)
    transfer_id = reply.json["transfer_id"]
    assert transfer_id.startswith("ent_")
    assert (reply.status, reply.json) == (
        201,
        {
            "transfer_id": transfer_id,
            "receiver_id": bob,
            "unit": "points",
            "amount": 40,
            "parts": [{"expires_on": "2027-01-31", "amount": 40}],
            "expired": [],
            "account": {"balances": {"points": 210}, "tier": "silver"},
        },
    )
    assert (shop.wallet(ada)["sent"], shop.wallet(bob)["received"], shop.points(bob)) == (40, 40, 40)
    assert shop.account(bob)["tier"] == "bronze"


def test_a_receiver_may_be_named_by_an_identifier(shop: Shop, ada: str, bob: str) -> None:
    shop.earn(ada, 250)
    assert answer(sending(shop, ada, card("2")))["receiver_id"] == bob


def test_statements_of_both_tell_of_it(shop: Shop, ada: str, bob: str) -> None:
    shop.earn(ada, 250)
    answer(sending(shop, ada, bob, 40))
    lines = [answer(shop.api.get(f"/v1/members/{one}/statement"))["items"][0]["lines"][0] for one in (ada, bob)]
    assert [(line["type"], line["amount"], line["balance"]) for line in lines] == [
        ("points.sent", -40, 210),
        ("points.received", 40, 40),
    ]


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"unit": "stars"}, 422, "unknown_unit", "unit"),
        ({"amount": 0}, 422, "number_too_small", "amount"),
        ({"amount": -1}, 422, "negative_amount", "amount"),
        ({"amount": BALANCE + 1}, 422, "number_too_large", "amount"),
        ({"amount": 1.5}, 422, "too_many_decimals", "amount"),
        ({"amount": "1"}, 400, "unreadable_number", "amount"),
        ({"amount": None}, 400, "wrong_type", "amount"),
        ({"amount": 251}, 422, "insufficient_balance", "amount"),
        ({"to": None}, 400, "wrong_type", "to"),
        ({"to": 2}, 400, "wrong_type", "to"),
        ({"to": []}, 400, "wrong_type", "to"),
        ({"to": {}}, 400, "missing_field", "to.type"),
        ({"to": {"type": "pigeon", "value": "2"}}, 400, "unknown_choice", "to.type"),
        ({"to": {"type": "email", "value": "nobody"}}, 400, "invalid_identifier", "identifiers"),
        ({"to": card("3")}, 404, "member_not_found", "to"),
        ({"to": NOBODY}, 404, "member_not_found", "to"),
        ({"to": "grp_00000000000"}, 404, "group_not_found", "to"),
        ({"to": "m" * 3_000}, 404, "member_not_found", "to"),
        ({"to": card("1")}, 422, "transfer_to_self", "to"),
        ({"why": "kindness"}, 400, "unknown_field", "why"),
    ],
)
def test_what_cannot_be_sent_changes_nothing(
    shop: Shop, ada: str, bob: str, change: Json, status: int, code: str, param: str
) -> None:
    shop.earn(ada, 250)
    body = {"to": bob, "unit": "points", "amount": 10} | change
    assert refusal(shop.api.post(f"/v1/members/{ada}/transfers", body)) == (status, code, param)
    assert (shop.points(ada), shop.account(ada)["version"], shop.account(bob)["version"]) == (250, 1, 0)


def test_the_blocked_and_the_strange_neither_send_nor_receive(shop: Shop, other: Shop, ada: str, bob: str) -> None:
    shop.earn(ada, 250)
    theirs = other.enrol("9")
    other.earn(theirs, 5)
    for to in (theirs, card("9")):
        assert refusal(sending(shop, ada, to)) == (404, "member_not_found", "to")
    assert refusal(sending(shop, theirs, ada)) == (404, "member_not_found", "member_id")
    assert refusal(sending(shop, ada, bob, query="?program_id=2")) == (404, "program_not_found", "program_id")
    shop.block(bob)
    assert refusal(sending(shop, ada, bob)) == (422, "member_blocked", "to")
    assert refusal(sending(shop, bob, ada)) == (422, "member_blocked", "member_id")
    assert (shop.points(ada), other.points(theirs)) == (250, 5)


def test_a_receiver_can_be_full(shop: Shop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    shop.earn(bob, BALANCE)
    assert refusal(sending(shop, ada, bob, 1)) == (422, "balance_limit", "amount")


def test_a_receiver_with_eight_hundred_last_days_takes_no_later_one(
    shop: Shop, rt: Runtime, ada: str, bob: str
) -> None:
    """No point is lost: the sender keeps them."""
    shop.earn(ada, 10)
    shop.earn(bob, 800)
    with_lots(rt, bob, 800)
    assert refusal(sending(shop, ada, bob)) == (422, "too_many_lots", None)
    assert shop.points(ada) == 10


def with_lots(rt: Runtime, member_id: str, lots: int) -> None:
    """As if each point had a lot of its own, all with a day before the one that new points get."""
    key = Key(f"ours#M#{member_id}", "B#0001")
    stored = rt.table.get(key)
    assert stored is not None
    body = unpack(stored["body"]["B"])
    _, totals, [[_, day, shift, _, _]] = body["w"]["points"]
    body["w"]["points"] = [lots + 1, totals, [[number + 1, day - 1, shift, 1, 0] for number in range(lots)]]
    rt.table.batch_put([{**stored, "body": {"B": pack(body)}}])


# --- undone --------------------------------------------------------------------------------------------------------------


def test_a_transfer_is_undone(shop: Shop, ada: str, bob: str) -> None:
    shop.earn(ada, 250)
    transfer_id = answer(sending(shop, ada, bob, 40))["transfer_id"]
    shop.spend(bob, 10)
    reply = undoing(shop, ada, transfer_id)
    assert (reply.status, reply.json) == (
        200,
        {
            "transfer_id": transfer_id,
            "unit": "points",
            "amount": 30,
            "expired": [],
            "account": {"balances": {"points": 240}, "tier": "silver"},
        },
    )
    assert (shop.wallet(ada)["refunded"], shop.wallet(bob)["deducted"], shop.points(bob)) == (30, 30, 0)
    assert refusal(undoing(shop, ada, transfer_id)) == (422, "already_undone", "transfer_id")


def test_what_is_used_up_is_not_undone(shop: Shop, ada: str, bob: str) -> None:
    shop.earn(ada, 250)
    transfer_id = answer(sending(shop, ada, bob, 40))["transfer_id"]
    shop.spend(bob, 40)
    assert refusal(undoing(shop, ada, transfer_id)) == (422, "nothing_left", "transfer_id")


def test_a_program_may_refuse_to_undo_what_was_used_in_part(shop: Shop, ada: str, bob: str) -> None:
    ruled(shop, cancel_used="refuse")
    shop.earn(ada, 250)
    transfer_id = answer(sending(shop, ada, bob, 40))["transfer_id"]
    shop.spend(bob, 1)
    assert refusal(undoing(shop, ada, transfer_id)) == (422, "earning_partly_used", "transfer_id")


def test_what_would_come_back_to_a_full_account_stays(shop: Shop, ada: str, bob: str) -> None:
    shop.earn(ada, 40)
    transfer_id = answer(sending(shop, ada, bob, 40))["transfer_id"]
    shop.earn(ada, BALANCE)
    assert refusal(undoing(shop, ada, transfer_id)) == (422, "balance_limit", "transfer_id")
    assert shop.points(bob) == 40


def test_only_a_senders_own_transfer_is_undone(shop: Shop, other: Shop, ada: str, bob: str) -> None:
    earning_id = shop.earn(ada, 250)["earning"]["earning_id"]
    transfer_id = answer(sending(shop, ada, bob, 40))["transfer_id"]
    for member_id, named in ((bob, transfer_id), (ada, earning_id), (ada, "ent_1"), (NOBODY, transfer_id)):
        assert refusal(undoing(shop, member_id, named)) == (404, "transfer_not_found", "transfer_id")
    assert refusal(undoing(other, ada, transfer_id)) == (404, "transfer_not_found", "transfer_id")
    assert shop.points(bob) == 40


# --- conversions ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("rates")
def test_points_are_converted(shop: Shop, ada: str) -> None:
    shop.earn(ada, 250)
    reply = converting(shop, ada, 41)
    conversion_id = reply.json["conversion_id"]
    assert conversion_id.startswith("ent_")
    assert (reply.status, reply.json) == (
        201,
        {
            "conversion_id": conversion_id,
            "unit": "points",
            "amount": 41,
            "into": "cashback",
            "gained": 62,
            "expires_on": None,
            "expired": [],
            "account": {"balances": {"points": 209, "cashback": 62}, "tier": "silver"},
        },
    )
    assert (shop.wallet(ada)["converted"], shop.wallet(ada, "cashback")["gained"]) == (41, 62)


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"unit": "stars"}, 422, "unknown_unit", "unit"),
        ({"into": "stars"}, 422, "unknown_unit", "into"),
        ({"into": "points"}, 422, "no_rate", "into"),
        ({"amount": 0}, 422, "number_too_small", "amount"),
        ({"amount": -1}, 422, "negative_amount", "amount"),
        ({"amount": BALANCE + 1}, 422, "number_too_large", "amount"),
        ({"amount": 1.5}, 422, "too_many_decimals", "amount"),
        ({"amount": 4}, 422, "below_minimum", "amount"),
        ({"amount": 251}, 422, "insufficient_balance", "amount"),
        ({"unit": "cashback", "into": "points", "amount": 49}, 422, "converts_to_nothing", "amount"),
        ({"rate": 2}, 400, "unknown_field", "rate"),
    ],
)
def test_what_cannot_be_converted_changes_nothing(
    shop: Shop, ada: str, change: Json, status: int, code: str, param: str
) -> None:
    shop.earn(ada, 250)
    shop.earn(ada, 100, unit="cashback")
    assert refusal(converting(shop, ada, **change)) == (status, code, param)
    assert (shop.points(ada), shop.account(ada)["version"]) == (250, 2)


@pytest.mark.usefixtures("rates")
def test_the_blocked_and_the_strange_convert_nothing(shop: Shop, other: Shop, ada: str) -> None:
    shop.earn(ada, 250)
    theirs = other.enrol("9")
    for member_id in (NOBODY, theirs, "nobody"):
        assert refusal(converting(shop, member_id)) == (404, "member_not_found", "member_id")
    path, body = f"/v1/members/{ada}/conversions", {"unit": "points", "into": "cashback", "amount": 10}
    assert refusal(shop.api.post(f"{path}?program_id=2", body)) == (404, "program_not_found", "program_id")
    shop.earn(ada, BALANCE, unit="cashback")
    assert refusal(converting(shop, ada)) == (422, "balance_limit", "amount")
    shop.block(ada)
    assert refusal(converting(shop, ada)) == (422, "member_blocked", "member_id")
    assert shop.points(ada) == 250
