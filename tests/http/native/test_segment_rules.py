"""Rules and segments over HTTP: for whom a rule is, what conditions ask, and whom a rule lets join or leave."""

from __future__ import annotations

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, book, card, document, fixed, refusal, rule
from tests.http.native.segmented import DAY, LETTER, REGULARS, VIP, add, count, define, of, remove
from tests.http.native.test_segments import different

JUST_NOW = "2026-01-15T12:00:00Z"


def put(shop: Shop, rule_id: str, *effects: Json, **fields: object) -> Json:
    return dict(answer(shop.api.put(f"/v1/programs/1/rules/{rule_id}", rule(*effects, **fields))))


def refused(shop: Shop, *effects: Json, **fields: object) -> tuple[int, str, str | None]:
    return refusal(shop.api.put("/v1/programs/1/rules/wrong", rule(*effects, **fields)))


def joins(segment: str = "vip") -> Json:
    return {"kind": "join_segment", "segment": segment}


def leaves(segment: str = "vip") -> Json:
    return {"kind": "leave_segment", "segment": segment}


def taken(back: Json) -> list[tuple[str, bool, str | None]]:
    """What became of stays with what came back."""
    assert {one["kind"] for one in back["effects"]} <= {"join_segment"}
    return [(one["what"], one["taken"], one["reason"]) for one in back["effects"]]


def earned(order: Json) -> list[str]:
    return [one["rule_id"] for one in order["earned"]]


def evaluated(shop: Shop, member_id: str) -> dict[str, str]:
    """Of each rule that gives nothing for a cart, why."""
    body = {key: value for key, value in document("-", member_id=member_id).items() if key != "number"}
    found = answer(shop.api.post("/v1/checkouts/evaluate", body | {"why": True}))
    return {one["rule_id"]: one["reason"] for one in found["skipped"]}


def test_a_rule_is_for_the_members_of_a_segment(shop: Shop) -> None:
    define(shop, "vip")
    ada, bea = shop.enrol("1"), shop.enrol("2")
    add(shop, "vip", ada)
    put(shop, "for-vip", fixed(50), audience={"segments": ["vip"]})
    assert "for-vip" in earned(shop.buy(ada, "S1"))
    assert "for-vip" not in earned(shop.buy(bea, "S2"))
    assert evaluated(shop, bea)["for-vip"] == "wrong_segment"
    assert "for-vip" not in evaluated(shop, ada)
    remove(shop, "vip", ada)
    assert "for-vip" not in earned(shop.buy(ada, "S3"))


def test_conditions_ask_for_any_all_or_none_of_several_segments(shop: Shop) -> None:
    for name in ("a", "b", "c"):
        define(shop, name)
    ask = {"ask": "member.segments"}
    put(shop, "any", fixed(1), when=ask | {"one_of": ["a", "b"]})
    put(shop, "both", fixed(2), when={"all": [ask | {"is": "a"}, ask | {"is": "b"}]})
    put(shop, "none", fixed(3), when=ask | {"none_of": ["a", "c"]})
    one, two, nobody = shop.enrol("1"), shop.enrol("2"), shop.enrol("3")
    add(shop, "a", one, two)
    add(shop, "b", two)

    def given(member_id: str, number: str) -> set[str]:
        return set(earned(shop.buy(member_id, number))) & {"any", "both", "none"}

    assert given(one, "S1") == {"any"}
    assert given(two, "S2") == {"any", "both"}
    assert given(nobody, "S3") == {"none"}


def test_what_is_over_or_has_ended_counts_for_no_rule(shop: Shop) -> None:
    define(shop, "letter", LETTER)
    define(shop, "vip")
    ada = shop.enrol("1")
    add(shop, "letter", ada)
    add(shop, "vip", ada)
    put(shop, "letter", fixed(5), audience={"segments": ["letter"]})
    put(shop, "vip", fixed(7), audience={"segments": ["vip"]})
    now = {"purchased_at": "2026-03-01T10:00:00Z"}
    shop.clock.at += 60 * DAY
    assert set(earned(shop.buy(ada, "S1", **now))) & {"letter", "vip"} == {"vip"}
    define(shop, "vip", state="ended")
    assert set(earned(shop.buy(ada, "S2", **now))) & {"letter", "vip"} == set()


