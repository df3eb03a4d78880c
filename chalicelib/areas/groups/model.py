"""A group as a value, and what joining, leaving and changing it mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.errors import NotFound, Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact, vocabulary
from chalicelib.kit.labels import Labels
from chalicelib.kit.wire import Time

MAX_MEMBERS = 1_000

GroupName = Annotated[str, Field(min_length=1, max_length=200)]
GroupKind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
WhoMaySpend = Literal["everyone", "primary", "chosen"]
GroupStatus = Literal["active", "blocked"]


class GroupDefinition(Frozen):
    """What a new group starts with. `kind` is a word of yours, such as household or fleet. The primary member is in it
    from the start; `chosen`: who may spend is said of each member, and the primary one always may."""

    name: GroupName
    primary_member_id: str
    kind: GroupKind = "household"
    labels: Labels = ()
    who_may_spend: WhoMaySpend = "everyone"


class GroupUpdate(Frozen):
    """What is sent replaces what is kept, what is left out stays (whatever stands here for it)."""

    name: GroupName = Field(default_factory=str)
    kind: GroupKind = Field(default_factory=str)
    labels: Labels = Field(default_factory=tuple)
    who_may_spend: WhoMaySpend = Field(default_factory=lambda: "everyone")
    primary_member_id: str = Field(default_factory=str)
    status: GroupStatus = Field(default_factory=lambda: "active")


class Group(Frozen):
    """`members` is how many there are. One that everybody has left has no primary member. For one that is blocked nobody
    earns or spends."""

    group_id: str
    name: str
    kind: str
    labels: Labels = ()
    who_may_spend: WhoMaySpend
    primary_member_id: str | None
    members: int
    status: GroupStatus = "active"
    created_at: Time

    def may_spend(self, membership: Membership) -> bool:
        if self.who_may_spend == "everyone" or membership.member_id == self.primary_member_id:
            return True
        return self.who_may_spend == "chosen" and membership.chosen


class Membership(Frozen):
    """`chosen`: may spend where the group's spenders are chosen."""

    member_id: str
    chosen: bool = False
    joined_at: Time


@dataclass(frozen=True, slots=True)
class GroupCreated(Fact):
    """A group is there from now on. Its name is in the entry's private part.

    field         | meaning                             | unit
    kind          | what it is, as a word of the tenant | –
    who_may_spend | `everyone`, `primary` or `chosen`   | –
    """

    type = "group.created"

    kind: str
    who_may_spend: str


@dataclass(frozen=True, slots=True)
class GroupChanged(Fact):
    """Parts of a group changed. Their values are in the entry's private part.

    field   | meaning                 | unit
    changed | the names of the fields | –
    """

    type = "group.changed"

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupBlocked(Fact):
    """From now on nobody earns or spends for the group."""

    type = "group.blocked"


@dataclass(frozen=True, slots=True)
class GroupUnblocked(Fact):
    """The group's members earn and spend for it again."""

    type = "group.unblocked"


@dataclass(frozen=True, slots=True)
class GroupPrimaryNamed(Fact):
    """Another member speaks for the group.

    field  | meaning                                                 | unit
    member | who does from now on; empty where everybody has left it | –
    """

    type = "group.primary_named"

    member: str


@dataclass(frozen=True, slots=True)
class GroupMemberJoined(Fact):
    """A member belongs to the group: from now on they buy, earn and spend for it.

    field  | meaning                                  | unit
    member | who                                      | –
    chosen | they may spend where spenders are chosen | –
    """

    type = "group.member_joined"

    member: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class GroupMemberChanged(Fact):
    """Whether a member is one of those chosen to spend has changed.

    field  | meaning                                  | unit
    member | who                                      | –
    chosen | they may spend where spenders are chosen | –
    """

    type = "group.member_changed"

    member: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class GroupMemberLeft(Fact):
    """A member no longer belongs to the group. What was earned for it stays with it.

    field  | meaning | unit
    member | who     | –
    """

    type = "group.member_left"

    member: str


