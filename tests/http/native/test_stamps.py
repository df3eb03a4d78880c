"""Stamps for what is bought: once for an order or for each piece, as often as the card is full, and back with the goods."""

from __future__ import annotations

import pytest

from tests.http.client import Reply
from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, book, document, refusal, rule

EACH: Json = {"kind": "stamps", "perk": "coffee", "per": "piece"}


@pytest.fixture
def cafe(shop: Shop) -> Shop:
    """A card of three stamps that gives a free cup by itself."""
    answer(
        shop.api.put("/v1/programs/1", PROGRAM | {"units": [*PROGRAM["units"], {"code": "stamps", "name": "Stamps"}]})
    )
    offer(shop, "cup", {"kind": "ad_hoc"})
    offer(shop, "coffee", {"kind": "stamp_card", "unit": "stamps", "stamps": 3, "gives": "cup"}, method="auto")
    return shop


@pytest.fixture
def bea(cafe: Shop) -> str:
    return cafe.enrol("100")


def offer(shop: Shop, perk_id: str, what: Json, **fields: object) -> None:
    answer(shop.api.put(f"/v1/programs/1/perks/{perk_id}", {"name": perk_id, "what": what} | fields))


def coffee(pieces: int | str = 1, cents: int = 300, **fields: object) -> Json:
    return book(cents, "COFFEE", pieces, **fields)


def cups(shop: Shop, member_id: str) -> list[tuple[str, int]]:
    held = answer(shop.api.get(f"/v1/members/{member_id}/awards"))["items"]
    return [(one["state"], one["uses_left"]) for one in held if one["perk_id"] == "cup"]


def left(shop: Shop, member_id: str) -> int:
    return int(shop.wallet(member_id, "stamps")["available"])


def stamp(shop: Shop, member_id: str, amount: int) -> Reply:
    return shop.api.post(f"/v1/members/{member_id}/perks/coffee/stamps", {"amount": amount})


def do(shop: Shop, member_id: str, award_id: str, what: str, **fields: object) -> Reply:
    return shop.api.post(f"/v1/members/{member_id}/awards/{award_id}/{what}", fields)


def test_whoever_buys_seven_cups_has_two_free_and_one_stamp(cafe: Shop, bea: str) -> None:
    cafe.define("cups", EACH, lines={"skus": ["COFFEE"]})
    cafe.buy(bea, "S1", coffee(4, 1200), coffee(3, 600), book(500, "CAKE", 2))
    assert (left(cafe, bea), cups(cafe, bea)) == (1, [("active", 2)])


def test_a_cake_brings_no_stamp_nor_does_delivery_nor_a_free_cup_nor_half_a_pound(cafe: Shop, bea: str) -> None:
    cafe.define("cups", EACH)
    cafe.define("coffee-only", EACH | {"amount": 1}, lines={"skus": ["COFFEE"]}, state="draft")
    cafe.buy(bea, "S1", coffee(1), coffee(2, 0), coffee("0.5", 200), book(500, "POST", delivery=True))
    assert left(cafe, bea) == 1
    given = cafe.buy(bea, "S2", coffee(1, 0))
    assert given["effects"] == []
    tried = answer(cafe.api.post("/v1/orders/simulate", document("S3", coffee(1, 0), member_id=bea)))
    [why] = [one for one in tried["skipped"] if one["rule_id"] == "cups"]
    assert why["reason"] == "no_matching_lines"


def test_one_order_brings_no_more_stamps_than_the_rule_lets_it(cafe: Shop, bea: str) -> None:
    cafe.define("cups", EACH | {"at_most": 2})
    cafe.buy(bea, "S1", coffee(3, 900), book(500, "CAKE", 4))
    assert (left(cafe, bea), cups(cafe, bea)) == (2, [])
    cafe.define("cups", EACH | {"amount": 400})
    cafe.buy(bea, "S2", coffee(3, 900))
    assert (left(cafe, bea), cups(cafe, bea)) == (2 + 1_000 - 3 * 10, [("active", 10)])


