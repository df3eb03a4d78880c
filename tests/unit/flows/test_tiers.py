"""Members on their tiers over months and years: bought, brought back, pinned, recalculated, and looked at by nobody."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.accounts.model.facts import TierPinned, TierUnpinned
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.account_views import pin_of
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.read_account import TierView
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.facts import Fact, encode
from chalicelib.kit.periods import parse_day
from chalicelib.table.journal import Entry
from chalicelib.table.keys import owner_stream
from tests.twins import at, fresh
from tests.twins.bookshop import (
    TIERS,
    BookShop,
    card,
    goods_back,
    keyed,
    line,
    member,
    open_shop,
    per_euro,
    refused,
    rule,
    sale,
)

BY_SPEND: dict[str, Any] = {
    "basis": "spend",
    "tiers": [
        {"tier_id": "bronze", "name": "Bronze", "threshold": "0"},
        {
            "tier_id": "silver",
            "name": "Silver",
            "threshold": "100.00",
            "attributes": {
                "discount": {"kind": "percent", "value": "5.00"},
                "lounge": {"kind": "text", "value": "Coffee is on us"},
            },
        },
        {"tier_id": "gold", "name": "Gold", "threshold": "500.00"},
    ],
}
A_YEAR = {"type": "after_days", "days": 365}


def standing(shop: BookShop, member_id: str, as_of: str | None = None) -> TierView:
    view = shop.account(member_id, as_of).standing
    assert view is not None
    return view


def redefine(shop: BookShop, scheme: dict[str, Any]) -> None:
    define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(scheme))


def run_job(shop: BookShop, day: str) -> int:
    shop.clock.move_to(f"{day}T03:00:00Z")
    number = parse_day(day)
    assert number is not None
    return settle_due(shop.rt, shop.caller, number)


def changes(shop: BookShop, member_id: str) -> list[tuple[str | None, str | None]]:
    lines = (line for entry in shop.statement(member_id) for line in entry.lines)
    return [(one.tier, one.reason) for one in lines if one.type == "tier.changed"]


def test_a_member_to_whom_nothing_has_happened_stands_on_the_first_tier_since_no_day() -> None:
    shop = open_shop()
    view = standing(shop, shop.member("1"))
    assert (view.tier, view.since, view.reason, view.keep, view.pinned) == ("bronze", None, None, None, None)


def test_a_tier_says_since_when_and_why_and_what_it_brings() -> None:
    shop = open_shop(tiers=BY_SPEND)
    ada = shop.buy(card("1"), sale("A1", 100_00)).answer.member_id
    view = standing(shop, ada)
    assert (view.tier, view.name, view.since, view.reason) == ("silver", "Silver", shop.clock.now(), "joined")
    assert {name: (one.kind, one.value) for name, one in view.attributes.items()} == {
        "discount": ("percent", "5.00"),
        "lounge": ("text", "Coffee is on us"),
    }
    shop.buy(card("1"), sale("A2", 400_00))
    assert standing(shop, ada).reason == "reached"


def test_a_year_that_ends_is_seen_by_whoever_looks_and_made_true_by_the_job() -> None:
    shop = open_shop(tiers=BY_SPEND | {"window": {"type": "calendar_year"}})
    ada = shop.buy(card("1"), sale("A1", 500_00)).answer.member_id
    assert standing(shop, ada, "2026-12-31").tier == "gold"
    assert standing(shop, ada, "2027-01-01").tier == "bronze"
    assert run_job(shop, "2027-01-01") == 1
    assert changes(shop, ada) == [("gold", "joined"), ("bronze", "below")]
    assert run_job(shop, "2027-01-02") == 0
    assert shop.proof(ada).matches


def test_what_a_return_takes_back_of_an_old_month_is_taken_from_that_month() -> None:
    shop = open_shop(tiers=BY_SPEND | {"window": {"type": "rolling", "months": 2}})
    bought = shop.buy(card("1"), sale("A1", 300_00, on="2026-04-10")).answer
    shop.buy(card("1"), sale("A2", 200_00, on="2026-06-10"))
    view = standing(shop, bought.member_id)
    assert (view.tier, view.keep and (view.keep.missing, view.keep.until)) == ("gold", ("300", parse_day("2026-06-30")))
    shop.bring_back(bought.order_id, goods_back("B1", 150_00))
    assert standing(shop, bought.member_id).tier == "silver"
    assert standing(shop, bought.member_id, "2026-07-01").tier == "silver"
    assert standing(shop, bought.member_id, "2026-09-01").tier == "bronze"


def test_a_window_of_two_years_still_counts_what_comes_late_from_its_oldest_month() -> None:
    shop = open_shop(tiers=BY_SPEND | {"window": {"type": "rolling", "months": 24}}, now="2024-02-01")
    ada = shop.member("1")
    shop.clock.move_to("2026-03-05")
    shop.buy(member(ada), sale("A1", 1_00, on="2026-03-05"))
    shop.buy(member(ada), sale("A2", 99_00, on="2024-02-29"))
    assert standing(shop, ada).tier == "bronze"
    shop.buy(member(ada), sale("A3", 98_00, on="2024-03-20"))
    shop.buy(member(ada), sale("A4", 1_00, on="2026-03-04"))
    assert (standing(shop, ada).tier, standing(shop, ada, "2026-04-01").tier) == ("silver", "bronze")


def test_active_points_carry_a_tier_until_they_are_spent_or_pass() -> None:
    shop = open_shop(tiers=TIERS | {"basis": "points_active"})
    ada = shop.member("1")
    shop.earn(ada, 1_000)
    shop.spend(ada, 900)
    assert standing(shop, ada).tier == "bronze"
    shop.earn(ada, 500)
    assert standing(shop, ada, "2027-06-30").tier == "silver"
    passed = standing(shop, ada, "2027-08-15")
    assert (passed.tier, passed.since) == ("bronze", standing(shop, ada, "2027-07-01").since)


def test_delivery_categories_and_marked_lines_do_not_count_and_come_back_uncounted() -> None:
    shop = open_shop(tiers=BY_SPEND | {"excluded": {"delivery": True, "categories": ["gifts"]}})
    lines = (
        line(1, 60_00),
        line(2, 50_00, delivery=True),
        line(3, 50_00, category=("home", "gifts")),
        line(4, 50_00, excluded_from_tiers=True),
    )
    bought = shop.buy(card("1"), sale("A1", *lines)).answer
    ada = bought.member_id
    above = shop.account(ada).next_tier
    assert above is not None
    assert (above.tier, above.missing) == ("silver", "40")
    redefine(shop, BY_SPEND)  # from now on everything counts: what was bought before counts as it did
    shop.bring_back(bought.order_id, goods_back("B1", 50_00, "book-2"))
    above = shop.account(ada).next_tier
    assert above is not None
    assert above.missing == "40"
    shop.bring_back(bought.order_id, goods_back("B2", 30_00, "book-1", "0.5"))
    above = shop.account(ada).next_tier
    assert above is not None
    assert above.missing == "70"
    assert [one.amount for one in shop.account(ada).spend] == [130_00]
    assert shop.proof(ada).matches


def test_a_pin_outlasts_what_comes_and_a_recalculation_and_ends_with_its_last_day() -> None:
    shop = open_shop()
    ada = shop.member("1")
    pinned = shop.pin(ada, "gold", "2026-06-20").answer
    assert (pinned.tier, [(one.tier, one.previous, one.reason) for one in pinned.moves]) == (
        "gold",
        [("gold", None, "pinned")],
    )
    assert pinned.pinned_until == parse_day("2026-06-20")
    shop.earn(ada, 300)
    assert shop.recalculate(ada).answer.moves == ()
    view = standing(shop, ada)
    assert (view.tier, view.reason, view.pinned and view.pinned.until) == ("gold", "pinned", parse_day("2026-06-20"))
    assert standing(shop, ada, "2026-06-20").tier == "gold"
    over = standing(shop, ada, "2026-06-21")
    assert (over.tier, over.reason, over.pinned) == ("silver", "pin_ended", None)
    assert run_job(shop, "2026-06-21") == 1
    assert shop.proof(ada).matches
    with refused("not_pinned", "member_id"):
        shop.unpin(ada)


def test_an_unpinned_member_stands_where_they_have_come_to() -> None:
    shop = open_shop(tiers=TIERS | {"downgrade": {"type": "never"}})
    ada = shop.member("1")
    shop.earn(ada, 250)
    shop.pin(ada, "bronze")
    assert standing(shop, ada, "2036-01-01").tier == "bronze"
    done = shop.unpin(ada).answer
    assert [(one.tier, one.previous, one.reason) for one in done.moves] == [("silver", "bronze", "unpinned")]
    assert (standing(shop, ada).tier, standing(shop, ada).pinned) == ("silver", None)


def test_a_second_pin_replaces_the_first() -> None:
    shop = open_shop()
    ada = shop.member("1")
    shop.pin(ada, "gold", "2026-06-20")
    shop.pin(ada, "silver")
    view = standing(shop, ada, "2027-01-01")
    assert (view.tier, view.pinned and view.pinned.until) == ("silver", None)


def test_pins_that_cannot_be() -> None:
    shop = open_shop()
    ada = shop.member("1")
    with refused("unknown_tier", "tier_id"):
        shop.pin(ada, "ruby")
    with refused("pin_in_past", "until", InvalidInput):
        shop.pin(ada, "gold", "2026-06-14")
    for beyond in ("2126-05-23", "9999-12-31"):
        with refused("pin_too_late", "until", InvalidInput):
            shop.pin(ada, "gold", beyond)
    with refused("not_pinned", "member_id"):
        shop.unpin(ada)
    assert shop.account(ada).version == 0


def test_the_last_day_that_a_pin_may_have() -> None:
    shop = open_shop(program={"zone": "America/Sao_Paulo"})
    ada = shop.member("1")
    assert shop.pin(ada, "gold", "2126-05-22").answer.pinned_until == parse_day("2126-05-22")
    view = standing(shop, ada, "2126-05-23T02:59:59Z")
    assert (view.tier, standing(shop, ada, "2126-05-23T03:00:00Z").tier) == ("gold", "bronze")


def test_a_day_is_over_for_a_pin_once_a_fast_till_has_brought_the_account_past_it() -> None:
    shop = open_shop(now="2026-06-15T23:58:30Z")
    ada = shop.buy(card("1"), sale("A1", on="2026-06-16T00:02:00Z")).answer.member_id
    with refused("pin_in_past", "until", InvalidInput):
        shop.pin(ada, "gold", "2026-06-15")
    pinned = shop.pin(ada, "gold", "2026-06-16").answer
    assert (pinned.tier, pinned.pinned, pinned.pinned_until) == ("gold", True, parse_day("2026-06-16"))


def test_an_entry_in_which_a_pin_begins_and_ends_leaves_nobody_pinned() -> None:
    """Written by a release before: the account had come past the pin's last day."""
    began, ended = TierPinned("gold", parse_day("2026-06-15"), at("2026-06-16")), TierUnpinned("gold", True)
    stream = owner_stream("shop", "mem_1", 1)

    def pin_told(*facts: Fact) -> tuple[bool, int | None]:
        header = {"after": {"balances": {}, "tier": "gold"}}
        return pin_of(Entry(stream, 1, header, tuple(encode(fact) for fact in facts), None, ""))

    assert pin_told(began) == (True, parse_day("2026-06-15"))
    assert pin_told(began, ended) == (False, None)
    assert pin_told(ended, began) == (True, parse_day("2026-06-15"))