VOCABULARY = vocabulary(
    GroupCreated,
    GroupChanged,
    GroupBlocked,
    GroupUnblocked,
    GroupPrimaryNamed,
    GroupMemberJoined,
    GroupMemberChanged,
    GroupMemberLeft,
)


@dataclass(frozen=True, slots=True)
class Changed:
    """The group after a change, what it was told by, and the membership it is about, if it is about one."""

    group: Group
    facts: tuple[Fact, ...]
    membership: Membership | None = None


def created(group_id: str, at: Instant, definition: GroupDefinition) -> Changed:
    """With its primary member in it."""
    values = dict(definition) | {"group_id": group_id, "created_at": at, "members": 1}
    group = Group.model_validate(values)
    first = Membership(member_id=definition.primary_member_id, joined_at=at)
    facts = (
        GroupCreated(group.kind, group.who_may_spend),
        GroupMemberJoined(first.member_id),
        GroupPrimaryNamed(first.member_id),
    )
    return Changed(group, facts, first)


def joined(group: Group, member_id: str, chosen: bool, at: Instant) -> Changed:
    """Whoever comes into an empty group is its primary member. Refuses `too_many_group_members`."""
    if group.members >= MAX_MEMBERS:
        raise Refused("too_many_group_members", f"A group has at most {MAX_MEMBERS:,} members.", param="group_id")
    facts: tuple[Fact, ...] = (GroupMemberJoined(member_id, chosen),)
    after: dict[str, Any] = {"members": group.members + 1}
    if group.primary_member_id is None:
        after["primary_member_id"] = member_id
        facts = (*facts, GroupPrimaryNamed(member_id))
    membership = Membership(member_id=member_id, chosen=chosen, joined_at=at)
    return Changed(group.model_copy(update=after), facts, membership)


def left(group: Group, membership: Membership) -> Changed:
    """Refuses `primary_cannot_leave` as long as others are in the group."""
    member_id, last = membership.member_id, group.members == 1
    facts: tuple[Fact, ...] = (GroupMemberLeft(member_id),)
    after: dict[str, Any] = {"members": group.members - 1}
    if member_id == group.primary_member_id:
        if not last:
            text = "The primary member cannot leave while others are in the group: name another one first."
            raise Refused("primary_cannot_leave", text, param="member_id")
        after["primary_member_id"] = None
        facts = (*facts, GroupPrimaryNamed(""))
    return Changed(group.model_copy(update=after), facts, membership)


def changed_membership(group: Group, membership: Membership, chosen: bool) -> Changed:
    """No fact where it is so already."""
    after = membership.model_copy(update={"chosen": chosen})
    facts = () if after == membership else (GroupMemberChanged(membership.member_id, chosen),)
    return Changed(group, facts, after)


def updated(group: Group, update: GroupUpdate) -> Changed:
    """No fact when everything was so already. Whether a new primary member is in the group is for whoever asks."""
    sent: dict[str, Any] = {name: value for name, value in update if name in update.model_fields_set}
    changed = [name for name, value in sorted(sent.items()) if getattr(group, name) != value]
    facts: list[Fact] = []
    if "primary_member_id" in changed:
        facts.append(GroupPrimaryNamed(update.primary_member_id))
    if "status" in changed:
        facts.append(GroupBlocked() if update.status == "blocked" else GroupUnblocked())
    if rest := tuple(name for name in changed if name not in ("primary_member_id", "status")):
        facts.append(GroupChanged(rest))
    return Changed(group.model_copy(update=sent), tuple(facts))


def stored(group: Group) -> dict[str, Any]:
    """As JSON. One that is active is kept as if none could be blocked."""
    return group.model_dump(mode="json", exclude={"status"} if group.status == "active" else None)


def no_group(group_id: str, param: str = "group_id") -> NotFound:
    return NotFound("group_not_found", f"There is no group {group_id[:64]}.", param=param)


def not_in_group(member_id: str, param: str = "member_id") -> NotFound:
    return NotFound("group_member_not_found", f"The group has no member {member_id[:64]}.", param=param)
