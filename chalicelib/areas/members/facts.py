"""What a member's own journal tells: nothing that names a person."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.facts import Body, Fact, vocabulary


@dataclass(frozen=True, slots=True)
class MemberEnrolled(Fact):
    """A member is known from now on. The values of identifiers are personal, and so in no fact.

    field       | meaning                            | unit
    identifiers | the types of the identifiers given | –
    """

    type = "member.enrolled"

    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberUpdated(Fact):
    """Parts of a profile changed. Their values are in the entry's private part.

    field   | meaning                 | unit
    changed | the names of the fields | –
    """

    type = "member.updated"

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberBlocked(Fact):
    """From now on the member neither earns nor spends."""

    type = "member.blocked"


@dataclass(frozen=True, slots=True)
class MemberUnblocked(Fact):
    """The member earns and spends again."""

    type = "member.unblocked"


@dataclass(frozen=True, slots=True)
class MemberJoinedGroup(Fact):
    """From now on the member buys, earns and spends for a group.

    field | meaning        | unit
    group | the group's id | –
    """

    type = "member.joined_group"

    group: str


@dataclass(frozen=True, slots=True)
class MemberLeftGroup(Fact):
    """From now on the member buys, earns and spends for themselves again.

    field | meaning        | unit
    group | the group's id | –
    """

    type = "member.left_group"

    group: str


@dataclass(frozen=True, slots=True)
class MemberOccasion(Fact):
    """A day of a member's that comes by itself has passed, and the next one is known. What was given for it stands in their
    accounts; which it was, a birthday or an anniversary of their enrolment, in the entry's private part."""

    type = "member.occasion"
    v = 2


def _of_nobody(_: Body) -> Body:
    """The first form told which occasion it was, and so a day of birth."""
    return {}


VOCABULARY = vocabulary(
    *(MemberEnrolled, MemberUpdated, MemberBlocked, MemberUnblocked),
    *(MemberJoinedGroup, MemberLeftGroup, MemberOccasion),
    upcasters={("member.occasion", 1): _of_nobody},
)
