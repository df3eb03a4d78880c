"""What a rule may ask: of the order, its lines, the moment, the member and their account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from chalicelib.areas.orders.model import Payment
from chalicelib.areas.rules.compile import compile_rules
from chalicelib.areas.rules.evaluate import evaluate
from chalicelib.areas.rules.model.subjects import SUBJECTS
from chalicelib.areas.rules.purchase import Context, Happened, Happening
from chalicelib.kit.geo import point_of
from chalicelib.kit.periods import CountPeriod, Day
from tests.unit.rules.shop import (
    NOBODY,
    TODAY,
    Reader,
    amounts,
    day,
    fixed,
    judge,
    kept,
    label,
    line,
    reasons,
    rule,
    sale,
)

ORDER = sale(
    line(1, 40_00, sku="atlas", category=("books", "maps"), brand="Meridian", quantity="2"),
    line(2, 10_00, sku="pen", category=("paper",), brand="Quill", quantity="0.5"),
    line(3, 5_00, sku="parcel", delivery=True),
    place="main-street",
    labels=(label("channel", "app"),),
    payments=(Payment(kind="card", amount=50_00), Payment(kind="voucher", amount=5_00)),
)
ANNA = Reader(
    group_id="grp_family",
    birth_date=date(1990, 3, 20),
    labels=(label("vip", "yes"),),
    fields={"size": 42, "weight": 7.5, "letter": True, "postcode": "04109", "since": "2020-05-01"},
)
HERE = replace(
    TODAY,
    member=ANNA,
    tier="gold",
    segments=frozenset({"readers", "regulars"}),
    balances={"points": 120},
    orders=3,
    spend=Fraction(120),
    last_order_on=TODAY.day - 61,
    first_order_on=TODAY.day - 300,
    happening=Happening({"book": "Emma"}, point_of("0", "0")),
)
ON_ORDER: dict[str, Any] = {"on": "order"}
ON: dict[str, dict[str, Any]] = {  # of what not every rule may ask
    "event.book": {"on": "event", "name": "review"},
    "here.place": {"on": "check_in"},
    "here.distance": {"on": "near", "latitude": "0.00035973", "longitude": "0", "radius": 50},
}


def holds(condition: Mapping[str, Any], context: Context = HERE) -> bool:
    """Asked in every place where a condition stands, it holds or not in all of them."""
    on = next((ON[name] for name in ON if name in repr(condition)), ON_ORDER)
    wrapped = [condition, {"all": [condition]}, {"any": [condition]}, {"not": {"not": condition}}]
    found = {gives(one, on, context) for one in wrapped}
    assert len(found) == 1
    assert on is not ON_ORDER or gives({"not": condition}, on, context) not in found
    return found.pop()


def gives(condition: Mapping[str, Any], on: Mapping[str, Any], context: Context) -> bool:
    asked = kept("rule", fixed(1), when=condition, trigger=on)
    return "rule" in amounts(evaluate(compile_rules([asked]), ORDER, context, (asked.trigger.occasion,)))


BY_SIZE = {  # the answer, something smaller, something larger
    "order.value": ("55.00", "54.99", "55.01"),
    "order.quantity": ("3.5", "3", 4),
    "order.lines": (3, 2, "3.5"),
    "time.day": ("2026-03-15", "2026-03-14", "2026-03-16"),
    "time.of_day": ("16:30", "16:29", "24:00"),
    "time.day_of_month": (15, 14, 16),
    "time.month": (3, 2, 4),
    "member.age": (35, 34, 36),
    "member.birth_day": ("1990-03-20", "1990-03-19", "1990-03-21"),
    "member.enrolled_on": ("2025-03-15", "2025-03-14", "2025-03-16"),
    "member.days_enrolled": (365, 364, 366),
    "member.years_enrolled": (1, 0, 2),
    "member.days_to_birthday": (5, 4, 6),
    "member.days_to_anniversary": (0, -1, 1),
    "account.orders": (3, 2, 4),
    "account.days_since_last_order": (61, 60, 62),
    "account.days_since_first_order": (300, 299, 301),
    "account.spend": ("120.00", "119.99", "120.01"),
    "account.average_order": (40, "39.99", "40.01"),
    "here.distance": (40, 39, "40.5"),
    "balance.points": (120, 119, 121),
    "field.size": (42, "41.5", "42.5"),
    "field.weight": ("7.5", 7, 8),
    "field.since": ("2020-05-01", "2020-04-30", "2020-05-02"),
}


@pytest.mark.parametrize("subject", BY_SIZE)
def test_what_has_a_size_is_compared_by_it(subject: str) -> None:
    same, less, more = BY_SIZE[subject]
    for comparison, value, expected in [
        ("is", same, True),
        ("is", less, False),
        ("is_not", same, False),
        ("is_not", more, True),
        ("one_of", [less, same], True),
        ("one_of", [less, more], False),
        ("none_of", [less, same], False),
        ("none_of", [less, more], True),
        ("at_least", same, True),
        ("at_least", less, True),
        ("at_least", more, False),
        ("at_most", same, True),
        ("at_most", more, True),
        ("at_most", less, False),
        ("above", less, True),
        ("above", same, False),
        ("below", more, True),
        ("below", same, False),
    ]:
        assert holds({"ask": subject, comparison: value}) is expected, (comparison, value)
    assert holds({"ask": subject, "at_least": less, "below": more})
    assert not holds({"ask": subject, "at_least": less, "below": same})


BY_NAME = {
    "order.currency": ("EUR", "USD"),
    "order.place": ("main-street", "airport"),
    "order.payments": ("voucher", "cash"),
    "order.skus": ("pen", "globe"),
    "order.categories": ("maps", "toys"),
    "order.brands": ("Quill", "Nobody"),
    "order.first": (False, True),
    "time.weekday": ("sun", "mon"),
    "member.id": ("mem_0000000anna", "mem_0000000bea0"),
    "member.locale": ("de", "en"),
    "member.group": (True, False),
    "member.newsletter": (True, False),
    "member.segments": ("readers", "sleepers"),
    "account.tier": ("gold", "silver"),
    "here.place": ("main-street", "airport"),
    "event.book": ("Emma", "Persuasion"),
    "field.letter": (True, False),
    "field.postcode": ("04109", "04110"),
}


@pytest.mark.parametrize("subject", BY_NAME)
def test_what_has_a_name_is_compared_by_it(subject: str) -> None:
    same, other = BY_NAME[subject]
    for comparison, value, expected in [
        ("is", same, True),
        ("is", other, False),
        ("is_not", same, False),
        ("is_not", other, True),
        ("one_of", [other, same], True),
        ("one_of", [other], False),
        ("none_of", [other, same], False),
        ("none_of", [other], True),
    ]:
        assert holds({"ask": subject, comparison: value}) is expected, (comparison, value)


def test_every_subject_is_tried() -> None:
    assert {name for name in BY_SIZE | BY_NAME if not name.startswith(("balance.", "event.", "field."))} == set(
        SUBJECTS
    )


ANSWERED_FOR_NOBODY = {name for name in SUBJECTS if name.startswith(("order.", "time.", "here.place"))} - {
    "order.first"
}


@pytest.mark.parametrize("subject", sorted(set(BY_SIZE) | set(BY_NAME)))
def test_what_has_no_answer_passes_no_question(subject: str) -> None:
    value = (BY_SIZE.get(subject) or BY_NAME[subject])[0]
    asks_both_ways = {"any": [{"ask": subject, "is": value}, {"ask": subject, "is_not": value}]}
    assert holds(asks_both_ways)
    assert holds(asks_both_ways, NOBODY) is (subject in ANSWERED_FOR_NOBODY)


@pytest.mark.parametrize("subject", ["member.age", "member.birth_day", "member.days_to_birthday", "field.colour"])
def test_a_member_may_not_have_said_it(subject: str) -> None:
    value = "red" if subject == "field.colour" else BY_SIZE[subject][0]
    asks_both_ways = {"any": [{"ask": subject, "is": value}, {"ask": subject, "is_not": value}]}
    assert not holds(asks_both_ways, replace(HERE, member=Reader()))


def test_a_unit_that_a_member_never_had_is_at_nothing() -> None:
    assert holds({"ask": "balance.stamps", "is": 0})


@pytest.mark.parametrize(
    ("subject", "other"),
    [
        ("field.letter", {"is": 1}),
        ("field.size", {"is": "forty-two"}),
        ("field.size", {"above": "a"}),
        ("field.since", {"above": 1}),
        ("field.letter", {"above": 0}),
        ("field.postcode", {"is": 4109}),
    ],
)
def test_fields_of_another_type_are_not_alike(subject: str, other: dict[str, Any]) -> None:
    assert not holds({"ask": subject} | other)


def test_true_and_one_are_two_things() -> None:
    one = replace(HERE, member=Reader(fields={"flag": 1}))
    assert not holds({"ask": "field.flag", "is": True}, one)
    assert holds({"ask": "field.flag", "is_not": True}, one)
    assert holds({"ask": "field.flag", "is": "1.0"}, one)


@pytest.mark.parametrize(
    ("born", "today", "days", "age"),
    [
        (date(1990, 3, 15), "2026-03-15", 0, 36),
        (date(1990, 3, 14), "2026-03-15", 364, 36),
        (date(1990, 3, 16), "2026-03-15", 1, 35),
        (date(1992, 2, 29), "2026-02-28", 0, 34),
        (date(1992, 2, 29), "2026-03-01", 364, 34),
        (date(1992, 2, 29), "2028-02-28", 1, 35),
        (date(1992, 2, 29), "2028-02-29", 0, 36),
        (date(2000, 1, 1), "2026-12-31", 1, 26),
    ],
)
def test_birthdays(born: date, today: str, days: int, age: int) -> None:
    then = replace(HERE, member=Reader(birth_date=born), day=day(today))
    assert holds({"ask": "member.days_to_birthday", "is": days}, then)
    assert holds({"ask": "member.age", "is": age}, then)


@pytest.mark.parametrize(
    ("since", "today", "years"),
    [("2025-03-15", "2026-03-14", 0), ("2024-02-29", "2027-02-28", 3), ("2024-02-29", "2028-02-28", 3)],
)
def test_years_of_a_member(since: str, today: str, years: int) -> None:
    then = replace(HERE, enrolled_on=day(since), day=day(today))
    assert holds({"ask": "member.years_enrolled", "is": years}, then)


def test_every_weekday_comes_once_in_a_week() -> None:
    for at, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun")):
        assert holds({"ask": "time.weekday", "is": name}, replace(HERE, day=day("2026-03-09") + at))


def test_happy_hour_ends_when_it_ends() -> None:
    happy = {"ask": "time.of_day", "at_least": "16:00", "below": "18:00"}
    for minute, expected in [(959, False), (960, True), (1079, True), (1080, False)]:
        assert holds(happy, replace(HERE, minute=minute)) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"labels_of": "order", "one_of": [{"key": "channel"}]}, True),
        ({"labels_of": "order", "one_of": [{"key": "channel", "value": "web"}]}, False),
        ({"labels_of": "order", "one_of": [{"key": "x"}, {"key": "channel", "value": "app"}]}, True),
        ({"labels_of": "order", "one_of": [{"key": "vip"}]}, False),
        ({"labels_of": "member", "one_of": [{"key": "vip", "value": "yes"}]}, True),
        ({"labels_of": "member", "one_of": [{"key": "channel"}]}, False),
    ],
)
def test_labels_of_the_order_and_of_the_member(asked: dict[str, Any], expected: bool) -> None:
    assert holds(asked) is expected
    if asked["labels_of"] == "member":
        assert not holds(asked, NOBODY)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"lines": {"skus": ["pen"]}}, True),
        ({"lines": {"skus": ["globe"]}}, False),
        ({"lines": {"skus": ["globe"]}, "of": "all"}, False),
        ({"lines": {"skus": ["atlas", "pen"]}, "of": "all"}, False),
        ({"lines": {"skus": ["atlas", "pen", "parcel"]}, "of": "all"}, True),
        ({"lines": {}, "of": "all"}, True),
        ({"lines": {"categories": ["books", "paper"]}, "of": "value", "at_least": "50.00"}, True),
        ({"lines": {"categories": ["books", "paper"]}, "of": "value", "at_least": "50.01"}, False),
        ({"lines": {"categories": ["books", "paper"]}, "of": "value", "at_most": "49.99"}, False),
        ({"lines": {"skus": ["globe"]}, "of": "value", "at_most": "0"}, True),
        ({"lines": {"exclude_delivery": True}, "of": "quantity", "at_least": "2.5", "at_most": "2.5"}, True),
        ({"lines": {"exclude_delivery": True}, "of": "quantity", "at_least": "2.6"}, False),
        ({"lines": {"skus": ["globe"]}, "of": "quantity", "at_least": "1"}, False),
    ],
)
def test_questions_about_lines(asked: dict[str, Any], expected: bool) -> None:
    assert holds(asked) is expected


def test_the_size_of_lines_has_the_currencys_own_decimals() -> None:
    twenty = {"lines": {}, "of": "value", "at_least": "20"}
    for order, earns in [(sale(20, currency="JPY"), True), (sale(19_999, currency="KWD"), False)]:
        assert bool(judge(order, rule(when=twenty)).credits) is earns


@dataclass
class SixOrders:
    """One a period: in this month, in this quarter, …"""

    def orders_in(self, per: CountPeriod, day: Day) -> int:
        assert day == HERE.day
        return {"month": 1, "3_months": 2, "6_months": 3, "year": 4, "ever": 6}[per]

    def uses_in(self, rule_id: str, per: CountPeriod, day: Day) -> int:
        return 0

    def given_in(self, rule_id: str, unit: str, per: CountPeriod, day: Day) -> int:
        return 0

    def can_count(self, rule_id: str, day: Day) -> bool:
        return True

    def past_in(self, name: str, first: Day, last: Day) -> Happened:
        return Happened()

    def past_days(self, name: str) -> tuple[Day, ...]:
        return ()


def test_times_of_orders() -> None:
    known = replace(HERE, history=SixOrders())
    for per, times in (("month", 1), ("3_months", 2), ("6_months", 3), ("year", 4), ("ever", 6)):
        asked = {"times": "orders", "per": per}
        assert holds(asked | {"at_least": times}, known)
        assert not holds(asked | {"at_least": times + 1}, known)
        assert holds(asked | {"at_most": times}, known)
        assert not holds(asked | {"at_most": times - 1}, known)
        assert holds(asked | {"at_least": times, "at_most": times}, known)
        assert not holds(asked | {"at_least": 1}, HERE)  # nothing has happened before
        assert holds(asked | {"at_most": 0}, HERE)
        assert not holds(asked | {"at_most": 0}, NOBODY)


TRUE, FALSE = {"ask": "order.lines", "is": 3}, {"ask": "order.lines", "is": 4}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": [TRUE, TRUE]}, True),
        ({"all": [TRUE, FALSE]}, False),
        ({"any": [FALSE, TRUE]}, True),
        ({"any": [FALSE, FALSE]}, False),
        ({"not": {"all": [TRUE, FALSE]}}, True),
        ({"all": [{"any": [FALSE, TRUE]}, {"not": FALSE}]}, True),
        ({"any": [{"all": [TRUE, FALSE]}, {"not": TRUE}]}, False),
    ],
)
def test_all_any_not(condition: dict[str, Any], expected: bool) -> None:
    assert holds(condition) is expected


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"all": [TRUE, FALSE, FALSE]}, "It must hold that order.lines is 4."),
        (
            {"any": [FALSE, {"all": [FALSE, FALSE]}]},
            "It must hold that order.lines is 4 or (order.lines is 4 and order.lines is 4).",
        ),
        ({"not": TRUE}, "It must hold that not (order.lines is 3)."),
        (
            {"ask": "order.skus", "one_of": list("abcdefg"), "none_of": ["pen"]},
            "It must hold that order.skus is one of a, b, c, d, e and 2 more and order.skus is none of pen.",
        ),
        ({"lines": {"skus": ["globe"]}}, "It must hold that there is a line that the rule asks for."),
        (
            {"lines": {"skus": ["pen"]}, "of": "all"},
            "It must hold that every line is one that the rule asks for.",
        ),
        (
            {"lines": {}, "of": "quantity", "at_least": "9", "at_most": "10"},
            "It must hold that the quantity of the lines that the rule asks for is at least 9 and is at most 10.",
        ),
        (
            {"times": "orders", "per": "3_months", "at_least": 2},
            "It must hold that the number of orders per 3 months is at least 2.",
        ),
        (
            {"times": "orders", "per": "ever", "at_least": 2},
            "It must hold that the number of orders ever is at least 2.",
        ),
    ],
)
def test_the_shop_reads_what_must_hold(when: dict[str, Any], sentence: str) -> None:
    outcome = judge(ORDER, kept("rule", when=when), context=HERE)
    assert reasons(outcome) == {"rule": "condition_not_met"}
    assert [one.sentence for one in outcome.skipped] == [sentence]
