"""Codes of rewards at the till: coupons like all others. And what is limited for all, and what of an order is paid with points."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.coupons.model.counts import MAX_LIVE
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer, refusal
from tests.http.native.reward_shop import VOUCHER, ask, member_with, put, redeem, refund, series, why_not
from tests.http.native.test_checkout_sessions import begun, cancel
from tests.http.native.test_codes_at_the_till import with_live
from tests.http.world import HandClock, stored

DAY = 86_400
SERIES = "/v1/programs/1/coupon-series"


@pytest.fixture
def ada(shop: Shop) -> str:
    return member_with(shop, 100)


def checked(shop: Shop, code: str) -> Json:
    return dict(answer(shop.api.get(f"/v1/coupons/{code}")))


def use(shop: Shop, code: str, member_id: str) -> Any:
    return shop.api.post(f"/v1/coupons/{code}/use", {"member_id": member_id, "order": "R-1"})


def counted(shop: Shop, series_id: str = "five-euros") -> tuple[int, int]:
    view = answer(shop.api.get(f"{SERIES}/{series_id}"))
    return view["issued"], view["used"]


def test_a_code_of_a_reward_is_used_at_the_till_and_then_paid_for(shop: Shop, ada: str) -> None:
    put(shop, "voucher")
    taken = redeem(shop, ada, "voucher", quantity=2)
    first, second = taken["codes"]
    told = checked(shop, first)
    assert (told["usable"], told["coupon"]["redemption_id"]) == (True, taken["redemption_id"])
    assert told["worth"] == {"kind": "amount", "percent": None, "text": None, "minimum_order_value": 0} | {
        "amount": 500,
        "currency": "EUR",
        "stackable": False,
    }
    coupon = answer(use(shop, first, ada))
    assert (coupon["state"], counted(shop)) == ("used", (2, 1))
    assert refusal(refund(shop, ada, taken)) == (422, "code_used", "redemption_id")
    assert shop.points(ada) == 60
    answer(shop.api.post(f"/v1/members/{ada}/coupons/{coupon['coupon_id']}/unuse", {}))
    answer(refund(shop, ada, taken))
    assert [checked(shop, code)["reason"] for code in (first, second)] == ["code_cancelled"] * 2
    assert (counted(shop), shop.points(ada)) == ((0, 0), 100)
    assert answer(shop.api.get(f"/v1/members/{ada}/account/proof"))["matches"]


def test_what_was_paid_back_is_not_made_good_again(shop: Shop, ada: str) -> None:
    series(shop, reactivable=True)
    body = VOUCHER | {"coupon_series": "five-euros"}
    answer(shop.api.put("/v1/programs/1/rewards/voucher", body))
    taken = redeem(shop, ada, "voucher")
    coupon = checked(shop, taken["codes"][0])["coupon"]
    answer(refund(shop, ada, taken))
    path = f"/v1/members/{ada}/coupons/{coupon['coupon_id']}/reactivate"
    assert refusal(shop.api.post(path)) == (422, "not_reactivable", "coupon_id")


def test_a_refund_takes_a_code_that_is_over_and_one_that_was_cancelled(shop: Shop, clock: HandClock, ada: str) -> None:
    series(shop, valid_days=1, reactivable=True)
    answer(shop.api.put("/v1/programs/1/rewards/voucher", VOUCHER))
    taken = redeem(shop, ada, "voucher", quantity=2)
    coupon = checked(shop, taken["codes"][0])["coupon"]
    answer(shop.api.post(f"/v1/members/{ada}/coupons/{coupon['coupon_id']}/cancel"))
    clock.pass_by(3 * DAY)
    answer(refund(shop, ada, taken))
    assert [checked(shop, code)["reason"] for code in taken["codes"]] == ["code_cancelled"] * 2
    assert counted(shop) == (0, 0)


def test_a_code_that_a_checkout_was_promised_is_not_paid_back_meanwhile(shop: Shop, ada: str) -> None:
    put(shop, "voucher")
    voucher = redeem(shop, ada, "voucher")
    checkout = begun(shop, member_id=ada, coupons=voucher["codes"])
    assert refusal(refund(shop, ada, voucher)) == (422, "code_held", "redemption_id")
    answer(cancel(shop, checkout))
    answer(refund(shop, ada, voucher))


def test_codes_come_from_a_pool_until_it_is_empty(shop: Shop, rt: Runtime, ada: str) -> None:
    series(shop, "pool", codes={"kind": "pool"})
    answer(shop.api.post(f"{SERIES}/pool/codes", {"codes": ["AAA-1", "AAA-2", "AAA-3"]}))
    answer(shop.api.put("/v1/programs/1/rewards/voucher", VOUCHER | {"coupon_series": "pool", "costs": []}))
    tried = answer(ask(shop, ada, "voucher", "?dry_run=true"))["redemption"]
    assert tried["codes"] == []
    taken = redeem(shop, ada, "voucher", quantity=2)
    assert set(taken["codes"]) < {"AAA-1", "AAA-2", "AAA-3"}
    before = stored(rt)
    assert refusal(ask(shop, ada, "voucher", quantity=2)) == (422, "no_codes_left", "reward_id")
    assert stored(rt) == before
    assert why_not(shop, ada, "voucher") == []
    redeem(shop, ada, "voucher")
    assert why_not(shop, ada, "voucher") == ["no_codes_left"]
    answer(refund(shop, ada, taken))
    assert why_not(shop, ada, "voucher") == ["no_codes_left"]


@pytest.mark.parametrize(
    ("limits", "code"), [({"issued": 1}, "series_used_up"), ({"issued_per_member": 1}, "limit_per_member")]
)
def test_a_reward_ends_where_its_series_does(shop: Shop, ada: str, limits: Json, code: str) -> None:
    series(shop, limits=limits)
    answer(shop.api.put("/v1/programs/1/rewards/voucher", VOUCHER))
    redeem(shop, ada, "voucher")
    assert why_not(shop, ada, "voucher") == [code]
    assert refusal(ask(shop, ada, "voucher")) == (422, code, "reward_id")
    series(shop, limits=limits, state="paused")
    assert why_not(shop, ada, "voucher") == ["series_not_active"]
    assert refusal(ask(shop, ada, "voucher")) == (422, "series_not_active", "reward_id")


def test_a_reward_gives_no_more_codes_than_a_member_may_have(shop: Shop, rt: Runtime, ada: str) -> None:
    put(shop, "voucher")
    with_live(shop, rt, ada, MAX_LIVE - 1)
    full, before = (422, "too_many_coupons", "reward_id"), stored(rt)
    assert refusal(ask(shop, ada, "voucher", quantity=2)) == full
    assert (why_not(shop, ada, "voucher"), stored(rt)) == ([], before)
    redeem(shop, ada, "voucher")
    assert why_not(shop, ada, "voucher") == ["too_many_coupons"]
    group_id = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": ada}))["group_id"]
    shop.earn(ada, 100)
    of_group = shop.api.post(f"/v1/groups/{group_id}/redemptions", {"reward_id": "voucher", "by": ada})
    assert refusal(of_group) == full


def test_who_redeems_with_their_group_s_points_has_the_code_themselves(shop: Shop, ada: str) -> None:
    body = {"name": "Home", "primary_member_id": ada}
    group_id = answer(shop.api.post("/v1/groups", body))["group_id"]
    shop.earn(ada, 100)
    put(shop, "voucher")
    path = f"/v1/groups/{group_id}/redemptions"
    taken = answer(shop.api.post(path, {"reward_id": "voucher", "by": ada}))["redemption"]
    [code] = taken["codes"]
    assert checked(shop, code)["coupon"]["member_id"] == ada
    answer(shop.api.post(f"{path}/{taken['redemption_id']}/refund"))
    assert checked(shop, code)["reason"] == "code_cancelled"
    for owner in (f"members/{ada}", f"groups/{group_id}"):
        assert answer(shop.api.get(f"/v1/{owner}/account/proof"))["matches"]


WRONG: list[tuple[Json, Json, tuple[int, str, str]]] = [
    ({}, {"coupon_series": "none"}, (422, "unknown_coupon_series", "coupon_series")),
    ({"codes": {"kind": "shared", "code": "ALL"}}, {}, (422, "code_is_shared", "coupon_series")),
    ({"worth": {"kind": "percent", "percent": 5}}, {}, (422, "worth_differs", "worth")),
    ({"worth": {"kind": "amount", "amount": 400, "currency": "EUR"}}, {}, (422, "worth_differs", "worth")),
]


@pytest.mark.parametrize(("of_series", "of_reward", "says"), WRONG)
def test_a_reward_says_codes_that_can_be_given(
    shop: Shop, rt: Runtime, of_series: Json, of_reward: Json, says: tuple[int, str, str]
) -> None:
    series(shop, "some", **of_series)
    before = stored(rt)
    body = VOUCHER | {"coupon_series": "some"} | of_reward
    assert refusal(shop.api.put("/v1/programs/1/rewards/voucher", body)) == says
    assert stored(rt) == before


def test_only_a_reward_that_is_a_code_names_a_series(shop: Shop) -> None:
    for body in (VOUCHER | {"coupon_series": None}, VOUCHER | {"type": "gift"}):
        assert refusal(shop.api.put("/v1/programs/1/rewards/voucher", body))[0] == 400


def test_a_share_of_an_order_is_of_the_order_however_often_it_is_paid(shop: Shop, ada: str) -> None:
    cashback = {"unit": "points", "points": 1, "value": 1, "currency": "EUR", "maximum_percent": "10"}
    put(shop, "money", cashback=cashback)
    first = redeem(shop, ada, "money", points=6, order_value=100, order_id="R-1")
    bob = member_with(shop, 100, "200")
    over: Json = {"points": 5, "order_value": 100}
    for who in (ada, bob):
        refused = ask(shop, who, "money", order_id="R-1", **over)
        assert refusal(refused) == (422, "more_than_order_allows", "points")
    redeem(shop, bob, "money", order_id="R-2", **over)
    redeem(shop, ada, "money", points=4, order_value=100, order_id="R-1")
    assert refusal(ask(shop, ada, "money", points=1, order_value=100, order_id="R-1"))[1] == "more_than_order_allows"
    answer(refund(shop, ada, first))
    redeem(shop, ada, "money", points=6, order_value=100, order_id="R-1")
    assert refusal(ask(shop, ada, "money", points=1, order_value=100, order_id="R-1"))[1] == "more_than_order_allows"


def test_a_stock_that_is_set_later_knows_what_was_taken_without_one(shop: Shop, ada: str) -> None:
    put(shop, "bag", costs=[])
    taken = [redeem(shop, ada, "bag") for _ in range(3)]
    put(shop, "bag", costs=[], stock=4)
    redeem(shop, ada, "bag")
    assert refusal(ask(shop, ada, "bag")) == (422, "out_of_stock", "reward_id")
    assert why_not(shop, ada, "bag") == ["out_of_stock"]
    put(shop, "bag", costs=[])
    redeem(shop, ada, "bag")
    put(shop, "bag", costs=[], stock=5, limits=[{"every": "ever", "times": 6}])
    assert refusal(ask(shop, ada, "bag"))[1] == "out_of_stock"
    answer(refund(shop, ada, taken[0]))
    redeem(shop, ada, "bag")
    assert why_not(shop, ada, "bag") == ["out_of_stock"]


def test_a_limit_of_a_day_begins_anew_the_next_day_and_may_be_another(shop: Shop, clock: HandClock, ada: str) -> None:
    put(shop, "bag", costs=[], limits=[{"every": "day", "times": 1}])
    redeem(shop, ada, "bag")
    assert refusal(ask(shop, ada, "bag")) == (422, "limit_reached", "reward_id")
    put(shop, "bag", costs=[], limits=[{"every": "day", "times": 2}])
    redeem(shop, ada, "bag")
    assert why_not(shop, ada, "bag") == ["limit_reached"]
    clock.pass_by(DAY)
    assert why_not(shop, ada, "bag") == []
    redeem(shop, ada, "bag", quantity=2)
    assert refusal(ask(shop, ada, "bag")) == (422, "limit_reached", "reward_id")


def test_the_last_of_a_big_stock_is_had_whatever_slice_one_takes_from(shop: Shop, ada: str) -> None:
    put(shop, "bag", costs=[], stock=200)
    for _ in range(10):
        redeem(shop, ada, "bag", quantity=20)
    assert why_not(shop, ada, "bag") == ["out_of_stock"]
    assert refusal(ask(shop, ada, "bag"))[1] == "out_of_stock"


SPOKEN: dict[str, str] = {
    "de": "Beutel",
    "de-AT, en;q=0.5": "Sackerl",
    "fr, de;q=0.4, de-AT;q=0.7": "Sackerl",
    "DE-at": "Sackerl",
    "de;q=0": "Tote bag",
    "fr": "Tote bag",
    "*": "Tote bag",
    "de-CH;q=0.9, de-AT;q=0.1": "Beutel",
    "no language; at=all, de;q=1.5, ,": "Tote bag",
}


@pytest.mark.parametrize(("languages", "name"), SPOKEN.items())
def test_a_reward_is_told_in_the_language_that_its_reader_wants(
    shop: Shop, ada: str, languages: str, name: str
) -> None:
    put(shop, "bag", translations={"de": {"name": "Beutel"}, "de-AT": {"name": "Sackerl"}})
    headers = {"Accept-Language": languages}
    one = answer(shop.api.get("/v1/programs/1/rewards/bag", headers=headers))
    [listed] = answer(shop.api.get("/v1/programs/1/rewards", headers=headers))["items"]
    [offered] = answer(shop.api.get(f"/v1/members/{ada}/rewards", headers=headers))["items"]
    assert {one["name"], listed["name"], offered["reward"]["name"]} == {name}
    named = answer(shop.api.get("/v1/programs/1/rewards/bag?locale=de-AT", headers=headers))
    assert named["name"] == "Sackerl"
