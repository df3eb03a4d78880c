"""A marketer writes rules: what they may say, what they give, and what cannot be meant."""

from __future__ import annotations

import pytest

from chalicelib.runtime import Runtime
from tests.http.client import status_of_body
from tests.http.native.bookshop import (
    NOBODY,
    PROGRAM,
    TIERS,
    Json,
    Shop,
    answer,
    book,
    document,
    fixed,
    per_euro,
    refusal,
    rule,
)
from tests.http.native.filled import numbered, put_there
from tests.twins.happenings import DECLARED, ON_REVIEW

RULES = "/v1/programs/1/rules"
COMPARISONS = ("is", "is_not", "one_of", "none_of", "at_least", "at_most", "above", "below")
KEPT = {
    "rule_id": "weekend",
    "name": "A rule",
    "state": "active",
    "trigger": {"on": "order"},
    "window": {"from_day": "2026-01-10", "until_day": None},
    "audience": {"members": [], "tiers": ["silver"], "segments": [], "labels": [], "places": ["Berlin"]},
    "when": {"not": {"ask": "order.value", "below": "12.50"}},
    "lines": {"skus": [], "categories": ["Books"], "brands": [], "labels": [], "exclude_delivery": True},
    "effects": [per_euro() | {"whole_steps": False, "at_most": None, "stage": "base"}],
    "priority": 0,
    "group": None,
    "stop": False,
    "limits": {"per_member": [], "in_all": None, "budget": None},
}
DOUBLE = {"kind": "multiply", "unit": "points", "factor": "2"}
TEN_OFF = {"kind": "percent_off", "percent": "10"}
FIRST = {"ask": "order.first", "is": True}
CASHBACK = {"kind": "cashback", "unit": "cashback", "percent": "5"}


def by_tier(**factors: str) -> Json:
    return {"kind": "multiply", "unit": "points", "by_tier": factors}


def test_a_rule_is_kept_as_it_was_written(shop: Shop) -> None:
    written = rule(
        window={"from_day": "2026-01-10"},
        audience={"tiers": ["silver"], "places": ["Berlin"]},
        when={"not": {"ask": "order.value", "below": "12.50"}},
        lines={"categories": ["Books"], "exclude_delivery": True},
    )
    reply = shop.api.put(f"{RULES}/weekend", written)
    assert (reply.status, reply.json) == (200, KEPT)
    assert answer(shop.api.get(f"{RULES}/weekend")) == KEPT | {"so_far": None}


def test_a_rule_written_again_is_replaced(shop: Shop) -> None:
    shop.define("weekend", name="First", priority=3)
    shop.define("weekend", name="Second")
    kept = answer(shop.api.get(f"{RULES}/weekend"))
    assert (kept["name"], kept["priority"]) == ("Second", 0)


def test_rules_are_listed_by_id(shop: Shop) -> None:
    for rule_id in ("zebra", "Autumn", "1-first"):
        shop.define(rule_id)
    listed = answer(shop.api.get(RULES))
    assert list(listed) == ["items"]
    assert [kept["rule_id"] for kept in listed["items"]] == ["1-first", "Autumn", "base", "zebra"]


def test_each_program_has_rules_of_its_own(shop: Shop) -> None:
    answer(shop.api.post("/v1/programs", {"name": "Second", "units": [{"code": "stars", "name": "Stars"}]}))
    assert answer(shop.api.get("/v1/programs/2/rules")) == {"items": []}
    assert refusal(shop.api.get("/v1/programs/2/rules/base")) == (404, "rule_not_found", "rule_id")


def test_a_rule_that_is_not_there_is_not_found(shop: Shop) -> None:
    for rule_id in ("nothing", "-", "base%23", "B" * 2_000):
        assert refusal(shop.api.get(f"{RULES}/{rule_id}")) == (404, "rule_not_found", "rule_id")


def test_rules_of_a_program_that_is_not_there(shop: Shop) -> None:
    missing = (404, "program_not_found", "program_id")
    assert refusal(shop.api.get("/v1/programs/2/rules")) == missing
    assert refusal(shop.api.get("/v1/programs/2/rules/base")) == missing
    assert refusal(shop.api.put("/v1/programs/2/rules/base", rule())) == missing


