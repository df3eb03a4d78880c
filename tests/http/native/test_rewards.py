"""Rewards over HTTP: the catalogue, what a member can have, redeeming and refunding, deliveries, points for money."""

from __future__ import annotations

import json

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, card, refusal
from tests.http.native.reward_shop import (
    ADDRESS,
    BAG,
    MONEY,
    VOUCHER,
    ask,
    deliver,
    member_with,
    offered,
    put,
    redeem,
    refund,
    why_not,
)
from tests.http.native.segmented import define
from tests.http.world import HandClock, stored

DAY = 86_400
REWARDS = "/v1/programs/1/rewards"


@pytest.fixture
def ada(shop: Shop) -> str:
    return member_with(shop, 100)


def test_a_reward_is_redeemed_with_its_code(shop: Shop, ada: str) -> None:
    put(shop, "voucher")
    reply = ask(shop, ada, "voucher", quantity=2)
    redemption = reply.json["redemption"]
    assert reply.status == 201
    assert len(set(redemption["codes"])) == 2
    assert all(len(code) == 12 for code in redemption["codes"])
    assert redemption == {
        "redemption_id": redemption["redemption_id"],
        "reward_id": "voucher",
        "type": "value_code",
        "quantity": 2,
        "state": "redeemed",
        "costs": [{"unit": "points", "amount": 40}],
        "worth": {"amount": 500, "currency": "EUR", "percent": None},
        "codes": redemption["codes"],
        "delivery": None,
        "address": None,
        "member_id": ada,
        "group_id": None,
        "order_id": None,
        "redeemed_at": "2026-01-15T12:00:00Z",
        "refunded_at": None,
    }
    assert reply.json["account"] == {"balances": {"points": 60}, "tier": "bronze"}
    path = f"/v1/members/{ada}/redemptions"
    assert answer(shop.api.get(f"{path}/{redemption['redemption_id']}")) == redemption
    assert answer(shop.api.get(path)) == {"items": [redemption], "next_cursor": None}


