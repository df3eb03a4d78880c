"""Referrals over HTTP: codes that members share, who comes by them, and what rules give both for it."""

from __future__ import annotations

import pytest

from tests.http.client import Reply
from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, card, refusal
from tests.http.native.referred import (
    at_the_till,
    brought,
    claiming,
    counts,
    enrolling,
    gives,
    of,
    share,
    states,
)


@pytest.fixture
def code(shop: Shop, ada: str) -> str:
    """What Ada shares. Purchases by themselves earn nothing."""
    shop.define("base", state="paused")
    return share(shop, ada)


def test_a_code_is_drawn_when_it_is_first_asked_for(shop: Shop, ada: str) -> None:
    code = share(shop, ada)
    assert len(code) == 8
    assert code == code.upper()
    assert share(shop, ada) == code
    assert of(shop, ada)["referral_code"] == code == answer(shop.api.get(f"/v1/members/{ada}"))["shared_code"]


def test_a_code_is_chosen_changed_and_nobody_elses(shop: Shop, ada: str) -> None:
    assert share(shop, ada, "read-more") == "READ-MORE"
    bea = shop.enrol("2")
    taken = shop.api.put(f"/v1/members/{bea}/referral-code", {"referral_code": "Read-More"})
    assert refusal(taken) == (409, "referral_code_taken", "referral_code")
    assert share(shop, ada, "READERS") == "READERS"
    assert share(shop, bea, "READ-MORE") == "READ-MORE"
    assert refusal(enrolling(shop, "3", "nobodys")) == (422, "unknown_referral_code", "referral_code")
    assert of(shop, brought(shop, "3", "readers"))["came_by"]["referrer_id"] == ada


@pytest.mark.parametrize("code", ["abc", "-abc", "a b c", "ä-code", "x" * 33])
def test_what_cannot_be_a_code_is_refused(shop: Shop, ada: str, code: str) -> None:
    status, _, _ = refusal(shop.api.put(f"/v1/members/{ada}/referral-code", {"referral_code": code}))
    assert status == 400
    status, _, _ = refusal(enrolling(shop, "2", code))
    assert status == 400


def test_who_is_blocked_shares_no_code(shop: Shop, ada: str) -> None:
    shop.block(ada)
    assert refusal(shop.api.put(f"/v1/members/{ada}/referral-code", {})) == (422, "member_blocked", "member_id")


def test_who_comes_by_a_code_is_registered_and_then_purchased(shop: Shop, ada: str, code: str) -> None:
    bea = brought(shop, "2", code.lower())
    assert (states(shop, ada), counts(shop, ada)) == ([("registered", bea)], (0, 1, 0, 0))
    shop.buy(bea, "B-1")
    assert (states(shop, ada), counts(shop, ada)) == ([("purchased", bea)], (0, 1, 1, 0))
    shop.buy(bea, "B-2")
    assert counts(shop, ada) == (0, 1, 1, 0)
    came_by = of(shop, bea)["came_by"]
    assert (came_by["referrer_id"], came_by["state"], came_by["channel"]) == (ada, "purchased", "code")
    assert of(shop, ada)["came_by"] is None


def test_both_get_points_with_the_first_purchase(shop: Shop, ada: str, code: str) -> None:
    gives(shop, 30, "first_purchase", "both")
    bea = brought(shop, "2", code)
    assert (shop.points(ada), shop.points(bea)) == (0, 0)
    bought = shop.buy(bea, "B-1")
    assert [(one["rule_id"], one["amount"]) for one in bought["earned"]] == [("first_purchase-both", 30)]
    assert (shop.points(ada), shop.points(bea)) == (30, 30)
    shop.buy(bea, "B-2")
    assert (shop.points(ada), shop.points(bea)) == (30, 30)
    [entry] = answer(shop.api.get(f"/v1/members/{ada}/statement"))["items"]
    assert ("points.earned", 30) in [(line["type"], line["amount"]) for line in entry["lines"]]
    assert len(answer(shop.api.get(f"/v1/members/{bea}/statement"))["items"]) == 2


def test_each_stage_gives_to_whom_its_rules_say(shop: Shop, ada: str, code: str) -> None:
    gives(shop, 1, "registered", "referrer")
    gives(shop, 2, "registered", "referred")
    gives(shop, 10, "purchase", "referrer")
    gives(shop, 20, "purchase", "referred")
    bea = brought(shop, "2", code)
    assert (shop.points(ada), shop.points(bea)) == (1, 2)
    shop.buy(bea, "B-1")
    shop.buy(bea, "B-2")
    assert (shop.points(ada), shop.points(bea)) == (21, 42)


def test_of_friends_as_many_count_as_the_limit_says(shop: Shop, ada: str, code: str) -> None:
    gives(shop, 5, "registered", "referrer", limits={"per_member": [{"per": "year", "times": 2}]})
    for number in ("2", "3", "4"):
        brought(shop, number, code)
    assert (shop.points(ada), counts(shop, ada)) == (10, (0, 3, 0, 0))


def test_who_is_enrolled_by_their_first_order_comes_by_the_code_they_show(shop: Shop, ada: str, code: str) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"enrolment": "enrol"}))
    gives(shop, 1, "registered", "both")
    gives(shop, 10, "first_purchase", "both")
    bought = at_the_till(shop, "2", code, "B-1")
    assert bought["referral"]["reason"] is None
    assert bought["referral"]["referral_id"].startswith("ref_")
    assert (shop.points(ada), shop.points(bought["member_id"])) == (11, 11)
    assert (states(shop, ada), counts(shop, ada)) == ([("purchased", bought["member_id"])], (0, 1, 1, 0))
    assert at_the_till(shop, "2", code, "B-1") == bought


