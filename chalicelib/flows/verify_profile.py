"""Verify a member's profile: it is what its journal says as long as that still holds it, its identifiers and its referral code lead to it, and
the group that it is in lists it.

Identifiers that it had before must not. One that nobody's journal ever knew cannot be found: there is no list of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from chalicelib.areas.groups import store as groups
from chalicelib.areas.members import store
from chalicelib.areas.members.model import Identifier, Member, MemberCard
from chalicelib.areas.referrals.store import codes
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, Head
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.protocol import Attrs, Key, Table

_STATUS = {"member.enrolled": "active", "member.blocked": "blocked", "member.unblocked": "active"}


@dataclass(slots=True)
class RecordedProfile:
    """A profile as it is kept, and what its journal says up to where it stands. `said` is None where that was erased."""

    tenant: str
    member: str
    shown: tuple[str, MemberCard]
    kept: Member
    head: Head
    placed: bool
    comes: bool = True
    status: str = ""
    said: Member | None = None
    unread: bool = False
    had: set[Identifier] = field(default_factory=set)

    def see(self, entry: Entry) -> None:
        if entry.sequence > self.head.version:
            return
        self.unread |= is_placeholder(entry)
        for fact in entry.facts:
            self.status = _STATUS.get(str(fact.get("type")), self.status)
        self.said = None
        if entry.private is not None:
            try:
                self.said = Member.model_validate(entry.private["member"])
            except UNREADABLE:
                self.unread = True
            else:
                self.had |= set(self.said.identifiers)

    def wanted(self) -> list[Key]:
        every = {store.identifier_key(self.tenant, one) for one in self.had | set(self.kept.identifiers)}
        return [*sorted(every), *self._membership(), *self._code()]

    def differences(self) -> Iterator[str]:
        """Names of fields only."""
        status, card = self.shown
        if not self.unread:
            if {status, self.kept.status} != {self.status}:
                yield "status is not what the journal says"
            if self.said is not None:
                names = sorted(set(Member.model_fields) - {"status"})
                differing = [name for name in names if getattr(self.said, name) != getattr(self.kept, name)]
                yield from (f"{name} is not what the journal says" for name in differing)
        if card != store.card_of(self.kept):
            yield "the directory shows another"
        if not self.placed:
            yield "the directory has it elsewhere"
        if not self.comes:
            yield "the index has another day for its next birthday or anniversary"

    def of_others(self, table: Table, found: Mapping[Key, Attrs]) -> Iterator[str]:
        """Told by their types. The profile may have changed since it was read: then nothing is said this time."""
        told = [*self._not_led(found), *self._still_led(found), *self._not_shared(found)]
        told += [
            f"is in group {self.kept.group_id}, which does not list it"
            for key in self._membership()
            if key not in found
        ]
        if told:
            now = table.get(store.profile_key(self.tenant, self.member))
            if now is not None and store.member_from(now, self.member)[1] == self.head:
                yield from told

    def _not_led(self, found: Mapping[Key, Attrs]) -> Iterator[str]:
        for number, one in enumerate(self.kept.identifiers, start=1):
            owner = self._owner(found, one)
            if owner is None:
                yield f"identifier {number} ({one.type}) leads nowhere"
            elif owner != self.member:
                yield f"identifier {number} ({one.type}) leads to {owner or 'what cannot be read'}"

    def _still_led(self, found: Mapping[Key, Attrs]) -> Iterator[str]:
        gone = self.had - set(self.kept.identifiers)
        kinds = sorted(one.type for one in gone if self._owner(found, one) == self.member)
        yield from (f"an identifier that it gave up ({kind}) leads to it" for kind in kinds)

    def _code(self) -> tuple[Key, ...]:
        code = self.kept.shared_code
        return () if code is None else (codes.code_key(self.tenant, code),)

    def _not_shared(self, found: Mapping[Key, Attrs]) -> Iterator[str]:
        for key in self._code():
            try:
                led = codes.owner_or_invitation(found[key]) if key in found else None
            except UNREADABLE:
                led = None
            if led != self.member:
                yield "the referral code does not lead to it"

    def _membership(self) -> tuple[Key, ...]:
        group = self.kept.group_id
        return () if group is None else (groups.membership_key(self.tenant, group, self.member),)

    def _owner(self, found: Mapping[Key, Attrs], identifier: Identifier) -> str | None:
        attrs = found.get(store.identifier_key(self.tenant, identifier))
        try:
            return None if attrs is None else store.owner_from(attrs)
        except UNREADABLE:
            return ""
