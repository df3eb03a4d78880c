"""An account's body as it is kept: compact JSON with short names, days and positions as integers, zeros left out.

w wallets   [next lot, totals, lots] and, where there is any, {"c": counted by period (of one: [period, counted]), "s": the lot that slides, "x": lapsed}
h holds     [number, unit, pieces, lapses at, by];  n the next number
p pendings  [unit, lot, spans, releases at, event, last day, open, day] and, where it has one, its period
o s q m t   orders, spend, what of it counts, [orders, counted spend, earned] by month, tier
l e days    of the latest purchase and the earliest; an older release knows nothing of them and forgets them
r reached   thresholds of metrics: since when
k past      by name of what is counted: currencies, then of each day [day, times, values in these currencies]
c counters  of each rule that is counted [times, amounts where there are any] by period
f foretold  2, where anything promised or held waits for an instant and the entries have told it; an older release wrote 1
u standing  [since, reason, period from, review at, grace from, pinned, pinned until, base, what of,
            by which sale, over which pins], as far as it says anything
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from chalicelib.areas.accounts.model.apart import Hold, Pending
from chalicelib.areas.accounts.model.counters import Uses
from chalicelib.areas.accounts.model.lots import Lot, Piece
from chalicelib.areas.accounts.model.months import Month
from chalicelib.areas.accounts.model.past import Sum
from chalicelib.areas.accounts.model.standing import Pin, Standing
from chalicelib.areas.accounts.model.state import FORETOLD, Account
from chalicelib.areas.accounts.model.wallet import Wallet
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day

_HOLES = Lot._fields.index("holes")  # kept only where there are any, as nearly nowhere
# A lot of all its fields: hundreds are read at once, and its class takes twice as long to be asked.
_whole = tuple.__new__
_ORDER = (  # of the totals of a wallet; new ones are added at the end
    "earned",
    "refunded",
    "spent",
    "cancelled",
    "expired",
    "granted",
    "received",
    "gained",
    "deducted",
    "sent",
    "converted",
    "held",
    "pending",
    "owed",
)
_ALWAYS = 5
_STANDING = tuple(field.name for field in fields(Standing))
_OVER = _STANDING.index("pinned_over")

Body = dict[str, Any]


def packed(account: Account, foretold: int = FORETOLD) -> Body:
    """`foretold`: in which form its entries have told what waits for time. One of this release tells all of it."""
    body: Body = {
        "w": {unit: _wallet(wallet) for unit, wallet in account.wallets.items()},
        "o": account.orders,
        "s": account.spend,
        "t": account.tier,
    }
    rare = {
        "h": [list(hold) for hold in account.holds],
        "n": account.next_hold if account.next_hold > 1 else 0,
        "p": [list(promise if promise.period else promise[:-1]) for promise in account.pendings],
        "q": {} if account.counted == account.spend else dict(account.counted),
        "m": {str(number): _month(month) for number, month in account.months.items()},
        "u": _standing(account.standing),
        "l": account.ordered_on,
        "e": account.first_ordered_on,
        "c": {rule: _counted(periods) for rule, periods in account.counters.items()},
        "k": {name: _past(days) for name, days in account.past.items()},
        "r": dict(account.reached),
        "f": foretold if account.waits_for_time else 0,
    }
    return body | {name: value for name, value in rare.items() if value}


def unpacked(body: Body, owner: str, program: int, advanced_to: Instant) -> Account:
    return Account(
        owner=owner,
        program=program,
        advanced_to=advanced_to,
        wallets={unit: _unpacked_wallet(unit, *kept) for unit, kept in body["w"].items()},
        holds=tuple(_hold(*kept) for kept in body.get("h", ())),
        next_hold=body.get("n", 1),
        pendings=tuple(_pending(*kept) for kept in body.get("p", ())),
        orders=body["o"],
        spend=body["s"],
        counted=body["q"] if "q" in body else body["s"],
        months={int(number): _unpacked_month(*kept) for number, kept in body.get("m", {}).items()},
        counters={rule: _unpacked_counted(kept) for rule, kept in body.get("c", {}).items()},
        past={name: _unpacked_past(*kept) for name, kept in body.get("k", {}).items()},
        reached=body.get("r", {}),
        ordered_on=body.get("l"),
        first_ordered_on=body.get("e"),
        tier=body["t"],
        standing=_unpacked_standing(*body["u"]) if "u" in body else Standing(),
        foretold=body.get("f", 0),
    )


def _standing(standing: Standing) -> list[Any]:
    told: list[Any] = [getattr(standing, name) for name in _STANDING]
    while told and not told[-1]:
        told.pop()
    return told


def _unpacked_standing(*told: Any) -> Standing:
    standing = Standing(*told[:_OVER])
    return replace(standing, pinned_over=tuple(Pin(*pin) for pin in told[_OVER])) if len(told) > _OVER else standing


def _wallet(wallet: Wallet) -> list[Any]:
    totals = [getattr(wallet, name) for name in _ORDER]
    while len(totals) > _ALWAYS and not totals[-1]:
        totals.pop()
    kept: list[Any] = [wallet.next_lot, totals, [_lot(lot) for lot in wallet.lots]]
    rare: dict[str, Any] = {}
    if len(wallet.counted) == 1:
        rare["c"] = [*wallet.counted, *wallet.counted.values()]
    elif wallet.counted:
        rare["c"] = dict(wallet.counted)
    if wallet.lapsed:
        rare["x"] = [list(piece) for piece in wallet.lapsed]
    if wallet.sliding:
        rare["s"] = wallet.sliding
    return [*kept, rare] if rare else kept


def _unpacked_wallet(
    unit: str, next_lot: int, totals: list[int], lots: list[Any], rare: Mapping[str, Any] | None = None
) -> Wallet:
    more = rare or {}
    counted = more.get("c", {})
    return Wallet(
        unit,
        tuple([_whole(Lot, (*lot, ())) if len(lot) == _HOLES else _lot_with_holes(lot) for lot in lots]),
        next_lot,
        **dict(zip(_ORDER, totals, strict=False)),
        sliding=more.get("s", 0),
        counted=counted if isinstance(counted, dict) else dict([counted]),
        lapsed=tuple(Piece(lot, start, end) for lot, start, end in more.get("x", ())),
    )


def _lot(lot: Lot) -> tuple[Any, ...]:
    return lot if lot.holes else lot[:_HOLES]


def _lot_with_holes(kept: list[Any]) -> Lot:
    *rest, holes = kept
    return Lot._make([*rest, tuple((start, end) for start, end in holes)])


def _hold(number: int, unit: str, pieces: list[Any], lapses_at: Instant | None, by: str) -> Hold:
    return Hold(number, unit, tuple((lot, start, end, day) for lot, start, end, day in pieces), lapses_at, by)


def _pending(unit: str, lot: int, spans: list[list[int]], *rest: Any) -> Pending:
    return Pending(unit, lot, tuple((start, end) for start, end in spans), *rest)


def _month(month: Month) -> list[Any]:
    return [month.orders, month.spend, month.earned]


def _unpacked_month(orders: int, spend: dict[str, int], earned: dict[str, int]) -> Month:
    return Month(orders, spend, earned)


def _counted(periods: Mapping[str, Uses]) -> dict[str, Any]:
    return {name: [uses.times, uses.amounts] if uses.amounts else [uses.times] for name, uses in periods.items()}


def _unpacked_counted(kept: Mapping[str, list[Any]]) -> dict[str, Uses]:
    return {name: Uses(*uses) for name, uses in kept.items()}


def _past(days: Mapping[Day, Sum]) -> list[Any]:
    currencies = sorted({name for counted in days.values() for name in counted.values})
    return [
        currencies,
        *([day, one.times, *(one.values.get(name, 0) for name in currencies)] for day, one in days.items()),
    ]


def _unpacked_past(currencies: list[str], *days: list[int]) -> dict[Day, Sum]:
    return {day: Sum(times, _values(currencies, values)) for day, times, *values in days}


def _values(currencies: list[str], values: list[int]) -> dict[str, int]:
    return {name: value for name, value in zip(currencies, values, strict=True) if value}
