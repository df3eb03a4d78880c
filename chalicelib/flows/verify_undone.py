"""Verify the marks of an account's entries: how much of each fact is undone is what later entries undid of it. For the proof
of one account, of a whole tenant, and `make verify`.

A mark is the one thing of an entry that changes and that its hash does not cover, so nothing else would tell on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from chalicelib.areas.accounts.model.facts import PointsConverted, PointsExpired, PointsRefunded
from chalicelib.flows.account_views import numbered_bodies
from chalicelib.flows.undo_kinds import UNDOES_ALL
from chalicelib.kit.facts import Body
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry
from chalicelib.table.placeholders import is_placeholder

LOOKS, PAUSE_SECONDS = (
    3,
    0.2,
)  # entries are read page by page, so a mark may be newer than its journal: one look is none

Place = tuple[int, int]  # an entry's sequence and a fact's number in it


@dataclass(slots=True)
class RecordedUndoing:
    """`said` is what entries undid, `marked` what stands on those that they undid; by the place of the fact. Of `converted`
    it is what came back, and as a whole where an older release undid it. `unread`: some entry may have undone what nobody
    knows."""

    amounts: dict[Place, int] = field(default_factory=dict)
    converted: set[Place] = field(default_factory=set)
    said: Counter[Place] = field(default_factory=Counter)
    marked: dict[Place, int] = field(default_factory=dict)
    unread: bool = False

    def see(self, entry: Entry | None) -> None:
        """In the order of the journal; None for one that nobody can read, or that is not as it was written."""
        if entry is None:
            self.unread = True
            return
        self.marked |= {(entry.sequence, number): amount for number, amount in entry.undone.items()}
        try:
            self._read(entry)
        except UNREADABLE:  # what a hand has written: its hash tells on it
            self.unread = True

    def _read(self, entry: Entry) -> None:
        self.unread |= is_placeholder(entry)
        for number, body in numbered_bodies(entry):
            if number:
                self._know((entry.sequence, number), body)
            undone = _undone(body)
            if undone is not None:
                self._undo(undone, body, whole=entry.header["operation"] in UNDOES_ALL)

    def _know(self, place: Place, body: Body) -> None:
        self.amounts[place] = body["amount"]
        if body["type"] == PointsConverted.type:
            self.converted.add(place)

    def _undo(self, undone: Place, body: Body, *, whole: bool) -> None:
        """What a conversion had gained is of another unit than its mark."""
        if undone in self.converted:
            self.said[undone] += body["amount"] * (body["type"] == PointsRefunded.type)
        elif whole:
            self.said[undone] = self.amounts[undone]
        else:
            self.said[undone] += body["amount"]

    def wrong(self) -> dict[Place, tuple[int, int]]:
        """Of what something else is marked than was undone of it: what was, and what is marked."""
        if self.unread:
            return {}
        both = {place: (self.said[place], self.marked.get(place, 0)) for place in self.said.keys() | self.marked.keys()}
        return {place: (said, marked) for place, (said, marked) in both.items() if not self._fits(place, said, marked)}

    def _fits(self, place: Place, said: int, marked: int) -> bool:
        return said == marked or (said > 0 and place in self.converted and marked == self.amounts[place])


def entries_of(wrong: Iterable[Place]) -> list[int]:
    return sorted({sequence for sequence, _ in wrong})


def _undone(body: Body) -> Place | None:
    """Which fact this one undoes. What somebody let expire says of what, and undoes nothing."""
    undoes = body.get("undoes")
    if not undoes or body["type"] == PointsExpired.type:
        return None
    sequence, number = undoes
    return int(sequence), int(number)