@pytest.mark.parametrize("act", ["pin", "unpin", "recalculate"])
def test_a_program_without_tiers_has_nothing_to_pin_to(act: str) -> None:
    shop = open_shop(tiers=None)
    ada = shop.member("1")
    with refused("tiers_not_found", "program_id", NotFound):
        shop.pin(ada, "gold") if act == "pin" else getattr(shop, act)(ada)


def test_a_pin_with_its_key_again_is_the_same_pin() -> None:
    shop = open_shop()
    ada = shop.member("1")
    first, again = (shop.pin(ada, "gold", None, keyed("k")) for _ in range(2))
    assert (first.answer, first.replayed, again.replayed) == (again.answer, False, True)


def test_an_operator_recalculates_and_the_days_begin_anew() -> None:
    shop = open_shop(tiers=BY_SPEND | {"window": {"type": "rolling", "months": 1}, "downgrade": A_YEAR})
    ada = shop.buy(card("1"), sale("A1", 500_00)).answer.member_id
    shop.clock.move_to("2026-09-01")
    assert standing(shop, ada).tier == "gold"
    done = shop.recalculate(ada).answer
    assert [(one.tier, one.reason) for one in done.moves] == [("bronze", "recalculated")]


def test_counting_begins_anew_when_a_tier_is_confirmed() -> None:
    window = {"type": "since_last_recalculation"}
    shop = open_shop(tiers=BY_SPEND | {"window": window, "downgrade": {"type": "after_days", "days": 30}})
    ada = shop.buy(card("1"), sale("A1", 120_00)).answer.member_id
    shop.recalculate(ada)
    view = standing(shop, ada)
    assert (view.tier, view.keep and (view.keep.missing, view.keep.until)) == (
        "silver",
        ("100", parse_day("2026-07-14")),
    )
    shop.buy(card("1"), sale("A2", 99_99))
    assert standing(shop, ada, "2026-07-15").tier == "bronze"
    shop.buy(card("1"), sale("A3", 1))
    assert standing(shop, ada, "2026-07-15").tier == "silver"
    assert shop.proof(ada).matches


