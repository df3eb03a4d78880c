"""Points that come back or move when a wallet has as many last days, or pieces, as it may have: refused, and nobody loses any."""

from __future__ import annotations

import pytest

from chalicelib.areas.accounts.model.limits import MAX_LOTS, MAX_LOTS_IN_ALL, MAX_TAKEN_PIECES
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, refusal
from tests.http.native.filled import at_the_counter
from tests.http.world import HandClock
from tests.twins.filled import fill, take_every_other

DAY_MS = 86_400_000
FULL = (422, "too_many_lots", None)
RATES: list[Json] = [{"unit": "cashback", "into": "points", "take": 1, "give": 1}]
BACK: list[Json] = [{"unit": "points", "into": "cashback", "take": 1, "give": 1}]


@pytest.fixture
def bob(shop: Shop) -> str:
    return shop.enrol("2")


def kept(shop: Shop, expiry: Json, rates: list[Json] | None = None) -> None:
    """From now on, points are kept so long."""
    units = [{**unit, "policies": [{"expiry": expiry}]} for unit in PROGRAM["units"]]
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": units, "rates": rates or []}))


def at(member_id: str, what: str) -> str:
    return f"/v1/members/{member_id}/{what}"


def full_and_for_good(shop: Shop, rt: Runtime, clock: HandClock, ada: str) -> None:
    """What was earned before has passed, 800 last days lie ahead, and what comes now never passes."""
    clock.at += 5 * DAY_MS
    shop.earn(ada, 10, "cashback")  # with which what has passed is gone
    fill(at_the_counter(rt, clock), ada, MAX_LOTS_IN_ALL)
    for_good = {"effective_from": iso_day(local_day(clock.at + DAY_MS, "UTC")), "expiry": {"type": "never"}}
    known = answer(shop.api.get("/v1/programs/1"))["units"]
    units = [{**unit, "policies": [*unit["policies"], for_good]} for unit in known]
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": units, "rates": RATES}))
    clock.at += DAY_MS


def test_a_spend_is_not_given_back_to_a_wallet_with_too_many_last_days(
    shop: Shop, rt: Runtime, clock: HandClock, ada: str
) -> None:
    kept(shop, {"type": "days", "days": 1})
    shop.earn(ada, 10)
    spend_id = shop.spend(ada, 10)["spend_id"]
    full_and_for_good(shop, rt, clock, ada)
    assert refusal(shop.api.post(at(ada, "refunds"), {"spend_id": spend_id})) == FULL
    assert refusal(shop.api.post(at(ada, "undo"), {"entry_id": spend_id})) == FULL
    answer(shop.api.post(at(ada, "spends"), {"unit": "points", "amount": MAX_LOTS_IN_ALL}))
    clock.at += 1_500 * DAY_MS
    assert answer(shop.api.post(at(ada, "refunds"), {"spend_id": spend_id}))["amount"] == 10
    assert shop.points(ada) == 10


def test_a_transfer_does_not_come_back_to_a_wallet_with_too_many_last_days(
    shop: Shop, rt: Runtime, clock: HandClock, ada: str, bob: str
) -> None:
    kept(shop, {"type": "days", "days": 1})
    shop.earn(ada, 10)
    fill(at_the_counter(rt, clock), bob, MAX_LOTS)  # so what bob gets lasts longer than what ada had
    sent = answer(shop.api.post(at(ada, "transfers"), {"to": bob, "unit": "points", "amount": 10}))
    full_and_for_good(shop, rt, clock, ada)
    assert refusal(shop.api.call("POST", f"{at(ada, 'transfers')}/{sent['transfer_id']}/undo")) == FULL
    assert (shop.points(ada), shop.points(bob)) == (MAX_LOTS_IN_ALL, MAX_LOTS + 10)


def test_a_transfer_tells_the_last_day_that_its_receiver_has(
    shop: Shop, rt: Runtime, clock: HandClock, ada: str, bob: str
) -> None:
    kept(shop, {"type": "days", "days": 1})
    shop.earn(ada, 10)
    clock.at += DAY_MS
    shop.earn(ada, 10)
    fill(at_the_counter(rt, clock), bob, MAX_LOTS)
    key = {"Idempotency-Key": "once"}
    body = {"to": bob, "unit": "points", "amount": 15}
    sent = answer(shop.api.post(at(ada, "transfers"), body, headers=key))
    assert answer(shop.api.post(at(ada, "transfers"), body, headers=key)) == sent
    assert sent["parts"] == [
        {"expires_on": "2027-01-01", "amount": 15}
    ]  # with the first of bob's own, for ada's ends in 2026
    [received] = answer(shop.api.get(f"{at(bob, 'statement')}?type=points.received"))["items"][0]["lines"]
    assert (received["expires_on"], received["amount"]) == ("2027-01-01", 15)
    days = answer(shop.api.get(at(bob, "expiries")))["items"][0]["days"]
    assert [(one["expires_on"], one["available"]) for one in days if one["available"] > 1] == [("2027-01-01", 16)]


def test_a_redemption_is_not_given_back_to_a_wallet_with_too_many_last_days(
    shop: Shop, rt: Runtime, clock: HandClock, ada: str
) -> None:
    kept(shop, {"type": "days", "days": 1})
    card = {"name": "Card", "what": {"kind": "stamp_card", "unit": "points", "stamps": 2}, "points": 2}
    answer(shop.api.put("/v1/programs/1/perks/card", card))
    answer(shop.api.post(at(ada, "awards"), {"perk_id": "card"}))
    used = answer(shop.api.post(at(ada, "awards/card.1/redeem"), {}))["redemption_id"]
    full_and_for_good(shop, rt, clock, ada)
    assert refusal(shop.api.post(at(ada, "awards/card.1/refund"), {"redemption_id": used})) == FULL


def test_nothing_is_converted_into_a_wallet_with_too_many_last_days(
    shop: Shop, rt: Runtime, clock: HandClock, ada: str
) -> None:
    full_and_for_good(shop, rt, clock, ada)
    assert refusal(shop.api.post(at(ada, "conversions"), {"unit": "cashback", "into": "points", "amount": 10})) == FULL
    assert shop.wallet(ada, "cashback")["available"] == 10


@pytest.mark.parametrize("what", ["transfers", "conversions"])
def test_nobody_moves_more_pieces_than_can_be_told(
    shop: Shop, rt: Runtime, clock: HandClock, ada: str, bob: str, what: str
) -> None:
    kept(shop, {"type": "never"}, BACK)
    take_every_other(at_the_counter(rt, clock), ada, MAX_TAKEN_PIECES + 1)
    body: Json = {"unit": "points", "amount": MAX_TAKEN_PIECES + 1}
    body |= {"to": bob} if what == "transfers" else {"into": "cashback"}
    assert refusal(shop.api.post(at(ada, what), body)) == (422, "too_many_pieces", "amount")
    answer(shop.api.post(at(ada, what), body | {"amount": MAX_TAKEN_PIECES}))
    assert shop.points(ada) == 1
