"""A quota in slices: how it is cut, what is drawn from which, and what a change of its total makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from zlib import crc32

from chalicelib.kit.clock import Instant

MAX_SLICES = 16
UNLIMITED = 1_000_000_000  # the total of what is counted only: nobody comes near, so that nobody looks what is left
HELD_FOR_A_TIME = (
    "rule_limit",
    "budget",
    "coupons_issued",
    "coupons_used",
)  # kinds of which a checkout may hold something
LEAST_OF_A_SLICE = (
    32  # below twice that a quota is one slice, for the last units of small ones are looked for everywhere
)


@dataclass(frozen=True, slots=True)
class Quota:
    """`id` names the program and the thing, `period` the day or month that the total is for."""

    kind: str
    id: str
    total: int
    period: str | None = None

    def __post_init__(self) -> None:
        assert self.total >= 0  # noqa: S101

    @property
    def name(self) -> str:
        return "#".join((self.kind, self.id, *((self.period,) if self.period else ())))

    @property
    def slices(self) -> int:
        return min(MAX_SLICES, max(1, self.total // LEAST_OF_A_SLICE))

    def share(self, number: int) -> int:
        """What the slice has before anybody takes from it; one that it is not cut into has none."""
        return even(self.total, self.slices)[number] if number < self.slices else 0

    def slice_of(self, who: str) -> int:
        """The same for ever, for whoever is asked about."""
        return crc32(who.encode()) % self.slices


@dataclass(frozen=True, slots=True)
class Taken:
    """What an order or a redemption keeps of what it took, so that it can be given back."""

    quota: str
    slice: int
    amount: int

    def kept(self) -> list[Any]:
        return [self.quota, self.slice, self.amount]

    @classmethod
    def of(cls, kept: Iterable[Any]) -> Taken:
        quota, number, amount = kept
        return cls(quota, number, amount)

    def part(self, amount: int) -> Taken:
        assert 0 <= amount <= self.amount  # noqa: S101
        return replace(self, amount=amount)


@dataclass(frozen=True, slots=True)
class Held:
    """What is taken only until a time, by whoever has not paid yet: `who` is a checkout."""

    taken: Taken
    who: str
    until: Instant


@dataclass(frozen=True, slots=True)
class Slice:
    number: int
    left: int
    taken: int = 0
    closed: bool = False
    stored: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """What changes in one slice, wherever it stands."""

    number: int
    left: int
    taken: int = 0


@dataclass(frozen=True)
class Stand:
    """The slices of a quota at one time, those that nobody has touched as well."""

    slices: Mapping[int, Slice]

    @cached_property
    def left(self) -> int:
        """Below 0 while more is taken than there is."""
        return sum(one.left for one in self.slices.values())

    @cached_property
    def taken(self) -> int:
        return sum(one.taken for one in self.slices.values())

    @property
    def closed(self) -> bool:
        return any(one.closed for one in self.slices.values())


def stand_of(quota: Quota | None, stored: Iterable[Slice]) -> Stand:
    """With the slices that are not there, each at its share of the quota."""
    untouched = {} if quota is None else {at: Slice(at, quota.share(at), stored=False) for at in range(quota.slices)}
    return Stand(untouched | {one.number: one for one in stored})


def differences(quota: Quota, stand: Stand, held: Iterable[Held] = ()) -> tuple[str, ...]:
    """What a quota's slices say that cannot be, beside what is held of them."""
    found = []
    by_slice = Counter[int]()
    for each in held:
        by_slice[each.taken.slice] += each.taken.amount
    for number, amount in sorted(by_slice.items()):
        taken = stand.slices[number].taken if number in stand.slices else 0
        if amount > taken:
            found.append(f"slice {number}: {amount} held of {taken} taken")
    if stand.left + stand.taken != quota.total:
        found.append(f"{stand.left} left and {stand.taken} taken are not {quota.total}")
    for one in stand.slices.values():
        if one.taken < 0:
            found.append(f"slice {one.number}: more was given back than taken")
        if one.left < 0 and not one.closed:
            found.append(f"slice {one.number}: {one.left} left")
    return tuple(found)


# --- taking what one slice does not have ------------------------------------------------------------------------------


def drawn_together(stand: Stand, mine: int, amount: int) -> tuple[Move, ...]:
    """Takes the amount, which is there in all, by one slice: what it lacks comes from the richest, and half of what those
    have beyond it, so that the next at this slice find something."""
    lacking, gathered, moves = amount - stand.slices[mine].left, 0, []
    distant = sorted(stand.slices.values(), key=lambda one: (-one.left, (one.number - mine) % MAX_SLICES))
    for other in distant:
        still = lacking - gathered
        if still <= 0 or other.left <= 0:
            break
        if other.number != mine:
            given = min(other.left, still) + max(0, other.left - still) // 2
            moves.append(Move(other.number, -given))
            gathered += given
    return (Move(mine, gathered - amount, amount), *moves)


def opened(stand: Stand, numbers: int, left: int) -> tuple[Slice, ...]:
    """All slices anew, with so much left in all: closed, where that is below 0."""
    shares = even(max(0, left), numbers)
    slices = []
    for one in stand.slices.values():
        share = shares[one.number] if one.number < numbers else 0
        owed = min(0, left) if one.number == 0 else 0
        slices.append(replace(one, left=share + owed, closed=left < 0))
    return tuple(slices)


# --- another total ----------------------------------------------------------------------------------------------------


def recut(before: Stand, after: Quota) -> tuple[Move, ...] | tuple[Slice, ...]:
    """What makes the total another: moves, which many who take meanwhile do not disturb; or, where more is taken than there
    will be, or was, all slices anew, as they were read."""
    left = after.total - before.taken
    untouched = {at: Slice(at, 0, stored=False) for at in range(after.slices)}
    stand = Stand(untouched | dict(before.slices))
    if left < 0 or stand.closed:
        return opened(stand, after.slices, left)
    more = left - stand.left
    if more >= 0:
        shares = even(more, after.slices)
        return tuple(Move(at, shares[at] if at < after.slices else 0) for at in sorted(stand.slices))
    return tuple(Move(at, by) for at, by in lowered(stand, left).items())


def lowered(stand: Stand, left: int) -> dict[int, int]:
    """By how much each slice falls so that so much is left in all: the fullest first, so that they come out even."""
    moves, rest = {}, left
    poorest_first = sorted(stand.slices.values(), key=lambda one: one.left)
    for at, one in enumerate(poorest_first):
        kept = min(one.left, rest // (len(poorest_first) - at))
        moves[one.number], rest = kept - one.left, rest - kept
    return moves


def even(amount: int, parts: int) -> tuple[int, ...]:
    return tuple(amount // parts + (at < amount % parts) for at in range(parts))
