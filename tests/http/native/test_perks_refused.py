"""What is refused of perks and awards, whichever way it is asked for: by hand, by stamps, by a code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.areas.accounts.model.limits import MAX_LOTS_IN_ALL, MAX_PENDINGS, MAX_TAKEN_PIECES
from chalicelib.areas.perks.model.award import MAX_AWARDS
from chalicelib.areas.perks.store import MAX_PERKS
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.runtime import Runtime
from tests.http.client import Reply
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, refusal
from tests.http.native.filled import at_the_counter, numbered, put_there
from tests.http.world import HandClock
from tests.twins.filled import fill, promise_each, take_every_other

CARD: Json = {"kind": "stamp_card", "unit": "points", "stamps": 2}
MONEY: Json = {"kind": "pseudo_currency", "unit": "points", "points": 10, "value": 1}
TREAT: Json = {"kind": "ad_hoc"}
CLUB: Json = {"kind": "club"}
DAY = 24 * 3_600_000
FULL = 10**12


def offer(shop: Shop, perk_id: str, what: Json, **fields: object) -> Reply:
    return shop.api.put(f"/v1/programs/1/perks/{perk_id}", {"name": perk_id, "what": what} | fields)


def give(shop: Shop, member_id: str, perk_id: str, query: str = "", **fields: object) -> Reply:
    return shop.api.post(f"/v1/members/{member_id}/awards{query}", {"perk_id": perk_id} | fields)


def stamp(shop: Shop, member_id: str, perk_id: str, query: str = "", **fields: object) -> Reply:
    return shop.api.post(f"/v1/members/{member_id}/perks/{perk_id}/stamps{query}", fields)


def do(shop: Shop, member_id: str, award_id: str, what: str, query: str = "", **fields: object) -> Reply:
    path = f"/v1/members/{member_id}/awards/{award_id}/{what}{query}"
    return shop.api.post(path, None if what in ("revoke", "codes") else fields)


def redeem(shop: Shop, member_id: str, award_id: str, **fields: object) -> Reply:
    return do(shop, member_id, award_id, "redeem", "", **fields)


def by_code(shop: Shop, member_id: str, award_id: str, **fields: object) -> Reply:
    """A fresh code, and what has happened since it was shown is up to whoever asks for it early: see `shown`."""
    return shop.api.post("/v1/redemptions", {"code": shown(shop, member_id, award_id)} | fields)


def shown(shop: Shop, member_id: str, award_id: str) -> str:
    return str(answer(do(shop, member_id, award_id, "codes"))["code"])


Use = Callable[..., Reply]
both_ways = pytest.mark.parametrize("use", [redeem, by_code])


@pytest.fixture
def bea(shop: Shop) -> str:
    return shop.enrol("100")


@pytest.fixture
def usable(shop: Shop, bea: str) -> dict[str, str]:
    """Awards of every kind that she has, by kind."""
    for perk_id, what in (("card", CARD), ("money", MONEY), ("treat", TREAT), ("club", CLUB)):
        answer(offer(shop, perk_id, what))
        answer(give(shop, bea, perk_id))
    return {name: f"{name}.1" for name in ("card", "money", "treat", "club")}


def test_what_is_not_there_is_not_found(shop: Shop, bea: str, usable: dict[str, str]) -> None:
    other, missing = "?program_id=2", (404, "program_not_found", "program_id")
    assert refusal(shop.api.get("/v1/programs/2/perks")) == missing
    assert refusal(shop.api.get("/v1/programs/2/perks/card")) == missing
    assert refusal(shop.api.get("/v1/programs/1/perks/nothing")) == (404, "perk_not_found", "perk_id")
    assert refusal(shop.api.put("/v1/programs/2/perks/card", {"name": "x", "what": TREAT})) == missing
    assert refusal(shop.api.get(f"/v1/members/{bea}/awards{other}")) == missing
    assert refusal(shop.api.get(f"/v1/members/{bea}/awards/card.1{other}")) == missing
    assert [refusal(reply) for reply in (give(shop, bea, "card", other), stamp(shop, bea, "card", other))] == [
        missing
    ] * 2
    assert (
        refusal(give(shop, bea, "nothing"))
        == refusal(stamp(shop, bea, "nothing"))
        == (404, "perk_not_found", "perk_id")
    )
    assert refusal(shop.api.get(f"/v1/members/{NOBODY}/awards/card.1")) == (404, "member_not_found", "member_id")
    assert refusal(stamp(shop, NOBODY, "card"))[1] == "member_not_found"
    body = {"redemption_id": "ent_00000000000000000000"}
    for what in ("redeem", "revoke", "codes", "refund"):
        theirs = {"redemption_id": entry_id(EntryRef(NOBODY, 1, 1))} if what == "refund" else {}
        assert refusal(do(shop, NOBODY, "card.1", what, **theirs))[1] == "member_not_found"
        if what != "refund":
            assert refusal(do(shop, bea, "card.1", what, other))[1] == "program_not_found"
            assert refusal(do(shop, bea, "card.9", what)) == (404, "award_not_found", "award_id")
    for name in ("card.9", "card", "card.01", "nothing.1"):
        assert refusal(shop.api.get(f"/v1/members/{bea}/awards/{name}")) == (404, "award_not_found", "award_id")
    assert refusal(do(shop, bea, "card.1", "refund", **body)) == (404, "redemption_not_found", "redemption_id")


def test_a_redemption_is_of_its_award(shop: Shop, bea: str, usable: dict[str, str]) -> None:
    used = answer(redeem(shop, bea, "treat.1"))["redemption_id"]
    assert refusal(do(shop, bea, "club.1", "refund", redemption_id=used))[1] == "redemption_not_found"
    assert refusal(do(shop, bea, "nothing", "refund", redemption_id=used))[1] == "award_not_found"


def test_a_blocked_member_gets_and_uses_nothing(shop: Shop, bea: str, usable: dict[str, str]) -> None:
    early = shown(shop, bea, "club.1")
    shop.block(bea)
    replies = (
        *(give(shop, bea, "treat"), stamp(shop, bea, "card"), redeem(shop, bea, "club.1")),
        *(do(shop, bea, "club.1", "codes"), shop.api.post("/v1/redemptions", {"code": early})),
    )
    assert {refusal(reply)[:2] for reply in replies} == {(422, "member_blocked")}
    answer(do(shop, bea, "club.1", "revoke"))


def test_who_is_in_a_group_uses_its_points_if_it_lets_them(shop: Shop, bea: str, usable: dict[str, str]) -> None:
    ada = shop.enrol("1")
    body = {"name": "Home", "primary_member_id": ada, "who_may_spend": "primary"}
    home = answer(shop.api.post("/v1/groups", body))["group_id"]
    answer(shop.api.put(f"/v1/groups/{home}/members/{bea}", {}))
    early = shown(shop, bea, "club.1")
    answer(stamp(shop, bea, "card", amount=2))
    for use in (redeem, by_code):
        assert refusal(use(shop, bea, "card.1")) == (422, "may_not_spend", "member_id")
    answer(shop.api.patch(f"/v1/groups/{home}", {"who_may_spend": "everyone"}))
    assert answer(redeem(shop, bea, "card.1"))["points"] == 2
    answer(shop.api.patch(f"/v1/groups/{home}", {"status": "blocked"}))
    replies = (
        *(give(shop, bea, "treat"), stamp(shop, bea, "card"), redeem(shop, bea, "club.1")),
        *(do(shop, bea, "club.1", "codes"), shop.api.post("/v1/redemptions", {"code": early})),
    )
    assert {refusal(reply)[:2] for reply in replies} == {(422, "group_blocked")}


@both_ways
def test_what_an_award_cannot_be_used_for(shop: Shop, bea: str, usable: dict[str, str], use: Use) -> None:
    shop.earn(bea, 1)
    assert refusal(use(shop, bea, "card.1"))[1] == "card_not_full"
    assert refusal(use(shop, bea, "treat.1", amount=1))[1] == "amount_not_taken"
    assert refusal(use(shop, bea, "money.1"))[1] == "amount_needed"
    assert refusal(use(shop, bea, "money.1", amount=4))[1] == "worth_nothing"
    assert refusal(use(shop, bea, "money.1", amount=100)) == (422, "insufficient_balance", "amount")
    assert refusal(use(shop, bea, "money.1", amount=100, basket={"value": 9}))[1] == "more_than_basket"
    answer(offer(shop, "money", MONEY, maximum_value=5))
    assert refusal(use(shop, bea, "money.1", amount=100))[1] == "over_maximum_value"


@both_ways
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"hours": [{"weekdays": ["monday"]}]}, "not_at_this_time"),
        ({"places": ["Elsewhere"]}, "not_at_this_place"),
        ({"basket": {"minimum_value": 5}}, "basket_too_small"),
        ({"basket": {"skus": ["TEA"]}}, "basket_without_goods"),
    ],
)
def test_where_it_cannot_be_used(
    shop: Shop, bea: str, usable: dict[str, str], use: Use, fields: Json, code: str
) -> None:
    answer(offer(shop, "club", CLUB, **fields))
    assert refusal(use(shop, bea, "club.1")) == (
        422,
        code,
        "perk_id" if code == "not_at_this_time" else refusal(use(shop, bea, "club.1"))[2],
    )


def test_what_is_over_is_used_no_more(shop: Shop, bea: str, usable: dict[str, str]) -> None:
    early = {name: shown(shop, bea, f"{name}.1") for name in ("treat", "club", "card")}
    answer(redeem(shop, bea, "treat.1"))
    answer(do(shop, bea, "club.1", "revoke"))
    answer(offer(shop, "card", CARD, state="paused"))
    found = {name: refusal(shop.api.post("/v1/redemptions", {"code": code}))[1] for name, code in early.items()}
    assert found == {"treat": "award_used_up", "club": "award_revoked", "card": "perk_not_active"}
    assert (
        refusal(do(shop, bea, "treat.1", "codes"))[1]
        == refusal(do(shop, bea, "treat.1", "revoke"))[1]
        == "award_used_up"
    )
    assert refusal(do(shop, bea, "club.1", "codes"))[1] == "award_revoked"
    assert refusal(do(shop, bea, "card.1", "codes"))[1] == refusal(stamp(shop, bea, "card"))[1] == "perk_not_active"
    assert refusal(stamp(shop, bea, "treat"))[1] == "not_a_stamp_card"


def test_what_has_expired_is_shown_and_taken_back_no_more(shop: Shop, bea: str) -> None:
    answer(offer(shop, "club", CLUB, valid_days=0))
    answer(give(shop, bea, "club"))
    shop.clock.at += 12 * 3_600_000 - 60_000  # a minute before midnight
    early = shown(shop, bea, "club.1")
    shop.clock.at += 120_000
    for what in ("codes", "revoke", "redeem"):
        assert refusal(do(shop, bea, "club.1", what)) == (422, "award_expired", "award_id")
    assert refusal(shop.api.post("/v1/redemptions", {"code": early}))[1] == "award_expired"


def test_what_a_tier_brings_goes_with_it(shop: Shop, bea: str) -> None:
    answer(offer(shop, "tea", {"kind": "level", "tier": "silver"}))
    assert refusal(do(shop, bea, "tea.1", "codes"))[1] == "not_on_tier"
    answer(shop.api.post(f"/v1/members/{bea}/tier/pin", {"tier_id": "silver"}))
    early = shown(shop, bea, "tea.1")
    answer(shop.api.post(f"/v1/members/{bea}/tier/unpin"))
    assert refusal(shop.api.post("/v1/redemptions", {"code": early}))[1] == "not_on_tier"


def test_what_does_not_fit_into_the_account_is_not_given(rt: Runtime, clock: HandClock, shop: Shop) -> None:
    program = answer(shop.api.get("/v1/programs/1"))
    slow = {"code": "slow", "name": "Slow", "policies": [{"available_after": 5}]}
    lasting = {"code": "lasting", "name": "Lasting", "policies": [{"expiry": {"type": "days", "days": 36_000}}]}
    units = [*program["units"], slow, lasting]
    answer(shop.api.put("/v1/programs/1", {"name": program["name"], "units": units}))
    rich, torn, waiting = (shop.enrol(str(number)) for number in range(3))
    shop.earn(rich, FULL)
    fill(at_the_counter(rt, clock), torn, MAX_LOTS_IN_ALL, "lasting")
    promise_each(at_the_counter(rt, clock), waiting, [f"event {number}" for number in range(MAX_PENDINGS)])
    full = {
        "points": (rich, "balance_limit"),
        "lasting": (torn, "too_many_lots"),
        "slow": (waiting, "too_many_pending"),
    }
    for unit, (member_id, code) in full.items():
        answer(offer(shop, unit, CARD | {"unit": unit}, points=2))
        assert refusal(give(shop, member_id, unit))[1] == refusal(stamp(shop, member_id, unit))[1] == code


def test_what_is_given_back_must_fit(
    rt: Runtime, clock: HandClock, shop: Shop, bea: str, usable: dict[str, str]
) -> None:
    shop.earn(bea, 2)
    used = answer(redeem(shop, bea, "card.1"))["redemption_id"]
    shop.earn(bea, FULL)
    assert refusal(do(shop, bea, "card.1", "refund", redemption_id=used))[1] == "balance_limit"


@both_ways
def test_nobody_takes_more_pieces_than_can_be_told(
    rt: Runtime, clock: HandClock, shop: Shop, bea: str, usable: dict[str, str], use: Use
) -> None:
    take_every_other(at_the_counter(rt, clock), bea, MAX_TAKEN_PIECES + 1)
    assert refusal(use(shop, bea, "money.1", amount=MAX_TAKEN_PIECES + 1)) == (422, "too_many_pieces", "amount")


def test_a_member_has_so_many_awards_and_a_program_so_many_perks(shop: Shop, bea: str, rt: Runtime) -> None:
    """What everybody has is one more, once it is used; what is over gives way unless it was the last of its perk."""
    answer(offer(shop, "open", CLUB, everybody=True))
    answer(offer(shop, "card", CARD))
    early = shown(shop, bea, "open.1")
    for number in range(MAX_AWARDS):
        answer(offer(shop, f"club-{number}", CLUB, again="replace"))
        answer(give(shop, bea, f"club-{number}"))
    many = (422, "too_many_awards", "member_id")
    replies = (give(shop, bea, "card"), stamp(shop, bea, "card"), redeem(shop, bea, "open.1"))
    assert [refusal(reply) for reply in (*replies, shop.api.post("/v1/redemptions", {"code": early}))] == [many] * 4
    assert refusal(give(shop, bea, "club-0")) == many  # the one before it is not over
    known = answer(shop.api.get("/v1/programs/1/perks/club-0"))
    put_there(rt, "perk", numbered(known, "perk_id", range(MAX_AWARDS + 2, MAX_PERKS)))
    assert refusal(offer(shop, "another", CLUB)) == (422, "too_many_perks", None)
