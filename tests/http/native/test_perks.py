"""Perks over HTTP: stamp cards, points that are money, treats, clubs, what a tier brings; by hand and by code."""

from __future__ import annotations

import pytest

from tests.http.native.bookshop import NOBODY, PROGRAM, Json, Shop, answer, refusal

STAMPS: Json = {"code": "stamps", "name": "Stamps"}
MINUTE, DAY = 60_000, 24 * 3_600_000
COFFEE: Json = {"name": "Coffee card", "what": {"kind": "stamp_card", "unit": "stamps", "stamps": 9}}
TREAT: Json = {"name": "A free cup", "what": {"kind": "ad_hoc"}, "till_code": "FREE-CUP"}
MONEY: Json = {
    "name": "Points are money",
    "what": {"kind": "pseudo_currency", "unit": "points", "points": 10, "value": 1},
}
CLUB: Json = {"name": "Night readers", "what": {"kind": "club"}, "valid_days": 30}
BADGE: Json = {"name": "A regular", "what": {"kind": "badge"}}
GOLD: Json = {"name": "Tea for silver", "what": {"kind": "level", "tier": "silver"}}


@pytest.fixture
def cafe(shop: Shop) -> Shop:
    """The bookshop with a café: a program that has stamps as well."""
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [*PROGRAM["units"], STAMPS]}))
    return shop


@pytest.fixture
def bea(cafe: Shop) -> str:
    return cafe.enrol("100")


def offer(shop: Shop, perk_id: str, perk: Json, **fields: object) -> Json:
    return dict(answer(shop.api.put(f"/v1/programs/1/perks/{perk_id}", perk | fields)))


def awards(shop: Shop, member_id: str) -> dict[str, Json]:
    return {one["award_id"]: one for one in answer(shop.api.get(f"/v1/members/{member_id}/awards"))["items"]}


def give(shop: Shop, member_id: str, perk_id: str, **fields: object) -> Json:
    return dict(answer(shop.api.post(f"/v1/members/{member_id}/awards", {"perk_id": perk_id} | fields)))


def at(member_id: str, award_id: str, what: str) -> str:
    return f"/v1/members/{member_id}/awards/{award_id}/{what}"


def stamp(shop: Shop, member_id: str, perk_id: str = "coffee", amount: int = 1) -> Json:
    path = f"/v1/members/{member_id}/perks/{perk_id}/stamps"
    return dict(answer(shop.api.post(path, {"amount": amount})))


def redeem(shop: Shop, member_id: str, award_id: str, **fields: object) -> Json:
    return dict(answer(shop.api.post(at(member_id, award_id, "redeem"), fields)))


def refused(shop: Shop, member_id: str, award_id: str, **fields: object) -> tuple[int, str, str | None]:
    return refusal(shop.api.post(at(member_id, award_id, "redeem"), fields))


def test_who_buys_nine_cups_gets_the_tenth_free(cafe: Shop, bea: str) -> None:
    """The card redeems itself: the ninth stamp gives a free cup, which is shown at the till as a QR code."""
    offer(cafe, "free-cup", TREAT, method="qr", valid_days=30)
    offer(cafe, "coffee", COFFEE | {"what": COFFEE["what"] | {"gives": "free-cup"}}, method="auto")
    for bought in range(1, 9):
        card = stamp(cafe, bea)
        assert (card["stamps"], card["needed"], card["redemption_id"], card["gave"]) == (bought, 9, None, None)
    ninth = stamp(cafe, bea)
    assert (ninth["stamps"], ninth["gave"], ninth["award"]["used"]) == (0, "free-cup.1", 1)
    assert ninth["account"]["balances"]["stamps"] == 0
    assert list(awards(cafe, bea)) == ["coffee.1", "free-cup.1"]

    code = answer(cafe.api.post(at(bea, "free-cup.1", "codes")))
    assert code["svg"].startswith("<svg")
    tenth = answer(cafe.api.post("/v1/redemptions", {"code": code["code"], "place": "Café"}))
    assert (tenth["member_id"], tenth["award"]["state"], tenth["till_code"]) == (bea, "redeemed", "FREE-CUP")
    again = cafe.api.post("/v1/redemptions", {"code": code["code"], "place": "Café"})
    assert refusal(again) == (404, "code_not_found", "code")
    assert refused(cafe, bea, "free-cup.1") == (422, "award_used_up", "award_id")
    assert stamp(cafe, bea)["stamps"] == 1  # the card has begun anew


