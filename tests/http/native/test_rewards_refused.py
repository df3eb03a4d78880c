"""What else is refused of rewards over HTTP: what cannot be found, full wallets, blocked groups, wishes that do not suit."""

from __future__ import annotations

import pytest

from chalicelib.areas.accounts.model.limits import MAX_TAKEN_PIECES
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, refusal
from tests.http.native.filled import at_the_counter, numbered, put_there
from tests.http.native.reward_shop import ADDRESS, BAG, ask, deliver, member_with, put, redeem, refund
from tests.http.native.test_full_wallets import FULL, full_and_for_good, kept
from tests.http.world import HandClock
from tests.twins.filled import take_every_other

MEMBERS = "/v1/members"
STRANGER = "grp_00000000000"


@pytest.fixture
def ada(shop: Shop) -> str:
    return member_with(shop, 100)


def household(shop: Shop, member_id: str) -> str:
    body = {"name": "Home", "primary_member_id": member_id}
    return str(answer(shop.api.post("/v1/groups", body))["group_id"])


def test_a_program_that_is_not_there_has_no_rewards(shop: Shop, ada: str) -> None:
    gone = (404, "program_not_found", "program_id")
    query, lines = "?program_id=9", {"lines": [{"reward_id": "bag"}]}
    assert refusal(ask(shop, ada, "bag", query)) == gone
    assert refusal(shop.api.get(f"{MEMBERS}/{ada}/rewards{query}")) == gone
    assert refusal(shop.api.get(f"{MEMBERS}/{ada}/redemptions{query}")) == gone
    assert refusal(shop.api.post(f"{MEMBERS}/{ada}/redemptions/validate{query}", lines)) == gone


def test_a_cursor_of_another_list_is_refused(shop: Shop, ada: str) -> None:
    for what in ("rewards", "redemptions"):
        path = f"{MEMBERS}/{ada}/{what}?cursor=nonsense"
        assert refusal(shop.api.get(path)) == (400, "invalid_cursor", "cursor")


def test_redemptions_come_in_pages(shop: Shop, ada: str) -> None:
    put(shop, "bag", costs=[])
    made = [redeem(shop, ada, "bag") for _ in range(3)]
    pages = shop.pages(f"{MEMBERS}/{ada}/redemptions", 2)
    assert [one for page in pages for one in page] == made[::-1]


def test_a_wish_that_does_not_suit_is_refused_wherever_it_is_made(shop: Shop, ada: str) -> None:
    cashback = {"unit": "points", "points": 2, "value": 2, "currency": "EUR", "minimum_points": 10}
    put(shop, "money", cashback=cashback | {"maximum_percent": "50"})
    put(shop, "bag")
    cases: list[tuple[Json, str, str]] = [
        ({}, "points_not_said", "points"),
        ({"points": 9}, "too_few_points", "points"),
        ({"points": 10}, "order_value_not_said", "order_value"),
        ({"points": 11, "order_value": 20}, "more_than_order_allows", "points"),
    ]
    basket = f"{MEMBERS}/{ada}/redemptions/validate"
    for fields, code, param in cases:
        query = "&".join(f"{name}={value}" for name, value in fields.items())
        assert refusal(shop.api.get(f"/v1/programs/1/rewards/money/value?{query}")) == (422, code, param)
        lines = {"lines": [{"reward_id": "money"} | fields]}
        assert refusal(shop.api.post(basket, lines)) == (422, code, param)
    fixed = {"lines": [{"reward_id": "bag", "points": 5}]}
    assert refusal(shop.api.post(basket, fixed)) == (422, "points_not_asked", "points")
    gone = (404, "reward_not_found", "reward_id")
    assert refusal(shop.api.get("/v1/programs/1/rewards/none/value?points=5")) == gone


def test_a_group_that_is_not_theirs_or_is_blocked_gives_nothing(shop: Shop, ada: str) -> None:
    group_id = household(shop, ada)
    shop.earn(ada, 100)
    bob = shop.enrol("200")
    put(shop, "bag")
    path, body = f"/v1/groups/{group_id}/redemptions", {"reward_id": "bag", "address": ADDRESS}
    assert refusal(shop.api.post(path, body | {"by": bob})) == (404, "group_member_not_found", "by")
    stranger = f"/v1/groups/{STRANGER}/redemptions"
    assert refusal(shop.api.post(stranger, body | {"by": ada})) == (404, "group_not_found", "group_id")
    assert refusal(shop.api.post(path, body | {"by": NOBODY})) == (404, "member_not_found", "by")
    assert refusal(deliver(shop, ada, {"redemption_id": "nothing"}, "shipped"))[:2] == (404, "redemption_not_found")
    answer(shop.api.patch(f"/v1/groups/{group_id}", {"status": "blocked"}))
    assert refusal(ask(shop, ada, "bag"))[:2] == (422, "group_blocked")


def test_more_pieces_than_can_be_told_pay_for_nothing(shop: Shop, rt: Runtime, clock: HandClock) -> None:
    ada = shop.enrol("300")
    kept(shop, {"type": "never"})
    take_every_other(at_the_counter(rt, clock), ada, MAX_TAKEN_PIECES + 1)
    put(shop, "bag", costs=[{"unit": "points", "amount": MAX_TAKEN_PIECES + 1}])
    assert refusal(ask(shop, ada, "bag"))[:2] == (422, "too_many_pieces")


def test_a_refund_that_a_balance_has_no_room_for_is_refused(shop: Shop, ada: str) -> None:
    put(shop, "bag")
    taken = redeem(shop, ada, "bag")
    shop.earn(ada, MAX_AMOUNT - 70)
    assert refusal(refund(shop, ada, taken))[:2] == (422, "balance_limit")
    shop.spend(ada, 30)
    answer(refund(shop, ada, taken))


def test_a_refund_into_too_many_last_days_is_refused(shop: Shop, rt: Runtime, clock: HandClock) -> None:
    ada = shop.enrol("300")
    kept(shop, {"type": "days", "days": 1})
    shop.earn(ada, 30)
    put(shop, "bag")
    taken = redeem(shop, ada, "bag")
    full_and_for_good(shop, rt, clock, ada)
    assert refusal(refund(shop, ada, taken)) == FULL


def test_there_is_an_end_to_rewards(shop: Shop, rt: Runtime) -> None:
    known = put(shop, "bag")
    put_there(rt, "reward", numbered(known, "reward_id", range(1_999)))
    assert refusal(shop.api.put("/v1/programs/1/rewards/one-more", BAG)) == (422, "too_many_rewards", None)
    assert put(shop, "bag", name="Another")["name"] == "Another"
