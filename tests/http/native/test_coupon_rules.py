"""Rules that give coupons, over HTTP: with a purchase, an event, a birthday; tried, seen ahead, and taken back with the goods."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, book, document, fixed, refusal, rule
from tests.http.native.segmented import DAY
from tests.http.native.test_coupons import counted, series, use
from tests.http.native.test_segments import different

GIVES: Json = {"kind": "issue_coupon", "series": "summer"}


def put(shop: Shop, rule_id: str, *effects: Json, **fields: Any) -> Json:
    return dict(answer(shop.api.put(f"/v1/programs/1/rules/{rule_id}", rule(*effects, **fields))))


def theirs(shop: Shop, member_id: str) -> list[Json]:
    return list(answer(shop.api.get(f"/v1/members/{member_id}/coupons"))["items"])


@pytest.fixture
def bea(shop: Shop) -> str:
    series(shop, worth={"kind": "percent", "percent": 10}, valid_days=30)
    put(shop, "gives", GIVES)
    return str(shop.enrol("100"))


def test_a_purchase_gives_a_coupon_which_a_till_takes_once(shop: Shop, rt: Runtime, bea: str) -> None:
    sold = shop.buy(bea, "S1")
    [effect], [coupon] = sold["effects"], theirs(shop, bea)
    assert effect == {
        "rule_id": "gives",
        "kind": "issue_coupon",
        "what": "summer",
        "given": True,
        "coupon_id": coupon["coupon_id"],
        "code": coupon["code"],
        "award_id": None,
        "reason": None,
    }
    assert shop.buy(bea, "S1") == sold
    assert (len(theirs(shop, bea)), counted(shop, "summer")[0]) == (1, 1)
    assert answer(use(shop, coupon["code"], bea))["state"] == "used"
    told = shop.bring_back(sold["order_id"], "R1")["effects"]
    assert [(one["taken"], one["coupon_id"], one["reason"]) for one in told] == [
        (False, coupon["coupon_id"], "code_used")
    ]
    assert different(rt) == []


def test_one_that_nobody_has_used_goes_with_the_goods(shop: Shop, rt: Runtime, bea: str) -> None:
    sold = shop.buy(bea, "S1")
    [told] = shop.bring_back(sold["order_id"], "R1")["effects"]
    assert (told["what"], told["taken"], told["reason"]) == ("summer", True, None)
    code = sold["effects"][0]["code"]
    assert refusal(use(shop, code, bea)) == (422, "code_cancelled", "code")
    assert counted(shop, "summer")[0] == 0
    assert different(rt) == []


def test_codes_are_in_no_fact(shop: Shop, bea: str) -> None:
    code = shop.buy(bea, "S1")["effects"][0]["code"]
    assert code not in str(answer(shop.api.get(f"/v1/members/{bea}/statement")))


def test_it_is_seen_ahead_and_tried_without_being_given(shop: Shop, bea: str) -> None:
    cart = {key: value for key, value in document("-", member_id=bea).items() if key != "number"}
    found = answer(shop.api.post("/v1/checkouts/evaluate", cart))["effects"]
    assert found == [{"rule_id": "gives", "kind": "issue_coupon", "what": "summer"}]
    simulated = answer(shop.api.post("/v1/orders/simulate", document("S1", member_id=bea)))["effects"]
    assert [(one["what"], one["given"], one["code"]) for one in simulated] == [("summer", True, None)]
    tried = answer(shop.api.post("/v1/orders?dry_run=true", document("S1", member_id=bea)))["effects"]
    assert [one["given"] for one in tried] == [True]
    assert (theirs(shop, bea), counted(shop, "summer")[0]) == ([], 0)


def test_the_same_event_again_is_the_same_coupon(shop: Shop, bea: str) -> None:
    put(shop, "visit", GIVES, trigger={"on": "check_in"})
    visit = {"what": {"kind": "check_in", "place": "Main Street"}, "member_id": bea, "event_id": "v-1"}
    first = answer(shop.api.post("/v1/events", visit))
    assert answer(shop.api.post("/v1/events", visit)) == first
    assert [one["coupon_id"] for one in theirs(shop, bea)] == [first["effects"][0]["coupon_id"]]


def test_a_welcome_coupon_comes_with_enrolment_by_hand_or_by_the_first_order(shop: Shop, rt: Runtime, bea: str) -> None:
    put(shop, "gives", GIVES, trigger={"on": "enrolled"})
    cleo = shop.enrol("200")
    assert len(theirs(shop, cleo)) == 1
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"enrolment": "enrol"}))
    body = document("S9", identifier={"type": "card", "value": "300"})
    sold = answer(shop.api.post("/v1/orders", body))
    assert [one["what"] for one in sold["effects"]] == ["summer"]
    assert len(theirs(shop, sold["member_id"])) == 1
    assert different(rt) == []


def test_what_is_short_or_over_is_told_and_the_purchase_stands(shop: Shop, bea: str) -> None:
    series(shop, limits={"issued": 1}, valid_days=30)
    assert shop.buy(bea, "S1")["effects"][0]["given"]
    told = shop.buy(bea, "S2")["effects"][0]
    assert (told["given"], told["code"], told["reason"]) == (False, None, "series_used_up")
    series(shop, valid_days=1)
    shop.clock.pass_by(10 * DAY)
    late = shop.buy(bea, "S3", book(10_00), purchased_at="2026-01-16T12:00:00Z")["effects"][0]
    assert (late["given"], late["reason"]) == (False, "coupon_over")
    series(shop, state="ended")
    assert shop.buy(bea, "S4")["effects"][0]["reason"] == "series_not_active"


def test_a_series_that_is_not_there_or_is_everybodys_is_refused_where_a_rule_names_it(shop: Shop) -> None:
    def refused(*effects: Json, **fields: Any) -> tuple[int, str, str | None]:
        return refusal(shop.api.put("/v1/programs/1/rules/wrong", rule(*effects, **fields)))

    assert refused(fixed(1), GIVES) == (422, "unknown_coupon_series", "effects.1.series")
    series(shop)
    assert refused(GIVES, trigger={"on": "cart"}) == (422, "credit_on_cart", "effects")
    series(shop, "hello", codes={"kind": "shared", "code": "HELLO"})
    hello = GIVES | {"series": "hello"}
    assert refused(hello) == (422, "code_is_shared", "effects.0.series")
    tried = {"from_day": "2025-12-01", "until_day": "2025-12-31", "rules": [rule(hello) | {"rule_id": "a"}]}
    path = "/v1/programs/1/rule-simulations"
    assert refusal(shop.api.post(path, tried)) == (422, "code_is_shared", "rules.0.effects.0.series")
    tried["rules"] = [rule(GIVES | {"series": "none"}) | {"rule_id": "a"}]
    assert refusal(shop.api.post(path, tried)) == (422, "unknown_coupon_series", "rules.0.effects.0.series")