def test_a_card_that_was_left_overfull_redeems_itself_with_the_next_stamp_as_often_as_it_is_full(
    cafe: Shop, bea: str
) -> None:
    """By hand as many at a time as a rule may give; each full card is told and can be given back by itself."""
    first = answer(stamp(cafe, bea, 7))
    assert (first["stamps"], [one["gave"] for one in first["redeemed"]]) == (1, ["cup.1", "cup.1"])
    assert first["redemption_id"] == first["redeemed"][0]["redemption_id"] != first["redeemed"][1]["redemption_id"]
    assert cups(cafe, bea) == [("active", 2)]
    answer(do(cafe, bea, "cup.1", "redeem"))
    for one, code in zip(reversed(first["redeemed"]), (None, "reward_used"), strict=True):
        back = do(cafe, bea, "coffee.1", "refund", redemption_id=one["redemption_id"])
        if code is None:
            assert answer(back)["redemption_id"] == one["redemption_id"]
            assert (answer(back)["points"], left(cafe, bea), cups(cafe, bea)) == (3, 4, [("redeemed", 0)])
        else:
            assert refusal(back) == (422, code, "redemption_id")
    again = do(cafe, bea, "coffee.1", "refund", redemption_id=first["redeemed"][1]["redemption_id"])
    assert refusal(again) == (422, "already_refunded", "redemption_id")


def test_at_most_so_many_stamps_at_a_time_by_hand_as_by_a_rule(cafe: Shop, bea: str) -> None:
    assert refusal(stamp(cafe, bea, 1_001)) == (422, "number_too_large", "amount")
    body = rule(EACH | {"amount": 1_001})
    assert refusal(cafe.api.put("/v1/programs/1/rules/cups", body)) == (422, "number_too_large", "effects.0.amount")
    assert answer(stamp(cafe, bea, 1_000))["stamps"] == 1_000 - 3 * 10
    assert answer(stamp(cafe, bea, 1))["stamps"] == 1_001 - 3 * 20


def test_stamps_for_pieces_belong_to_what_is_bought(cafe: Shop) -> None:
    for trigger, effect in (({"on": "birthday"}, EACH), ({"on": "order"}, EACH | {"per": "order", "at_most": 2})):
        reply = cafe.api.put("/v1/programs/1/rules/cups", rule(effect, trigger=trigger))
        assert refusal(reply)[:2] == (400, "wrong_effect")
        assert str(refusal(reply)[2]).startswith("effects.0")


def test_what_comes_back_takes_its_own_stamps_with_it(cafe: Shop, bea: str) -> None:
    """Of the dear cup one, of the two cheap ones one each: it goes by pieces, whatever they cost."""
    offer(cafe, "coffee", {"kind": "stamp_card", "unit": "stamps", "stamps": 9}, method="auto")
    cafe.define("cups", EACH, lines={"skus": ["COFFEE"]})
    order = cafe.buy(bea, "S1", coffee(1, 900), coffee(3, 300), book(500, "CAKE"))["order_id"]
    assert left(cafe, bea) == 4
    cafe.bring_back(order, "R1", book(500, "CAKE"))
    assert left(cafe, bea) == 4
    cafe.bring_back(order, "R2", coffee(1, 900, line_no=1))
    assert left(cafe, bea) == 3
    cafe.bring_back(order, "R3", coffee(1, 100, line_no=2))
    assert left(cafe, bea) == 2
    cafe.bring_back(order, "R4", coffee(2, 200, line_no=2))
    assert left(cafe, bea) == 0


def test_the_stamp_of_an_order_goes_with_the_goods_that_it_was_for(cafe: Shop, bea: str) -> None:
    cafe.define("coffee", {"kind": "stamps", "perk": "coffee"}, lines={"skus": ["COFFEE"]})
    order = cafe.buy(bea, "S1", coffee(), book(400, "CAKE"))["order_id"]
    back = cafe.bring_back(order, "R1", coffee())
    assert [(one["kind"], one["taken"]) for one in back["effects"]] == [("stamps", True)]
    assert ([one["amount"] for one in back["cancelled"] if one["unit"] == "stamps"], left(cafe, bea)) == ([1], 0)
    assert cafe.bring_back(order, "R2", book(400, "CAKE"))["effects"] == []


def test_a_card_that_redeemed_itself_is_full_no_more_without_the_cups_that_came_back(cafe: Shop, bea: str) -> None:
    cafe.define("cups", EACH)
    order = cafe.buy(bea, "S1", coffee(7, 2100))["order_id"]
    assert (left(cafe, bea), cups(cafe, bea)) == (1, [("active", 2)])
    cafe.bring_back(order, "R1", coffee(1, 300))
    assert (left(cafe, bea), cups(cafe, bea)) == (0, [("active", 2)])
    cafe.bring_back(order, "R2", coffee(1, 300))
    assert (left(cafe, bea), cups(cafe, bea)) == (2, [("active", 1)])
    cafe.bring_back(order, "R3", coffee(5, 1500))
    assert (left(cafe, bea), cups(cafe, bea)) == (0, [("revoked", 1)])
    proof = answer(cafe.api.get(f"/v1/members/{bea}/account/proof"))
    assert proof["matches"] is True