@pytest.mark.parametrize("rule_id", ["-first", "two%20words", "a%23b", "r" * 65, "r%C3%A4t"])
def test_a_rule_is_named_plainly(shop: Shop, rule_id: str) -> None:
    assert refusal(shop.api.put(f"{RULES}/{rule_id}", rule())) == (400, "wrong_format", "rule_id")


def test_a_rule_credits_a_unit_of_its_program(shop: Shop) -> None:
    unknown = (422, "unknown_unit")
    stars = rule(per_euro(), fixed(5, "stars"))
    assert refusal(shop.api.put(f"{RULES}/new", stars)) == (*unknown, "effects.1.unit")
    of_stars = rule(when={"ask": "balance.stars", "at_least": 100})
    assert refusal(shop.api.put(f"{RULES}/new", of_stars)) == (*unknown, "when")


def test_a_rule_is_for_tiers_of_its_program(shop: Shop) -> None:
    answer(shop.api.put("/v1/programs/1/tiers", TIERS))
    for body, param in (
        (rule(audience={"tiers": ["gold", "platinum"]}), "audience.tiers"),
        (rule(per_euro(), by_tier(gold="2", platinum="3")), "effects.1.by_tier"),
        (rule(when={"not": {"ask": "account.tier", "one_of": ["gold", "platinum"]}}), "when"),
    ):
        assert refusal(shop.api.put(f"{RULES}/new", body)) == (422, "unknown_tier", param)


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"effects": [per_euro(), {"kind": "grant_perk", "perk": "nothing"}]}, "unknown_perk", "effects.1.perk"),
        ({"effects": [{"kind": "badge", "perk": "nothing"}]}, "unknown_perk", "effects.0.perk"),
        ({"when": {"times": "rule:nobody", "per": "day", "at_least": 1}}, "unknown_rule", "when"),
        ({"limits": {"budget": {"amount": 5, "unit": "cashback"}}}, "nothing_to_limit", "limits.budget.unit"),
        ({"trigger": {"on": "event", "name": "party"}}, "unknown_event", "trigger.name"),
        ({"trigger": ON_REVIEW["trigger"], "when": {"ask": "event.pages", "at_least": 3}}, "unknown_property", "when"),
    ],
)
def test_what_a_rule_names_is_its_program_s(shop: Shop, fields: Json, code: str, param: str) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | DECLARED))
    assert refusal(shop.api.put(f"{RULES}/new", rule(fixed(5)) | fields)) == (422, code, param)
    assert refusal(shop.api.get(f"{RULES}/new")) == (404, "rule_not_found", "rule_id")


def test_a_badge_that_a_rule_gives_is_one(shop: Shop) -> None:
    answer(shop.api.put("/v1/programs/1/perks/club", {"name": "Club", "what": {"kind": "club"}}))
    reply = shop.api.put(f"{RULES}/new", rule({"kind": "badge", "perk": "club"}))
    assert refusal(reply) == (422, "not_a_badge", "effects.0.perk")


