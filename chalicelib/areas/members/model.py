"""A member as a value, identifiers in their one spelling, and what a change of a profile means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from chalicelib.areas.members.facts import (
    MemberBlocked,
    MemberJoinedGroup,
    MemberLeftGroup,
    MemberUnblocked,
    MemberUpdated,
)
from chalicelib.areas.members.occasions import Occasions, begun, born_anew, passed
from chalicelib.errors import InvalidInput, Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.labels import Labels
from chalicelib.kit.periods import Day, local_day
from chalicelib.kit.wire import Time

MAX_IDENTIFIERS = 10
MAX_IDENTIFIER = 256
OF_FIELDS = "fields."

IdentifierType = Literal["card", "email", "phone", "external_id"]
Status = Literal["active", "blocked"]
Milestone = Literal["profile_completed", "newsletter"]
PersonName = Annotated[str, Field(max_length=200)]
FieldValue = str | bool | int | float
Fields = Annotated[dict[str, FieldValue], Field(max_length=100)]
Locale = Annotated[str, Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", max_length=35)]

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE_PUNCTUATION = str.maketrans("", "", " -./()\u00a0")
_PHONE = re.compile(r"\+?[0-9]{5,15}", re.ASCII)
_SPELLED = re.compile(r"[^\x00-\x1f\x7f]{1,128}")


class Identifier(Frozen):
    type: IdentifierType
    value: Annotated[str, Field(min_length=1, max_length=MAX_IDENTIFIER)]

    def normalised(self, param: str = "identifiers") -> Identifier:
        """The one spelling under which it is kept and found. InvalidInput for what cannot be one, at `param`."""
        value = unicodedata.normalize("NFKC", self.value).strip()
        if self.type == "email":
            value, valid = value.casefold(), bool(_EMAIL.fullmatch(value))
        elif self.type == "phone":
            value = value.translate(_PHONE_PUNCTUATION)
            valid = bool(_PHONE.fullmatch(value))
        else:
            valid = bool(_SPELLED.fullmatch(value))
        if not valid or len(value) > MAX_IDENTIFIER:
            raise InvalidInput("invalid_identifier", f"This is not a valid {self.type}.", param=param)
        return Identifier(type=self.type, value=value)


Identifiers = Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MAX_IDENTIFIERS)]


class Enrolment(Frozen):
    """What a new member starts with: at least one identifier. `newsletter`: they have said that they want it."""

    identifiers: Identifiers
    given_name: PersonName = ""
    family_name: PersonName = ""
    birth_date: date | None = None
    locale: Locale = ""
    newsletter: bool = False
    labels: Labels = ()
    fields: Fields = Field(default_factory=dict)


class MemberUpdate(Frozen):
    """What is sent replaces what is kept, what is left out stays (whatever stands here for it); null erases a birth
    date and nothing else. `fields` are merged, null removes one."""

    identifiers: Identifiers = Field(default_factory=tuple)
    given_name: PersonName = Field(default_factory=str)
    family_name: PersonName = Field(default_factory=str)
    birth_date: date | None = None
    locale: Locale = Field(default_factory=str)
    newsletter: bool = Field(default_factory=bool)
    labels: Labels = Field(default_factory=tuple)
    fields: Annotated[dict[str, FieldValue | None], Field(max_length=100)] = Field(default_factory=dict)
    status: Status = Field(default_factory=lambda: "active")


class Member(Enrolment):
    """`fields` may hold more than one request brings: what a tenant no longer declares is kept. `group_id` is the group
    that the member buys, earns and spends for. `milestones`: what has happened to their profile once, and counts once.
    `occasions`: what comes to them once a year; of whoever was enrolled before that was known, from their next update on.
    `shared_code`: the referral code by which they bring in others, once they have one."""

    member_id: str
    group_id: str | None = None
    status: Status = "active"
    enrolled_at: Time
    milestones: tuple[Milestone, ...] = ()
    occasions: Occasions | None = None
    shared_code: str | None = None
    fields: dict[str, FieldValue] = Field(default_factory=dict)


class MemberCard(Frozen):
    """A member as the directory lists it."""

    member_id: str
    status: Status
    enrolled_at: Time
    given_name: str = ""
    family_name: str = ""
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tenant asks of profiles: the fields of its own that it declares, by type, and what makes a profile complete.
    `zone`: by whose calendar its members have birthdays."""

    fields: Mapping[str, str]
    complete: tuple[str, ...] = ()
    zone: str = "UTC"


def enrolled(member_id: str, at: int, enrolment: Enrolment, asked: Asked) -> Member:
    """The new member. Refuses fields the tenant has not declared, and identifiers that are none."""
    _check_fields(enrolment.fields, asked.fields)
    day = local_day(at, asked.zone)
    occasions = begun(day, enrolment.birth_date, day)
    values = dict(enrolment) | {"identifiers": _distinct(enrolment.identifiers), "occasions": occasions}
    return _with_milestones(Member(member_id=member_id, enrolled_at=at, **values), asked.complete)


