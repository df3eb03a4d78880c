"""Every consumer is down for a day, half of which its queue keeps for it and half of which has died there: it catches up late, with every
message twice and in any order, and all is as it would have been. And wherever it is killed on the way, the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random
from typing import Any, get_args

import pytest

from infra.alarms import consumed_queues
from infra.local.table_template import whole_template
from tests.twins.killing import Kills
from tests.unit.consumers.story import a_day, opened, seen, untold
from tests.unit.consumers.town import CONSUMERS, HOUR, Town, Who

ENDS = "2026-06-20T12:00:00Z"  # every stay of three days is over
KILLS = 4  # of a consumer, spread over what it writes


@cache
def morning() -> Town:
    return opened()


@cache
def undisturbed() -> dict[str, Any]:
    town = morning().copy()
    a_day(town)
    return ended(town)


def ended(town: Town) -> dict[str, Any]:
    town.until(ENDS)
    return seen(town)


@cache
def the_day_after(who: Who) -> Town:
    """It was down all day; what had come by noon is dead."""
    town = replace(morning().copy(), down=who)
    town.listening()

    def noon() -> None:
        if who != "relay":
            town.break_down(who)

    a_day(town, noon)
    if who != "relay":
        town.redrive(who)
    return replace(town, down=None)


def test_nothing_that_works_off_a_queue_is_left_out() -> None:
    assert set(get_args(Who)) == {*CONSUMERS, "relay"}
    assert consumed_queues(whole_template()) == sorted(f"{queue.title()}Queue" for queue in CONSUMERS)


@pytest.mark.parametrize("who", get_args(Who))
def test_one_that_was_down_for_a_day_catches_up(who: Who) -> None:
    town = replace(the_day_after(who).copy(), twice=Random(7))
    town.listening()
    assert seen(town) != undisturbed()
    assert different(ended(town), undisturbed()) == {}
    assert not untold(town)


@pytest.mark.parametrize("who", get_args(Who))
def test_one_that_is_killed_between_what_it_does_and_its_acknowledgement_is_no_matter(who: Who) -> None:
    """Behind some of all that it writes, sends or calls while it catches up; another gets the message after a while."""
    calm, kills = the_day_after(who).copy(), Kills()
    calm.follow(who, kills)
    caught_up = soon(calm)
    assert kills.writes > KILLS
    for number in range(0, kills.writes, -(-kills.writes // KILLS)):
        town = the_day_after(who).copy()
        town.follow(who, Kills(number, "after"))
        assert different(soon(town), caught_up) == {}, f"killed behind write {number} of {kills.writes}"


def soon(town: Town) -> dict[str, Any]:
    """What is sent with a delay has come, and every lease is over."""
    town.shop.clock.at += HOUR // 2
    town.follow()
    return seen(town)


def different(now: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {name: (value, expected[name]) for name, value in now.items() if value != expected[name]}
