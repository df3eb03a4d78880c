"""Sixteen devices tell of what one member did: each visit counts once, and what happens once is paid once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.update_member import update_member
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven
from tests.twins import fresh, happenings, perked
from tests.twins.bookshop import BookShop, fixed, rule

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
