"""A tenant's settings and programs as values, and when what is earned expires."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from chalicelib.errors import Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, day_of, day_starts, local_day, month_end, year_end, zone_exists

MAX_FIELDS = 100

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
FieldType = Literal["text", "number", "boolean", "date"]


class TenantSettings(Frozen):
    """`member_fields` declares the custom fields a member may carry, by name and type."""

    name: Name
    member_fields: dict[Slug, FieldType] = Field(max_length=MAX_FIELDS, default_factory=dict)


class Never(Frozen):
    type: Literal["never"] = "never"


class AfterDays(Frozen):
    """The last usable day is `days` after the local day of earning."""

    type: Literal["days"]
    days: Annotated[int, Field(ge=0, le=36_500)]


class EndOfMonth(Frozen):
    """The last usable day is the last of the month that comes `months` after the month of earning."""

    type: Literal["end_of_month"]
    months: Annotated[int, Field(ge=0, le=1_200)]


class EndOfYear(Frozen):
    type: Literal["end_of_year"]
    years: Annotated[int, Field(ge=0, le=100)]


Expiry = Annotated[Never | AfterDays | EndOfMonth | EndOfYear, Field(discriminator="type")]


class UnitPolicy(Frozen):
    """How a unit behaves for purchases from local day `effective_from` on (None: from the beginning).

    `return_basis` says which value a return is measured against: the lines that earned, or the whole order.
    `return_policy` says what happens when too little is left to take back: `clip` takes what there is.
    """

    effective_from: date | None = None
    expiry: Expiry = Never()
    return_basis: Literal["own_lines", "order_value"] = "own_lines"
    return_policy: Literal["clip"] = "clip"


class Unit(Frozen):
    code: Slug
    name: Name
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    policies: Annotated[tuple[UnitPolicy, ...], Field(min_length=1, max_length=100)] = (UnitPolicy(),)

    @model_validator(mode="after")
    def _policies_follow_each_other(self) -> Self:
        starts = [policy.effective_from for policy in self.policies]
        later = [start for start in starts[1:] if start is not None]
        if starts[0] is not None or len(later) != len(starts) - 1 or sorted(set(later)) != later:
            raise ValueError(
                "policies are listed by effective_from, each later than the one before; the first has none"
            )
        return self

    def policy_on(self, day: Day) -> UnitPolicy:
        """The policy in force on a local day."""
        in_force = self.policies[0]
        for policy in self.policies[1:]:
            if policy.effective_from is not None and day_of(policy.effective_from) <= day:
                in_force = policy
        return in_force


class ProgramDefinition(Frozen):
    """A program as a client sends it.

    `enrolment`: what an order with an unknown identifier does: enrol a new member with it, or be refused.
    """

    name: Name
    zone: Annotated[str, Field(max_length=64)] = "UTC"
    enrolment: Literal["enrol", "refuse"] = "refuse"
    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=32)]

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        if not zone_exists(zone):
            raise ValueError("zone must be a name of the IANA time zone database, such as Europe/Berlin")
        return zone

    @model_validator(mode="after")
    def _unit_codes_differ(self) -> Self:
        if len({unit.code for unit in self.units}) != len(self.units):
            raise ValueError("every unit of a program needs a code of its own")
        return self


class Program(ProgramDefinition):
    program_id: Annotated[int, Field(ge=1, le=1_023)]

    def unit(self, code: str) -> Unit:
        for unit in self.units:
            if unit.code == code:
                return unit
        raise Refused("unknown_unit", f"This program has no unit {code[:64]}.", param="unit")


class Lifetime(Frozen):
    """How long something earned lasts: its last usable local day and the instant after it; None for ever."""

    expires_on: Day | None = None
    expires_at: Instant | None = None


def lifetime(program: Program, unit: Unit, earned_at: Instant) -> Lifetime:
    """Frozen when earned: the policy and the zone of that day decide, whatever changes later."""
    day = local_day(earned_at, program.zone)
    last = _last_usable_day(unit.policy_on(day).expiry, day)
    if last is None:
        return Lifetime()
    ends = day_starts(last + 1, program.zone)
    return Lifetime(expires_on=local_day(ends - 1, program.zone), expires_at=ends)  # a zone may skip its last day


def succeed(before: Program, after: Program) -> None:
    """Refuse a new definition that would break what members already hold."""
    units = {unit.code: unit for unit in after.units}
    for unit in before.units:
        if unit.code not in units:
            raise Refused("unit_in_use", f"Unit {unit.code} cannot be removed: members may hold it.", param="units")
        if units[unit.code].decimals != unit.decimals:
            raise Refused("decimals_frozen", f"The decimals of unit {unit.code} cannot change.", param="units")


def _last_usable_day(expiry: Never | AfterDays | EndOfMonth | EndOfYear, day: Day) -> Day | None:
    match expiry:
        case AfterDays(days=days):
            return day + days
        case EndOfMonth(months=months):
            return month_end(day, months)
        case EndOfYear(years=years):
            return year_end(day, years)
        case Never():
            return None