def test_a_code_that_brings_in_nobody_hinders_no_purchase(shop: Shop, ada: str, code: str) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"enrolment": "enrol"}))
    for number, wrong in (("2", "NOBODYS"), ("3", "?")):
        bought = at_the_till(shop, number, wrong, f"B-{number}")
        reason = "invalid_referral_code" if wrong == "?" else "unknown_referral_code"
        assert bought["referral"] == {"referral_id": None, "reason": reason}
    assert at_the_till(shop, "2", code, "B-4")["referral"]["reason"] == "not_new"
    assert counts(shop, ada) == (0, 0, 0, 0)


def test_whose_code_it_is_is_blocked(shop: Shop, ada: str, code: str) -> None:
    gives(shop, 30, "first_purchase", "both")
    bea = brought(shop, "2", code)
    shop.block(ada)
    assert refusal(enrolling(shop, "3", code)) == (422, "referrer_blocked", "referral_code")
    shop.buy(bea, "B-1")
    answer(shop.api.patch(f"/v1/members/{ada}", {"status": "active"}))
    assert (shop.points(ada), shop.points(bea)) == (0, 30)
    assert states(shop, ada) == [("purchased", bea)]


def test_one_device_brings_in_one_member(shop: Shop, code: str) -> None:
    answer(enrolling(shop, "2", device="phone-1"))
    assert refusal(enrolling(shop, "3", code, "phone-1")) == (422, "device_used", "device_id")
    answer(enrolling(shop, "3", code, "phone-2"))
    assert refusal(enrolling(shop, "4", code, "phone-2")) == (422, "device_used", "device_id")
    answer(shop.api.put("/v1/tenant", {"name": "Shop", "referrals": {"per_device": 2}}))
    answer(enrolling(shop, "4", code, "phone-2"))


def test_whose_own_device_it_is_says_on_it_who_brought_them_in(shop: Shop, code: str) -> None:
    def claims(member_id: str) -> Reply:
        body = {"referral_code": code, "device_id": "phone-1"}
        return shop.api.post(f"/v1/members/{member_id}/referral", body)

    bea = answer(enrolling(shop, "2", device="phone-1"))["member_id"]
    assert answer(claims(bea))["channel"] == "code"
    cem = answer(enrolling(shop, "3", device="phone-1"))["member_id"]
    assert refusal(claims(cem)) == (422, "device_used", "device_id")
    answer(shop.api.put("/v1/tenant", {"name": "Shop", "referrals": {"per_device": 2}}))
    assert answer(claims(cem))["member_id"] == cem  # what Bea has said counts for no other


def test_what_was_given_up_and_taken_back_is_their_own(shop: Shop, code: str) -> None:
    mail = {"type": "email", "value": "bea@example.com"}
    bea = answer(shop.api.post("/v1/members", {"identifiers": [mail, card("2")]}))["member_id"]
    for identifiers in ([card("2")], [mail, card("2")]):
        answer(shop.api.patch(f"/v1/members/{bea}", {"identifiers": identifiers}))
    assert answer(claiming(shop, bea, code))["member_id"] == bea


def test_who_came_before_is_known_again(shop: Shop, code: str) -> None:
    bea = brought(shop, "2", code)
    answer(shop.api.patch(f"/v1/members/{bea}", {"identifiers": [{"type": "card", "value": "20"}]}))
    assert refusal(enrolling(shop, "2", code)) == (422, "referred_before", "referral_code")
    answer(enrolling(shop, "2"))


@pytest.mark.parametrize("who", [{"type": "email", "value": "Bea@example.com"}, {"type": "phone", "value": "+43 1 23"}])
def test_who_was_a_member_by_themselves_is_known_again(shop: Shop, code: str, who: Json) -> None:
    """Nobody gives up their address to come once more, by a friend's code."""
    bea = answer(shop.api.post("/v1/members", {"identifiers": [who, card("2")]}))["member_id"]
    answer(shop.api.patch(f"/v1/members/{bea}", {"identifiers": [card("3")]}))
    again = shop.api.post("/v1/members", {"identifiers": [who], "referral_code": code})
    assert refusal(again) == (422, "referred_before", "referral_code")
    answer(enrolling(shop, "2", code))  # a card is the shop's, and may be somebody else's by now
    answer(shop.api.post("/v1/members", {"identifiers": [who]}))


def test_a_code_is_looked_at(shop: Shop, ada: str, code: str) -> None:
    checked = answer(shop.api.get(f"/v1/referrals/{code.lower()}"))
    assert (checked["referral_code"], checked["good"], checked["referrer_id"]) == (code, True, ada)
    shop.block(ada)
    checked = answer(shop.api.get(f"/v1/referrals/{code}"))
    assert (checked["good"], checked["reason"]) == (False, "referrer_blocked")
    assert refusal(shop.api.get("/v1/referrals/NONE")) == (404, "referral_code_not_found", "referral_code")
    assert refusal(shop.api.get("/v1/referrals/n.o")) == (404, "referral_code_not_found", "referral_code")