def test_a_rule_lets_a_member_join_for_what_they_spend_and_another_is_for_who_joined(shop: Shop, rt: Runtime) -> None:
    """Join VIP on 500 spent at once, and double points for VIP from the next purchase on."""
    define(shop, "vip")
    ada = shop.enrol("1")
    put(shop, "becomes-vip", joins(), when={"ask": "order.value", "at_least": "500.00"})
    double = {"kind": "multiply", "unit": "points", "factor": "2"}
    put(shop, "vip-double", double, audience={"segments": ["vip"]})
    small = shop.buy(ada, "S1")
    assert (small["effects"], of(shop, ada)) == ([], [])
    large = shop.buy(ada, "S2", book(500_00))
    told = {"rule_id": "becomes-vip", "kind": "join_segment", "what": "vip", "given": True}
    assert [{key: one[key] for key in told} for one in large["effects"]] == [told]
    assert (of(shop, ada), count(shop, "vip"), "vip-double" in earned(large)) == (["vip"], 1, False)
    assert "vip-double" in earned(shop.buy(ada, "S3"))
    again = shop.buy(ada, "S4", book(500_00))
    assert [(one["given"], one["reason"]) for one in again["effects"]] == [(False, "in_segment_already")]
    assert taken(shop.bring_back(large["order_id"], "R1", book(500_00))) == [("vip", True, None)]
    assert (of(shop, ada), count(shop, "vip")) == ([], 0)
    assert different(rt) == []


def test_a_stay_goes_with_all_of_the_goods_that_it_began_with(shop: Shop, rt: Runtime) -> None:
    define(shop, "vip")
    ada = shop.enrol("1")
    put(shop, "a-fan", joins(), lines={"skus": ["FAN"]})
    order = shop.buy(ada, "S1", book(10_00, "FAN"), book(10_00, "FAN"), book(20_00, "CUP"))["order_id"]
    assert taken(shop.bring_back(order, "R1", book(10_00, "FAN"))) == []
    assert of(shop, ada) == ["vip"]
    assert taken(shop.bring_back(order, "R2", book(10_00, "FAN"))) == [("vip", True, None)]
    assert (of(shop, ada), count(shop, "vip")) == ([], 0)
    assert taken(shop.bring_back(order, "R3", book(20_00, "CUP"))) == []
    assert different(rt) == []


def test_a_stay_that_is_not_the_one_that_it_began_stays(shop: Shop, rt: Runtime) -> None:
    define(shop, "vip")
    define(shop, "regulars", REGULARS)
    ada, bea = shop.enrol("1"), shop.enrol("2")
    put(shop, "in", joins())
    put(shop, "regular", joins("regulars"))
    first = shop.buy(ada, "S1", purchased_at="2026-01-15T11:00:00Z")["order_id"]
    remove(shop, "vip", ada)
    shop.clock.at += DAY
    add(shop, "vip", ada)
    second = shop.buy(ada, "S2", purchased_at="2026-01-16T11:30:00Z")["order_id"]
    goods = book(100_00)
    assert taken(shop.bring_back(second, "R2", goods)) == []  # it began none
    left = taken(shop.bring_back(first, "R1", goods))
    assert sorted(left) == [("regulars", False, "stay_renewed"), ("vip", False, "stay_gone")]
    third = shop.buy(bea, "S3", purchased_at="2026-01-16T11:30:00Z")["order_id"]
    shop.clock.at += 40 * DAY
    left = taken(shop.bring_back(third, "R3", goods, purchased_at="2026-02-25T10:00:00Z"))
    assert sorted(left) == [("regulars", False, "stay_gone"), ("vip", True, None)]
    assert (of(shop, ada), of(shop, bea)) == (["vip"], [])
    assert different(rt) == []


def test_who_belongs_to_a_segment_by_criteria_since_stays_by_them(shop: Shop, rt: Runtime) -> None:
    define(shop, "vip")
    ada = shop.enrol("1")
    put(shop, "in", joins())
    order = shop.buy(ada, "S1")["order_id"]
    answer(shop.api.put("/v1/programs/1/rules/in", rule(fixed(1))))
    define(shop, "vip", criteria={"when": {"ask": "account.orders", "at_least": 0}})
    assert taken(shop.bring_back(order, "R1", book(100_00))) == [("vip", False, "segment_by_criteria")]
    assert of(shop, ada) == ["vip"]
    assert different(rt) == []


