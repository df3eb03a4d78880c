"""What a member holds: earned, spent, expired, told line by line, and proved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.native.bookshop import CASHBACK, NOBODY, PROGRAM, Json, Shop, answer, book, refusal
from tests.http.world import HandClock

MONTH = 31 * 24 * 3600
EMPTY: dict[str, Any] = dict.fromkeys(
    (
        *("held", "pending", "owed", "earned", "granted", "received", "refunded", "gained"),
        *("spent", "deducted", "sent", "converted", "cancelled", "expired"),
    ),
    0,
) | {"expiring": [], "coming": []}


def at(member_id: str, what: str = "account") -> str:
    return f"/v1/members/{member_id}/{what}"


# --- earning and spending ------------------------------------------------------------------------------------------------


def test_points_are_given_by_hand(shop: Shop, ada: str) -> None:
    reply = shop.api.post(at(ada, "earnings"), {"unit": "points", "amount": 250})
    earning_id = reply.json["earning"]["earning_id"]
    assert earning_id.startswith("ent_")
    assert (reply.status, reply.json) == (
        201,
        {
            "group_id": None,
            "earning": {
                "earning_id": earning_id,
                "unit": "points",
                "amount": 250,
                "rule_id": None,
                "expires_on": "2027-01-31",
                "lines": [],
                "pending": False,
                "available_at": None,
                "event": None,
            },
            "capped": [],
            "expired": [],
            "account": {"balances": {"points": 250}, "tier": "silver"},
        },
    )


def test_points_are_spent(shop: Shop, ada: str) -> None:
    shop.earn(ada, 250)
    reply = shop.api.post(at(ada, "spends"), {"unit": "points", "amount": 40})
    spend_id = reply.json["spend_id"]
    assert spend_id.startswith("ent_")
    assert (reply.status, reply.json) == (
        201,
        {
            "group_id": None,
            "spend_id": spend_id,
            "unit": "points",
            "amount": 40,
            "owed": 0,
            "expired": [],
            "account": {"balances": {"points": 210}, "tier": "silver"},
        },
    )


def test_nobody_spends_what_is_not_there(shop: Shop, ada: str) -> None:
    shop.earn(ada, 10)
    shop.earn(ada, 10_00, unit="cashback")
    body = {"unit": "points", "amount": 11}
    assert refusal(shop.api.post(at(ada, "spends"), body)) == (422, "insufficient_balance", "amount")
    shop.spend(ada, 10)
    assert refusal(shop.api.post(at(ada, "spends"), body | {"amount": 1})) == (422, "insufficient_balance", "amount")
    assert shop.wallet(ada, "cashback")["available"] == 10_00


def test_a_balance_has_a_limit(shop: Shop, ada: str) -> None:
    shop.earn(ada, 10**12)
    one_more = {"unit": "points", "amount": 1}
    assert refusal(shop.api.post(at(ada, "earnings"), one_more)) == (422, "balance_limit", "amount")


def test_what_has_expired_since_is_told_and_not_spent(shop: Shop, ada: str) -> None:
    shop.earn(ada, 10)
    shop.clock.pass_by(13 * MONTH)
    gone = [{"unit": "points", "amount": 10, "expires_on": "2027-01-31"}]
    assert refusal(shop.api.post(at(ada, "spends"), {"unit": "points", "amount": 1}))[1] == "insufficient_balance"
    assert shop.earn(ada, 3)["expired"] == gone
    assert shop.spend(ada, 3)["expired"] == []


@pytest.mark.parametrize("what", ["earnings", "spends"])
@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"unit": "stars", "amount": 1}, 422, "unknown_unit", "unit"),
        ({"unit": "", "amount": 1}, 422, "unknown_unit", "unit"),
        ({"unit": "points", "amount": 0}, 422, "number_too_small", "amount"),
        ({"unit": "points", "amount": -1}, 422, "negative_amount", "amount"),
        ({"unit": "points", "amount": 10**12 + 1}, 422, "number_too_large", "amount"),
        ({"unit": "points", "amount": 1.5}, 422, "too_many_decimals", "amount"),
        ({"unit": "points", "amount": 1.0}, 422, "too_many_decimals", "amount"),
        ({"unit": "points", "amount": "1"}, 400, "unreadable_number", "amount"),
        ({"unit": "points", "amount": True}, 400, "wrong_type", "amount"),
        ({"unit": "points", "amount": None}, 400, "wrong_type", "amount"),
        ({"unit": "points"}, 400, "missing_field", "amount"),
        ({"amount": 1}, 400, "missing_field", "unit"),
        ({"unit": "points", "amount": 1, "why": "kindness"}, 400, "unknown_field", "why"),
    ],
)
def test_only_whole_positive_amounts_of_a_known_unit(
    shop: Shop, ada: str, what: str, body: Json, status: int, code: str, param: str
) -> None:
    shop.earn(ada, 5)
    assert refusal(shop.api.post(at(ada, what), body)) == (status, code, param)
    assert (shop.points(ada), shop.account(ada)["version"]) == (5, 1)


def test_a_blocked_member_neither_earns_nor_spends_but_is_read(shop: Shop, ada: str) -> None:
    shop.earn(ada, 5)
    shop.block(ada)
    for what in ("earnings", "spends"):
        body = {"unit": "points", "amount": 1}
        assert refusal(shop.api.post(at(ada, what), body)) == (422, "member_blocked", "member_id")
    assert shop.points(ada) == 5


# --- the account ---------------------------------------------------------------------------------------------------------


def test_an_account_shows_every_unit_of_the_program(shop: Shop, ada: str) -> None:
    assert shop.account(ada) == {
        "member_id": ada,
        "group_id": None,
        "program_id": 1,
        "version": 0,
        "as_of": "2026-01-15T12:00:00Z",
        "wallets": [
            {"unit": "points", "decimals": 0, "available": 0} | EMPTY,
            {"unit": "cashback", "decimals": 2, "available": 0} | EMPTY,
        ],
        "holds": [],
        "tier": "bronze",
        "next_tier": {"tier": "silver", "missing": 200},
        "standing": {
            "tier": "bronze",
            "name": "Bronze",
            "since": None,
            "reason": None,
            "attributes": {},
            "keep": None,
            "grace": False,
            "pinned": None,
        },
        "orders": 0,
        "spend": [],
    }


def test_an_account_adds_up(shop: Shop, ada: str) -> None:
    order = shop.buy(ada, "S1", book(150_00), book(50_50, sku="LAMP"))
    shop.buy(ada, "S2", book(7_000), currency="JPY", purchased_at="2025-12-31T23:59:59Z")
    shop.earn(ada, 12_34, unit="cashback")
    shop.spend(ada, 100)
    shop.bring_back(order["order_id"], "B1", book(50_50, sku="LAMP"))
    account = shop.account(ada)
    points, cashback = account["wallets"]
    assert points == EMPTY | {
        "unit": "points",
        "decimals": 0,
        "available": 7_050,
        "earned": 7_200,
        "refunded": 0,
        "spent": 100,
        "cancelled": 50,
        "expired": 0,
        "expiring": [{"expires_on": "2026-12-31", "amount": 6_900}, {"expires_on": "2027-01-31", "amount": 150}],
    }
    assert (cashback["available"], cashback["expiring"]) == (12_34, [{"expires_on": None, "amount": 12_34}])
    assert (account["version"], account["orders"], account["tier"], account["next_tier"]) == (5, 2, "gold", None)
    assert account["spend"] == [{"currency": "EUR", "amount": 150_00}, {"currency": "JPY", "amount": 7_000}]


def test_an_account_can_be_seen_as_it_will_be(shop: Shop, ada: str) -> None:
    shop.earn(ada, 10)
    last = shop.account(ada, "?as_of=2027-01-31T23:59:59Z")
    assert (last["as_of"], last["wallets"][0]["available"]) == ("2027-01-31T23:59:59Z", 10)
    after = shop.account(ada, "?as_of=2027-02-01T01:00:00%2B01:00")
    wallet = {"unit": "points", "decimals": 0, "available": 0} | EMPTY | {"earned": 10, "expired": 10}
    assert (after["as_of"], after["wallets"][0]) == ("2027-02-01T00:00:00Z", wallet)
    assert shop.points(ada) == 10
    assert shop.account(ada, "?as_of=2026-01-15T12:00:00Z") == shop.account(ada)


def test_an_account_can_be_seen_as_it_was(shop: Shop, ada: str, clock: HandClock) -> None:
    shop.earn(ada, 250)
    clock.pass_by(MONTH)
    shop.spend(ada, 200)
    past = shop.account(ada, "?as_of=2026-01-31T00:00:00Z")
    assert (past["version"], past["wallets"][0]["available"], past["tier"]) == (1, 250, "silver")
    at_that_very_instant = shop.account(ada, "?as_of=2026-01-15T12:00:00Z")
    assert (at_that_very_instant["version"], at_that_very_instant["wallets"][0]["available"]) == (1, 250)
    before = shop.account(ada, "?as_of=2026-01-15T11:59:59Z")
    assert (before["version"], before["wallets"][0]["available"]) == (0, 0)
    assert shop.account(ada)["wallets"][0]["available"] == 50


def test_a_moment_that_is_none_is_refused(shop: Shop, ada: str) -> None:
    for unreadable in ("tomorrow", "2027-01-31", "2027-02-30T00:00:00Z", "9999-12-31T23:59:59Z", ""):
        assert refusal(shop.api.get(f"{at(ada)}?as_of={unreadable}")) == (400, "invalid_parameter", "as_of")


def test_a_moment_outside_of_our_times_is_refused_with_what_they_are(shop: Shop, ada: str) -> None:
    for outside in (
        "1969-12-31T23:59:59Z",
        "1970-01-01T01:00:00%2B02:00",
        "9000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ):
        refused = shop.api.get(f"{at(ada)}?as_of={outside}")
        assert refusal(refused) == (400, "invalid_parameter", "as_of")
        said = "as_of must be a time from 1970 to 8999, like 2026-01-31T12:00:00Z."
        assert refused.json["error"]["message"] == said
    assert shop.account(ada, "?as_of=1970-01-01T00:00:00Z")["as_of"] == "1970-01-01T00:00:00Z"
    assert shop.account(ada, "?as_of=8999-12-31T23:59:59Z")["as_of"] == "8999-12-31T23:59:59Z"


def test_accounts_of_two_programs_are_two(shop: Shop, ada: str) -> None:
    answer(shop.api.post("/v1/programs", PROGRAM | {"units": [CASHBACK]}))
    answer(shop.api.post(f"{at(ada, 'earnings')}?program_id=2", {"unit": "cashback", "amount": 7}))
    assert shop.account(ada)["version"] == 0
    second = shop.account(ada, "?program_id=2")
    assert (second["program_id"], second["wallets"][0]["available"], second["tier"]) == (2, 7, None)


# --- who and where -------------------------------------------------------------------------------------------------------

READS = ("account", "account/proof", "statement")
WRITES = ("earnings", "spends")


@pytest.mark.parametrize("what", [*READS, *WRITES])
def test_the_account_of_nobody_is_not_there(shop: Shop, other: Shop, what: str) -> None:
    theirs = other.enrol("1")
    other.earn(theirs, 5)
    body = {"unit": "points", "amount": 1} if what in WRITES else None
    method = "POST" if what in WRITES else "GET"
    for member_id in (NOBODY, theirs, "nobody", "m" * 3_000):
        reply = shop.api.call(method, at(member_id, what), body)
        assert refusal(reply) == (404, "member_not_found", "member_id"), member_id
    assert other.points(theirs) == 5


@pytest.mark.parametrize("what", [*READS, *WRITES])
def test_a_program_that_is_not_there_is_not_found(shop: Shop, ada: str, what: str) -> None:
    body = {"unit": "points", "amount": 1} if what in WRITES else None
    method = "POST" if what in WRITES else "GET"
    assert refusal(shop.api.call(method, f"{at(ada, what)}?program_id=2", body)) == (
        404,
        "program_not_found",
        "program_id",
    )
    for number in ("0", "1024", "one", "1.0"):
        reply = shop.api.call(method, f"{at(ada, what)}?program_id={number}", body)
        assert refusal(reply) == (400, "invalid_parameter", "program_id")