def test_a_full_card_that_is_shown_takes_its_stamps_when_it_is_redeemed(cafe: Shop, bea: str) -> None:
    offer(cafe, "coffee", COFFEE)
    stamp(cafe, bea, amount=8)
    assert refused(cafe, bea, "coffee.1") == (422, "card_not_full", "award_id")
    stamp(cafe, bea, amount=4)
    used = redeem(cafe, bea, "coffee.1")
    assert (used["points"], used["unit"], used["account"]["balances"]["stamps"]) == (9, "stamps", 3)
    back = answer(cafe.api.post(at(bea, "coffee.1", "refund"), {"redemption_id": used["redemption_id"]}))
    assert (back["points"], back["whole"], back["account"]["balances"]["stamps"]) == (9, True, 12)
    assert back["redemption_id"] == used["redemption_id"]
    again = cafe.api.post(at(bea, "coffee.1", "refund"), {"redemption_id": used["redemption_id"]})
    assert refusal(again) == (422, "already_refunded", "redemption_id")


def test_a_card_that_does_not_start_anew_is_finished_when_it_is_redeemed(cafe: Shop, bea: str) -> None:
    what = COFFEE["what"] | {"stamps": 2, "starts_anew": False}
    offer(cafe, "coffee", COFFEE, what=what, method="auto")
    assert stamp(cafe, bea, amount=2)["award"]["state"] == "redeemed"
    path = f"/v1/members/{bea}/perks/coffee/stamps"
    assert refusal(cafe.api.post(path, {})) == (422, "card_finished", "perk_id")


def test_what_a_full_card_gave_goes_back_with_it_unless_it_was_used(cafe: Shop, bea: str) -> None:
    offer(cafe, "free-cup", TREAT)
    offer(cafe, "coffee", COFFEE, what=COFFEE["what"] | {"gives": "free-cup"}, method="auto")
    first = stamp(cafe, bea, amount=9)["redemption_id"]
    answer(cafe.api.post(at(bea, "coffee.1", "refund"), {"redemption_id": first}))
    assert awards(cafe, bea)["free-cup.1"]["state"] == "revoked"
    used = redeem(cafe, bea, "coffee.1")
    assert used["gave"] == "free-cup.2"
    redeem(cafe, bea, "free-cup.2")
    body = {"redemption_id": used["redemption_id"]}
    assert refusal(cafe.api.post(at(bea, "coffee.1", "refund"), body)) == (422, "reward_used", "redemption_id")


def test_points_are_redeemed_for_money_up_to_what_is_allowed_and_bought(cafe: Shop, bea: str) -> None:
    offer(cafe, "money", MONEY, everybody=True, maximum_value=20)
    cafe.earn(bea, 300)
    shown = awards(cafe, bea)["money.1"]
    assert (shown["points"], shown["value"], shown["begun"], shown["granted_at"]) == (300, 30, False, None)
    assert refused(cafe, bea, "money.1") == (400, "amount_needed", "amount")
    assert refused(cafe, bea, "money.1", amount=4) == (422, "worth_nothing", "amount")
    assert refused(cafe, bea, "money.1", amount=210) == (422, "over_maximum_value", "amount")
    assert refused(cafe, bea, "money.1", amount=100, basket={"value": 9}) == (422, "more_than_basket", "amount")
    used = redeem(cafe, bea, "money.1", amount=150, basket={"value": 15})
    assert (used["value"], used["points"], cafe.points(bea)) == (15, 150, 150)
    of = {"redemption_id": used["redemption_id"]}
    part = answer(cafe.api.post(at(bea, "money.1", "refund"), of | {"amount": 50}))
    assert (part["points"], part["whole"], cafe.points(bea)) == (50, False, 200)
    more = cafe.api.post(at(bea, "money.1", "refund"), of | {"amount": 101})
    assert refusal(more) == (422, "refunded_more_than_spent", "amount")
    rest = answer(cafe.api.post(at(bea, "money.1", "refund"), of))
    assert (rest["points"], rest["whole"], cafe.points(bea), rest["award"]["used"]) == (100, True, 300, 0)


