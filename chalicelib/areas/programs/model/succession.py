"""One definition of a program after another: what must stay as it is, because members hold it or have earned by it."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from chalicelib.areas.programs.model.policies import UnitPolicy
from chalicelib.areas.programs.model.program import Program, Unit
from chalicelib.errors import Refused
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS, Instant
from chalicelib.kit.periods import Day, date_of, local_day


def succeed(before: Program, after: Program) -> None:
    """Refuse a new definition that would break what members already hold: `unit_in_use`, `decimals_frozen`."""
    units = {unit.code: unit for unit in after.units}
    for unit in before.units:
        if unit.code not in units:
            raise Refused("unit_in_use", f"Unit {unit.code} cannot be removed: members may hold it.", param="units")
        if units[unit.code].decimals != unit.decimals:
            raise Refused("decimals_frozen", f"The decimals of unit {unit.code} cannot change.", param="units")


class Today(NamedTuple):
    """The day that it is where the program was, and where it is: of what a till says that runs fast, too."""

    before: Day
    after: Day

    @property
    def latest(self) -> Day:
        return max(self)


def today_of(before: Program, after: Program, now: Instant) -> Today:
    soon = now + FUTURE_TOLERANCE_MS
    return Today(local_day(soon, before.zone), local_day(soon, after.zone))


def rewritten(before: Program, after: Program, today: Today) -> frozenset[str]:
    """The units with other policies in force until today than they had, or of which a policy has begun in one zone only: codes."""
    known = {unit.code: unit.policies_begun(today.latest) for unit in before.units}
    return frozenset(
        unit.code
        for unit in after.units
        if unit.code in known and (unit.policies_begun(today.latest) != known[unit.code] or _between(unit, today))
    )


def must_keep_policies(before: Program, after: Program, used: Set[str], today: Today) -> None:
    """Refuse `policy_in_force` where a unit that is in use would go by another policy than it went by until today."""
    known = {unit.code: unit for unit in before.units}
    for place, unit in enumerate(after.units):
        if unit.code in used and unit.code in known:
            _must_keep(known[unit.code], unit, place, today.latest)
            _must_keep_zone(before.zone, after.zone, unit, today)


def _between(unit: Unit, today: Today) -> tuple[UnitPolicy, ...]:
    """The policies that have begun in one of two zones, and not in the other."""
    return unit.policies_begun(today.latest)[len(unit.policies_begun(min(today))) :]


def _must_keep_zone(before: str, after: str, unit: Unit, today: Today) -> None:
    """A day turned back would let a policy be rewritten by which something was given; one turned forth would have what was
    given today go by tomorrow's."""
    for policy in _between(unit, today)[:1]:
        ahead, behind = (before, after) if today.before > today.after else (after, before)
        text = (
            f"Unit {unit.code} is in use: its policy from {policy.effective_from} has begun in {ahead} and not yet in "
            f"{behind}. Change the zone once it has begun in both."
        )
        raise Refused("policy_in_force", text, param="zone")


def _must_keep(before: Unit, after: Unit, place: int, today: Day) -> None:
    kept, said = before.policies_begun(today), after.policies_begun(today)
    later = f"effective_from {date_of(today + 1)} or later"
    for number, policy in enumerate(kept):
        if number >= len(said) or said[number] != policy:
            since = f"since {policy.effective_from}" if policy.effective_from else "from the beginning"
            text = (
                f"Unit {after.code} is in use: its policy in force {since} can be neither changed nor left out. Leave it as "
                f"it is, and add one with {later}."
            )
            raise Refused("policy_in_force", text, param=f"units.{place}.policies.{number}")
    if len(said) > len(kept):
        text = (
            f"Unit {after.code} is in use: a new policy begins with {later}, for what is given until today goes by the one "
            "in force."
        )
        raise Refused("policy_in_force", text, param=f"units.{place}.policies.{len(kept)}")