def test_there_is_an_end_to_rules(shop: Shop, rt: Runtime) -> None:
    kept = KEPT | {"audience": {"tiers": []}, "state": "paused"}
    put_there(rt, "rule", numbered(kept, "rule_id", range(1_999)))
    assert refusal(shop.api.put(f"{RULES}/one-more", rule())) == (422, "too_many_rules", None)
    assert answer(shop.api.put(f"{RULES}/base", rule(name="Changed")))["name"] == "Changed"


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_field", "name"),
        (rule(name=""), "too_short", "name"),
        ({"name": "A rule"}, "missing_field", "effects"),
        (rule(effects=None), "wrong_type", "effects"),
        (rule(effects=[]), "too_short", "effects"),
        (rule(*[per_euro()] * 21), "too_long", "effects"),
        (rule(per_euro(stage="afterwards")), "unknown_choice", "effects.0.stage"),
        (rule(per_euro(), {"kind": "give_away"}), "unknown_choice", "effects.1.kind"),
        (rule({"amount": 1, "per": "1.00"}), "missing_field", "effects.0.kind"),
        (rule(per_euro(-1)), "negative_amount", "effects.0.amount"),
        (rule(per_euro(0)), "number_too_small", "effects.0.amount"),
        (rule(per_euro(1.5)), "too_many_decimals", "effects.0.amount"),
        (rule(per_euro("1")), "unreadable_number", "effects.0.amount"),
        (rule(per_euro(10**12 + 1)), "number_too_large", "effects.0.amount"),
        (rule(per_euro(10**30)), "number_too_large", "effects.0.amount"),
        (rule(per_euro(per=1)), "wrong_type", "effects.0.per"),
        (rule(per_euro(per="0.00")), "number_too_small", "effects.0.per"),
        (rule(per_euro(per="1e3")), "unreadable_number", "effects.0.per"),
        (rule(per_euro(rounding="up")), "unknown_choice", "effects.0.rounding"),
        (rule(per_euro(also=1)), "unknown_field", "effects.0.also"),
        (rule(DOUBLE | {"stage": "bonus"}), "unknown_field", "effects.0.stage"),
        (rule(DOUBLE | {"factor": None}), "invalid_body", "effects.0"),
        (rule(DOUBLE | {"by_tier": {"gold": "3"}}), "invalid_body", "effects.0"),
        (rule(DOUBLE | {"factor": "1"}), "number_too_small", "effects.0.factor"),
        (rule(DOUBLE | {"factor": 2}), "wrong_type", "effects.0.factor"),
        (rule(CASHBACK | {"percent": "100.5"}), "number_too_large", "effects.0.percent"),
        (rule(TEN_OFF), "wrong_effect", "effects.0"),
        (rule(per_euro(), TEN_OFF), "wrong_effect", "effects.1"),
        (rule(trigger={"on": "moon"}), "unknown_choice", "trigger.on"),
        (rule(window={"from_day": "2026-02-30"}), "unreadable_date", "window.from_day"),
        (rule(window={"from_day": "2026-02-01T00:00:00Z"}), "unreadable_date", "window.from_day"),
        (rule(window={"from_day": "2026-02-01", "until_day": "2026-01-01"}), "window_reversed", "window"),
        (rule(name="Tea\u0000"), "wrong_format", "name"),
        (rule(name="Tea \u202e aet"), "wrong_format", "name"),
        (rule(priority=10**7), "number_too_large", "priority"),
        (rule(priority="high"), "unreadable_number", "priority"),
        (rule(state="off"), "unknown_choice", "state"),
        (rule(group="two words"), "wrong_format", "group"),
        (rule(lines={"skus": "A"}), "wrong_type", "lines.skus"),
        (rule(lines={"skus": ["A"] * 1_001}), "too_long", "lines.skus"),
        (rule(lines={"sku": ["A"]}), "unknown_field", "lines.sku"),
        (rule(audience={"labels": [{"value": "yes"}]}), "missing_field", "audience.labels.0.key"),
        (rule(rule_id="other"), "unknown_field", "rule_id"),
        (rule(active=True), "unknown_field", "active"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(shop: Shop, body: Json, code: str, param: str | None) -> None:
    assert refusal(shop.api.put(f"{RULES}/new", body)) == (status_of_body(code), code, param)
    assert refusal(shop.api.get(f"{RULES}/new")) == (404, "rule_not_found", "rule_id")


LATE: Json = {"ask": "time.day_of_month", "at_least": 30}


@pytest.mark.parametrize(
    ("when", "code", "param"),
    [
        ({}, "invalid_body", "when"),
        ({"some": [FIRST]}, "invalid_body", "when"),
        ({"all": []}, "too_short", "when.all"),
        ({"any": [FIRST, {"not": {"nothing": 1}}]}, "invalid_body", "when.any.1.not"),
        ({"ask": "order.first"}, "wrong_comparison", "when"),
        ({"ask": "order.weather", "is": "fine"}, "unknown_subject", "when"),
        ({"ask": "order.value", "at_least": 20}, "wrong_comparison", "when"),
        ({"ask": "order.value", "at_least": "twenty"}, "wrong_comparison", "when"),
        ({"ask": "order.place", "above": "Berlin"}, "wrong_comparison", "when"),
        ({"ask": "order.first", "is": "yes"}, "wrong_comparison", "when"),
        ({"ask": "time.of_day", "at_least": "25:00"}, "wrong_comparison", "when"),
        ({"ask": "time.day", "is": "2026-02-30"}, "wrong_comparison", "when"),
        ({"ask": "order.place", "one_of": []}, "too_short", "when.one_of"),
        ({"ask": "time.weekday", "is": "Saturday"}, "impossible_condition", "when"),
        ({"any": [FIRST, {"ask": "time.month", "is": 13}]}, "impossible_condition", "when.any.1"),
        ({"ask": "order.currency", "one_of": ["eur"]}, "impossible_condition", "when"),
        ({"not": {"ask": "order.value", "at_least": "20", "below": "20.00"}}, "impossible_condition", "when.not"),
        ({"ask": "time.of_day", "at_least": "22:00", "below": "06:00"}, "impossible_condition", "when"),
        ({"all": [{"ask": "time.month", "is": 2}, LATE]}, "impossible_condition", "when"),
        ({"all": [{"ask": "time.month", "one_of": [2, 6]}, LATE | {"above": 30}]}, "impossible_condition", "when"),
        ({"times": "orders", "per": "ever", "at_least": 2, "at_most": 1}, "impossible_condition", "when"),
        ({"ask": "account.orders", "at_least": 10**40}, "number_too_large", "when"),
        ({"ask": "order.place", "is": "Berlin", "maybe": True}, "unknown_field", "when.maybe"),
        ({"labels_of": "shop", "one_of": [{"key": "vip"}]}, "unknown_choice", "when.labels_of"),
        ({"lines": {}, "of": "value"}, "wrong_comparison", "when"),
        ({"lines": {}, "of": "any", "at_least": "2"}, "wrong_comparison", "when"),
        ({"times": "orders", "per": "year"}, "wrong_comparison", "when"),
        ({"times": "orders", "per": "day", "days": 1, "at_least": 1}, "wrong_comparison", "when"),
        ({"times": "orders", "days": 7}, "wrong_comparison", "when"),
        ({"times": "rule:base", "days": 7, "at_least": 1}, "wrong_comparison", "when"),
        ({"times": "check_in", "days": 7, "at_least": 1, "lines": {"skus": ["A"]}}, "wrong_comparison", "when"),
        ({"times": "redemptions", "days": 7, "at_least": 1, "places": ["east"]}, "wrong_comparison", "when"),
        ({"sum": "orders", "days": 7}, "wrong_comparison", "when"),
        ({"sum": "orders", "per": "ever", "at_least": "9"}, "wrong_comparison", "when"),
        ({"share": "orders", "days": 7, "places": ["east"]}, "wrong_comparison", "when"),
        ({"share": "orders", "days": 7, "at_least": "50"}, "wrong_comparison", "when"),
        (
            {"share": "orders", "days": 7, "places": ["east"], "at_least": "50", "at_most": "40"},
            "impossible_condition",
            "when",
        ),
        ({"times": "orders", "days": 367, "at_least": 1}, "number_too_large", "when.days"),
        ({"times": "orders", "per": "hour", "at_least": 1}, "unknown_choice", "when.per"),
        ({"times": "visits", "per": "day", "at_least": 1}, "wrong_format", "when.times"),
        ({"times": "orders", "at_least": 1}, "missing_field", "when.per"),
        ({"any": [{"not": {"labels_of": "order"}}]}, "missing_field", "when.any.0.not.one_of"),
        ({"not": {"not": {"ask": "order.place", "one_of": []}}}, "too_short", "when.not.not.one_of"),
        ({"all": [{"any": [FIRST] * 100}] * 3}, "conditions_too_large", "when"),
    ],
)
def test_a_condition_that_cannot_be_asked_is_refused(shop: Shop, when: Json, code: str, param: str | None) -> None:
    assert refusal(shop.api.put(f"{RULES}/new", rule(when=when))) == (status_of_body(code), code, param)
    assert refusal(shop.api.get(f"{RULES}/new")) == (404, "rule_not_found", "rule_id")


@pytest.mark.parametrize(
    "when",
    [
        {"all": [{"ask": "time.month", "one_of": [2, 4]}, LATE]},
        {"all": [{"ask": "time.month", "is": 2}, {"ask": "time.day_of_month", "is": 29}]},
        {"all": [{"ask": "time.month", "is_not": 2}, LATE | {"is_not": 30}]},
        {"any": [{"ask": "time.month", "is": 2}, LATE]},
    ],
)
def test_a_day_that_some_month_or_year_has_is_asked_for(shop: Shop, when: Json) -> None:
    answer(shop.api.put(f"{RULES}/new", rule(when=when)))


NOWHERE: Json = {"trigger": {"on": "birthday"}, "audience": {"places": ["Berlin"]}}


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (rule(when={"ask": "field.zz", "is": 1}), (422, "unknown_member_field", "when")),
        (rule(audience={"members": ["nope"]}), (422, "unknown_member", "audience.members")),
        (rule(fixed(1), **NOWHERE), (422, "no_place_then", "audience.places")),
        (
            rule({"kind": "amount_off", "amount": "0.0001"}, trigger={"on": "cart"}),
            (422, "number_too_small", "effects.0.amount"),
        ),
        (
            rule(fixed(1), trigger={"on": "birthday"}, when={"ask": "order.value", "at_least": "1"}),
            (400, "wrong_question", "when"),
        ),
        (rule(per_euro(), trigger={"on": "birthday"}), (400, "wrong_effect", "effects.0")),
        (rule(limits={"per_member": [{"per": "day"}]}), (400, "wrong_limit", "limits.per_member.0")),
        (
            rule(limits={"per_member": [{"per": "day", "times": n} for n in (1, 2)]}),
            (400, "wrong_limit", "limits.per_member"),
        ),
        (rule(limits={"budget": {"amount": 1}}), (400, "wrong_limit", "limits.budget")),
    ],
)
def test_what_would_never_give_anything_is_refused_with_its_place(
    shop: Shop, body: Json, refused: tuple[int, str, str]
) -> None:
    assert refusal(shop.api.put(f"{RULES}/new", body)) == refused


