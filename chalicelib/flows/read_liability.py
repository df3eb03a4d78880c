"""Read what a tenant's members can still use of a program, by the month in which it would expire: from counters.

reads    1 Query of the tenant's counts by day, a MB a request (about three years)

The counters move in the very transaction that puts an entry into the feed, so they are as far as the feed is; and they
are the sum over all accounts as they are stored, where what has passed its last day is there until somebody, or the
daily job, settles it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model import NEVER
from chalicelib.areas.programs import store as programs
from chalicelib.areas.programs.model import Unit
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime
from chalicelib.table.pages import every_item


class MonthLiability(Frozen):
    """`month` as 2026-11, null for what never expires; `liability` what is available with its last day in it,
    `breakage` what had it and has expired."""

    month: str | None
    liability: int
    breakage: int


class UnitLiability(Frozen):
    """`available` is the sum of all months less what is `owed`. `held` is set apart, `pending` promised and not yet there, `owed` taken below
    zero; in the unit's smallest part."""

    unit: str
    decimals: int
    available: int
    held: int
    pending: int
    owed: int
    months: tuple[MonthLiability, ...]


class Liability(Frozen):
    program_id: int
    units: tuple[UnitLiability, ...]


def read_liability(rt: Runtime, caller: Caller, program_id: int) -> Liability:
    """NotFound: program."""
    program = programs.program(rt.config.load(rt.table, caller.tenant), program_id)
    total: Counter[str] = Counter()
    for attrs in every_item(rt.table, store.every_day_query(caller.tenant)):
        total.update(store.counts_from(attrs))
    return Liability(program_id=program_id, units=tuple(_unit(total, program_id, unit) for unit in program.units))


def _unit(total: Counter[str], program_id: int, unit: Unit) -> UnitLiability:
    months = tuple(_months(total, program_id, unit.code))
    apart = {kind: total[f"{kind}/{program_id}/{unit.code}"] for kind in ("held", "pending", "owed")}
    return UnitLiability(
        unit=unit.code,
        decimals=unit.decimals,
        available=sum(month.liability for month in months) - apart["owed"],
        months=months,
        **apart,
    )


def _months(total: Counter[str], program_id: int, unit: str) -> Iterator[MonthLiability]:
    prefixes = f"liability/{program_id}/{unit}/", f"breakage/{program_id}/{unit}/"
    names = {name.removeprefix(prefix) for prefix in prefixes for name in total if name.startswith(prefix)}
    for name in sorted(names):
        liability, breakage = (total[prefix + name] for prefix in prefixes)
        if liability or breakage:
            yield MonthLiability(month=None if name == NEVER else name, liability=liability, breakage=breakage)
