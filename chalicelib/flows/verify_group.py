"""Verify a group: it is what its journal says as long as that still holds it, it lists whom its journal says, and they say so
themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.groups import store
from chalicelib.areas.groups.model import Group, Membership
from chalicelib.areas.members import store as members
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, Head
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.protocol import Attrs, Key, Table

_JOINED, _CHANGED, _LEFT = "group.member_joined", "group.member_changed", "group.member_left"


@dataclass(slots=True)
class RecordedGroup:
    """A group as it is kept, and what its journal says up to where it stands. `said` is None where that was erased."""

    tenant: str
    kept: Group
    head: Head
    listed: dict[str, Membership]
    placed: bool
    said: Group | None = None
    unread: bool = False
    chosen: dict[str, bool] = field(default_factory=dict)

    def see(self, entry: Entry) -> None:
        if entry.sequence > self.head.version:
            return
        self.unread |= is_placeholder(entry)
        for fact in entry.facts:
            self._fact(fact)
        self.said = None
        if entry.private is not None:
            try:
                self.said = Group.model_validate(entry.private["group"])
            except UNREADABLE:
                self.unread = True

    def wanted(self) -> list[Key]:
        return [members.profile_key(self.tenant, member) for member in sorted(self.listed)]

    def differences(self) -> Iterator[str]:
        """Names of fields and ids only."""
        if self.kept.members != len(self.listed):
            yield f"counts {self.kept.members} members and lists {len(self.listed)}"
        if self.kept.primary_member_id not in (self.listed or {None}):
            yield "its primary member is not in it"
        if not self.placed:
            yield "the directory has it elsewhere"
        if self.unread:
            return
        if self.said is not None:
            names = sorted(Group.model_fields)
            differing = [name for name in names if getattr(self.said, name) != getattr(self.kept, name)]
            yield from (f"{name} is not what the journal says" for name in differing)
        if {name: one.chosen for name, one in self.listed.items()} != self.chosen:
            yield "its members are not whom the journal says"

    def of_others(self, table: Table, found: Mapping[Key, Attrs]) -> Iterator[str]:
        """The group may have changed since it was read: then nothing is said this time."""
        told = [f"lists {name}, who is not in it" for name in sorted(self.listed) if not self._says_so(found, name)]
        if told:
            now = table.get(store.group_key(self.tenant, self.kept.group_id))
            if now is not None and store.group_from(now, self.kept.group_id)[1] == self.head:
                yield from told

    def _fact(self, fact: Mapping[str, Any]) -> None:
        kind, member = fact.get("type"), str(fact.get("member"))
        if kind in (_JOINED, _CHANGED):
            self.chosen[member] = bool(fact.get("chosen", False))
        elif kind == _LEFT:
            self.chosen.pop(member, None)

    def _says_so(self, found: Mapping[Key, Attrs], name: str) -> bool:
        """Whose profile cannot be read is told of with their own journal."""
        attrs = found.get(members.profile_key(self.tenant, name))
        try:
            return attrs is not None and members.member_from(attrs, name)[0].group_id == self.kept.group_id
        except UNREADABLE:
            return True


def recorded_group(tenant: str, group: str, stored: Mapping[str, Attrs], profile: Attrs) -> RecordedGroup:
    """From the items of its partition, by their sort keys."""
    kept, head = store.group_from(profile, group)
    found = [store.membership_from(attrs) for sk, attrs in stored.items() if sk.startswith(store.MEMBERS)]
    return RecordedGroup(
        tenant, kept, head, {one.member_id: one for one in found}, store.is_placed(tenant, group, profile)
    )
