"""Who brought one member in, and what became of whom they invited, against what their journal tells of it.

How many friends came, and how many of them bought something, is told in the journals of these. Who has ever been in a group may have bought
for the first time for that: then the group's journal tells of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from chalicelib.areas.referrals.store import owned
from chalicelib.flows.verify_stream import unreadable
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Attrs

_GROUPED = ("member.joined_group", "member.left_group")


@dataclass(slots=True)
class RecordedReferrals:
    """`came`: by which referral, whom, and how; `bought`: by which a first purchase is told of."""

    tenant: str
    member: str
    came: tuple[str, str, str] | None = None
    bought: set[str] = field(default_factory=set)
    invited: int = 0
    expired: int = 0
    grouped: bool = False

    def see(self, entry: Entry) -> None:
        for body in entry.facts:
            kind = body["type"]
            self.grouped |= kind in _GROUPED
            self.invited += kind == "referral.invited"
            self.expired += kind == "referral.expired"
            if kind == "referral.registered":
                self.came = str(body["referral"]), str(body["referrer"]), str(body["channel"])
            elif kind == "referral.purchased" and body["member"] == self.member:
                self.bought.add(str(body["referral"]))

    def differences(self, stored: Mapping[str, Attrs]) -> Iterator[str]:
        """Of a member's items, whatever else they are, by their sort keys."""
        yield from (f"referral: {what}" for what in self._of_coming(stored.get(owned.REFERRAL)))
        yield from (f"friends: {what}" for what in self._of_friends(stored.get(owned.FRIENDS)))

    def _of_coming(self, attrs: Attrs | None) -> Iterator[str]:
        if attrs is None:
            if self.came is not None:
                yield "it is not there, as their journal says"
            return
        try:
            kept = owned.referral_from(attrs)
            placed = owned.is_placed(self.tenant, self.member, kept, attrs)
        except UNREADABLE as why:
            yield unreadable(why)
            return
        if not placed:
            yield "the list of who brought them in has it elsewhere, or as another"
        if self.came is None:
            yield "no entry tells of it"
        elif self.came != (kept.referral_id, kept.referrer, kept.channel):
            yield "it is another than their journal says"
        if not self.grouped and (kept.purchased_at is not None) is not (kept.referral_id in self.bought):
            yield "whether they have bought something is not what their journal says"

    def _of_friends(self, attrs: Attrs | None) -> Iterator[str]:
        try:
            kept = owned.friends_from(attrs)
        except UNREADABLE as why:
            yield unreadable(why)
            return
        if (kept.invited, kept.expired) != (self.invited, self.expired):
            yield "they are not as many invited ones as their journal says"
