"""Coupons that rules give, in the commit of what set them off, and what becomes of them with a return."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.coupons.model import CouponSeries, Shown
from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import create_program
from chalicelib.flows.change_coupon import cancel_coupon
from chalicelib.flows.coupon_quotas import get_series
from chalicelib.flows.define_coupon_series import define_coupon_series
from chalicelib.flows.define_rule import define_rule
from chalicelib.flows.follow_effects import GivenEffect
from chalicelib.flows.return_order import ReturnedOrder
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.flows.update_member import update_member
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.periods import local_day
from chalicelib.table.items import unpack
from chalicelib.table.keys import partition_query
from tests.twins import coupons, fresh, happenings, kept, tills
from tests.twins.bookshop import (
    PROGRAM,
    TODAY,
    BookShop,
    card,
    dry,
    fixed,
    goods_back,
    keyed,
    member,
    open_shop,
    refused,
    rule,
    sale,
)
from tests.twins.grouped import household

FIVE_OFF = {"kind": "amount", "amount": 5_00, "currency": "EUR"}
FIVE = {"kind": "issue_coupon", "series": "five"}


def shop_with(*effects: dict[str, Any], on: str = "order", **series: Any) -> tuple[BookShop, str]:
    """With a series, and a rule that gives these: a coupon of it, where nothing is named."""
    shop = open_shop(rules=())
    coupons.series(shop, "five", worth=FIVE_OFF, **series)
    shop.define(rule("gives", trigger={"on": on}, effects=list(effects) or [FIVE]))
    return shop, shop.member("ada")


def bought(shop: BookShop, ada: str, number: str = "A-1", *cents: int, **fields: Any) -> list[GivenEffect]:
    return list(shop.buy(member(ada), sale(number, *cents or (10_00,), **fields)).answer.effects)


def returned(shop: BookShop, number: str = "A-1", cents: int = 10_00) -> ReturnedOrder:
    return shop.bring_back(shop.order_id(number), goods_back(f"R-{number}", cents)).answer


def theirs(shop: BookShop, member_id: str) -> list[Shown]:
    return list(list_coupons(shop.rt, shop.caller, member_id, 25, None).items)


def issued(shop: BookShop, series_id: str = "five") -> int:
    return get_series(shop.rt, shop.caller, 1, series_id)[1].issued


def sound(shop: BookShop, *members: str) -> None:
    for one in verify_members(shop.rt, "shop", members):
        assert one.differences == []


def test_a_purchase_gives_a_coupon_in_its_own_commit_once() -> None:
    shop, ada = shop_with(FIVE, fixed(5))
    first = shop.buy(member(ada), sale("A-1"))
    again = shop.buy(member(ada), sale("A-1"))
    assert (again.answer, again.replayed) == (first.answer, True)
    [effect], [coupon] = first.answer.effects, theirs(shop, ada)
    told = effect.rule_id, effect.kind, effect.what, effect.given, effect.coupon_id, effect.code
    assert told == ("gives", "issue_coupon", "five", True, coupon.coupon_id, coupon.code)
    assert (coupon.state, coupon.series_id, issued(shop)) == ("active", "five", 1)
    assert [entry.operation for entry in shop.statement(ada)] == ["record_order"]
    assert coupons.use(shop, coupon).state == "used"
    sound(shop, ada)


def test_trying_shows_it_and_gives_nothing() -> None:
    shop, ada = shop_with(codes={"kind": "pool"})
    coupons.upload(shop, "five", "AAA-1")
    [effect] = shop.buy(member(ada), sale("A-1"), dry()).answer.effects
    assert (effect.given, effect.code) == (True, None)  # nobody may see a code that somebody else will get
    assert (theirs(shop, ada), issued(shop)) == ([], 0)
    assert bought(shop, ada)[0].code == "AAA-1"


def test_a_check_in_a_birthday_a_profile_and_enrolment_give_it_as_well() -> None:
    shop, ada = shop_with(on="check_in")
    [effect] = happenings.record(shop, ada, happenings.check_in()).answer.effects
    assert effect.code == theirs(shop, ada)[0].code
    for on in ("birthday", "newsletter", "enrolled"):
        shop.define(rule(on, trigger={"on": on}, effects=[FIVE]))
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(newsletter=True))
    assert len(theirs(shop, ada)) == 2
    bob = shop.enrol("bob", keyed("k"), birth_date=f"1990{TODAY[4:]}").answer.member_id
    assert shop.enrol("bob", keyed("k"), birth_date=f"1990{TODAY[4:]}").replayed
    assert settle_occasions(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), bob)
    assert len(theirs(shop, bob)) == 2
    assert not settle_occasions(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), bob)
    eve = shop.buy(card("eve"), sale("E-1")).answer.member_id
    assert len(theirs(shop, str(eve))) == 1
    assert issued(shop) == 5
    sound(shop, ada, bob, str(eve))


def test_who_reads_the_journal_does_not_learn_that_it_was_a_birthday() -> None:
    shop, _ = shop_with(on="birthday")
    bob = shop.enrol("bob", birth_date=f"1990{TODAY[4:]}").answer.member_id
    household(shop, bob)
    settle_occasions(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), bob)
    assert len(theirs(shop, bob)) == 1
    stored = shop.rt.table.query(partition_query(shop.caller.tenant, bob)).items
    entries = [unpack(item["body"]["B"]) for item in stored if item["kind"]["S"] == "entry"]
    told = [fact for _, facts in entries for fact in facts if fact["type"] == "coupon.issued"]
    assert [fact.get("cause", "") for fact in told] == [""]


def test_several_at_once_are_each_one_of_their_own() -> None:
    shop, ada = shop_with()
    coupons.series(shop, "pool", codes={"kind": "pool"})
    coupons.upload(shop, "pool", "AAA-1", "AAA-2", "AAA-3")
    pool = {"kind": "issue_coupon", "series": "pool"}
    shop.define(rule("gives", effects=[FIVE, pool, FIVE, pool]))
    given = bought(shop, ada)
    assert [one.reason for one in given] == [None] * 4
    assert len({one.coupon_id for one in given}) == len({one.code for one in given}) == 4
    assert [one.reason for one in bought(shop, ada, "A-2")] == [None, None, None, "no_codes_left"]
    assert (issued(shop), issued(shop, "pool"), len(theirs(shop, ada))) == (4, 3, 7)
    sound(shop, ada)


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        ({"state": "ended"}, "series_not_active"),
        ({"until_day": "2026-01-01"}, "series_not_active"),
        ({"valid_until": "2026-01-01"}, "series_not_active"),
        ({"limits": {"issued": 1}}, "series_used_up"),
        ({"limits": {"issued_per_member": 1}}, "limit_per_member"),
        ({"codes": {"kind": "pool"}}, "no_codes_left"),
    ],
)
def test_what_the_series_refuses_is_told_and_nobody_is_refused_a_purchase(series: dict[str, Any], reason: str) -> None:
    shop, ada = shop_with(FIVE, fixed(5), **series)
    if "limits" in series:
        bought(shop, ada, "A-0")
    before = issued(shop)
    answer = shop.buy(member(ada), sale("A-1")).answer
    assert [(one.given, one.coupon_id, one.reason) for one in answer.effects] == [(False, None, reason)]
    assert ([one.amount for one in answer.earned], issued(shop)) == ([5], before)
    sound(shop, ada)


def test_more_than_a_member_can_have_are_not_given() -> None:
    shop, ada = shop_with(*[FIVE] * 10)
    for number in range(20):
        bought(shop, ada, f"A-{number}")
    assert {one.reason for one in bought(shop, ada, "A-20")} == {"too_many_coupons"}
    assert issued(shop) == 200


def test_one_of_a_series_that_has_become_everybodys_or_is_another_programs() -> None:
    shop, _ = shop_with()
    coupons.series(shop, "all", codes={"kind": "shared", "code": "HELLO"})
    with refused("code_is_shared", "effects.0.series"):
        shop.define(rule("wrong", effects=[{"kind": "issue_coupon", "series": "all"}]))
    with refused("unknown_coupon_series", "effects.1.series"):
        shop.define(rule("wrong", effects=[FIVE, {"kind": "issue_coupon", "series": "none"}]))
    with refused("credit_on_cart", "effects"):
        shop.define(rule("wrong", trigger={"on": "cart"}, effects=[FIVE]))


def test_its_days_count_from_what_brought_it_about_however_late_that_comes() -> None:
    shop, ada = shop_with(valid_days=10)
    [effect] = bought(shop, ada, "A-1", on="2026-06-10")
    [coupon] = theirs(shop, ada)
    assert (effect.given, coupon.issued_at < shop.clock.now()) == (True, True)
    assert [one.reason for one in bought(shop, ada, "A-2", on="2026-05-10")] == ["coupon_over"]
    assert issued(shop) == 1
    sound(shop, ada)


def test_all_of_an_order_takes_it_back_and_a_part_does_not() -> None:
    shop, ada = shop_with(limits={"issued": 1, "issued_per_member": 1})
    bought(shop, ada, "A-1", 10_00, 20_00)
    assert returned(shop).effects == ()
    whole = shop.bring_back(shop.order_id("A-1"), goods_back("R-2", 20_00, "book-2")).answer
    [coupon] = theirs(shop, ada)
    assert [(one.what, one.taken, one.coupon_id) for one in whole.effects] == [("five", True, coupon.coupon_id)]
    assert (coupon.state, issued(shop)) == ("cancelled", 0)
    sound(shop, ada)
    assert bought(shop, ada, "A-2")[0].given  # limits have got it back


@pytest.mark.parametrize("why", ["code_used", "code_cancelled", "code_expired"])
def test_one_that_is_used_or_over_stays_as_it_is_and_the_answer_says_so(why: str) -> None:
    shop, ada = shop_with(valid_days=5)
    bought(shop, ada)
    [coupon] = theirs(shop, ada)
    if why == "code_used":
        coupons.use(shop, coupon)
    elif why == "code_cancelled":
        cancel_coupon(shop.rt, shop.caller, fresh(), ada, coupon.coupon_id)
    else:
        shop.clock.move_to("2026-06-30")
    before = theirs(shop, ada), issued(shop)
    assert [(one.taken, one.reason) for one in returned(shop).effects] == [(False, why)]
    assert (theirs(shop, ada), issued(shop)) == before
    sound(shop, ada)


def test_in_a_group_the_coupon_is_the_members_and_their_own_account_tells_of_it() -> None:
    shop, ada = shop_with(FIVE, fixed(5))
    group_id = household(shop, ada)
    [effect] = bought(shop, ada)
    assert (effect.given, shop.balance(group_id), len(theirs(shop, ada))) == (True, 5, 1)
    sound(shop, ada, group_id)
    assert [one.taken for one in returned(shop).effects] == [True]
    assert (shop.balance(group_id), theirs(shop, ada)[0].state) == (0, "cancelled")
    sound(shop, ada, group_id)


def test_what_nobody_bought_gives_once_it_is_somebodys() -> None:
    shop, ada = shop_with()
    kept.keeping(shop)
    order_id = kept.kept(shop, sale("K-1", 10_00))
    assert issued(shop) == 0
    assert kept.assign(shop, order_id, ada).answer.effects[0].given
    returned(shop, "K-1")
    assert theirs(shop, ada)[0].state == "cancelled"
    sound(shop, ada)


def test_a_checkout_uses_one_and_gives_one_of_the_same_series() -> None:
    shop, ada = shop_with()
    bought(shop, ada, "A-0")
    [first] = theirs(shop, ada)
    checkout_id = tills.begun(shop, ada, 20_00, coupons=(first.code,))
    order = tills.paid(shop, checkout_id).answer.order
    assert order.effects[0].given
    assert sorted(one.state for one in theirs(shop, ada)) == ["active", "used"]
    sound(shop, ada)
    back = tills.called_off(shop, checkout_id).answer.returned
    assert back is not None
    assert back.effects[0].taken
    assert {one.coupon_id: one.state for one in theirs(shop, ada)}[first.coupon_id] == "active"
    assert issued(shop) == 1
    sound(shop, ada)


def test_of_two_programs_that_welcome_the_first_gives_and_the_other_says_so() -> None:
    shop, _ = shop_with(on="enrolled")
    create_program(shop.rt, shop.caller, fresh(), ProgramDefinition.model_validate(PROGRAM))
    other = CouponSeries.model_validate({"program_id": 2, "series_id": "other", "name": "Other"})
    define_coupon_series(shop.rt, shop.caller, fresh(), other)
    gives = rule("gives", trigger={"on": "enrolled"}, effects=[fixed(1), {"kind": "issue_coupon", "series": "other"}])
    define_rule(shop.rt, shop.caller, fresh(), 2, gives)
    bob, eve = shop.member("bob"), str(shop.buy(card("eve"), sale("E-1")).answer.member_id)
    for one in (bob, eve):
        assert len(theirs(shop, one)) == 1
        sound(shop, one)


def test_a_slice_that_is_short_is_no_refusal_while_another_has_some() -> None:
    """Limits in all lie in slices; whoever is short of theirs draws from others, also beside a profile."""
    shop, _ = shop_with(on="enrolled", limits={"issued": 40})
    shop.define(rule("bought", effects=[FIVE]))
    shop.define(rule("visit", trigger={"on": "check_in"}, effects=[FIVE]))
    members = [shop.member(f"{number}") for number in range(14)]
    for number, one in enumerate(members[:13]):
        happenings.record(shop, one, happenings.check_in())
        bought(shop, one, f"A-{number}")
    assert issued(shop) == 40
    assert [one.reason for one in bought(shop, members[0], "Z-1")] == ["series_used_up"]
    assert [one.reason for one in happenings.record(shop, members[0], happenings.check_in()).answer.effects] == [
        "series_used_up"
    ]
    assert theirs(shop, shop.member("late")) == []
