"""Who is in a segment follows what is told of them: enrolled, updated, bought, in a group; and other criteria, for everybody."""

from __future__ import annotations

import pytest

from chalicelib.areas.jobs.operations import list_operations
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.read_segment import list_segments_of_member, read_segment
from chalicelib.flows.update_member import update_member
from tests.twins import fresh
from tests.twins.bookshop import member, rule, sale
from tests.twins.grouped import household
from tests.twins.judged import DAY_MS, ORDERS, JudgedShop, judged, when
from tests.twins.segmented import define

VIP = {"labels_of": "member", "one_of": [{"key": "vip"}]}


@pytest.fixture
def at() -> JudgedShop:
    at = judged()
    at.shop.define(rule())
    return at


def update(at: JudgedShop, member_id: str, **fields: object) -> None:
    update_member(at.shop.rt, at.shop.caller, fresh(), member_id, MemberUpdate.model_validate(fields))


def test_what_happens_to_a_member_is_followed(at: JudgedShop) -> None:
    define(at.shop, "vip", **when(VIP))
    define(at.shop, "buys", **when(ORDERS))
    define(at.shop, "all", **when({"ask": "member.days_enrolled", "at_least": 0}))
    ada = at.shop.member("1")
    assert at.segments(ada) == ["all"]
    update(at, ada, labels=[{"key": "vip", "value": ""}])
    assert at.segments(ada) == ["all", "vip"]
    at.shop.buy(member(ada), sale("A"))
    at.shop.buy(member(ada), sale("B"))
    assert at.segments(ada) == ["all", "buys", "vip"]
    update(at, ada, labels=[])
    assert at.segments(ada) == ["all", "buys"]


def test_other_criteria_are_judged_of_everybody_and_a_new_name_of_nobody(at: JudgedShop) -> None:
    some = [at.shop.member(str(number)) for number in range(3)]
    at.tell()
    define(at.shop, "all", **when({"ask": "member.days_enrolled", "at_least": 0}))
    at.tell()
    assert read_segment(at.shop.rt, at.shop.caller, "all").members == 3
    define(at.shop, "all", **when({"ask": "member.days_enrolled", "at_least": 1}))
    at.tell()
    assert read_segment(at.shop.rt, at.shop.caller, "all").members == 0
    runs = len(list_operations(at.shop.rt, at.shop.caller, 100, None).items)
    define(at.shop, "all", **when({"ask": "member.days_enrolled", "at_least": 1}), description="Everybody")
    at.tell()
    assert (runs, len(list_operations(at.shop.rt, at.shop.caller, 100, None).items)) == (2, 2)
    assert [at.segments(one) for one in some] == [[], [], []]


def test_members_of_a_group_have_what_their_group_has(at: JudgedShop) -> None:
    define(at.shop, "buys", **when(ORDERS))
    ada, bea = at.shop.member("1"), at.shop.member("2")
    household(at.shop, ada, bea)
    at.tell()
    for number in "AB":
        at.shop.buy(member(ada), sale(number))
    assert (at.segments(ada), at.segments(bea)) == (["buys"], ["buys"])


def test_a_scheduled_stay_ends_with_its_time_and_a_rolling_one_is_renewed_by_what_they_do(at: JudgedShop) -> None:
    define(at.shop, "fixed", **when(ORDERS), type="scheduled", horizon_days=10)
    define(at.shop, "rolls", **when(ORDERS), type="rolling", horizon_days=10)
    ada = at.shop.member("1")
    for number, day in (("A", "15"), ("B", "15"), ("C", "20")):
        at.shop.clock.move_to(f"2026-06-{day}")
        at.shop.buy(member(ada), sale(number, on=f"2026-06-{day}"))
        at.tell()
    ends = {one.segment_id: one.leaves_at for one in list_segments_of_member(at.shop.rt, at.shop.caller, ada)}
    first, now = at.shop.clock.at - 5 * DAY_MS, at.shop.clock.at
    assert ends == {"fixed": first + 10 * DAY_MS, "rolls": now + 10 * DAY_MS}
    update(at, ada, given_name="Ada")
    at.tell()
    ends = {one.segment_id: one.leaves_at for one in list_segments_of_member(at.shop.rt, at.shop.caller, ada)}
    assert ends["rolls"] == now + 10 * DAY_MS