def test_the_same_request_again_gives_the_same_codes(shop: Shop, ada: str) -> None:
    put(shop, "voucher")
    body = {"reward_id": "voucher"}
    path = f"/v1/members/{ada}/redemptions"
    first, again = (shop.api.post(path, body, headers={"Idempotency-Key": "k-1"}) for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert shop.points(ada) == 80


def test_trying_writes_nothing(shop: Shop, rt: Runtime, ada: str) -> None:
    put(shop, "voucher", stock=1)
    before = stored(rt)
    assert ask(shop, ada, "voucher", "?dry_run=true").status == 200
    assert stored(rt) == before


def test_a_refund_leaves_all_as_it_was_before(shop: Shop, ada: str) -> None:
    shop.earn(ada, 500, "cashback")
    costs = [{"unit": "points", "amount": 10}, {"unit": "cashback", "amount": 50}]
    limits = [{"every": "ever", "times": 1}, {"every": "month", "times": 1}]
    put(shop, "voucher", costs=costs, stock=1, limits=limits, member_limits=limits)
    before = (shop.points(ada), shop.wallet(ada, "cashback")["available"], offered(shop, ada, "voucher"))
    for _ in range(3):
        taken = redeem(shop, ada, "voucher")
        assert taken["costs"] == costs
        assert why_not(shop, ada, "voucher") == ["out_of_stock", "limit_reached"]
        reply = refund(shop, ada, taken)
        assert sorted(one["unit"] for one in answer(reply)["refunds"]) == ["cashback", "points"]
        assert (shop.points(ada), shop.wallet(ada, "cashback")["available"], offered(shop, ada, "voucher")) == before
        assert refusal(refund(shop, ada, taken)) == (422, "already_refunded", "redemption_id")
    listed = answer(shop.api.get(f"/v1/members/{ada}/redemptions"))["items"]
    assert [one["state"] for one in listed] == ["refunded"] * 3
    proof = answer(shop.api.get(f"/v1/members/{ada}/account/proof"))
    assert proof["matches"]


def test_what_a_reward_cost_comes_back_by_its_refund_only(shop: Shop, rt: Runtime, ada: str) -> None:
    put(shop, "voucher")
    taken = redeem(shop, ada, "voucher")
    before = stored(rt)
    path = f"/v1/members/{ada}"
    undone = shop.api.post(f"{path}/undo", {"entry_id": taken["redemption_id"]})
    assert refusal(undone) == (422, "undo_by_refund", "entry_id")
    [entry] = [one for one in shop.pages(f"{path}/statement", 50)[0] if one["entry_id"] == taken["redemption_id"]]
    spent = [line for line in json.dumps(entry).split('"') if line.startswith("ent_") and line != entry["entry_id"]]
    for spend_id in set(spent):
        again = shop.api.post(f"{path}/refunds", {"spend_id": spend_id})
        assert refusal(again) == (422, "undo_by_refund", "spend_id")
    assert spent
    assert stored(rt) == before


def test_neither_code_nor_address_is_in_a_fact(shop: Shop, rt: Runtime, ada: str) -> None:
    put(shop, "bag")
    put(shop, "voucher")
    codes = redeem(shop, ada, "voucher")["codes"]
    sent = redeem(shop, ada, "bag", address=ADDRESS)
    assert sent["address"]["city"] == "London"
    feed = shop.api.get(f"/v1/members/{ada}/statement").text
    assert "London" not in feed
    assert codes[0] not in feed


REFUSED: dict[str, Json] = {
    "reward_not_active": {"state": "paused"},
    "reward_not_yet": {"redeemable": {"from_day": "2026-01-16"}},
    "reward_not_yet, for nobody may see it yet": {"seen": {"from_day": "2026-01-16"}},
    "reward_over": {"redeemable": {"until_day": "2026-01-14"}},
    "wrong_tier": {"tiers": ["gold"]},
    "wrong_segment": {"segments": ["vip"]},
    "out_of_stock": {"stock": 0},
    "insufficient_balance": {"costs": [{"unit": "points", "amount": 101}]},
}


@pytest.mark.parametrize("code", REFUSED)
def test_who_cannot_have_it_is_told_why_and_nothing_is_written(shop: Shop, rt: Runtime, ada: str, code: str) -> None:
    define(shop, "vip")
    put(shop, "bag", **REFUSED[code])
    code = code.split(",", maxsplit=1)[0]
    before = stored(rt)
    assert refusal(ask(shop, ada, "bag")) == (422, code, "reward_id")
    assert refusal(ask(shop, ada, "bag", "?dry_run=true")) == (422, code, "reward_id")
    assert why_not(shop, ada, "bag") == [code]
    assert stored(rt) == before


def test_all_reasons_are_told_at_once_and_how_many_points_are_missing(shop: Shop, ada: str) -> None:
    put(shop, "bag", state="paused", tiers=["gold"], stock=0, costs=[{"unit": "points", "amount": 130}])
    assert why_not(shop, ada, "bag") == ["reward_not_active", "wrong_tier", "out_of_stock", "insufficient_balance"]
    assert offered(shop, ada, "bag")["reasons"][-1]["missing"] == {"points": 30}
    assert offered(shop, ada, "bag")["reasons"][-1]["message"] == "30 points more are needed."


def test_what_if_they_had_more_points(shop: Shop, ada: str) -> None:
    put(shop, "bag", costs=[{"unit": "points", "amount": 130}])
    assert why_not(shop, ada, "bag", "?additional_points=29") == ["insufficient_balance"]
    assert why_not(shop, ada, "bag", "?additional_points=30") == []


def test_a_reward_that_is_shown_no_more_can_still_be_had(shop: Shop, ada: str) -> None:
    put(shop, "bag", seen={"until_day": "2026-01-14"})
    found = offered(shop, ada, "bag")
    assert (found["seen"], found["available"]) == (False, True)
    redeem(shop, ada, "bag")


def test_a_member_has_so_many_a_month_and_more_in_the_next(shop: Shop, clock: HandClock, ada: str) -> None:
    limits = [{"every": "month", "times": 1}, {"every": "ever", "times": 2}]
    put(shop, "bag", member_limits=limits, costs=[])
    redeem(shop, ada, "bag")
    assert refusal(ask(shop, ada, "bag")) == (422, "limit_reached", "reward_id")
    assert redeem(shop, member_with(shop, 1, "200"), "bag")["quantity"] == 1
    clock.pass_by(20 * DAY)
    redeem(shop, ada, "bag")
    clock.pass_by(30 * DAY)
    assert why_not(shop, ada, "bag") == ["limit_reached"]


def test_a_limit_of_all_holds_for_everybody(shop: Shop, ada: str) -> None:
    put(shop, "bag", limits=[{"every": "day", "times": 2}], costs=[])
    bob = member_with(shop, 1, "200")
    redeem(shop, bob, "bag", quantity=2)
    assert refusal(ask(shop, ada, "bag")) == (422, "limit_reached", "reward_id")


def test_more_stock_can_be_had_again_and_less_is_none(shop: Shop, ada: str) -> None:
    put(shop, "bag", stock=1, costs=[])
    redeem(shop, ada, "bag")
    put(shop, "bag", stock=3, costs=[])
    assert refusal(ask(shop, ada, "bag", quantity=3)) == (422, "out_of_stock", "reward_id")
    redeem(shop, ada, "bag", quantity=2)
    put(shop, "bag", stock=2, costs=[])
    assert why_not(shop, ada, "bag") == ["out_of_stock"]


def test_who_is_blocked_has_nothing(shop: Shop, ada: str) -> None:
    put(shop, "bag")
    taken = redeem(shop, ada, "bag")
    shop.block(ada)
    assert refusal(ask(shop, ada, "bag")) == (422, "member_blocked", "member_id")
    assert why_not(shop, ada, "bag") == ["member_blocked"]
    answer(refund(shop, ada, taken))


def test_a_basket_of_rewards_is_judged_as_one(shop: Shop, rt: Runtime, ada: str) -> None:
    put(shop, "bag", stock=2)
    put(shop, "voucher")
    before = stored(rt)
    path = f"/v1/members/{ada}/redemptions/validate"
    lines = [{"reward_id": "bag"}, {"reward_id": "bag", "quantity": 2}, {"reward_id": "voucher", "quantity": 4}]
    found = answer(shop.api.post(path, {"lines": [*lines, {"reward_id": "voucher", "quantity": 3}]}))
    told = [(line["available"], [reason["code"] for reason in line["reasons"]]) for line in found["lines"]]
    assert told == [(True, []), (False, ["out_of_stock"]), (False, ["insufficient_balance"]), (True, [])]
    assert (found["available"], found["costs"]) == (False, [{"unit": "points", "amount": 90}])
    assert answer(shop.api.post(path, {"lines": lines[:1]}))["available"]
    assert stored(rt) == before


def test_a_reward_that_there_is_not_spoils_no_basket(shop: Shop, ada: str) -> None:
    put(shop, "bag")
    lines = [{"reward_id": "bag"}, {"reward_id": "gone", "quantity": 2}, {"reward_id": "bag"}]
    found = answer(shop.api.post(f"/v1/members/{ada}/redemptions/validate", {"lines": lines}))
    told = [(line["reward_id"], line["available"], [one["code"] for one in line["reasons"]]) for line in found["lines"]]
    assert told == [("bag", True, []), ("gone", False, ["reward_not_found"]), ("bag", True, [])]
    assert (found["available"], found["costs"]) == (False, [{"unit": "points", "amount": 60}])


def test_a_reward_is_for_segments_that_there_are(shop: Shop) -> None:
    body = BAG | {"segments": ["nope"]}
    assert refusal(shop.api.put("/v1/programs/1/rewards/bag", body)) == (422, "unknown_segment", "segments")


def test_nothing_is_sent_to_nowhere(shop: Shop, rt: Runtime, ada: str) -> None:
    put(shop, "bag")
    before = stored(rt)
    for query in ("", "?dry_run=true"):
        assert refusal(ask(shop, ada, "bag", query, address=None)) == (422, "address_needed", "address")
    assert stored(rt) == before


def test_whoever_calls_a_delivery_off_is_told_that_nothing_came_back(shop: Shop, ada: str) -> None:
    put(shop, "bag", stock=1)
    taken = redeem(shop, ada, "bag")
    assert answer(deliver(shop, ada, taken, "shipped"))["refund_due"] is False
    assert answer(deliver(shop, ada, taken, "cancelled"))["refund_due"] is True
    assert shop.points(ada) == 70
    answer(refund(shop, ada, taken))
    assert shop.points(ada) == 100
    redeem(shop, ada, "bag")


def test_a_cashier_reads_how_much_of_an_order_points_pay(shop: Shop, ada: str) -> None:
    put(shop, "money", cashback=MONEY["cashback"] | {"maximum_percent": "50"})
    answer(ask(shop, ada, "money", points=20, order_value=1_00, order_id="S1"))
    said = ask(shop, ada, "money", points=20, order_value=1_00, order_id="S1").json["error"]["message"]
    assert said == "Points pay at most 0.50 EUR of this order, and 0.30 EUR of it has been."


def test_a_delivery_goes_its_way_and_no_other(shop: Shop, ada: str) -> None:
    put(shop, "bag", costs=[])
    taken = redeem(shop, ada, "bag", address=ADDRESS)
    assert taken["delivery"] == "ordered"
    for status in ("shipped", "delivered"):
        assert answer(deliver(shop, ada, taken, status))["delivery"] == status
    assert refusal(deliver(shop, ada, taken, "cancelled")) == (422, "wrong_delivery_state", "status")
    other = redeem(shop, ada, "bag")
    answer(deliver(shop, ada, other, "cancelled"))
    assert refusal(deliver(shop, ada, other, "shipped")) == (422, "wrong_delivery_state", "status")
    put(shop, "voucher")
    voucher = redeem(shop, ada, "voucher")
    assert refusal(deliver(shop, ada, voucher, "shipped")) == (422, "not_delivered", "redemption_id")
    answer(refund(shop, ada, redeem(shop, ada, "bag")))
    states = [one["delivery"] for one in answer(shop.api.get(f"/v1/members/{ada}/redemptions"))["items"]]
    assert states == ["cancelled", None, "cancelled", "delivered"]


def test_points_become_money_against_an_order(shop: Shop, rt: Runtime, ada: str) -> None:
    put(shop, "money")
    value = f"{REWARDS}/money/value"
    assert answer(shop.api.get(f"{value}?points=33"))["amount"] == 49
    taken = redeem(shop, ada, "money", points=33, order_value=49)
    assert taken["worth"] == {"amount": 49, "currency": "EUR", "percent": None}
    assert shop.points(ada) == 67
    before = stored(rt)
    cases: list[tuple[Json, str, str]] = [
        ({}, "points_not_said", "points"),
        ({"points": 19}, "too_few_points", "points"),
        ({"points": 40, "order_value": 59}, "more_than_order_allows", "points"),
        ({"points": 40, "quantity": 2}, "number_too_large", "quantity"),
        ({"points": 40, "address": ADDRESS}, "no_address_asked", "address"),
    ]
    for body, code, param in cases:
        assert refusal(ask(shop, ada, "money", **body)) == (422, code, param)
    assert stored(rt) == before


def test_points_pay_a_part_of_an_order_only(shop: Shop, ada: str) -> None:
    cashback = {"unit": "points", "points": 1, "value": 1, "currency": "EUR", "maximum_percent": "12.5"}
    put(shop, "money", cashback=cashback)
    assert refusal(ask(shop, ada, "money", points=9)) == (422, "order_value_not_said", "order_value")
    assert refusal(ask(shop, ada, "money", points=13, order_value=103)) == (422, "more_than_order_allows", "points")
    assert refusal(ask(shop, ada, "money", points=12, order_value=103)) == (422, "order_not_said", "order_id")
    redeem(shop, ada, "money", points=12, order_value=103, order_id="R-1")
    put(shop, "bag")
    assert refusal(ask(shop, ada, "bag", points=5)) == (422, "points_not_asked", "points")
    assert refusal(shop.api.get(f"{REWARDS}/bag/value?points=5")) == (422, "no_cashback", "reward_id")


def test_a_member_of_a_group_redeems_with_its_points(shop: Shop, ada: str) -> None:
    body = {"name": "Home", "primary_member_id": ada, "who_may_spend": "primary"}
    group_id = answer(shop.api.post("/v1/groups", body))["group_id"]
    shop.earn(ada, 100)
    bob = shop.enrol("200")
    answer(shop.api.put(f"/v1/groups/{group_id}/members/{bob}", {}))
    put(shop, "bag", member_limits=[{"every": "ever", "times": 2}])
    group = f"/v1/groups/{group_id}/redemptions"
    assert refusal(ask(shop, bob, "bag")) == (422, "may_not_spend", "member_id")
    assert why_not(shop, bob, "bag") == ["may_not_spend"]
    assert refusal(shop.api.post(group, {"reward_id": "bag", "by": bob, "address": ADDRESS})) == (
        422,
        "may_not_spend",
        "by",
    )
    mine = redeem(shop, ada, "bag")
    ours = answer(shop.api.post(group, {"reward_id": "bag", "by": ada, "address": ADDRESS}))["redemption"]
    assert (mine["group_id"], ours["member_id"]) == (group_id, ada)
    assert why_not(shop, ada, "bag") == ["limit_reached"]
    assert answer(shop.api.get(group))["items"] == [ours, mine]
    assert answer(shop.api.get(f"/v1/members/{ada}/redemptions/{mine['redemption_id']}")) == mine
    answer(refund(shop, ada, mine))
    answer(shop.api.post(f"{group}/{ours['redemption_id']}/refund"))
    assert why_not(shop, ada, "bag") == []
    stranger = shop.enrol("300")
    assert refusal(refund(shop, stranger, mine)) == (404, "redemption_not_found", "redemption_id")


def test_the_catalogue_is_filtered_sorted_and_paged(shop: Shop) -> None:
    put(shop, "b", order=1, categories=["gifts"], brand="Leaf", labels=[{"key": "new", "value": "yes"}])
    put(shop, "a", order=2, featured=True)
    put(shop, "c", order=1, type="event", state="draft")
    assert [[one["reward_id"] for one in page] for page in shop.pages(REWARDS, 2)] == [["b", "c"], ["a"]]
    for query, ids in {
        "category=gifts": ["b"],
        "brand=Leaf": ["b"],
        "label=new": ["b"],
        "label=new:no": [],
        "type=event": ["c"],
        "state=draft": ["c"],
        "featured=true": ["a"],
    }.items():
        assert [one["reward_id"] for one in answer(shop.api.get(f"{REWARDS}?{query}"))["items"]] == ids
    assert refusal(shop.api.get(f"{REWARDS}?cursor=nonsense")) == (400, "invalid_cursor", "cursor")


def test_a_reward_speaks_the_languages_it_was_given(shop: Shop) -> None:
    put(shop, "bag", summary="Big", translations={"de": {"name": "Beutel"}, "de-AT": {"summary": "Groß"}})
    said = {locale: answer(shop.api.get(f"{REWARDS}/bag?locale={locale}")) for locale in ("de", "de-AT", "de-CH", "fr")}
    told = {locale: (one["name"], one["summary"]) for locale, one in said.items()}
    assert told == {
        "de": ("Beutel", "Big"),
        "de-AT": ("Beutel", "Groß"),
        "de-CH": ("Beutel", "Big"),
        "fr": ("Tote bag", "Big"),
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"costs": [{"unit": "points", "amount": 1}, {"unit": "gold", "amount": 1}]},
            (422, "unknown_unit", "costs.1.unit"),
        ),
        ({"name": "Bag \u202e gnitirw"}, (400, "wrong_format", "name")),
        ({"tiers": ["platinum"]}, (422, "unknown_tier", "tiers")),
        ({"redeemable": {"from_day": "2026-02-01", "until_day": "2026-01-31"}}, (400, "window_reversed", "redeemable")),
        ({"seen": {"from_day": "2026-02-01", "until_day": "2026-01-31"}}, (400, "window_reversed", "seen")),
        (
            {"seen": {"from_day": "2026-02-01"}, "redeemable": {"until_day": "2026-01-31"}},
            (400, "window_reversed", "redeemable.until_day"),
        ),
        ({"type": "value_code"}, (400, "invalid_body", None)),
        ({"type": "percentage_code"}, (400, "invalid_body", None)),
        ({"type": "cashback", "costs": []}, (400, "invalid_body", None)),
        ({"costs": [{"unit": "points", "amount": 1}] * 2}, (400, "invalid_body", None)),
        ({"costs": [{"unit": "points", "amount": -1}]}, (422, "negative_amount", "costs.0.amount")),
        ({"pictures": [{"slot": "list", "url": "ftp://example.org/x"}]}, (400, "wrong_format", "pictures.0.url")),
        ({"member_limits": [{"every": "ever", "times": 1}] * 2}, (400, "wrong_format", "member_limits")),
    ],
)
def test_a_reward_that_cannot_be_meant_is_refused(
    shop: Shop, rt: Runtime, fields: Json, expected: tuple[int, str, str | None]
) -> None:
    before = stored(rt)
    assert refusal(shop.api.put(f"{REWARDS}/bag", BAG | fields)) == expected
    assert stored(rt) == before