def test_what_everybody_has_costs_nobody_an_item_until_they_use_it(cafe: Shop, bea: str) -> None:
    offer(cafe, "welcome", TREAT, everybody=True)
    assert awards(cafe, bea)["welcome.1"]["begun"] is False
    redeem(cafe, bea, "welcome.1")
    assert awards(cafe, bea)["welcome.1"]["begun"] is True
    assert refused(cafe, bea, "welcome.1") == (422, "award_used_up", "award_id")
    assert refused(cafe, bea, "welcome.2") == (404, "award_not_found", "award_id")


def test_what_a_tier_brings_is_for_whoever_stands_on_it(cafe: Shop, bea: str) -> None:
    offer(cafe, "tea", GOLD)
    assert awards(cafe, bea) == {}
    assert refused(cafe, bea, "tea.1") == (422, "not_on_tier", "award_id")
    granted = cafe.api.post(f"/v1/members/{bea}/awards", {"perk_id": "tea"})
    assert refusal(granted) == (422, "held_by_tier", "perk_id")
    cafe.earn(bea, 250)
    assert list(awards(cafe, bea)) == ["tea.1"]
    assert redeem(cafe, bea, "tea.1")["award"]["uses_left"] is None


def test_a_second_grant_is_added_replaces_or_is_ignored(cafe: Shop, bea: str) -> None:
    for again in ("add", "replace", "ignore"):
        offer(cafe, again, TREAT, again=again)
        give(cafe, bea, again)
    assert give(cafe, bea, "add")["award"]["uses_left"] == 2
    assert give(cafe, bea, "replace")["award"]["award_id"] == "replace.2"
    ignored = give(cafe, bea, "ignore")
    assert (ignored["award"]["award_id"], ignored["award"]["uses_left"], ignored["account"]) == ("ignore.1", 1, None)
    assert awards(cafe, bea)["replace.1"]["state"] == "revoked"


@pytest.mark.parametrize("days", [0, 1, 30])
def test_a_perk_is_good_for_as_many_days_as_a_coupon_is(cafe: Shop, bea: str, days: int) -> None:
    offer(cafe, "club", CLUB, valid_days=days)
    answer(cafe.api.put("/v1/programs/1/coupon-series/club", {"name": "Club", "valid_days": days}))
    coupon = answer(cafe.api.post(f"/v1/members/{bea}/coupons", {"series_id": "club"}))
    assert give(cafe, bea, "club")["award"]["expires_at"] == coupon["expires_at"]


def test_a_membership_is_over_with_its_last_day(cafe: Shop, bea: str) -> None:
    offer(cafe, "club", CLUB)
    assert give(cafe, bea, "club")["award"]["expires_at"] == "2026-02-15T00:00:00Z"
    assert [redeem(cafe, bea, "club.1")["award"]["used"] for _ in range(3)] == [1, 2, 3]
    cafe.clock.at += 31 * DAY
    assert awards(cafe, bea)["club.1"]["state"] == "expired"
    assert refused(cafe, bea, "club.1") == (422, "award_expired", "award_id")
    assert give(cafe, bea, "club")["award"]["award_id"] == "club.2"