def test_a_field_that_the_tenant_declares_is_asked_about(shop: Shop) -> None:
    answer(shop.api.put("/v1/tenant", {"name": "Ours", "member_fields": {"shoe_size": "number"}}))
    shop.define("feet", when={"ask": "field.shoe_size", "at_least": 42})


def test_a_rule_that_gives_too_much_closes_no_till(shop: Shop, ada: str) -> None:
    shop.define("slip", per_euro(10**12, per="0.01", stage="bonus"))
    assert why_not(shop, ada)["slip"] == ("credit_too_large", "It would give more points than an account can hold.")
    assert set(earned(shop.buy(ada, "S1"))) == {"base"}


def test_conditions_go_so_deep_and_no_deeper(shop: Shop) -> None:
    when: Json = FIRST
    for _ in range(7):
        when = {"not": when}
    answer(shop.api.put(f"{RULES}/deep", rule(when=when)))
    assert refusal(shop.api.put(f"{RULES}/new", rule(when={"not": when}))) == (400, "conditions_too_large", "when")


# --- what they come to ---------------------------------------------------------------------------------------------------


def test_a_rule_holds_from_the_next_purchase_on(shop: Shop) -> None:
    ada = shop.enrol("1")
    assert shop.buy(ada, "S1")["account"]["balances"] == {"points": 100}
    shop.define("double", DOUBLE, lines={"skus": ["BOOK"]})
    assert shop.buy(ada, "S2", book(10_00), book(6_00, sku="TEA"))["account"]["balances"] == {"points": 126}
    shop.define("base", state="paused")
    assert shop.buy(ada, "S3")["earned"] == []