def test_what_is_not_there_is_not_found(shop: Shop, ada: str) -> None:
    put(shop, "bag")
    taken = redeem(shop, ada, "bag")
    assert refusal(ask(shop, ada, "none")) == (404, "reward_not_found", "reward_id")
    assert refusal(shop.api.get(f"{REWARDS}/none")) == (404, "reward_not_found", "reward_id")
    assert refusal(ask(shop, NOBODY, "bag")) == (404, "member_not_found", "member_id")
    assert refusal(shop.api.get(f"/v1/members/{NOBODY}/rewards")) == (404, "member_not_found", "member_id")
    assert refusal(shop.api.get(f"/v1/members/{ada}/redemptions/nothing")) == (
        404,
        "redemption_not_found",
        "redemption_id",
    )
    bob = answer(shop.api.post("/v1/members", {"identifiers": [card("b")]}))["member_id"]
    assert refusal(refund(shop, bob, taken)) == (404, "redemption_not_found", "redemption_id")
    assert answer(shop.api.get(f"/v1/members/{bob}/redemptions"))["items"] == []


def test_a_percentage_code_says_its_percentage(shop: Shop, ada: str) -> None:
    put(shop, "ten", **VOUCHER | {"type": "percentage_code", "worth": {"percent": "10"}})
    assert redeem(shop, ada, "ten")["worth"] == {"amount": None, "currency": None, "percent": "10"}
