"""What a full card gives, and what goes back with it: never stamps for nothing, and never what somebody was given otherwise."""

from __future__ import annotations

import pytest

from tests.http.client import Reply
from tests.http.native.bookshop import Json, Shop, answer, document, refusal

CARD: Json = {"kind": "stamp_card", "unit": "points", "stamps": 2}
TREAT: Json = {"kind": "ad_hoc"}
CLUB: Json = {"kind": "club"}


@pytest.fixture
def bea(shop: Shop) -> str:
    return shop.enrol("100")


def offer(shop: Shop, perk_id: str, what: Json, **fields: object) -> None:
    answer(shop.api.put(f"/v1/programs/1/perks/{perk_id}", {"name": perk_id, "what": what} | fields))


def give(shop: Shop, member_id: str, perk_id: str) -> Json:
    return dict(answer(shop.api.post(f"/v1/members/{member_id}/awards", {"perk_id": perk_id}))["award"])


def stamp(shop: Shop, member_id: str, amount: int = 1) -> Json:
    return dict(answer(shop.api.post(f"/v1/members/{member_id}/perks/card/stamps", {"amount": amount})))


def do(shop: Shop, member_id: str, award_id: str, what: str, **fields: object) -> Reply:
    return shop.api.post(f"/v1/members/{member_id}/awards/{award_id}/{what}", fields)


def by_code(shop: Shop, member_id: str, award_id: str) -> Reply:
    code = answer(shop.api.post(f"/v1/members/{member_id}/awards/{award_id}/codes"))["code"]
    return shop.api.post("/v1/redemptions", {"code": code})


def award(shop: Shop, member_id: str, award_id: str) -> Json:
    held = answer(shop.api.get(f"/v1/members/{member_id}/awards"))["items"]
    return next(dict(one) for one in held if one["award_id"] == award_id)


def full_card(shop: Shop, member_id: str) -> str:
    """A card that gives the prize, filled and redeemed: the redemption."""
    offer(shop, "card", CARD | {"gives": "prize"})
    stamp(shop, member_id, 2)
    return str(answer(do(shop, member_id, "card.1", "redeem"))["redemption_id"])


def test_a_full_card_whose_prize_is_held_already_keeps_its_stamps(shop: Shop, bea: str) -> None:
    offer(shop, "prize", CLUB, again="ignore")
    offer(shop, "card", CARD | {"gives": "prize"})
    give(shop, bea, "prize")
    stamp(shop, bea, 2)
    for reply in (do(shop, bea, "card.1", "redeem"), by_code(shop, bea, "card.1")):
        assert refusal(reply) == (422, "prize_held", "award_id")
    assert shop.points(bea) == 2
    offer(shop, "card", CARD | {"gives": "prize"}, method="auto")
    assert (stamp(shop, bea)["stamps"], shop.points(bea)) == (3, 3)
    answer(shop.api.post(f"/v1/members/{bea}/awards/prize.1/revoke"))
    assert answer(do(shop, bea, "card.1", "redeem"))["gave"] == "prize.2"


def test_a_full_card_whose_prize_has_come_to_belong_to_a_tier_keeps_its_stamps(shop: Shop, bea: str) -> None:
    offer(shop, "prize", TREAT)
    offer(shop, "card", CARD | {"gives": "prize"})
    offer(shop, "prize", {"kind": "level", "tier": "silver"})
    stamp(shop, bea, 2)
    for reply in (do(shop, bea, "card.1", "redeem"), by_code(shop, bea, "card.1")):
        assert refusal(reply) == (422, "held_by_tier", "perk_id")
    assert shop.points(bea) == 2


def test_a_card_that_gave_something_is_given_back_as_a_whole(shop: Shop, bea: str) -> None:
    offer(shop, "prize", TREAT)
    of = {"redemption_id": full_card(shop, bea)}
    assert refusal(do(shop, bea, "card.1", "refund", **of, amount=1)) == (422, "whole_card_only", "amount")
    assert (shop.points(bea), award(shop, bea, "prize.1")["state"]) == (0, "active")
    assert answer(do(shop, bea, "card.1", "refund", **of, amount=2))["whole"] is True
    assert (shop.points(bea), award(shop, bea, "prize.1")["state"]) == (2, "revoked")