def test_rules_say_why_they_gave_nothing(shop: Shop) -> None:
    """Every reason there is, by one purchase."""
    ada = shop.enrol("1")
    shop.buy(ada, "S1", book(1_00))
    answer(shop.api.put("/v1/programs/1/tiers", TIERS))
    ended, paused, draft = "a-ended", "a-paused", "a-draft"
    for rule_id in (ended, paused, draft):
        shop.define(rule_id, state=rule_id.removeprefix("a-"))
    shop.define("b-window", window={"until_day": "2026-01-13"})
    shop.define("c-tier", audience={"tiers": ["gold"]})
    shop.define("c-member", audience={"members": [NOBODY]})
    shop.define("c-labels", audience={"labels": [{"key": "vip"}]})
    shop.define("d-place", audience={"places": ["Hamburg"]})
    shop.define("e-labels", when={"labels_of": "order", "one_of": [{"key": "channel", "value": "web"}]})
    shop.define("f-first", when=FIRST)
    shop.define("g-group", group="either")
    shop.define("g-minimum", when={"all": [{"not": FIRST}, {"ask": "order.value", "at_least": "500.00"}]})
    shop.define("g-passed-over", group="either")
    shop.define("h-lines", lines={"skus": ["TEA"]})
    shop.define("i-multiply", DOUBLE | {"unit": "cashback"})
    shop.define("j-zero", per_euro(per="1000.00"))
    shop.define("k-stop", priority=1, stop=True)
    shop.define("l-stopped", priority=2)
    simulated = answer(shop.api.post("/v1/orders/simulate", document("S2", member_id=ada)))
    assert {rule["rule_id"]: rule["reason"] for rule in simulated["skipped"]} == {
        draft: "draft",
        ended: "ended",
        paused: "paused",
        "b-window": "outside_window",
        "c-labels": "wrong_member_labels",
        "c-member": "wrong_member",
        "c-tier": "wrong_tier",
        "d-place": "wrong_place",
        "e-labels": "condition_not_met",
        "f-first": "condition_not_met",
        "g-minimum": "condition_not_met",
        "g-passed-over": "in_group",
        "h-lines": "no_matching_lines",
        "i-multiply": "nothing_to_multiply",
        "j-zero": "rounds_to_zero",
        "l-stopped": "stopped",
    }
    assert all(rule["message"].endswith(".") for rule in simulated["skipped"])
    assert [earning["rule_id"] for earning in simulated["earned"]] == ["base", "g-group", "k-stop"]


