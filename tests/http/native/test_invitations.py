"""Invitations over HTTP, who claims to have come by somebody, and what is refused of both."""

from __future__ import annotations

import pytest

from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, card, refusal
from tests.http.native.referred import brought, claiming, counts, enrolling, gives, invite, inviting, of, share, states
from tests.twins import caller_of

DAY = 24 * 3_600_000
BEA: Json = {"type": "email", "value": "Bea@example.com"}


def days_pass(rt: Runtime, shop: Shop, days: int) -> None:
    """And the daily job of the last of them runs, early on the next."""
    shop.clock.at += days * DAY
    settle_due(rt, caller_of("ours"), local_day(shop.clock.at, "UTC") - 1)


def different(rt: Runtime) -> list[str]:
    """What verifying finds wrong."""
    told = [one for part in verify_tenant(rt, "ours", threads=1) for one in part.differences]
    return [one.what for one in told if "in the feed" not in one.what and "add up to" not in one.what]


def test_who_is_invited_comes_by_the_code_of_the_invitation(rt: Runtime, shop: Shop, ada: str) -> None:
    invited = invite(shop, ada, BEA)
    assert (invited["channel"], invited["expires_at"]) == ("email", "2026-02-14T12:00:00Z")
    assert (states(shop, ada), counts(shop, ada)) == ([("invited", None)], (1, 0, 0, 0))
    checked = answer(shop.api.get(f"/v1/referrals/{invited['referral_code']}"))
    assert (checked["good"], checked["referral_id"]) == (True, invited["referral_id"])
    bea = brought(shop, "2", invited["referral_code"])
    assert (states(shop, ada), counts(shop, ada)) == ([("registered", bea)], (1, 1, 0, 0))
    came_by = of(shop, bea)["came_by"]
    assert (came_by["referral_id"], came_by["channel"]) == (invited["referral_id"], "email")
    assert refusal(enrolling(shop, "3", invited["referral_code"])) == (422, "invitation_used", "referral_code")
    assert answer(shop.api.get(f"/v1/referrals/{invited['referral_code']}"))["reason"] == "invitation_used"
    assert different(rt) == []


def test_an_invitation_by_link_names_nobody(shop: Shop, ada: str) -> None:
    invited = invite(shop, ada)
    assert (invited["channel"], invited["member_id"]) == ("link", ada)
    assert of(shop, brought(shop, "2", invited["referral_code"].lower()))["came_by"]["channel"] == "link"


def test_an_invitation_is_over_with_its_time(rt: Runtime, shop: Shop, ada: str) -> None:
    invited = invite(shop, ada, BEA)
    shop.clock.at += 30 * DAY
    assert (states(shop, ada), counts(shop, ada)) == ([("expired", None)], (1, 0, 0, 0))
    assert refusal(enrolling(shop, "2", invited["referral_code"])) == (422, "invitation_expired", "referral_code")
    days_pass(rt, shop, 1)
    assert (states(shop, ada), counts(shop, ada)) == ([("expired", None)], (1, 0, 0, 1))
    assert refusal(enrolling(shop, "2", invited["referral_code"])) == (422, "invitation_expired", "referral_code")
    days_pass(rt, shop, 1)
    assert counts(shop, ada) == (1, 0, 0, 1)
    assert different(rt) == []


@pytest.mark.parametrize("told", [True, False], ids=["told", "not yet"])
def test_who_did_not_come_is_invited_again(rt: Runtime, shop: Shop, ada: str, told: bool) -> None:
    invite(shop, ada, BEA)
    assert refusal(inviting(shop, shop.enrol("2"), BEA)) == (422, "invited_already", "identifier")
    shop.clock.at += 30 * DAY
    if told:
        days_pass(rt, shop, 1)
    again = invite(shop, ada, BEA)
    days_pass(rt, shop, 2)
    assert counts(shop, ada) == (2, 0, 0, 1)
    brought(shop, "3", again["referral_code"])
    assert counts(shop, ada) == (2, 1, 0, 1)
    assert different(rt) == []


def test_members_are_not_invited(shop: Shop, ada: str) -> None:
    answer(shop.api.patch(f"/v1/members/{ada}", {"identifiers": [card("1"), {"type": "phone", "value": "0301234"}]}))
    own = inviting(shop, ada, {"type": "phone", "value": "030 1234"})
    assert refusal(own) == (422, "self_referral", "identifier")
    answer(shop.api.post("/v1/members", {"identifiers": [BEA]}))
    assert refusal(inviting(shop, ada, BEA)) == (422, "member_already", "identifier")
    assert refusal(inviting(shop, ada, {"type": "email", "value": "nothing"})) == (
        400,
        "invalid_identifier",
        "identifier",
    )
    assert refusal(inviting(shop, NOBODY, BEA)) == (404, "member_not_found", "member_id")
    shop.block(ada)
    assert refusal(inviting(shop, ada)) == (422, "member_blocked", "member_id")
    assert counts(shop, ada) == (0, 0, 0, 0)