def test_what_joins_and_leaves_and_joins_with_one_order_goes_once(shop: Shop, rt: Runtime) -> None:
    define(shop, "vip")
    ada = shop.enrol("1")
    put(shop, "a-in", joins())
    put(shop, "b-out", leaves())
    put(shop, "c-in", joins())
    order = shop.buy(ada, "S1", purchased_at=JUST_NOW)["order_id"]
    assert of(shop, ada) == ["vip"]
    left = taken(shop.bring_back(order, "R1", book(100_00)))
    assert left == [("vip", False, "stay_gone"), ("vip", True, None)]
    assert (of(shop, ada), count(shop, "vip")) == ([], 0)
    assert different(rt) == []


def test_a_rule_takes_members_out_again(shop: Shop, rt: Runtime) -> None:
    define(shop, "winback", LETTER)
    ada, bea = shop.enrol("1"), shop.enrol("2")
    add(shop, "winback", ada)
    put(shop, "is-back", leaves("winback"))
    [told] = shop.buy(ada, "S0")["effects"]
    assert (told["given"], told["reason"]) == (False, "not_in_segment")  # yesterday, before they joined
    [told] = shop.buy(ada, "S1", purchased_at=JUST_NOW)["effects"]
    assert (told["given"], of(shop, ada), count(shop, "winback")) == (True, [], 0)
    [told] = shop.buy(bea, "S2")["effects"]
    assert (told["given"], told["reason"]) == (False, "not_in_segment")
    assert different(rt) == []


def test_every_purchase_renews_a_rolling_stay(shop: Shop, rt: Runtime) -> None:
    define(shop, "regulars", REGULARS)
    ada = shop.enrol("1")
    put(shop, "regular", joins("regulars"))
    shop.buy(ada, "S1", purchased_at="2026-01-15T11:00:00Z")
    shop.clock.at += 25 * DAY
    shop.buy(ada, "S2", purchased_at="2026-02-09T11:00:00Z")
    shop.clock.at += 25 * DAY
    assert of(shop, ada) == ["regulars"]
    shop.clock.at += 5 * DAY
    assert of(shop, ada) == []
    assert different(rt) == []


def test_a_stay_that_would_be_over_by_now_does_not_begin(shop: Shop) -> None:
    define(shop, "letter", LETTER)
    ada = shop.enrol("1")
    put(shop, "letter", joins("letter"))
    [told] = shop.buy(ada, "S1", purchased_at="2025-12-01T11:00:00Z")["effects"]
    assert (told["given"], told["reason"], of(shop, ada)) == (False, "stay_over", [])
    [told] = shop.buy(ada, "S2", purchased_at="2026-01-01T12:00:00Z")["effects"]
    [stay] = answer(shop.api.get(f"/v1/members/{ada}/segments"))["items"]
    assert (told["given"], stay["since"], stay["leaves_at"]) == (True, "2026-01-01T12:00:00Z", "2026-01-31T12:00:00Z")


def test_a_segment_that_has_ended_is_joined_by_no_rule_and_the_purchase_stands(shop: Shop) -> None:
    define(shop, "vip")
    ada = shop.enrol("1")
    put(shop, "joins", joins())
    define(shop, "vip", state="ended")
    order = shop.buy(ada, "S1")
    assert [(one["given"], one["reason"]) for one in order["effects"]] == [(False, "segment_ended")]


def test_joining_and_leaving_in_one_purchase_keeps_nothing(shop: Shop, rt: Runtime) -> None:
    define(shop, "vip")
    ada = shop.enrol("1")
    put(shop, "a-in", joins())
    put(shop, "b-out", leaves())
    assert [one["given"] for one in shop.buy(ada, "S1")["effects"]] == [True, True]
    assert (of(shop, ada), count(shop, "vip")) == ([], 0)
    add(shop, "vip", ada)
    assert [one["given"] for one in shop.buy(ada, "S2", purchased_at=JUST_NOW)["effects"]] == [False, True]
    assert (of(shop, ada), count(shop, "vip")) == ([], 0)
    assert different(rt) == []