def test_a_badge_is_shown_counted_and_never_redeemed(cafe: Shop, bea: str) -> None:
    offer(
        cafe, "regular", BADGE, pictures=["https://cdn.example.com/regular.svg"], labels=[{"key": "wall", "value": "1"}]
    )
    assert [give(cafe, bea, "regular")["award"]["times"] for _ in range(2)] == [1, 2]
    shown = awards(cafe, bea)["regular.1"]
    assert (shown["kind"], shown["times"], shown["uses_left"]) == ("badge", 2, None)
    assert refused(cafe, bea, "regular.1") == (422, "not_redeemable", "award_id")
    assert refusal(cafe.api.post(at(bea, "regular.1", "codes"))) == (422, "not_redeemable", "award_id")
    assert answer(cafe.api.post(at(bea, "regular.1", "revoke")))["award"]["state"] == "revoked"


def test_a_code_of_what_has_become_a_badge_meanwhile_redeems_nothing(cafe: Shop, bea: str) -> None:
    offer(cafe, "treat", TREAT)
    give(cafe, bea, "treat")
    code = answer(cafe.api.post(at(bea, "treat.1", "codes")))["code"]
    offer(cafe, "treat", BADGE)
    assert refusal(cafe.api.post("/v1/redemptions", {"code": code})) == (422, "not_redeemable", "award_id")


def test_a_full_card_gives_a_badge(cafe: Shop, bea: str) -> None:
    offer(cafe, "regular", BADGE)
    offer(cafe, "coffee", COFFEE, what=COFFEE["what"] | {"gives": "regular"}, method="auto")
    assert stamp(cafe, bea, amount=9)["gave"] == "regular.1"


@pytest.mark.parametrize(
    "fields",
    [
        *({"uses": 3}, {"everybody": True}, {"till_code": "X"}, {"maximum_value": 5}, {"places": ["Café"]}),
        *({"hours": [{"weekdays": ["friday"]}]}, {"basket": {"minimum_value": 5}}, {"points": 3}),
    ],
)
def test_a_badge_asks_for_nothing_at_a_till(cafe: Shop, fields: Json) -> None:
    assert refusal(cafe.api.put("/v1/programs/1/perks/regular", BADGE | fields))[0] == 400


def test_points_come_with_a_grant(cafe: Shop, bea: str) -> None:
    offer(cafe, "coffee", COFFEE, points=2)
    assert give(cafe, bea, "coffee")["account"]["balances"]["stamps"] == 2
    assert give(cafe, bea, "coffee", points=5)["account"]["balances"]["stamps"] == 7
    offer(cafe, "treat", TREAT)
    reply = cafe.api.post(f"/v1/members/{bea}/awards", {"perk_id": "treat", "points": 5})
    assert refusal(reply) == (422, "perk_without_points", "points")


def test_a_perk_says_nothing_that_changes_nothing(cafe: Shop) -> None:
    limited = cafe.api.put("/v1/programs/1/perks/treat", TREAT | {"maximum_value": 100})
    assert refusal(limited) == (422, "nothing_to_limit", "maximum_value")
    offer(cafe, "treat", TREAT, hours=[{"weekdays": ["mon", "friday"]}])
    shown = answer(cafe.api.get("/v1/programs/1/perks/treat"))
    assert shown["hours"][0]["weekdays"] == ["monday", "friday"]


def test_a_cashier_reads_money_as_on_a_receipt(cafe: Shop, bea: str) -> None:
    offer(cafe, "money", MONEY, everybody=True, maximum_value=20, basket={"minimum_value": 15})
    cafe.earn(bea, 300)

    def said(amount: int, **basket: object) -> str:
        body = {"amount": amount, "basket": basket}
        return str(cafe.api.post(at(bea, "money.1", "redeem"), body).json["error"]["message"])

    assert said(100, value=14, currency="EUR").endswith(" needs a basket that comes to 0.15 EUR at least.")
    assert said(100, value=14).endswith(" needs a basket that comes to more.")
    over = said(210, value=500, currency="EUR")
    assert over.startswith("That is more than the 0.20 EUR ")
    assert over.endswith(" is redeemed for at a time.")
    worth = "The points are worth more than the basket, which comes to 0.15 EUR, and they are worth 0.20 EUR."
    assert said(200, value=15, currency="EUR") == worth
    assert said(200, value=15) == "The points are worth more than the basket."