def updated(member: Member, update: MemberUpdate, asked: Asked, at: Instant) -> tuple[Member, tuple[Fact, ...]]:
    """The member after the update and what changed; no fact when everything was so already."""
    sent: dict[str, Any] = {name: value for name, value in update if name in update.model_fields_set}
    if "identifiers" in sent:
        sent["identifiers"] = _distinct(update.identifiers)
    if "fields" in sent:
        _check_fields({name: value for name, value in update.fields.items() if value is not None}, asked.fields)
        merged = {**member.fields, **update.fields}
        sent["fields"] = {name: value for name, value in merged.items() if value is not None}
    changed = tuple(sorted(name for name, value in sent.items() if getattr(member, name) != value))
    facts: list[Fact] = []
    if "status" in changed:
        facts.append(MemberBlocked() if sent["status"] == "blocked" else MemberUnblocked())
    if rest := tuple(name for name in changed if name != "status"):
        facts.append(MemberUpdated(rest))
    after = _with_occasions(member.model_copy(update=sent), local_day(at, asked.zone), changed, asked.zone)
    return _with_milestones(after, asked.complete), tuple(facts)


def celebrated(member: Member, given: Collection[str]) -> tuple[Member, Mapping[str, Any]]:
    """The member when the next day of theirs has passed, and what of it is told privately."""
    assert member.occasions is not None  # noqa: S101 - else there is no such day
    after = passed(member.occasions, member.birth_date, given)
    coming = member.occasions.next
    told = {"come": list(coming), "given": [one for one in coming if one in given]}
    return member.model_copy(update={"occasions": after}), {"occasions": told}


def linked(member: Member, group_id: str | None) -> tuple[Member, tuple[Fact, ...]]:
    """The member in a group, or in none any more."""
    before = member.group_id or ""
    fact: Fact = MemberLeftGroup(before) if group_id is None else MemberJoinedGroup(group_id)
    return member.model_copy(update={"group_id": group_id}), (fact,)


def sharing(member: Member, code: str) -> tuple[Member, tuple[Fact, ...]]:
    """The member with a referral code of their own, in place of another."""
    return member.model_copy(update={"shared_code": code}), (MemberUpdated(("shared_code",)),)


def stored(member: Member) -> dict[str, Any]:
    """As JSON. Who is in no group is kept as if there were none; so is who takes no newsletter, shares no code, or has come to nothing yet."""
    told = member.model_dump(mode="json")
    if member.occasions is not None:
        told["occasions"] = member.occasions.model_dump(mode="json", exclude_none=True)
    return {name: value for name, value in told.items() if value or name not in _RARE}


_RARE = frozenset(("group_id", "newsletter", "milestones", "occasions", "shared_code"))


def _with_occasions(member: Member, today: Day, changed: Collection[str], zone: str) -> Member:
    if member.occasions is None:
        occasions = begun(local_day(member.enrolled_at, zone), member.birth_date, today)
    elif "birth_date" in changed:
        occasions = born_anew(member.occasions, member.birth_date, today)
    else:
        return member
    return member.model_copy(update={"occasions": occasions})


def _with_milestones(member: Member, complete: tuple[str, ...]) -> Member:
    """Once reached they stay: who fills in, deletes and fills in again has done it once."""
    reached: dict[Milestone, bool] = {
        "profile_completed": bool(complete) and all(_has(member, name) for name in complete),
        "newsletter": member.newsletter,
    }
    new = tuple(one for one, is_so in reached.items() if is_so and one not in member.milestones)
    return member.model_copy(update={"milestones": (*member.milestones, *new)}) if new else member


def _has(member: Member, name: str) -> bool:
    """An identifier by its type, a field of the tenant's own as `fields.size`, anything else by its name."""
    if name.startswith(OF_FIELDS):
        return name.removeprefix(OF_FIELDS) in member.fields
    if name in get_args(IdentifierType):
        return any(identifier.type == name for identifier in member.identifiers)
    return bool(getattr(member, name))


def _distinct(identifiers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    return tuple(dict.fromkeys(identifier.normalised() for identifier in identifiers))


def _check_fields(fields: Mapping[str, FieldValue], declared: Mapping[str, str]) -> None:
    for name, value in fields.items():
        if name not in declared:
            raise Refused(
                "undeclared_field", f"The tenant declares no member field {name[:64]}.", param=f"fields.{name}"
            )
        if not _is_of_type(value, declared[name]):
            raise Refused("wrong_field_type", f"Field {name} takes a {declared[name]}.", param=f"fields.{name}")


def _is_of_type(value: FieldValue, declared: str) -> bool:
    if declared == "boolean":
        return isinstance(value, bool)
    if declared == "number":
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole or (isinstance(value, float) and isfinite(value))
    if declared == "date":
        return isinstance(value, str) and _is_date(value)
    return isinstance(value, str) and len(value) <= 1_000


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