def test_who_enrols_joins_once_whichever_programs_say_so(shop: Shop, rt: Runtime) -> None:
    define(shop, "new", LETTER)
    answer(shop.api.post("/v1/programs", PROGRAM | {"name": "Second"}))
    welcome = rule(joins("new"), trigger={"on": "enrolled"})
    for program in (1, 2):
        answer(shop.api.put(f"/v1/programs/{program}/rules/welcome", welcome))
    ada = shop.enrol("1")
    assert (of(shop, ada), count(shop, "new")) == (["new"], 1)
    assert different(rt) == []


def test_who_is_enrolled_by_their_first_purchase_joins_with_it(shop: Shop, rt: Runtime) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"enrolment": "enrol"}))
    define(shop, "new", LETTER)
    define(shop, "vip")
    put(shop, "welcome", joins("new"), trigger={"on": "enrolled"})
    put(shop, "buyer", joins("vip"))
    order = answer(shop.api.post("/v1/orders", document("S1", identifier=card("9"))))
    assert (of(shop, order["member_id"]), count(shop, "new"), count(shop, "vip")) == (["new", "vip"], 1, 1)
    assert different(rt) == []


def test_what_a_member_does_beside_buying_moves_them_as_well(shop: Shop) -> None:
    define(shop, "vip")
    ada = shop.enrol("1")
    put(shop, "checks-in", joins(), trigger={"on": "check_in"})
    done = answer(shop.api.post("/v1/events", {"what": {"kind": "check_in", "place": "Berlin"}, "member_id": ada}))
    assert ([one["given"] for one in done["effects"]], of(shop, ada)) == ([True], ["vip"])


def test_members_of_a_group_join_themselves(shop: Shop, rt: Runtime) -> None:
    define(shop, "vip", VIP)
    ada, bea = shop.enrol("1"), shop.enrol("2")
    group = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": ada}))["group_id"]
    answer(shop.api.put(f"/v1/groups/{group}/members/{bea}", {}))
    put(shop, "joins", joins())
    order = shop.buy(bea, "S1")["order_id"]
    assert (of(shop, ada), of(shop, bea)) == ([], ["vip"])
    assert different(rt) == []
    assert taken(shop.bring_back(order, "R1", book(100_00))) == [("vip", True, None)]
    assert (of(shop, bea), count(shop, "vip")) == ([], 0)
    assert different(rt) == []


def test_a_segment_that_is_not_there_is_refused_wherever_a_rule_names_it(shop: Shop) -> None:
    assert refused(shop, fixed(1), audience={"segments": ["none"]}) == (422, "unknown_segment", "audience.segments")
    asks = {"ask": "member.segments", "is": "none"}
    assert refused(shop, fixed(1), when=asks) == (422, "unknown_segment", "when")
    assert refused(shop, fixed(1), joins("none")) == (422, "unknown_segment", "effects.1.segment")
    assert refused(shop, leaves("none")) == (422, "unknown_segment", "effects.0.segment")
    define(shop, "vip")
    on_cart = refused(shop, joins(), trigger={"on": "cart"})
    assert on_cart == (422, "credit_on_cart", "effects")
    limited = refused(shop, joins(), limits={"budget": {"amount": 5, "unit": "points"}})
    assert limited[:2] == (400, "wrong_limit")


def test_a_reward_for_a_segment_is_for_who_is_in_it_and_as_long_as_they_are(shop: Shop) -> None:
    define(shop, "letter", LETTER)
    ada, bea = shop.enrol("1"), shop.enrol("2")
    add(shop, "letter", ada)
    reward = {"name": "Bag", "type": "gift", "state": "active", "segments": ["letter"]}
    answer(shop.api.put("/v1/programs/1/rewards/bag", reward))

    def redeemed(member_id: str) -> int:
        return shop.api.post(f"/v1/members/{member_id}/redemptions", {"reward_id": "bag"}).status

    assert (redeemed(ada), redeemed(bea)) == (201, 422)
    define(shop, "letter", LETTER, state="ended")
    assert redeemed(ada) == 422
    define(shop, "letter", LETTER)
    shop.clock.at += 31 * DAY
    [bag] = answer(shop.api.get(f"/v1/members/{ada}/rewards"))["items"]
    assert (redeemed(ada), [one["code"] for one in bag["reasons"]]) == (422, ["wrong_segment"])