def test_time_place_and_basket_are_judged_when_it_is_redeemed(cafe: Shop, bea: str) -> None:
    """It is noon on a Thursday."""
    offer(cafe, "treat", TREAT, hours=[{"weekdays": ["friday"]}, {"from_time": "13:00", "until_time": "14:00"}])
    give(cafe, bea, "treat")
    assert refused(cafe, bea, "treat.1") == (422, "not_at_this_time", "perk_id")
    offer(cafe, "treat", TREAT, hours=[{"weekdays": ["thursday"], "from_time": "11:30"}], places=["Café"])
    assert refused(cafe, bea, "treat.1", place="Till 1") == (422, "not_at_this_place", "place")
    assert refused(cafe, bea, "treat.1") == (422, "not_at_this_place", "place")
    basket = {"minimum_value": 500, "categories": ["Drinks"]}
    offer(cafe, "treat", TREAT, basket=basket)
    assert refused(cafe, bea, "treat.1", basket={"value": 499}) == (422, "basket_too_small", "basket")
    tea = {"sku": "TEA", "category": ["Drinks", "Hot"]}
    assert refused(cafe, bea, "treat.1", basket={"value": 500}) == (422, "basket_without_goods", "basket")
    redeem(cafe, bea, "treat.1", basket={"value": 500, "lines": [{"sku": "BOOK"}, tea]})


def test_an_award_that_is_taken_back_is_used_no_more(cafe: Shop, bea: str) -> None:
    offer(cafe, "treat", TREAT, uses=2)
    give(cafe, bea, "treat")
    used = redeem(cafe, bea, "treat.1")
    assert answer(cafe.api.post(at(bea, "treat.1", "revoke")))["award"]["state"] == "revoked"
    assert refused(cafe, bea, "treat.1") == (422, "award_revoked", "award_id")
    assert refusal(cafe.api.post(at(bea, "treat.1", "revoke"))) == (422, "award_revoked", "award_id")
    body = {"redemption_id": used["redemption_id"]}
    assert refusal(cafe.api.post(at(bea, "treat.1", "refund"), body)) == (422, "award_revoked", "award_id")


def test_a_code_is_good_for_ten_minutes_and_is_typed_as_people_like(cafe: Shop, bea: str) -> None:
    offer(cafe, "treat", TREAT, uses=3)
    give(cafe, bea, "treat")
    first = answer(cafe.api.post(at(bea, "treat.1", "codes")))
    assert (first["method"], first["svg"], first["expires_at"]) == ("code", None, "2026-01-15T12:10:00Z")
    typed = first["code"][:5].upper() + "-" + first["code"][5:]
    answer(cafe.api.post("/v1/redemptions", {"code": typed}))
    second = answer(cafe.api.post(at(bea, "treat.1", "codes")))
    cafe.clock.at += 10 * MINUTE
    assert refusal(cafe.api.post("/v1/redemptions", {"code": second["code"]})) == (
        422,
        "redemption_code_expired",
        "code",
    )


def test_a_code_is_drawn_as_its_perk_says(cafe: Shop, bea: str) -> None:
    for method, has in (("qr", "<svg"), ("pdf417", "<svg")):
        offer(cafe, method, TREAT, method=method)
        give(cafe, bea, method)
        drawn = answer(cafe.api.post(at(bea, f"{method}.1", "codes")))
        assert drawn["svg"].startswith(has)
        assert answer(cafe.api.post(at(bea, f"{method}.1", "codes") + "?format=text"))["svg"] is None
    offer(cafe, "itself", TREAT, method="auto")
    give(cafe, bea, "itself")
    assert refusal(cafe.api.post(at(bea, "itself.1", "codes"))) == (422, "perk_without_code", "award_id")