def earned(bought: Json) -> dict[str, int]:
    return {earning["rule_id"]: earning["amount"] for earning in bought["earned"]}


def simulated(shop: Shop, ada: str, **fields: object) -> Json:
    tried: Json = answer(shop.api.post("/v1/orders/simulate", document("try", member_id=ada, **fields)))
    return tried


def why_not(shop: Shop, ada: str) -> dict[str, tuple[str, str]]:
    return {one["rule_id"]: (one["reason"], one["message"]) for one in simulated(shop, ada)["skipped"]}


def test_a_happy_hour_is_by_the_clock_of_the_program(shop: Shop) -> None:
    """The 14th of January 2026 is a Wednesday; the program lives in UTC."""
    ada = shop.enrol("1")
    wednesday = {"ask": "time.weekday", "is": "wed"}
    happy = {"all": [wednesday, {"ask": "time.of_day", "at_least": "16:00", "below": "18:00"}]}
    shop.define("happy", fixed(30, stage="bonus"), when=happy)
    given = {
        at: earned(simulated(shop, ada, purchased_at=at)).get("happy", 0)
        for at in (
            "2026-01-14T15:59:59Z",
            "2026-01-14T16:00:00Z",
            "2026-01-14T18:59:59+01:00",
            "2026-01-14T18:00:00Z",
            "2026-01-13T17:00:00Z",
        )
    }
    assert list(given.values()) == [0, 30, 30, 0, 0]