def test_in_grace_a_member_still_stands_and_is_told_what_is_missing() -> None:
    shop = open_shop(tiers=BY_SPEND | {"grace_days": 10})
    bought = shop.buy(card("1"), sale("A1", 100_00)).answer
    shop.bring_back(bought.order_id, goods_back("B1", 40_00, quantity="0.4"))
    view = standing(shop, bought.member_id)
    assert (view.tier, view.grace, view.keep and (view.keep.missing, view.keep.until)) == (
        "silver",
        True,
        ("40", parse_day("2026-06-24")),
    )
    fallen = standing(shop, bought.member_id, "2026-06-25")
    assert (fallen.tier, fallen.reason, fallen.grace) == ("bronze", "grace_ended", False)
    shop.buy(card("1"), sale("A2", 40_00))
    assert standing(shop, bought.member_id, "2026-06-25").tier == "silver"


def test_another_scheme_moves_members_from_then_on_and_looks_at_nobody_twice() -> None:
    shop = open_shop(tiers=BY_SPEND)
    ada = shop.buy(card("1"), sale("A1", 120_00)).answer.member_id
    shop.clock.move_to("2026-08-01")
    higher = [tier | {"threshold": step} for tier, step in zip(BY_SPEND["tiers"], ("0", "200", "500"), strict=True)]
    redefine(shop, BY_SPEND | {"tiers": higher})
    defined = shop.clock.now()
    assert standing(shop, ada, "2026-09-01").tier == "bronze"
    shop.clock.move_to("2026-10-01")
    redefine(shop, BY_SPEND)
    back = shop.clock.now()
    shop.clock.move_to("2026-11-01")
    assert (standing(shop, ada).tier, standing(shop, ada).since) == ("silver", back)
    shop.earn(ada, 1)
    assert changes(shop, ada) == [("silver", "joined"), ("bronze", "below"), ("silver", "reached")]
    assert defined < back