def test_the_same_key_is_the_same_code_and_the_same_redemption(cafe: Shop, bea: str) -> None:
    offer(cafe, "treat", TREAT, uses=5)
    give(cafe, bea, "treat")
    path = at(bea, "treat.1", "codes")
    one, two = (cafe.api.post(path, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert one.json == two.json
    body = {"code": one.json["code"]}
    used, same = (cafe.api.post("/v1/redemptions", body, headers={"Idempotency-Key": "k2"}) for _ in range(2))
    assert (used.status, used.json) == (same.status, same.json)
    assert awards(cafe, bea)["treat.1"]["used"] == 1
    late = cafe.api.post(path, headers={"Idempotency-Key": "k1"})
    assert refusal(late) == (422, "redemption_code_expired", "award_id")


def test_what_is_tried_changes_nothing(cafe: Shop, bea: str) -> None:
    offer(cafe, "treat", TREAT)
    tried = cafe.api.post(f"/v1/members/{bea}/awards?dry_run=true", {"perk_id": "treat"})
    assert (tried.status, tried.json["award"]["award_id"], awards(cafe, bea)) == (200, "treat.1", {})
    give(cafe, bea, "treat")
    assert cafe.api.post(at(bea, "treat.1", "redeem") + "?dry_run=true", {}).json["award"]["state"] == "redeemed"
    assert awards(cafe, bea)["treat.1"]["state"] == "active"


@pytest.mark.parametrize(
    ("perk", "code", "param"),
    [
        (COFFEE | {"what": COFFEE["what"] | {"unit": "nothing"}}, "unknown_unit", "what.unit"),
        (COFFEE | {"what": COFFEE["what"] | {"gives": "nothing"}}, "unknown_perk", "what.gives"),
        (COFFEE | {"what": COFFEE["what"] | {"gives": "coffee"}}, "unknown_perk", "what.gives"),
        (GOLD | {"what": {"kind": "level", "tier": "platinum"}}, "unknown_tier", "what.tier"),
    ],
)
def test_a_perk_that_cannot_be_meant_is_refused(cafe: Shop, perk: Json, code: str, param: str) -> None:
    assert refusal(cafe.api.put("/v1/programs/1/perks/coffee", perk)) == (422, code, param)


@pytest.mark.parametrize("fields", [{"points": 3}, {"window": {"from_day": "2026-02-01", "until_day": "2026-01-01"}}])
def test_a_perk_that_contradicts_itself_is_malformed(cafe: Shop, fields: Json) -> None:
    assert cafe.api.put("/v1/programs/1/perks/treat", TREAT | fields).status == 400


def test_a_perk_that_is_paused_or_not_in_its_window_is_not_given(cafe: Shop, bea: str) -> None:
    offer(cafe, "treat", TREAT)
    give(cafe, bea, "treat")
    for fields in ({"state": "paused"}, {"window": {"from_day": "2026-01-16"}}):
        offer(cafe, "treat", TREAT, **fields)
        assert refusal(cafe.api.post(f"/v1/members/{bea}/awards", {"perk_id": "treat"}))[1] == "perk_not_active"
        assert refused(cafe, bea, "treat.1") == (422, "perk_not_active", "perk_id")


def test_who_is_no_member_has_no_awards(cafe: Shop) -> None:
    offer(cafe, "treat", TREAT)
    assert refusal(cafe.api.get(f"/v1/members/{NOBODY}/awards"))[1] == "member_not_found"
    reply = cafe.api.post(f"/v1/members/{NOBODY}/awards", {"perk_id": "treat"})
    assert refusal(reply)[1] == "member_not_found"


def test_the_statement_and_the_proof_hold_with_perks(cafe: Shop, bea: str) -> None:
    offer(cafe, "coffee", COFFEE, method="auto")
    for _ in range(10):
        stamp(cafe, bea)
    assert answer(cafe.api.get(f"/v1/members/{bea}/account/proof"))["matches"] is True
    assert cafe.api.get(f"/v1/members/{bea}/statement").status == 200


@pytest.mark.parametrize("name", ["Card\u0000", "Card \u202e drac"])
def test_a_perk_is_called_what_anybody_can_read(shop: Shop, name: str) -> None:
    for said in ({"name": name}, {"translations": {"de": {"name": name}}}):
        reply = shop.api.put("/v1/programs/1/perks/coffee", COFFEE | said)
        assert refusal(reply)[:2] == (400, "wrong_format")
