"""Sixteen devices tell of what one member did: each visit counts once, and what happens once is paid once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.flows.update_member import update_member
from chalicelib.kit.periods import day_of
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven
from tests.twins import fresh, happenings, perked
from tests.twins.bookshop import TODAY, BookShop, fixed, rule

pytestmark = pytest.mark.engine


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def test_one_visit_told_by_all_of_them_is_one(shop: BookShop) -> None:
    ada = shop.member("1")
    shop.define(rule("here", **happenings.ON_CHECK_IN))
    visit = replace(happenings.check_in(), own_id="visit-1")
    answers = {one.answer.entry_id for one in done(at_once(lambda _: happenings.record(shop, ada, visit)))}
    assert (len(answers), shop.balance(ada)) == (1, 5)
    proven(shop, ada, 1)


def test_sixteen_visits_stamp_sixteen_times(shop: BookShop) -> None:
    ada = shop.member("1")
    perked.offer(shop, "card", perked.CARD | {"stamps": 40})
    effects = [{"kind": "stamps", "perk": "card", "amount": 1}]
    shop.define(rule("here", trigger={"on": "check_in"}, effects=effects))
    results = at_once(lambda _: happenings.record(shop, ada, happenings.check_in()))
    assert len(done(results)) == TILLS
    assert shop.balance(ada) == TILLS
    assert [one.award_id for one in list_awards(shop.rt, shop.caller, ada) if one.state == "active"] == ["card.1"]
    proven(shop, ada, TILLS)


def test_the_newsletter_is_paid_once_whoever_ticks_the_box(shop: BookShop) -> None:
    ada = shop.member("1")
    shop.define(rule("letter", trigger={"on": "newsletter"}, effects=[fixed(50)]))
    update = MemberUpdate(newsletter=True)
    assert len(done(at_once(lambda _: update_member(shop.rt, shop.caller, fresh(), ada, update)))) == TILLS
    assert shop.balance(ada) == 50
    proven(shop, ada, 1)


def test_a_birthday_is_given_something_once_however_many_jobs_come_while_she_says_when_it_is(shop: BookShop) -> None:
    ada = shop.enrol("1", birth_date=f"1990{TODAY[4:]}").answer.member_id
    shop.define(rule("cake", trigger={"on": "birthday"}, effects=[fixed(50)]))
    today = day_of(date.fromisoformat(TODAY))

    def act(number: int) -> Committed[Any]:
        if number % 4:
            return Committed(settle_occasions(shop.rt, shop.caller, today, ada))
        update = MemberUpdate(birth_date=date(1990 + number, *date.fromisoformat(TODAY).timetuple()[1:3]))
        return update_member(shop.rt, shop.caller, fresh(), ada, update)

    answers = [one.answer for one in done(at_once(act))]
    assert (len(answers), answers.count(True)) == (TILLS, 1)
    assert shop.balance(ada) == 50
    proven(shop, ada, 1)