def test_what_was_due_before_another_scheme_came_is_decided_by_the_one_before() -> None:
    """Nobody looked between the end of the year and the new scheme, by which no tier is ever lost."""
    yearly = BY_SPEND | {"window": {"type": "calendar_year"}}
    shop = open_shop(tiers=yearly)
    ada = shop.buy(card("1"), sale("A1", 500_00)).answer.member_id
    shop.clock.move_to("2027-03-01")
    redefine(shop, yearly | {"downgrade": {"type": "never"}})
    shop.clock.move_to("2027-04-01")
    view = standing(shop, ada)
    assert (view.tier, view.reason, view.since) == ("bronze", "below", at("2027-01-01T00:00:00Z"))


def test_a_new_way_down_begins_its_periods_when_it_is_defined() -> None:
    shop = open_shop(tiers=BY_SPEND)
    ada = shop.buy(card("1"), sale("A1", 120_00)).answer.member_id
    shop.clock.move_to("2027-12-01")
    redefine(shop, BY_SPEND | {"window": {"type": "rolling", "months": 1}, "downgrade": A_YEAR})
    assert standing(shop, ada, "2028-11-29").tier == "silver"
    assert standing(shop, ada, "2028-12-01").tier == "bronze"


def test_a_new_window_begins_the_periods_anew_as_well() -> None:
    """The sixty days of June end in August; a scheme that looks back another way gives sixty of its own."""
    shop = open_shop(tiers=BY_SPEND | {"downgrade": {"type": "after_days", "days": 60}})
    ada = shop.buy(card("1"), sale("A1", 120_00)).answer.member_id
    assert (kept := standing(shop, ada).keep) is not None
    assert kept.until == parse_day("2026-08-13")
    shop.clock.move_to("2026-08-03")
    redefine(
        shop, BY_SPEND | {"window": {"type": "rolling", "months": 1}, "downgrade": {"type": "after_days", "days": 60}}
    )
    assert (kept := standing(shop, ada).keep) is not None
    assert (kept.missing, kept.until) == ("100", parse_day("2026-10-01"))
    assert (standing(shop, ada, "2026-10-01").tier, standing(shop, ada, "2026-10-02").tier) == ("silver", "bronze")


