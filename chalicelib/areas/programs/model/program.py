"""A tenant's settings and programs as values."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from chalicelib.areas.programs.model.events import MAX_EVENTS, EventType
from chalicelib.areas.programs.model.policies import Sliding, UnitPolicy
from chalicelib.areas.programs.model.referrals import ReferralPolicy
from chalicelib.errors import Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.periods import Day, day_of, minute_of, zone_exists
from chalicelib.kit.proofs import ProofKind
from chalicelib.kit.wire import PositiveAmount

MAX_FIELDS = 100

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
FieldType = Literal["text", "number", "boolean", "date"]
OF_FIELDS = "fields."
ProfilePart = Annotated[
    str,
    Field(
        pattern=r"^(given_name|family_name|birth_date|locale|newsletter|card|email|phone|external_id|fields\.[a-z][a-z0-9_-]{0,31})$"
    ),
]


def _of_a_day(text: str) -> str:
    minute = minute_of(text)
    if minute is None or minute == 24 * 60:
        raise ValueError('must be a time of day, such as "09:30"')
    return text


TimeOfDay = Annotated[str, AfterValidator(_of_a_day)]


class QuietHours(Frozen):
    """From when until when nobody is woken, on the clocks of the tenant's first program; over midnight where they end before they
    begin."""

    begins: TimeOfDay
    ends: TimeOfDay

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.begins == self.ends:
            raise ValueError("quiet hours end at another time than they begin")
        return self


class TenantSettings(Frozen):
    """`member_fields` declares the custom fields a member may carry, by name and type. `complete_profile`: what a profile
    must have to be complete; nothing said, none ever is. A field of one's own is named as `fields.size`.
    In `quiet_hours` no marketing is sent: it waits until they are over. The audit log keeps refusals for `refusals_kept_days`.
    With `audit_archive` what it has of each day is put into files as well."""

    name: Name
    member_fields: dict[Slug, FieldType] = Field(max_length=MAX_FIELDS, default_factory=dict)
    complete_profile: Annotated[tuple[ProfilePart, ...], Field(max_length=MAX_FIELDS)] = ()
    referrals: ReferralPolicy = ReferralPolicy()
    quiet_hours: QuietHours | None = None
    refusals_kept_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    audit_archive: bool = False

    @model_validator(mode="after")
    def _asks_for_what_is_declared(self) -> Self:
        own = (part.removeprefix(OF_FIELDS) for part in self.complete_profile if part.startswith(OF_FIELDS))
        if not self.member_fields.keys() >= set(own):
            raise ValueError("a field that makes a profile complete is one that member_fields declares")
        return self


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

    def sliding_on(self, day: Day) -> Sliding | None:
        """How what slides goes on to slide on a local day: as the last policy said by then that let anything slide. One
        that lets nothing more slide changes nothing of what was earned before it."""
        begun = [one.expiry for one in self.policies_begun(day) if isinstance(one.expiry, Sliding)]
        return begun[-1] if begun else None

    def policies_begun(self, day: Day) -> tuple[UnitPolicy, ...]:
        """Those in force by the end of a local day, or before it."""
        return tuple(one for one in self.policies if one.effective_from is None or day_of(one.effective_from) <= day)


class Rate(Frozen):
    """For every `take` of `unit` there are `give` of `into`, both in their smallest parts, rounded as the policy of `into`
    says. Less than `minimum` of `unit` at a time is not converted."""

    unit: Slug
    into: Slug
    take: PositiveAmount
    give: PositiveAmount
    minimum: PositiveAmount = 1


class ProofsAsked(Frozen):
    """What a member must show before their awards are redeemed, rewards taken, points spent: nothing, their PIN, or a one-time
    code."""

    awards: ProofKind = "none"
    rewards: ProofKind = "none"
    points: ProofKind = "none"


class ProgramDefinition(Frozen):
    """A program as a client sends it.

    `proofs`: what members must show before something is redeemed.
    `enrolment`: what an order does whose buyer is no member: with an unknown identifier, enrol a new member or be refused; or,
    also where nobody is named, be kept without one until it is assigned (`keep`).
    """

    name: Name
    zone: Annotated[str, Field(max_length=64)] = "UTC"
    enrolment: Literal["enrol", "refuse", "keep"] = "refuse"
    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=32)]
    rates: Annotated[tuple[Rate, ...], Field(max_length=100)] = ()
    events: Annotated[tuple[EventType, ...], Field(max_length=MAX_EVENTS)] = ()
    proofs: ProofsAsked = ProofsAsked()

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

    @model_validator(mode="after")
    def _event_names_differ(self) -> Self:
        if len({event.name for event in self.events}) != len(self.events):
            raise ValueError("every event of a program needs a name of its own")
        return self

    @model_validator(mode="after")
    def _rates_are_between_its_units(self) -> Self:
        codes = {unit.code for unit in self.units}
        pairs = [(rate.unit, rate.into) for rate in self.rates]
        if any(unit == into or unit not in codes or into not in codes for unit, into in pairs):
            raise ValueError("a rate leads from one unit of the program to another")
        if len(set(pairs)) != len(pairs):
            raise ValueError("there is one rate at most from a unit to another")
        return self


class Program(ProgramDefinition):
    program_id: Annotated[int, Field(ge=1, le=1_023)]

    def unit(self, code: str, param: str = "unit") -> Unit:
        for unit in self.units:
            if unit.code == code:
                return unit
        raise Refused("unknown_unit", f"This program has no unit {code[:64]}.", param=param)

    def event(self, name: str) -> EventType:
        for event in self.events:
            if event.name == name:
                return event
        raise Refused("unknown_event", f"This program has no event {name[:64]}.", param="name")

    def rate(self, unit: str, into: str) -> Rate:
        for rate in self.rates:
            if (rate.unit, rate.into) == (unit, into):
                return rate
        raise Refused("no_rate", f"This program does not convert {unit[:64]} into {into[:64]}.", param="into")
