"""On which days a rule on schedule runs, and when on the program's clocks."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.schedule import Planned, coming, replanned
from chalicelib.kit.clock import rfc3339
from tests.twins import at

START = "2026-06-15T12:00:00Z"  # a Monday


def on(at: str = "10:00", **days: Any) -> Rule:
    window, state = days.pop("window", {}), days.pop("state", "active")
    effects = [{"kind": "fixed", "unit": "points", "amount": 1}]
    trigger = {"on": "schedule", "at": at} | days
    return Rule.model_validate(
        {"rule_id": "r", "name": "r", "trigger": trigger, "window": window, "state": state, "effects": effects}
    )


def occurrences(rule: Rule, count: int = 4, zone: str = "UTC", after: str = START) -> list[str]:
    found, since = list[str](), at(after)
    while len(found) < count and (next_at := coming(rule, zone, since)) is not None:
        found.append(rfc3339(next_at).removesuffix(":00Z"))
        since = next_at
    return found


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"day": "2026-06-20"}, ["2026-06-20"]),
        ({"day": "2026-06-15"}, []),
        ({"every_days": 1, "from_day": "2026-01-01"}, ["2026-06-16", "2026-06-17", "2026-06-18", "2026-06-19"]),
        ({"every_days": 10, "from_day": "2026-06-06"}, ["2026-06-16", "2026-06-26", "2026-07-06", "2026-07-16"]),
        ({"every_days": 30, "from_day": "2026-09-01"}, ["2026-09-01", "2026-10-01", "2026-10-31", "2026-11-30"]),
        ({"weekdays": ["mon"]}, ["2026-06-22", "2026-06-29", "2026-07-06", "2026-07-13"]),
        ({"weekdays": ["sun", "tue"]}, ["2026-06-16", "2026-06-21", "2026-06-23", "2026-06-28"]),
        ({"days_of_month": [1, 15]}, ["2026-07-01", "2026-07-15", "2026-08-01", "2026-08-15"]),
        ({"days_of_month": [31]}, ["2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"]),
        ({"days_of_month": [29, 30, 31]}, ["2026-06-29", "2026-06-30", "2026-07-29", "2026-07-30"]),
        (
            {"weekdays": ["mon"], "window": {"from_day": "2026-07-07", "until_day": "2026-07-20"}},
            ["2026-07-13", "2026-07-20"],
        ),
        ({"weekdays": ["mon"], "state": "draft"}, []),
    ],
)
def test_its_days(days: dict[str, Any], told: list[str]) -> None:
    assert occurrences(on(**days)) == [f"{day}T10:00" for day in told]


def test_february_has_its_last_day_for_all_that_are_later() -> None:
    assert occurrences(on(days_of_month=[30]), after="2027-01-31T00:00:00Z", count=2) == [
        "2027-02-28T10:00",
        "2027-03-30T10:00",
    ]


def test_the_time_is_that_of_the_program_s_clocks_in_summer_and_in_winter() -> None:
    sundays = on("02:30", weekdays=["sun"])
    assert occurrences(sundays, 3, "Europe/Berlin", "2026-03-20T00:00:00Z") == [
        "2026-03-22T01:30",
        "2026-03-29T01:30",  # clocks skip 02:30: half past three, there
        "2026-04-05T00:30",
    ]
    assert occurrences(sundays, 3, "Europe/Berlin", "2026-10-20T00:00:00Z") == [
        "2026-10-25T00:30",  # which is there twice: the first
        "2026-11-01T01:30",
        "2026-11-08T01:30",
    ]


def test_an_occurrence_of_today_is_still_to_come_until_its_time() -> None:
    assert occurrences(on("12:01", weekdays=["mon"]), 1) == ["2026-06-15T12:01"]
    assert occurrences(on("12:00", weekdays=["mon"]), 1) == ["2026-06-22T12:00"]


def test_what_is_planned_stays_while_the_rule_runs_as_before() -> None:
    now, mondays, overdue = at(START), on(weekdays=["mon"]), at("2026-06-08T10:00:00Z")
    planned = Planned(1, "r", overdue, "opr_1", 3)
    assert replanned(planned, mondays, mondays.model_copy(update={"name": "Another"}), "UTC", now) is None
    for other in (
        on(weekdays=["tue"]),
        on("11:00", weekdays=["mon"]),
        on(weekdays=["mon"], window={"from_day": "2026-06-01"}),
    ):
        anew = replanned(planned, mondays, other, "UTC", now)
        assert anew is not None
        assert (anew.next_at, anew.operation_id, anew.version) == (coming(other, "UTC", now), "opr_1", 4)
    off = replanned(planned, mondays, on(weekdays=["mon"], state="paused"), "UTC", now)
    assert off is not None
    assert off.next_at is None
    again = replanned(off, on(weekdays=["mon"], state="paused"), mondays, "UTC", now)
    assert again is not None
    assert again.next_at == at("2026-06-22T10:00:00Z")
