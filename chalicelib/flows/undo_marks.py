"""How much of an entry is undone, as its mark says, and what becomes of a mark that cannot be right: nothing is decided by it,
nothing written, and the error names the entry's key as that of any damaged item.

A mark is the one thing of an entry that its hash does not cover. One that is too small or too large within what there was
to undo looks like any other, until the account contradicts it; the proof of the account tells it in any case.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from chalicelib.flows.account_views import numbered_bodies
from chalicelib.table.commit import Outdated
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.journal import Entry

LOOKS = 8  # with the commit loop's pauses some tenths of a second: a transaction is applied within milliseconds


@dataclass(slots=True)
class Doubt:
    """Of one command: whether account and marks contradict each other for a moment, or for good."""

    seen: Hashable = None
    looks: int = 0

    def contradicted(self, old: Entry, *state: Hashable) -> Outdated | DamagedItemError:
        """They may have been read while somebody's undoing was applied item by item: that is worth another attempt. Where
        the very same `state` has been met at every one of so many attempts, the mark is damaged, or the account is."""
        self.looks = self.looks + 1 if self.seen == state else 1
        self.seen = state
        return Outdated() if self.looks < LOOKS else damaged_mark(old)


def must_be_possible(entry: Entry) -> Entry:
    """The entry, unless more is marked as undone of a fact than there was, or of a fact that it does not have."""
    if not is_possible(entry):
        raise damaged_mark(entry)
    return entry


def is_possible(entry: Entry) -> bool:
    if not entry.undone:
        return True
    amounts = {number: body["amount"] for number, body in numbered_bodies(entry) if number}
    return all(undone <= amounts.get(number, 0) for number, undone in entry.undone.items())


def marks_of(entry: Entry) -> Hashable:
    return tuple(sorted(entry.undone.items()))


def damaged_mark(entry: Entry) -> DamagedItemError:
    return DamagedItemError(f"{entry.key.pk} {entry.key.sk} cannot be read: its mark of what is undone is damaged")
