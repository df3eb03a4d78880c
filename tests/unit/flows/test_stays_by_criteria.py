"""Stays by criteria in scheduled and rolling segments: who comes again, by what they are renewed, and what becomes of them when a
segment has another type."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.read_segment import list_segments_of_member, read_segment
from chalicelib.flows.record_event import Event
from chalicelib.flows.update_member import update_member
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.clock import Instant
from tests.twins import fresh, referred
from tests.twins.bookshop import fixed, member, rule, sale
from tests.twins.happenings import record
from tests.twins.judged import DAY_MS, JudgedShop, judged, nights_pass, when
from tests.twins.segmented import ROLLING, SCHEDULED, add, define

BOUGHT = {"ask": "account.orders", "at_least": 1}
LETTER = {"ask": "member.newsletter", "is": True}


@pytest.fixture
def at() -> JudgedShop:
    at = judged()
    at.shop.define(rule())
    return at


def update(at: JudgedShop, member_id: str, **fields: object) -> None:
    update_member(at.shop.rt, at.shop.caller, fresh(), member_id, MemberUpdate.model_validate(fields))
    at.tell()


def buy(at: JudgedShop, member_id: str, number: str) -> None:
    document = sale(number).model_copy(update={"purchased_at": at.shop.clock.at})
    at.shop.buy(member(member_id), document)
    at.tell()


def nights(at: JudgedShop, number: int) -> None:
    for _ in range(number):
        nights_pass(at.shop)
        at.tell()


def ends(at: JudgedShop, member_id: str) -> dict[str, Instant | None]:
    at.tell()
    return {one.segment_id: one.leaves_at for one in list_segments_of_member(at.shop.rt, at.shop.caller, member_id)}


def holds_together(at: JudgedShop, *members: str) -> None:
    assert [
        one for part in verify_members(at.shop.rt, at.shop.caller.tenant, members) for one in part.differences
    ] == []


@pytest.mark.parametrize("shape", [SCHEDULED, ROLLING])
def test_a_stay_that_is_over_does_not_begin_again_because_somebody_looks(at: JudgedShop, shape: dict[str, Any]) -> None:
    define(at.shop, "buys", **when(BOUGHT), **shape)
    define(at.shop, "birthday", **when({"ask": "member.days_to_birthday", "at_most": 3}))
    ada = at.shop.enrol("1", birth_date=date(1990, 7, 5)).answer.member_id
    buy(at, ada, "A")
    assert list(ends(at, ada)) == ["buys"]
    nights(at, 12)
    assert ends(at, ada) == {}
    define(at.shop, "other", **when({"ask": "member.days_enrolled", "at_least": 0}))
    assert list(ends(at, ada)) == ["other"]
    update(at, ada, given_name="Ada")
    assert list(ends(at, ada)) == ["other"]
    nights(at, 7)
    assert list(ends(at, ada)) == ["birthday", "other"]
    holds_together(at, ada)


@pytest.mark.parametrize("shape", [SCHEDULED, ROLLING])
def test_it_begins_again_by_what_they_do_and_by_other_criteria(at: JudgedShop, shape: dict[str, Any]) -> None:
    define(at.shop, "buys", **when(BOUGHT), **shape)
    ada, bob = at.shop.member("1"), at.shop.member("2")
    for number, one in enumerate((ada, bob)):
        buy(at, one, f"A{number}")
    nights(at, 12)
    buy(at, ada, "B")
    assert (list(ends(at, ada)), ends(at, bob)) == (["buys"], {})
    define(at.shop, "buys", **when(BOUGHT), **shape, description="Readers")
    assert ends(at, bob) == {}
    define(at.shop, "buys", **when(BOUGHT), **(shape | {"horizon_days": 20}))
    assert ends(at, bob) == {}
    define(at.shop, "buys", **when({"ask": "account.spend", "at_least": "1"}), **shape)
    assert list(ends(at, bob)) == ["buys"]
    holds_together(at, ada, bob)


def test_it_begins_again_when_the_criteria_were_not_met_meanwhile(at: JudgedShop) -> None:
    define(at.shop, "letter", **when(LETTER), **SCHEDULED)
    ada = at.shop.member("1")
    update(at, ada, newsletter=True)
    assert list(ends(at, ada)) == ["letter"]
    nights(at, 12)
    update(at, ada, given_name="Ada")
    assert ends(at, ada) == {}
    update(at, ada, newsletter=False)
    update(at, ada, newsletter=True)
    assert list(ends(at, ada)) == ["letter"]
    update(at, ada, newsletter=False)  # they stay until it is over, and then do not meet them
    nights(at, 12)
    update(at, ada, newsletter=True)
    assert list(ends(at, ada)) == ["letter"]
    holds_together(at, ada)


def test_a_birthday_brings_in_every_year(at: JudgedShop) -> None:
    define(at.shop, "birthday", **when({"ask": "member.days_to_birthday", "at_most": 3}), **SCHEDULED)
    ada = at.shop.enrol("1", birth_date=date(1990, 6, 20)).answer.member_id
    seen = []
    for _ in range(2 * 366):
        nights(at, 1)
        seen.append("birthday" in ends(at, ada))
    began = [number for number, (before, now) in enumerate(pairwise(seen)) if now and not before]
    assert began == [1, 366]
    holds_together(at, ada)


def test_a_stay_is_renewed_by_what_they_do_themselves_and_their_segment_asks_about(at: JudgedShop) -> None:
    at.shop.define(rule("birthday", trigger={"on": "birthday"}, effects=[fixed(50)]))
    at.shop.define(referred.on("purchase", "referrer"))
    define(at.shop, "buys", **when(BOUGHT), **ROLLING)
    define(at.shop, "any", **when({"ask": "member.days_enrolled", "at_least": 0}), **ROLLING)
    ada = at.shop.enrol("1", birth_date=date(1990, 6, 20)).answer.member_id
    buy(at, ada, "A")
    begun = ends(at, ada)
    friend = referred.brought(at.shop, "2", referred.code_of(at.shop, ada))
    nights(at, 2)
    buy(at, friend, "B")
    nights(at, 4)
    assert at.shop.balance(ada) > 150
    assert ends(at, ada) == begun
    checks_in(at, ada)
    later = ends(at, ada)
    assert later["buys"] == begun["buys"]
    assert later["any"] == at.shop.clock.at + 10 * DAY_MS
    buy(at, ada, "C")
    assert ends(at, ada)["buys"] == at.shop.clock.at + 10 * DAY_MS
    holds_together(at, ada)


def test_another_type_gives_stays_its_end(at: JudgedShop) -> None:
    define(at.shop, "buys", **when(BOUGHT))
    ada, bob = at.shop.member("1"), at.shop.member("2")
    buy(at, ada, "A")
    assert ends(at, ada) == {"buys": None}
    nights(at, 3)
    define(at.shop, "buys", **when(BOUGHT), **ROLLING)
    at.tell()
    assert ends(at, ada) == {"buys": at.shop.clock.at + 10 * DAY_MS}
    define(at.shop, "buys", **when(BOUGHT))
    assert ends(at, ada) == {"buys": None}
    holds_together(at, ada)
    define(at.shop, "buys", **when(BOUGHT), **SCHEDULED)
    at.tell()
    nights(at, 12)
    assert (ends(at, ada), read_segment(at.shop.rt, at.shop.caller, "buys").members) == ({}, 0)
    define(at.shop, "buys", **when(BOUGHT))
    assert (ends(at, ada), ends(at, bob)) == ({"buys": None}, {})
    holds_together(at, ada, bob)


def test_who_came_by_hand_and_does_not_meet_them_leaves(at: JudgedShop) -> None:
    define(at.shop, "vip")
    ada, bob = at.shop.member("1"), at.shop.member("2")
    buy(at, ada, "A")
    add(at.shop, ada, bob)
    define(at.shop, "vip", **when(BOUGHT), **ROLLING)
    assert (list(ends(at, ada)), ends(at, bob)) == (["vip"], {})
    assert ends(at, ada)["vip"] == at.shop.clock.at + 10 * DAY_MS
    holds_together(at, ada, bob)


def checks_in(at: JudgedShop, member_id: str) -> None:
    record(at.shop, member_id, Event("check_in", at.shop.clock.at, place="Berlin Mitte"))
    at.tell()
