"""List what expires on which day in the wallets of a member or a group: what can be used, what is held, and what is still pending.

reads    1 BatchGet of profile and account; a copy is advanced in memory, nothing is written

All days at once: a wallet has as many lots as it may have, and no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ConfigDict

from chalicelib.areas.accounts.model import Account, Story
from chalicelib.areas.accounts.model.apart import Pending
from chalicelib.areas.programs.model import Unit
from chalicelib.flows.lost_account import open_to_read
from chalicelib.flows.terms import terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import Day
from chalicelib.kit.wire import CalendarDay
from chalicelib.runtime import Runtime


@dataclass(frozen=True, slots=True)  # no model: an answer has hundreds, of what is stored, and a model would check each
class Expiry:
    """What can be used up to the end of this day where the program is; without a day, for ever. `held` and `pending` would
    be among it if they came free or came now. `slides`: an activity of the member moves the day."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    expires_on: CalendarDay | None
    available: int
    held: int
    pending: int
    slides: bool


class UnitExpiries(Frozen):
    """`undecided` is pending, and its last day will be counted from when its event comes."""

    unit: str
    decimals: int
    undecided: int
    days: tuple[Expiry, ...]


_AVAILABLE, _HELD, _PENDING = range(3)
_Key = tuple[Day | None, bool]


def list_expiries(
    rt: Runtime, caller: Caller, of: tuple[str, int], unit: str | None = None
) -> tuple[UnitExpiries, ...]:
    """`of` is owner and program; of one unit, or of all. Who may view accounts. NotFound: owner, program. Refuses
    `unknown_unit`."""
    terms = terms_of(rt, caller.tenant, of[1])
    units = terms.program.units if unit is None else (terms.program.unit(unit),)
    opened = open_to_read(rt, caller.tenant, *of)
    account = terms.advance(Story(opened.account), rt.clock.now()).account
    return tuple(_of_unit(account, one) for one in units)


def _of_unit(account: Account, unit: Unit) -> UnitExpiries:
    sums: dict[_Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, what, amount in _amounts(account, unit.code):
        sums[key][what] += amount
    ordered = sorted(sums.items(), key=lambda one: (one[0][0] is None, one[0][0] or 0, one[0][1]))
    return UnitExpiries(
        unit=unit.code,
        decimals=unit.decimals,
        undecided=sum(promise.amount for promise in _pending(account, unit.code) if promise.open),
        days=tuple(
            [
                Expiry(day, available, held, pending, slides)
                for (day, slides), (available, held, pending) in ordered
                if available or held or pending
            ]
        ),
    )


def _amounts(account: Account, unit: str) -> Iterator[tuple[_Key, int, int]]:
    """A lot says its last day, which may have moved since points were taken out of it; one that has passed is not there."""
    wallet = account.wallet(unit)
    days: dict[int, Day | None] = {lot.number: lot.expires_on for lot in wallet.lots}
    for lot in wallet.lots:
        yield (lot.expires_on, lot.number == wallet.sliding), _AVAILABLE, lot.left
    for hold in account.holds:
        for number, start, end, day in hold.pieces if hold.unit == unit else ():
            yield (days.get(number, day), number == wallet.sliding), _HELD, end - start
    for promise in _pending(account, unit):
        if not promise.open:
            key = days.get(promise.lot, promise.expires_on), promise.lot == wallet.sliding
            yield key, _PENDING, promise.amount


def _pending(account: Account, unit: str) -> Iterator[Pending]:
    return (promise for promise in account.pendings if promise.unit == unit)
