"""Take from what is limited for all, in the transaction of the operation that needs it; and give back.

A flow makes one Taking for a command, and each decision of the command begins it anew:

    taking = Taking(rt, caller.tenant, member_id)

    def plan() -> Plan:
        taking.begin()
        if taking.can_have(stock, 1) < 1:
            raise Refused("stock_gone", …)
        taken = taking.take(stock, 1)                     # kept by the order, for the way back
        return Plan(entry, (*writes, *taking.writes), done_if, taking)

Nothing is read for that, beside the configuration in memory. A slice that is short refuses the transaction; its quota is
then read, and the next decision knows what is left: it draws from other slices as well, or can have less. What has lapsed is
let go of first, as much as is needed; where that is more than one request should do, it is refused as `busy`, and the same
request goes on from there. A try counts it instead, and comes to the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from chalicelib.areas.quotas import store
from chalicelib.areas.quotas.model import (
    HELD_FOR_A_TIME,
    UNLIMITED,
    Move,
    Quota,
    Slice,
    Stand,
    Taken,
    drawn_together,
    opened,
)
from chalicelib.errors import Busy
from chalicelib.flows.lapsed_limits import let_go_lapsed
from chalicelib.runtime import Runtime
from chalicelib.table.config_notes import forget_notes, note_left, noted_left
from chalicelib.table.protocol import Draw, Key, Write

MOST_READS = 3
MOST_PAGES = 20  # of what has lapsed, let go of by one request


@dataclass(slots=True, eq=False, repr=False)
class Taking:
    """What one command takes of quotas and gives back, over all its attempts. `who` says which slices are theirs. `behind` another: what the
    same transaction takes before, for somebody else, is not there any more."""

    rt: Runtime
    tenant: str
    who: str
    _wanted: dict[str, tuple[Quota, int]] = field(default_factory=dict)
    _back: list[Taken] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)
    _noted: set[str] = field(default_factory=set)
    _left: dict[str, int] = field(default_factory=dict)  # of what a slice was short of
    _stands: dict[str, Stand] = field(default_factory=dict)  # where there is enough of it
    _too_much_lapsed: bool = False
    behind: Taking | None = None
    _apart: dict[str, Taking] = field(default_factory=dict)

    def of(self, who: str) -> Taking:
        """Known only now, and maybe another the next time."""
        self.who = who
        return self

    def apart(self, name: str, behind: str = "") -> Taking:
        """For a part of the command that may come to nothing: begun by itself, and written by whoever has it. `behind` another, which takes first."""
        part = self._apart.setdefault(name, Taking(self.rt, self.tenant, self.who)).of(self.who)
        part.behind = self.apart(behind) if behind else self
        return part

    def begin(self) -> None:
        """A decision is made: whatever the one before took is forgotten, what was found out is not. Raises Busy where more has
        lapsed than one request lets go of."""
        if self._too_much_lapsed:
            text = "Very much that is limited for all was promised and never paid for."
            raise Busy("busy", f"{text} Send the request again, with the same key.")
        self._wanted, self._back, self._places = {}, [], {}

    def can_have(self, quota: Quota, amount: int) -> int:
        """How much of it, as far as anybody knows: all of it, unless it was found to be short."""
        config = self.rt.config.load(self.rt.table, self.tenant)
        known = self._left.get(quota.name, noted_left(config, quota.name, self.rt.clock.now()))
        there = quota.total if known is None else min(known, quota.total)
        return max(0, min(amount, there - self.wanted_of(quota.name)))

    def take(self, quota: Quota, amount: int, place: int | None = None) -> Taken:
        """`place`: a slice that they have taken from before, where it is to be taken together."""
        assert amount > 0  # noqa: S101
        self._wanted[quota.name] = (quota, self._wanted.get(quota.name, (quota, 0))[1] + amount)
        if place is not None:
            self._places[quota.name] = place
        return Taken(quota.name, self._place(quota), amount)

    def wanted_of(self, name: str) -> int:
        """By whoever takes in the transaction, so far."""
        own = self._wanted[name][1] if name in self._wanted else 0
        return own + (0 if self.behind is None else self.behind.wanted_of(name))

    def give_back(self, taken: Taken) -> None:
        """Whoever keeps what was taken must keep so much less of it, in the same transaction."""
        if taken.amount:
            self._back.append(taken)
            if taken.quota in self.rt.config.load(self.rt.table, self.tenant).notes:
                self._noted.add(taken.quota)

    def _place(self, quota: Quota) -> int:
        return self._places.get(quota.name, quota.slice_of(self.who))

    @property
    def writes(self) -> tuple[Write, ...]:
        names = dict.fromkeys((*self._wanted, *(taken.quota for taken in self._back)))
        return tuple(write for name in names for write in self._writes_of(name))

    def look(self, refused: frozenset[Key]) -> None:
        """1 Query of each quota that refused. Where that is too little 1 Query of each page of what has lapsed, which is let go of
        until there is enough, and a note of what is left."""
        for quota, amount in self._refused(refused):
            left = self._found(quota, amount)
            if left is not None and quota.kind in HELD_FOR_A_TIME:
                left = self._found_after_letting_go(quota, amount, left)
            if left is not None:
                self._left[quota.name] = left
                note_left(self.rt, self.tenant, quota.name, left)
        for part in self._apart.values():
            part.look(refused)

    def foresee(self) -> bool:
        own = (quota for quota, _ in self._wanted.values() if quota.total < UNLIMITED)
        limited = [(quota, self.wanted_of(quota.name)) for quota in own]
        short = {quota.name: self._found(quota, amount, trial=True) for quota, amount in limited}
        self._left |= {name: left for name, left in short.items() if left is not None}
        there = [part.foresee() for part in self._apart.values()]
        return all((*there, *(left is None for left in short.values()))) and not self._too_much_lapsed

    def _lapsed(self, quota: Quota, needed: int) -> int:
        """What would be let go of, were it not for a try, to find so much more."""
        if quota.kind not in HELD_FOR_A_TIME:
            return 0
        most = MOST_PAGES * store.LAPSED_AT_ONCE
        held = store.lapsed(self.rt.table, self.tenant, quota.name, self.rt.clock.now(), most + 1)
        there = sum(one.taken.amount for one in held[:most])
        self._too_much_lapsed |= len(held) > most and there < needed
        return there

    def _found_after_letting_go(self, quota: Quota, amount: int, left: int) -> int | None:
        """Looked at once more where nothing is there to let go of any more: what was lost may have been done by then."""
        found: int | None = left
        for number in range(MOST_PAGES):
            went = let_go_lapsed(self.rt, self.tenant, quota.name)
            if went or number:
                found = self._found(quota, amount)
            if found is None or not went:
                return found
        self._too_much_lapsed = bool(store.lapsed(self.rt.table, self.tenant, quota.name, self.rt.clock.now(), 1))
        return None if self._too_much_lapsed else found

    def after(self) -> None:
        """The command is carried out: what was known to be short, and has come back, is not so any more."""
        if self._noted:
            forget_notes(self.rt, self.tenant, self._noted)

    def _refused(self, keys: Iterable[Key]) -> list[tuple[Quota, int]]:
        partitions = {key.pk for key in keys}
        return [
            (quota, self.wanted_of(quota.name))
            for quota, _ in self._wanted.values()
            if store.slice_key(self.tenant, quota.name, 0).pk in partitions
        ]

    def _found(self, quota: Quota, amount: int, *, trial: bool = False) -> int | None:
        """How much is left where that is too little. The slices are not read at one instant: what moves between them may be
        seen twice or not at all. So too little is believed when it adds up, or is read twice."""
        stand = store.read(self.rt.table, self.tenant, quota)
        for _ in range(MOST_READS - 1):
            there = stand.left + (self._lapsed(quota, amount - stand.left) if trial and stand.left < amount else 0)
            if there >= amount:
                self._left[quota.name], self._stands[quota.name] = there, stand
                return None
            again = stand if stand.left + stand.taken == quota.total else self._read_again(quota)
            if again == stand:
                return max(0, there)
            stand = again
        return None

    def _read_again(self, quota: Quota) -> Stand:
        return store.read(self.rt.table, self.tenant, quota)

    def left_by(self, stand: Stand, name: str) -> Stand:
        """What is left of the slices of a quota once this has taken of them."""
        if self.behind is not None:
            stand = self.behind.left_by(stand, name)
        drawn = {write.key: write for write in self._writes_of(name) if isinstance(write, Draw)}
        keys = {number: store.slice_key(self.tenant, name, number) for number in stand.slices}
        moves = [Move(number, drawn[key].left, drawn[key].taken) for number, key in keys.items() if key in drawn]
        return Stand({one.number: one for one in _moved(stand.slices.values(), moves)})

    def _writes_of(self, name: str) -> tuple[Write, ...]:
        quota, amount = self._wanted.get(name, (None, 0))
        stand = self._stands.get(name)
        back = [Move(taken.slice, taken.amount, -taken.amount) for taken in self._back if taken.quota == name]
        if quota is None:
            return store.draws(self.tenant, None, name, _together(back))
        mine = self._place(quota)
        if stand is not None and self.behind is not None:
            stand = self.behind.left_by(stand, name)
        if stand is None or stand.left < amount:
            return store.draws(self.tenant, quota, name, _together([Move(mine, -amount, amount), *back]))
        if stand.closed:
            slices = opened(stand, quota.slices, stand.left - amount)
            return store.anew(self.tenant, name, stand, _moved(slices, _together([Move(mine, 0, amount), *back])))
        return store.draws(self.tenant, quota, name, _together([*drawn_together(stand, mine, amount), *back]))


@dataclass(frozen=True, slots=True)
class Both:
    """Two that are begun at different times of one decision."""

    one: Taking
    other: Taking

    def look(self, refused: frozenset[Key]) -> None:
        self.one.look(refused)
        self.other.look(refused)

    def foresee(self) -> bool:
        return self.one.foresee() and self.other.foresee()


def _together(moves: Iterable[Move]) -> tuple[Move, ...]:
    """One for each slice."""
    sums: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for move in moves:
        left, taken = sums[move.number]
        sums[move.number] = left + move.left, taken + move.taken
    return tuple(Move(number, left, taken) for number, (left, taken) in sums.items())


def _moved(slices: Iterable[Slice], moves: Iterable[Move]) -> tuple[Slice, ...]:
    by = {move.number: move for move in moves}
    return tuple(
        replace(one, left=one.left + by[one.number].left, taken=one.taken + by[one.number].taken)
        if one.number in by
        else one
        for one in slices
    )