def test_the_same_scheme_again_is_no_other_scheme() -> None:
    shop = open_shop(tiers=BY_SPEND | {"downgrade": A_YEAR})
    ada = shop.buy(card("1"), sale("A1", 120_00)).answer.member_id
    until = standing(shop, ada).keep
    shop.clock.move_to("2026-09-01")
    redefine(shop, BY_SPEND | {"downgrade": A_YEAR})
    assert standing(shop, ada).keep == until


def test_a_purchase_from_before_the_scheme_ends_by_the_newest_all_the_same() -> None:
    """Who rises late, under a scheme of which nobody fell, falls when the period of today's is over: five days from now."""
    shop = open_shop(tiers=BY_SPEND | {"downgrade": {"type": "never"}})
    ada = shop.member("1")
    shop.clock.move_to("2026-06-25")
    anew = {"type": "since_last_recalculation"}
    redefine(shop, BY_SPEND | {"window": anew, "downgrade": {"type": "after_days", "days": 5}})
    shop.clock.move_to("2026-07-10")
    shop.recalculate(ada)
    shop.buy(member(ada), sale("A1", 150_00, on="2026-06-16"))
    assert shop.account(ada).tier == "silver"
    assert run_job(shop, "2026-07-16") == 1
    assert changes(shop, ada)[-1] == ("bronze", "period_ended")


def test_a_purchase_that_comes_late_still_brings_the_tier_of_its_year() -> None:
    """With the job between, or without: the tier is the same, and since the day of purchase."""
    seen = []
    for job_runs in (True, False):
        yearly = {"window": {"type": "calendar_year"}, "downgrade": {"type": "period_end"}}
        shop = open_shop(tiers=BY_SPEND | yearly, now="2026-12-30")
        ada = shop.buy(card("1"), sale("A1", 120_00, on="2026-12-29")).answer.member_id
        shop.clock.move_to("2027-01-05")
        if job_runs:
            assert run_job(shop, "2027-01-01") == 1
        shop.clock.move_to("2027-01-05")
        shop.buy(member(ada), sale("A2", 400_00, on="2026-12-30"))
        view = standing(shop, ada)
        seen.append((view.tier, view.since, view.keep))
    assert seen[0] == seen[1]
    assert seen[0][0] == "gold"


def test_a_purchase_of_last_year_raises_who_has_bought_in_this_one_already() -> None:
    """120 in December and 10 in January: another 400 of December are gold in December's year, and in no other."""
    yearly = {"window": {"type": "calendar_year"}, "downgrade": {"type": "after_days", "days": 60}}
    shop = open_shop(tiers=BY_SPEND | yearly, now="2026-12-10")
    ada = shop.buy(card("1"), sale("A1", 120_00, on="2026-12-10")).answer.member_id
    shop.clock.move_to("2027-01-05")
    shop.buy(member(ada), sale("A2", 10_00, on="2027-01-05"))
    shop.buy(member(ada), sale("A3", 400_00, on="2026-12-20"))
    view = standing(shop, ada)
    assert (view.tier, view.since, view.keep and view.keep.until) == ("gold", at("2026-12-20"), parse_day("2027-02-17"))


def test_a_rule_for_a_tier_sees_the_tier_that_is_held() -> None:
    kept = BY_SPEND | {"window": {"type": "rolling", "months": 1}, "downgrade": A_YEAR}
    shop = open_shop(tiers=kept, rules=(rule("for-silver", audience={"tiers": ["silver"]}),))
    ada = shop.buy(card("1"), sale("A1", 120_00)).answer.member_id
    shop.clock.move_to("2026-12-01")
    assert [one.amount for one in shop.buy(member(ada), sale("A2", 10_00, on="2026-12-01")).answer.earned] == [10]


def test_a_rule_that_does_not_say_rounds_as_its_unit_does_on_the_day_of_purchase() -> None:
    policies = [{"rounding": "down"}, {"rounding": "half_up", "effective_from": "2026-06-10"}]
    units = [{"code": "points", "name": "Points", "policies": policies}]
    silent = rule("silent", effects=[per_euro(rounding=None)])
    outspoken = rule("outspoken")
    shop = open_shop(program={"units": units}, rules=(silent, outspoken))

    def earned(number: str, on: str) -> dict[str | None, int]:
        return {one.rule_id: one.amount for one in shop.buy(card("1"), sale(number, 1_50, on=on)).answer.earned}

    assert earned("A1", "2026-06-09") == {"silent": 1, "outspoken": 1}
    assert earned("A2", "2026-06-10") == {"silent": 2, "outspoken": 1}