def test_a_cup_that_was_drunk_stays_and_the_rest_is_taken_back(cafe: Shop, bea: str) -> None:
    cafe.define("cups", EACH)
    order = cafe.buy(bea, "S1", coffee(6, 1800))["order_id"]
    answer(do(cafe, bea, "cup.1", "redeem"))
    back = cafe.bring_back(order, "R1", coffee(6, 1800))
    assert [(one["taken"], one["reason"]) for one in back["effects"]] == [(False, "reward_used")]
    assert (left(cafe, bea), cups(cafe, bea)) == (0, [("redeemed", 0)])
    assert [(one["amount"], one["short"]) for one in back["cancelled"] if one["unit"] == "stamps"] == [(3, 3)]


def test_what_else_a_rule_gave_for_some_goods_goes_with_those(cafe: Shop, bea: str) -> None:
    """A perk, a coupon and a tier."""
    series = {"name": "Next time", "worth": {"kind": "percent", "percent": 10}, "codes": {"kind": "generated"}}
    answer(cafe.api.put("/v1/programs/1/coupon-series/next", series))
    gifts = (
        {"kind": "grant_perk", "perk": "cup"},
        {"kind": "issue_coupon", "series": "next"},
        {"kind": "set_tier", "tier": "gold"},
    )
    cafe.define("beans", *gifts, lines={"skus": ["BEANS"]})
    sold = cafe.buy(bea, "S1", book(900, "BEANS"), book(400, "CAKE"))
    assert all(one["given"] for one in sold["effects"])
    assert cafe.bring_back(sold["order_id"], "R1", book(400, "CAKE"))["effects"] == []
    back = cafe.bring_back(sold["order_id"], "R2", book(900, "BEANS"))
    assert [(one["kind"], one["taken"]) for one in back["effects"]] == [(gift["kind"], True) for gift in gifts]
    [coupon] = answer(cafe.api.get(f"/v1/members/{bea}/coupons"))["items"]
    assert (cups(cafe, bea), coupon["state"], cafe.account(bea)["tier"]) == (
        [("revoked", 1)],
        "cancelled",
        "bronze",
    )


@pytest.mark.parametrize("credit", [{"kind": "fixed", "amount": 3}, {"kind": "per_product", "amount": 1}])
def test_points_in_the_unit_of_a_card_fill_it_as_stamps_do(cafe: Shop, bea: str, credit: Json) -> None:
    """And with the goods the card is as it was, and the cup gone."""
    cafe.define("cups", credit | {"unit": "stamps"})
    bought = cafe.buy(bea, "S1", coffee(3, 900))
    assert (left(cafe, bea), cups(cafe, bea)) == (0, [("active", 1)])
    [told] = bought["effects"]
    assert (told["rule_id"], told["kind"], told["what"], told["given"]) == ("cups", "stamps", "coffee", True)
    path = f"/v1/orders/{bought['order_id']}/returns"
    answer(cafe.api.post(path, document("R1", coffee(3, 900))))
    assert (left(cafe, bea), cups(cafe, bea)) == (0, [("revoked", 1)])


def test_points_that_do_not_fill_a_card_tell_nothing_and_a_part_that_comes_back_empties_it(
    cafe: Shop, bea: str
) -> None:
    cafe.define("cups", {"kind": "per_product", "amount": 1, "unit": "stamps"})
    assert cafe.buy(bea, "S1", coffee(2, 600))["effects"] == []
    bought = cafe.buy(bea, "S2", coffee(2, 600))
    assert (left(cafe, bea), cups(cafe, bea)) == (1, [("active", 1)])
    answer(cafe.api.post(f"/v1/orders/{bought['order_id']}/returns", document("R1", coffee(2, 600))))
    assert (left(cafe, bea), cups(cafe, bea)) == (2, [("revoked", 1)])


def test_a_check_in_fills_a_card_by_points_as_well(cafe: Shop, bea: str) -> None:
    cafe.define("visits", {"kind": "fixed", "amount": 4, "unit": "stamps"}, trigger={"on": "check_in"})
    answer(cafe.api.post("/v1/events", {"what": {"kind": "check_in", "place": "Main Street"}, "member_id": bea}))
    assert (left(cafe, bea), cups(cafe, bea)) == (1, [("active", 1)])
