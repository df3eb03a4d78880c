"""What segments cost: exactly, and the same however many there are of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib.areas.members import store as members
from chalicelib.flows.evaluate_cart import CartQuestion, evaluate_cart
from chalicelib.flows.follow_entry import Told, follow_entry
from chalicelib.flows.follow_stays import follow_stays
from chalicelib.flows.leave_due_segment import leave_due_segment
from chalicelib.flows.read_segment import list_segments_of_member, read_segment
from chalicelib.flows.settle_criteria import settle_criteria, settle_due_criteria
from chalicelib.kit.periods import local_day
from chalicelib.table.meter import Cost
from tests.twins import fresh, perked, segmented
from tests.twins.bookshop import goods_back, keyed, member, rule, sale
from tests.twins.judged import when
from tests.unit.budgets.priced import Till, till

JOINS = {"kind": "join_segment", "segment": "vip"}


def asked(cost: Cost) -> tuple[int, int, int]:
    """Requests, and units written to the table and to its indexes."""
    return cost.requests, cost.write_units, cost.index_units


def with_segment(**fields: Any) -> Till:
    at = till()
    segmented.define(at.shop, **fields)
    return at


def test_one_member_by_hand_is_two_requests() -> None:
    """Profile, entry, membership and a slice of the count."""
    at = with_segment()
    assert asked(at.price(partial(segmented.add, at.shop, at.ada))) == (2, 8, 2)
    assert asked(at.price(partial(segmented.add, at.shop, at.ada))) == (1, 0, 0)
    assert asked(at.price(partial(segmented.add, at.shop, at.ada, command=keyed("again")))) == (3, 2, 0)
    assert asked(at.price(partial(segmented.remove, at.shop, at.ada, command=keyed("k")))) == (2, 10, 2)


def test_a_hundred_members_are_eight_requests() -> None:
    """Of 25 each: profiles, entries and memberships, and the slices that they are counted in."""
    at = with_segment()
    many = [at.shop.member(str(number)) for number in range(100)]
    cost = at.price(partial(segmented.add, at.shop, *many))
    assert (cost.requests, cost.batch_get, cost.transact) == (8, 4, 4)
    assert 6 * 100 < cost.write_units <= (6 * 25 + 2 * 16) * 4


def test_who_has_to_leave_is_two_requests() -> None:
    at = with_segment(**segmented.SCHEDULED)
    segmented.add(at.shop, at.ada)
    at.shop.clock.move_to("2026-07-01")
    today = local_day(at.shop.clock.now(), "UTC")
    leave = partial(leave_due_segment, at.shop.rt, at.shop.caller, today, at.ada, "vip")
    assert asked(at.price(leave)) == (2, 8, 3)
    assert asked(at.price(leave)) == (1, 0, 0)


def test_a_rule_that_lets_a_buyer_join_costs_no_request_more() -> None:
    at = with_segment(**segmented.ROLLING)
    plain = asked(at.price(partial(at.shop.buy, member(at.ada), sale("A7"))))
    at.shop.define(rule("joins", effects=[JOINS]))
    joins = asked(at.price(partial(at.shop.buy, member(at.ada), sale("A8"))))
    assert (joins[0], joins[1] - plain[1], joins[2] - plain[2]) == (2, 4, 2)


def test_a_stay_that_goes_with_the_goods_costs_the_entry_that_tells_of_it() -> None:
    """And as much to write as to begin it."""
    at = with_segment()
    plain = at.shop.buy(member(at.ada), sale("A7")).answer.order_id
    at.shop.define(rule("joins", effects=[JOINS]))
    joins = at.shop.buy(member(at.ada), sale("A8")).answer.order_id
    before, after = (
        asked(at.price(partial(at.shop.bring_back, one, goods_back(f"R-{one}", 100_00)))) for one in (plain, joins)
    )
    assert (after[0] - before[0], after[1] - before[1], after[2] - before[2]) == (1, 4, 1)


def test_asking_for_segments_costs_nothing_however_many_there_are() -> None:
    at = with_segment()
    names = [f"s{number}" for number in range(40)]
    for name in names:
        segmented.define(at.shop, name)
        segmented.add(at.shop, at.ada, segment_id=name)
    for name in names:
        at.shop.define(rule(name, audience={"segments": [name]}))
    cart = CartQuestion(sale("C"), member(at.ada))
    evaluated = partial(evaluate_cart, at.shop.rt, at.shop.caller, fresh(), cart)
    assert asked(at.price(evaluated)) == (1, 0, 0)


def test_who_meets_no_other_criteria_than_before_is_one_request_however_many_segments_there_are() -> None:
    at = till()
    look = partial(settle_criteria, at.shop.rt, at.shop.caller, at.ada)
    for number in range(40):
        segmented.define(at.shop, f"s{number}", **when({"ask": "account.orders", "above": 1_000 + number}))
    assert asked(at.price(look)) == (1, 0, 0)


def test_who_comes_and_goes_by_criteria_is_two_requests() -> None:
    """Profile, entry, membership, a slice of the count; and a check that the account is as it was read."""
    at = with_segment(**when({"ask": "account.orders", "at_least": 0}))
    look = partial(settle_criteria, at.shop.rt, at.shop.caller, at.ada)
    assert asked(at.price(look)) == (2, 10, 2)
    assert asked(at.price(look)) == (1, 0, 0)
    segmented.define(at.shop, **when({"ask": "account.orders", "above": 1_000}))
    assert asked(at.price(look)) == (2, 10, 2)


def test_whose_stay_by_criteria_is_over_is_looked_at_and_that_is_kept() -> None:
    """As who leaves by criteria, and what says that it is over; that goes once they no longer meet them."""
    at = with_segment(**when({"ask": "account.orders", "at_least": 0}), **segmented.SCHEDULED)
    look = partial(settle_criteria, at.shop.rt, at.shop.caller, at.ada)
    assert asked(at.price(look)) == (2, 10, 3)
    at.shop.clock.move_to("2026-07-01")
    today = local_day(at.shop.clock.now(), "UTC")
    leave = partial(leave_due_segment, at.shop.rt, at.shop.caller, today, at.ada, "vip")
    assert asked(at.price(leave)) == (2, 12, 3)
    assert asked(at.price(leave)) == (1, 0, 0)
    assert asked(at.price(look)) == (1, 0, 0)
    segmented.define(at.shop, **when({"ask": "account.orders", "above": 1_000}), **segmented.SCHEDULED)
    assert asked(at.price(look)) == (2, 6, 0)
    assert asked(at.price(look)) == (1, 0, 0)


def test_whom_time_may_move_is_written_down_once_and_not_with_every_purchase() -> None:
    """The watch, and checks of profile and account."""
    at = with_segment(**when({"ask": "account.days_since_last_order", "at_least": 30}))
    look = partial(settle_criteria, at.shop.rt, at.shop.caller, at.ada)
    assert asked(at.price(look)) == (2, 6, 1)
    at.shop.clock.move_to("2026-06-20")
    at.shop.buy(member(at.ada), sale("L", on="2026-06-20"))
    assert asked(at.price(look)) == (1, 0, 0)
    at.shop.clock.move_to("2026-07-16")
    due = partial(settle_due_criteria, at.shop.rt, at.shop.caller, local_day(at.shop.clock.at, "UTC"), at.ada)
    assert asked(at.price(due)) == (2, 6, 2)
    assert asked(at.price(due)) == (1, 0, 0)


def test_an_entry_that_no_criteria_ask_for_is_no_request() -> None:
    at = with_segment()
    told = Told(f"M#{at.ada}", 1, 1, ("points.held",), 0, 0)
    follow = partial(follow_entry, at.shop.rt, at.shop.caller.tenant, told, "req-1")
    assert asked(at.price(partial(follow_entry, *follow.args))) == (0, 0, 0)
    segmented.define(at.shop, **when({"ask": "member.age", "above": 18}))
    at.price(follow)
    assert asked(at.price(follow)) == (0, 0, 0)


def test_a_perk_that_comes_with_a_stay_is_four_requests() -> None:
    """The entry, the stay and the snapshot; account, entry, award, a guard and a check that they are still in it."""
    at = till()
    perked.offer(at.shop, "lounge", perked.CLUB)
    segmented.define(at.shop, on_join=["lounge"])
    segmented.add(at.shop, at.ada)
    _, head = members.read(at.shop.rt.table, at.shop.caller.tenant, at.ada)
    told = Told(f"M#{at.ada}", 0, head.version, ("member.joined_segment",), 0, 0)
    follow = partial(follow_stays, at.shop.rt, at.shop.caller.tenant, told, "req-1")
    assert asked(at.price(follow)) == (4, 10, 1)


def test_a_perk_that_goes_with_a_stay_is_four_requests_however_many_segments_grant_it() -> None:
    """A check more of each other segment with it."""
    at = till()
    perked.offer(at.shop, "lounge", perked.CLUB)
    for number in range(5):
        segmented.define(at.shop, f"s{number}", on_join=["lounge"], on_leave=["lounge"])
    for deed, type_, cost in ((segmented.add, "joined", (4, 10, 1)), (segmented.remove, "left", (4, 18, 1))):
        deed(at.shop, at.ada, segment_id="s0")
        _, head = members.read(at.shop.rt.table, at.shop.caller.tenant, at.ada)
        told = Told(f"M#{at.ada}", 0, head.version, (f"member.{type_}_segment",), 0, 0)
        assert asked(at.price(partial(follow_stays, at.shop.rt, at.shop.caller.tenant, told, "req-1"))) == cost


def test_reads() -> None:
    at = with_segment()
    segmented.add(at.shop, at.ada)
    assert asked(at.price(partial(read_segment, at.shop.rt, at.shop.caller, "vip"))) == (2, 0, 0)
    assert asked(at.price(partial(list_segments_of_member, at.shop.rt, at.shop.caller, at.ada))) == (2, 0, 0)
