"""Who is in which group: as items have it, as journals tell it, and whose account an entry may stand in because of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.groups import store as groups
from chalicelib.areas.groups.model import Group, Membership
from chalicelib.areas.members import store as members
from chalicelib.table.journal import Entry, Head, entry_from, verified
from chalicelib.table.keys import owner_stream
from chalicelib.table.memory import MemoryTable
from tests.simulation.law import law

DONE_BY_MEMBERS = ("record_order", "record_event", "earn_points", "spend_points", "hold_points")
DEEDS = ("order.recorded", "points.earned", "points.promised", "points.spent", "points.held")
SINCE_THEN = ("points.captured",)  # by whoever held it, who may have left
SPENDING = ("spend_points", "hold_points", "transfer_points")
FOR_THE_ACTIVE = (*DONE_BY_MEMBERS, "transfer_points", "grant_points", "convert_points", "activate_pending", "pin_tier")
NAMING_FREELY = ("coupon.", "reward.")  # whatever reference somebody gave
WHOLE = 1_000


@dataclass(frozen=True)
class Moment:
    """How it stands: the groups, who is listed in them, and which group each member says they are in."""

    groups: Mapping[str, Group] = field(default_factory=dict)
    listed: Mapping[str, Mapping[str, Membership]] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)

    def may_spend(self, group: str, member: str) -> bool:
        membership = self.listed.get(group, {}).get(member)
        return membership is not None and self.groups[group].may_spend(membership)


@dataclass
class Roll:
    """`told` is whom groups' journals name, and whether they are chosen; `orders` are whose journal tells of which."""

    table: MemoryTable
    tenant: str
    members: tuple[str, ...]
    groups: list[str] = field(default_factory=list)
    before: Moment = field(default_factory=Moment)
    now: Moment = field(default_factory=Moment)
    heads: dict[str, Head] = field(default_factory=dict)
    told: dict[str, dict[str, bool]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    facts_seen: set[str] = field(default_factory=set)

    def payer(self, member: str) -> str:
        """Whose points the member collects and spends."""
        return self.now.said.get(member, member)

    def inside(self, owner: str) -> tuple[str, ...]:
        """The members of a group; nobody of a member."""
        return tuple(member for member in self.members if self.now.said.get(member) == owner)

    def is_blocked(self, owner: str) -> bool:
        return owner in self.now.groups and self.now.groups[owner].status == "blocked"

    def ask(self) -> None:
        """Once a step. A member is in at most one group, and groups, members and both their journals agree on it."""
        self.before = self.now
        owners = (*self.members, *self.groups)
        changed = [owner for owner in owners if self._version(owner) != self.heads.get(owner, Head()).version]
        if not changed:
            return
        for owner in changed:
            self._catch_up(owner)
        self.now = self._read()
        law(self.now.said == self.said, f"members say they are in {self.now.said}, their journals {self.said}")
        for group in self.groups:
            self._ask_group(self.now.groups[group], self.now.listed[group])

    def ask_whose(self, owner: str, entry: Entry) -> None:
        """What members do for a group is told by its account and no other; what they do for themselves, by their own. An
        order is told of once, and wherever its points come and go is told there."""
        operation, pooled = entry.header["operation"], owner in self.groups
        if operation in DONE_BY_MEMBERS and not _of_own_coupon(entry, pooled=pooled):
            law(pooled or owner in self._payers(owner), f"{operation} went to {owner}, who is in a group")
            silent = [fact for fact in entry.facts if fact["type"] in DEEDS and bool(fact.get("by")) != pooled]
            law(not silent, f"{silent} of {owner}")
        law(operation not in FOR_THE_ACTIVE or not self._blocked(owner), f"{operation} for {owner}, which is blocked")
        for member in {fact["by"] for fact in entry.facts if fact.get("by") and fact["type"] not in SINCE_THEN}:
            law(owner in self._payers(member), f"{operation} went to {owner} by {member}, who is not in it")
            told_to = any(moment.may_spend(owner, member) for moment in (self.before, self.now))
            law(operation not in SPENDING or told_to, f"{operation} by {member}, whom {owner} does not let spend")
        for fact in entry.facts:
            self._ask_order(owner, fact)

    def _ask_order(self, owner: str, fact: Mapping[str, Any]) -> None:
        order = "" if fact["type"].startswith(NAMING_FREELY) else fact.get("order")
        if fact["type"] == "order.recorded":
            law(str(order) not in self.orders, f"{order} was recorded twice")
            self.orders[str(order)] = owner
        law(not order or self.orders.get(str(order)) == owner, f"{owner} is told of {order}, which is another's")

    def _blocked(self, owner: str) -> bool:
        """All the time."""
        kept = [moment.groups.get(owner) for moment in (self.before, self.now)]
        return all(group is not None and group.status == "blocked" for group in kept)

    def _payers(self, member: str) -> set[str]:
        """Whoever joins or leaves while they buy may still finish it as they began."""
        return {moment.said.get(member, member) for moment in (self.before, self.now)}

    def _ask_group(self, group: Group, listed: Mapping[str, Membership]) -> None:
        chosen = {member: membership.chosen for member, membership in listed.items()}
        law(chosen == self.told[group.group_id], f"a group lists {chosen}, and its journal {self.told[group.group_id]}")
        law(tuple(sorted(listed)) == tuple(sorted(self.inside(group.group_id))), "a group and its members do not agree")
        law(group.members == len(listed), f"a group counts {group.members} members and lists {len(listed)}")
        primary = group.primary_member_id
        law(primary in listed if listed else primary is None, f"{primary} speaks for {sorted(listed)}")

    def _catch_up(self, owner: str) -> None:
        stream, head, version = owner_stream(self.tenant, owner, 0), self.heads.get(owner, Head()), self._version(owner)
        for sequence in range(head.version + 1, version + 1):
            attrs = self.table.get(stream.key(sequence))
            assert attrs is not None, f"entry {sequence} of {owner} is gone"
            entry = entry_from(stream, attrs)
            law(verified(entry, head), f"entry {sequence} of {owner} does not follow the one before")
            head = entry.head
            for fact in entry.facts:
                self.facts_seen.add(fact["type"])
                self._follow(owner, fact)
        self.heads[owner] = head

    def _follow(self, owner: str, fact: Mapping[str, Any]) -> None:
        match fact["type"]:
            case "member.joined_group":
                law(owner not in self.said, f"{owner} joined a group and was in one")
                self.said[owner] = fact["group"]
            case "member.left_group":
                law(self.said.pop(owner, "") == fact["group"], f"{owner} left a group they were not in")
            case "group.member_joined" | "group.member_changed" as kind:
                known = fact["member"] in self._told(owner)
                law(known == (kind == "group.member_changed"), f"{kind} of {fact['member']}")
                self._told(owner)[fact["member"]] = fact.get("chosen", False)
            case "group.member_left":
                law(self._told(owner).pop(fact["member"], None) is not None, "somebody left who was not in the group")

    def _told(self, group: str) -> dict[str, bool]:
        return self.told.setdefault(group, {})

    def _read(self) -> Moment:
        listed = {group: {one.member_id: one for one in self._memberships(group)} for group in self.groups}
        kept = {group: groups.read(self.table, self.tenant, group)[0] for group in self.groups}
        said = {name: members.read(self.table, self.tenant, name)[0].group_id for name in self.members}
        return Moment(kept, listed, {name: group for name, group in said.items() if group is not None})

    def _memberships(self, group: str) -> Iterable[Membership]:
        found = self.table.query(groups.memberships_query(self.tenant, group, WHOLE, None)).items
        return map(groups.membership_from, found)

    def _version(self, owner: str) -> int:
        attrs = self.table.get(members.profile_key(self.tenant, owner))
        assert attrs is not None, f"{owner} is gone"
        return int(attrs["version"]["N"])


def _of_own_coupon(entry: Entry, *, pooled: bool) -> bool:
    """A coupon is the member's own, whoever pays: an entry of their own account tells of it."""
    return not pooled and any(fact["type"].startswith("coupon.") for fact in entry.facts)