def test_a_member_says_who_brought_them_in(rt: Runtime, shop: Shop, ada: str) -> None:
    gives(shop, 5, "registered", "both")
    bea = shop.enrol("2")
    claimed = answer(claiming(shop, bea, share(shop, ada)))
    assert (claimed["member_id"], claimed["referrer_id"], claimed["channel"]) == (bea, ada, "code")
    assert (states(shop, ada), counts(shop, ada)) == ([("registered", bea)], (0, 1, 0, 0))
    assert (shop.points(ada), shop.points(bea)) == (5, 5)
    assert refusal(claiming(shop, bea, share(shop, shop.enrol("3")))) == (422, "referred_already", "member_id")
    assert different(rt) == []


def test_nobody_brings_in_themselves_or_by_whom_they_came(shop: Shop, ada: str) -> None:
    assert refusal(claiming(shop, ada, share(shop, ada))) == (422, "self_referral", "referral_code")
    bea = brought(shop, "2", share(shop, ada))
    cem = brought(shop, "3", share(shop, bea))
    for friend in (bea, cem):
        assert refusal(claiming(shop, ada, share(shop, friend))) == (422, "referral_loop", "member_id")


def test_who_has_bought_something_or_came_long_ago_is_not_new(shop: Shop, ada: str) -> None:
    code, bea, cem = share(shop, ada), shop.enrol("2"), shop.enrol("3")
    shop.buy(bea, "B-1")
    assert refusal(claiming(shop, bea, code)) == (422, "not_new", "member_id")
    shop.clock.at += 30 * DAY
    assert refusal(claiming(shop, cem, code)) == (422, "not_new", "member_id")
    assert refusal(claiming(shop, NOBODY, code)) == (404, "member_not_found", "member_id")
    assert counts(shop, ada) == (0, 0, 0, 0)


def test_what_is_sent_again_is_answered_again(shop: Shop, ada: str) -> None:
    path = f"/v1/members/{ada}/invitations"
    first, again = (shop.api.post(path, {"identifier": BEA}, headers={"Idempotency-Key": "one"}) for _ in range(2))
    assert first.json == again.json
    assert (first.status, again.status) == (201, 201)
    code, body = share(shop, ada), {"identifiers": [card("2")]}
    first, again = (
        shop.api.post("/v1/members", body | {"referral_code": code}, headers={"Idempotency-Key": "two"})
        for _ in range(2)
    )
    assert first.json == again.json
    assert counts(shop, ada) == (1, 1, 0, 0)


def test_the_list_is_walked_by_pages(shop: Shop, ada: str) -> None:
    code = share(shop, ada)
    came = []
    for number in range(2, 6):
        shop.clock.at += 1_000
        came.append(brought(shop, str(number), code))
        invite(shop, ada)
    pages = shop.pages(f"/v1/members/{ada}/referrals", 3)
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [one["member_id"] for page in pages for one in page if one["member_id"]] == came[::-1]
    assert refusal(shop.api.get(f"/v1/members/{NOBODY}/referrals")) == (404, "member_not_found", "member_id")
    assert refusal(shop.api.get(f"/v1/members/{ada}/referrals?cursor=x")) == (400, "invalid_cursor", "cursor")


def test_a_claim_is_refused_as_coming_by_a_code_is(shop: Shop, ada: str) -> None:
    code, invited, passed = share(shop, ada), invite(shop, ada)["referral_code"], invite(shop, ada)["referral_code"]
    claimant = shop.enrol("2")

    def refused(what: str, **said: str) -> tuple[int, str, str | None]:
        return refusal(shop.api.post(f"/v1/members/{claimant}/referral", {"referral_code": what} | said))

    assert refused("?") == (400, "invalid_referral_code", "referral_code")
    assert refused("NOBODYS") == (422, "unknown_referral_code", "referral_code")
    answer(enrolling(shop, "3", invited, "phone"))
    assert refused(invited) == (422, "invitation_used", "referral_code")
    assert refused(code, device_id="phone") == (422, "device_used", "device_id")
    answer(shop.api.patch(f"/v1/members/{brought(shop, '4', code)}", {"identifiers": [card("40")]}))
    answer(shop.api.patch(f"/v1/members/{claimant}", {"identifiers": [card("4")]}))
    assert refused(code) == (422, "referred_before", "referral_code")
    shop.block(claimant)
    assert refused(code) == (422, "member_blocked", "member_id")
    claimant = shop.enrol("5")
    shop.block(ada)
    assert refused(code) == (422, "referrer_blocked", "referral_code")
    shop.clock.at += 29 * DAY
    claimant = shop.enrol("6")
    shop.clock.at += 2 * DAY
    assert refused(passed) == (422, "invitation_expired", "referral_code")
