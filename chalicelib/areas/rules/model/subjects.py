"""What a condition may ask about, and of what type the answer is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from chalicelib.kit.periods import Day

Kind = Literal["money", "number", "text", "texts", "day", "time", "flag"]

SUBJECTS: Mapping[str, Kind] = {
    # the purchase
    "order.value": "money",  # of all its lines, delivery included, before discounts
    "order.quantity": "number",
    "order.lines": "number",  # how many
    "order.currency": "text",
    "order.place": "text",
    "order.payments": "texts",  # their kinds
    "order.skus": "texts",
    "order.categories": "texts",  # at any level
    "order.brands": "texts",
    "order.first": "flag",  # the member's first purchase
    # the moment, on the program's own clock and calendar
    "time.day": "day",
    "time.of_day": "time",
    "time.weekday": "text",  # mon … sun
    "time.day_of_month": "number",
    "time.month": "number",
    # the member
    "member.id": "text",
    "member.locale": "text",
    "member.age": "number",  # in years
    "member.birth_day": "day",
    "member.enrolled_on": "day",
    "member.days_enrolled": "number",
    "member.years_enrolled": "number",  # whole ones: another with each anniversary
    "member.days_to_birthday": "number",  # 0 on the day, 364 on the day after
    "member.days_to_anniversary": "number",  # of their enrolment: of who was enrolled today, the next one
    "member.newsletter": "flag",  # whether they take it
    "member.group": "flag",  # whether they are in one
    "member.segments": "texts",  # that they are in
    # their account
    "account.tier": "text",
    "account.orders": "number",  # before this one
    "account.days_since_first_order": "number",  # by the day of purchase, while any counts; of who never bought there is no answer
    "account.days_since_last_order": "number",  # the same of the latest, also of one that came back
    "account.spend": "number",  # of all orders before, less what came back, in money; at face value where currencies differ
    "account.average_order": "number",  # that, by orders; of who has none there is no answer
    # where the member is
    "here.place": "text",
    "here.distance": "number",  # in metres from the point that the rule is about
}
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
OF_UNITS = "balance."  # `balance.points`: what is available, in the smallest part
OF_EVENT = "event."  # `event.stars`: a property of the event
OF_FIELDS = "field."  # `field.shoe_size`: a field of the member that the tenant declares


def weekday_of(day: Day) -> Weekday:
    return WEEKDAYS[(day + 3) % 7]  # 1970-01-01 was a Thursday


def kind_of(subject: str) -> Kind | Literal["any"] | None:
    """`any` for a field or a property, whose value says what it is; None for what nobody can ask about."""
    if subject.startswith(OF_UNITS) and len(subject) > len(OF_UNITS):
        return "number"
    if subject.startswith(OF_FIELDS) and len(subject) > len(OF_FIELDS):
        return "any"
    if subject.startswith(OF_EVENT) and len(subject) > len(OF_EVENT):
        return "any"
    return SUBJECTS.get(subject)