def test_a_rule_may_be_for_members_with_a_label(shop: Shop) -> None:
    ada, bob = shop.enrol("1"), shop.enrol("2")
    answer(shop.api.patch(f"/v1/members/{ada}", {"labels": [{"key": "student", "value": "yes"}]}))
    shop.define("students", fixed(20, stage="bonus"), audience={"labels": [{"key": "student"}]})
    yes = {"labels_of": "member", "one_of": [{"key": "student", "value": "yes"}]}
    shop.define("asked", fixed(3, stage="bonus"), when=yes)
    assert earned(shop.buy(ada, "S1")) == {"base": 100, "students": 20, "asked": 3}
    assert earned(shop.buy(bob, "S2")) == {"base": 100}


def test_a_rule_may_ask_what_somebody_has(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.define("saver", fixed(10, stage="bonus"), when={"ask": "balance.points", "at_least": 100})
    assert [earned(shop.buy(ada, number)).get("saver", 0) for number in ("S1", "S2")] == [0, 10]


def test_gold_gets_twice_as_much(shop: Shop) -> None:
    answer(shop.api.put("/v1/programs/1/tiers", TIERS))
    shop.define("by-tier", by_tier(silver="1.5", gold="2"))
    ada = shop.enrol("1")
    assert earned(shop.buy(ada, "S1", book(1_000_00))) == {"base": 1000}
    assert earned(shop.buy(ada, "S2")) == {"base": 100, "by-tier": 100}


def test_five_percent_come_back(shop: Shop) -> None:
    shop.define("back", CASHBACK)
    assert shop.buy(shop.enrol("1"), "S1", book(39_90))["account"]["balances"] == {"points": 39, "cashback": 200}


def test_of_a_group_one_rule_gives(shop: Shop) -> None:
    """The first whose conditions hold, by priority."""
    ada = shop.enrol("1")
    big = {"ask": "order.value", "at_least": "100.00"}
    shop.define("big", fixed(50, stage="bonus"), when=big, group="size", priority=1)
    shop.define("any", fixed(5, stage="bonus"), group="size", priority=2)
    assert earned(shop.buy(ada, "S1")) == {"base": 100, "big": 50}
    assert earned(shop.buy(ada, "S2", book(99_99))) == {"base": 99, "any": 5}
    reason, message = why_not(shop, ada)["any"]
    assert (reason, message) == ("in_group", "Another rule of the group size comes before it.")


def test_a_draft_gives_nothing_and_a_simulation_says_so(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.define("idea", fixed(50), state="draft")
    assert why_not(shop, ada) == {"idea": ("draft", "The rule is a draft.")}
    assert earned(shop.buy(ada, "S1")) == {"base": 100}


def test_the_condition_that_does_not_hold_is_named(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.define("picky", when={"all": [FIRST, {"ask": "order.value", "at_least": "500.00"}]})
    reason, message = why_not(shop, ada)["picky"]
    assert (reason, message) == ("condition_not_met", "It must hold that order.value is at least 500.00.")


@pytest.mark.parametrize("on", ["birthday", "anniversary"])
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"effects": [{"kind": "percent_off", "percent": "10"}]}, "belongs to a rule on cart"),
        ({"effects": [{"kind": "cashback", "unit": "points", "percent": "10"}]}, "counted of what is bought"),
        ({"limits": {"per_member": [{"per": "day", "times": 3}]}}, "limited in all, or by a budget"),
        ({"lines": {"skus": ["A"]}}, "lines are of what is bought"),
        ({"when": {"ask": "order.value", "at_least": "1.00"}}, "nothing is bought"),
    ],
)
def test_nothing_is_bought_on_a_birthday(shop: Shop, on: str, fields: Json, said: str) -> None:
    rule = {"name": "Cake", "trigger": {"on": on}, "effects": [{"kind": "fixed", "unit": "points", "amount": 5}]}
    reply = shop.api.put("/v1/programs/1/rules/cake", rule | fields)
    assert reply.status == 400
    assert said in reply.json["error"]["message"]
    assert shop.api.get("/v1/programs/1/rules/cake").status == 404
