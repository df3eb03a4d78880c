"""What members do beside buying: recorded once, judged by the rules on it, told without naming anybody."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.rules.model import Rule
from chalicelib.errors import Conflict, NotFound
from chalicelib.flows.update_member import update_member
from chalicelib.kit.geo import Point, metres_between
from chalicelib.table.items import BodyAttribute
from chalicelib.table.keys import partition_query
from tests.twins import fresh
from tests.twins.bookshop import BookShop, card, dry, fixed, keyed, open_shop, refused, rule
from tests.twins.grouped import household
from tests.twins.happenings import (
    DECLARED,
    IN_THE_SQUARE,
    ON_CHECK_IN,
    ON_REVIEW,
    ON_SCAN,
    check_in,
    earned,
    near,
    record,
    review,
    scan,
)


def shop_with(*rules: Rule, **fields: Any) -> tuple[BookShop, str]:
    shop = open_shop(program=DECLARED, rules=rules, **fields)
    return shop, shop.member("ada")


def on_review(rule_id: str = "review", **fields: Any) -> Rule:
    return rule(rule_id, **ON_REVIEW | fields)


def test_a_review_earns_what_its_rule_says() -> None:
    shop, ada = shop_with(on_review())
    answer = record(shop, ada, review(stars=5)).answer
    assert [(one.rule_id, one.amount) for one in answer.earned] == [("review", 10)]
    assert answer.member_id == ada
    assert answer.account.balances == {"points": 10}
    assert shop.proof(ada).matches


def test_by_a_card_as_well() -> None:
    shop, ada = shop_with(on_review())
    assert record(shop, card("ada"), review()).answer.member_id == ada


def test_whoever_is_not_known_is_not_found() -> None:
    shop, _ = shop_with(on_review())
    with refused("member_not_found", "identifier", NotFound):
        record(shop, card("nobody"), review())


@pytest.mark.parametrize(
    ("asked", "sent", "gives"),
    [
        ({"ask": "event.stars", "at_least": 4}, {"stars": 4}, True),
        ({"ask": "event.stars", "at_least": 4}, {"stars": 3}, False),
        ({"ask": "event.stars", "at_least": 4}, {}, False),
        ({"ask": "event.book", "is": "Emma"}, {"book": "Emma"}, True),
        ({"ask": "event.read_on", "at_least": "2026-06-01"}, {"read_on": "2026-05-31"}, False),
        ({"ask": "event.read_on", "at_least": "2026-06-01"}, {"read_on": "2026-06-01"}, True),
        ({"ask": "event.hours", "above": "2.5"}, {"hours": "2.50"}, False),
        ({"ask": "event.hours", "above": "2.5"}, {"hours": "10"}, True),
        ({"ask": "event.spoilers", "is": False}, {"spoilers": False}, True),
        ({"ask": "event.spoilers", "is": False}, {"spoilers": True}, False),
        ({"ask": "time.weekday", "is": "mon"}, {}, True),
    ],
)
def test_conditions_ask_what_was_sent(asked: dict[str, Any], sent: dict[str, Any], gives: bool) -> None:
    shop, ada = shop_with(on_review(when=asked))
    assert earned(shop, ada, review(**sent)) == ({"review": 10} if gives else {})


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"pages": 3}, "unknown_property"),
        ({"stars": "5"}, "wrong_property_type"),
        ({"stars": True}, "wrong_property_type"),
        ({"stars": 10**12 + 1}, "wrong_property_type"),
        ({"book": 5}, "wrong_property_type"),
        ({"read_on": "2026-02-30"}, "wrong_property_type"),
        ({"hours": "1e3"}, "wrong_property_type"),
        ({"spoilers": 0}, "wrong_property_type"),
    ],
)
def test_what_is_not_declared_so_is_refused(sent: dict[str, Any], code: str) -> None:
    shop, ada = shop_with(on_review())
    with refused(code, f"properties.{next(iter(sent))}"):
        record(shop, ada, review(**sent))


def test_an_event_that_nobody_declares_is_refused_and_so_is_a_rule_on_it() -> None:
    shop, ada = shop_with()
    other = review().__class__("event", shop.clock.now(), "party")
    with refused("unknown_event", "name"):
        record(shop, ada, other)
    with refused("unknown_event", "trigger.name"):
        shop.define(rule("party", trigger={"on": "event", "name": "party"}, effects=[fixed(1)]))
    with refused("unknown_property", "when"):
        shop.define(on_review(when={"ask": "event.pages", "at_least": 1}))


def test_rules_on_something_else_are_not_judged() -> None:
    rules = (rule("order"), on_review(), rule("here", **ON_CHECK_IN), rule("poster", **ON_SCAN))
    shop, ada = shop_with(*rules)
    assert earned(shop, ada, review()) == {"review": 10}
    assert earned(shop, ada, check_in()) == {"here": 5}
    assert earned(shop, ada, scan()) == {"poster": 3}


def test_a_check_in_counts_at_the_places_that_the_rule_is_for() -> None:
    shop, ada = shop_with(rule("here", audience={"places": ["Berlin Mitte"]}, **ON_CHECK_IN))
    assert earned(shop, ada, check_in()) == {"here": 5}
    assert earned(shop, ada, check_in("Hamburg")) == {}


def test_a_code_that_no_rule_knows_is_refused_and_one_of_a_paused_rule_gives_nothing() -> None:
    shop, ada = shop_with(rule("poster", **ON_SCAN | {"state": "paused"}))
    assert earned(shop, ada, scan()) == {}
    with refused("unknown_event_code", "code"):
        record(shop, ada, scan("POSTER-8"))


def test_whoever_is_near_enough_earns_and_where_they_were_is_kept_nowhere() -> None:
    farther = {"when": {"ask": "here.distance", "above": 100}}
    shop, ada = shop_with(rule("square", **IN_THE_SQUARE), rule("around", **IN_THE_SQUARE | farther))
    assert earned(shop, ada, near("52.5219", "13.4133")) == {"square": 2}
    assert earned(shop, ada, near("52.5239", "13.4132")) == {"square": 2, "around": 2}
    assert earned(shop, ada, near("52.6219", "13.4132")) == {}
    told = shop.rt.table.query(partition_query(shop.caller.tenant, ada)).items
    bodies = [str(BodyAttribute().deserialize(one["B"])) for item in told for one in item.values() if "B" in one]
    assert len(bodies) > 4
    assert "near" in str(bodies)
    assert "52." not in str(bodies)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (Point(52.5219, 13.4132), Point(52.5219, 13.4132), 0),
        (Point(0, 0), Point(0, 1), 111_195),
        (Point(0, 179.5), Point(0, -179.5), 111_195),
        (Point(90, 0), Point(-90, 77), 20_015_115),
        (Point(52.52, 13.405), Point(48.8566, 2.3522), 877_464),
    ],
)
def test_a_distance_is_along_the_great_circle(one: Point, other: Point, metres: int) -> None:
    assert abs(metres_between(one, other) - metres) <= 1
    assert metres_between(one, other) == metres_between(other, one)


def test_its_own_id_refuses_a_repeat_also_of_another_request() -> None:
    shop, ada = shop_with(on_review())
    first = record(shop, ada, review(own_id="r-1", stars=5), keyed("one"))
    again = record(shop, ada, review(own_id="r-1", stars=5), keyed("two"))
    assert (again.answer, again.replayed) == (first.answer, True)
    assert shop.balance(ada) == 10
    with refused("event_id_taken", "event_id", Conflict):
        record(shop, ada, review(own_id="r-1", stars=4))
    assert earned(shop, ada, review(own_id="r-2", stars=4)) == {"review": 10}


def test_a_late_one_earns_by_its_own_day() -> None:
    shop, ada = shop_with(on_review(window={"from_day": "2026-06-01", "until_day": "2026-06-10"}))
    assert earned(shop, ada, review(on="2026-06-09")) == {"review": 10}
    assert earned(shop, ada, review(on="2026-06-12")) == {}
    with refused("future_event", "occurred_at"):
        record(shop, ada, review(on="2026-06-16"))


def test_a_blocked_member_earns_nothing() -> None:
    shop, ada = shop_with(on_review())
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    with refused("member_blocked", "member_id"):
        record(shop, ada, review())


def test_whoever_is_in_a_group_earns_for_it() -> None:
    shop, ada = shop_with(on_review())
    group_id = household(shop, ada)
    answer = record(shop, ada, review()).answer
    assert (answer.group_id, answer.member_id) == (group_id, ada)
    assert shop.balance(group_id) == 10


def test_trying_answers_as_doing_and_writes_nothing() -> None:
    shop, ada = shop_with(on_review())
    tried = record(shop, ada, review(stars=1), dry())
    assert shop.statement(ada) == []
    assert record(shop, ada, review(stars=1)) == tried


def test_stop_and_groups_work_as_among_orders() -> None:
    shop, ada = shop_with(
        on_review("a", group="g", stop=True), on_review("b", group="g"), on_review("c"), on_review("d", priority=-1)
    )
    assert earned(shop, ada, review()) == {"d": 10, "a": 10}


@pytest.mark.parametrize(
    "wrong",
    [
        {"effects": [{"kind": "per_value", "unit": "points", "amount": 1, "per": "1.00"}]},
        {"effects": [{"kind": "percent_off", "percent": "10"}]},
        {"lines": {"skus": ["book"]}},
        {"when": {"ask": "order.value", "at_least": "1.00"}},
        {"when": {"lines": {"skus": ["book"]}}},
        {"when": {"ask": "here.distance", "at_most": 5}},
        {"trigger": {"on": "check_in"}, "when": {"ask": "event.stars", "is": 5}},
        {"trigger": {"on": "order"}, "when": {"ask": "event.stars", "is": 5}},
        {"trigger": {"on": "order"}, "when": {"ask": "here.place", "is": "Berlin"}},
        {"trigger": {"on": "near", "latitude": "91", "longitude": "0", "radius": 5}},
        {"trigger": {"on": "near", "latitude": "9", "longitude": "-180.5", "radius": 5}},
        {"trigger": {"on": "near", "latitude": "9", "longitude": "0", "radius": 0}},
        {"trigger": {"on": "scan", "code": ""}},
    ],
)
def test_a_rule_that_could_never_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        on_review(**wrong)