def test_what_was_granted_by_hand_stays_when_a_card_is_given_back(shop: Shop, bea: str) -> None:
    """At will, before the card or after it."""
    offer(shop, "prize", CLUB)
    give(shop, bea, "prize")
    answer(do(shop, bea, "card.1", "refund", redemption_id=full_card(shop, bea)))
    assert award(shop, bea, "prize.1")["state"] == "active"
    answer(shop.api.post(f"/v1/members/{bea}/awards/prize.1/revoke"))

    stamp(shop, bea, 2)
    used = answer(do(shop, bea, "card.1", "redeem"))
    give(shop, bea, "prize")
    answer(do(shop, bea, "prize.2", "redeem"))
    answer(do(shop, bea, "card.1", "refund", redemption_id=used["redemption_id"]))
    assert award(shop, bea, "prize.2")["state"] == "active"


def test_a_use_that_was_granted_by_hand_and_taken_is_not_undone_with_the_card(shop: Shop, bea: str) -> None:
    offer(shop, "prize", TREAT)
    give(shop, bea, "prize")
    redemption = full_card(shop, bea)
    used = answer(do(shop, bea, "prize.1", "redeem"))["redemption_id"]
    answer(do(shop, bea, "card.1", "refund", redemption_id=redemption))
    prize = award(shop, bea, "prize.1")
    assert (prize["state"], prize["uses_left"], prize["used"]) == ("redeemed", 0, 1)
    answer(do(shop, bea, "prize.1", "refund", redemption_id=used))
    assert award(shop, bea, "prize.1")["uses_left"] == 1


def test_a_membership_that_a_card_made_longer_ends_again_when_it_did(shop: Shop, bea: str) -> None:
    offer(shop, "prize", CLUB, valid_days=30)
    ends = give(shop, bea, "prize")["expires_at"]
    shop.clock.at += 10 * 24 * 3_600_000
    redemption = full_card(shop, bea)
    assert award(shop, bea, "prize.1")["expires_at"] > ends
    answer(do(shop, bea, "card.1", "refund", redemption_id=redemption))
    assert (award(shop, bea, "prize.1")["state"], award(shop, bea, "prize.1")["expires_at"]) == ("active", ends)


def test_who_has_done_nothing_yet_is_on_the_base_tier(shop: Shop, bea: str) -> None:
    offer(shop, "tea", {"kind": "level", "tier": "bronze"})
    assert award(shop, bea, "tea.1")["begun"] is False
    assert "code" in answer(shop.api.post(f"/v1/members/{bea}/awards/tea.1/codes"))
    assert answer(do(shop, bea, "tea.1", "redeem"))["award"]["used"] == 1


def test_points_that_are_money_are_worth_no_more_in_small_parts(shop: Shop, bea: str) -> None:
    """Ten of them are a cent: what is no whole cent is not rounded up at each redemption."""
    offer(shop, "money", {"kind": "pseudo_currency", "unit": "points", "points": 10, "value": 1}, everybody=True)
    shop.earn(bea, 300)
    assert refusal(do(shop, bea, "money.1", "redeem", amount=9)) == (422, "worth_nothing", "amount")
    assert answer(do(shop, bea, "money.1", "redeem", amount=29))["value"] == 2
    assert award(shop, bea, "money.1")["value"] == 27


def test_a_card_does_not_redeem_itself_for_who_may_not_spend_for_their_group(shop: Shop, bea: str) -> None:
    cem = shop.enrol("200")
    household = {"name": "Bea's", "primary_member_id": bea, "who_may_spend": "primary"}
    group = answer(shop.api.post("/v1/groups", household))["group_id"]
    answer(shop.api.put(f"/v1/groups/{group}/members/{cem}", {}))
    offer(shop, "card", CARD, method="auto")
    card = stamp(shop, cem, 2)
    assert (card["stamps"], card["redemption_id"]) == (2, None)
    assert stamp(shop, bea, 1)["redemption_id"] is not None


def test_what_an_order_gave_goes_with_its_goods_as_far_as_nobody_used_it(shop: Shop, bea: str) -> None:
    offer(shop, "treat", TREAT)
    offer(shop, "card", CARD)
    shop.define("gives", {"kind": "grant_perk", "perk": "treat"}, {"kind": "stamps", "perk": "card", "amount": 1})
    given: list[Json] = [
        {"rule_id": "gives", "reason": None, "taken": True},
        {"rule_id": "gives", "reason": "reward_used", "taken": False},
    ]
    for number, told in zip(("S1", "S2"), given, strict=True):
        before = shop.points(bea)
        sold = answer(shop.api.post("/v1/orders", document(number, member_id=bea)))
        if number == "S2":
            answer(do(shop, bea, "treat.2", "redeem"))
        back = answer(shop.api.post(f"/v1/orders/{sold['order_id']}/returns", document(f"R{number}")))
        treat, card = back["effects"]
        assert {name: treat[name] for name in told} == told
        assert (treat["what"], card["what"], card["taken"], shop.points(bea)) == ("treat", "card", True, before)
