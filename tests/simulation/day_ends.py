"""What histograms say when a seed is over: of an account what its statement says, of a program the sum of them, whether or
not somebody settles what is due; and their bars add up to the balance of the past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from chalicelib.flows.histogram import Bar
from chalicelib.flows.read_account import read_account
from chalicelib.flows.read_histogram import read_histogram
from chalicelib.flows.read_program_histogram import read_program_histogram
from chalicelib.flows.read_statement import read_statement
from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.statement_lines import StatementLine
from tests.simulation.day_laws import KINDS, Days, ahead_of, is_late
from tests.simulation.journals import Journals
from tests.simulation.law import law
from tests.simulation.reckoned import date_of, day_at, start_of
from tests.simulation.world import World

SETTLED = 0.4  # of accounts are by the job, of the others a statement has no line yet for what is due
BEHIND, AHEAD = 90, 30  # days that are looked at: each has a bar, and there are thousands
ADDS = ("earned", "granted", "received", "refunded", "gained")
TAKES = ("spent", "deducted", "sent", "converted", "expired", "cancelled")
_KINDS = (*ADDS, *TAKES, "pending")
_KIND_OF = {fact.type: kind for fact, kind in KINDS.items()}


def ask_days_at_the_end(world: World, journals: Journals, dice: Random) -> None:
    """Of one unit. All entries have been relayed."""
    zone, unit = journals.program.zone, dice.choice(journals.program.units).code
    first = day_at(world.clock.at, zone) - BEHIND
    total: Counter[tuple[int, str]] = Counter()
    for owner in (one for one in world.owners if journals[one].head.version):
        bars = _bars(world, journals, owner, unit, first)
        total.update(bars)
        _ask_account(world, journals, owner, unit, bars)
        _ask_past(world, journals, owner, unit, dice)
        days = journals[owner].days
        if dice.random() < SETTLED:
            _ask_settled(world, journals, owner, unit, bars)
            days = days + ahead_of(journals[owner].account, world.clock.at, zone)
        _ask_statement(world, journals, owner, unit, days)
    shop, span = world.shop, (first, first + BEHIND + AHEAD)
    told = read_program_histogram(shop.rt, shop.caller, journals.program_id, unit, span, "day")
    whole = _counted(first, told.items)
    law(whole == +total, f"of {unit} counters tell {_apart(whole, +total)} than all accounts")


def _ask_account(world: World, journals: Journals, owner: str, unit: str, bars: Counter[tuple[int, str]]) -> None:
    """What its journal tells and what time will do."""
    zone, known = journals.program.zone, journals[owner]
    first = day_at(world.clock.at, zone) - BEHIND
    last = first + BEHIND + AHEAD
    days: Days = known.days + ahead_of(known.account, start_of(last + 1, zone) - 1, zone)
    due = Counter({(day, kind): n for (of, day, kind), n in days.items() if of == unit and first <= day <= last})
    law(bars == due, f"a histogram of {owner}'s {unit} tells {_apart(bars, due)}")


def _ask_settled(world: World, journals: Journals, owner: str, unit: str, bars: Counter[tuple[int, str]]) -> None:
    """The daily job writes down what is due, and changes no day."""
    shop, first = world.shop, day_at(world.clock.at, journals.program.zone) - BEHIND
    settle_account(shop.rt, shop.caller, day_at(world.clock.at, "UTC"), owner, journals.program_id)
    settled = _bars(world, journals, owner, unit, first)
    law(settled == bars, f"after the daily job a histogram of {owner}'s {unit} tells {_apart(settled, bars)}")


def _ask_statement(world: World, journals: Journals, owner: str, unit: str, days: Days) -> None:
    """By day and kind its lines come to what the journal tells."""
    shown: Counter[tuple[int, str]] = Counter()
    for line in _lines(world, journals, owner):
        if line.unit == unit and line.type in _KIND_OF:
            came = line.type == "points.converted" and (line.amount or 0) > 0
            shown[line.value_day, "gained" if came else _KIND_OF[line.type]] += abs(line.amount or line.unmoved or 0)
    told = Counter({(day, kind): amount for (of, day, kind), amount in days.items() if of == unit})
    law(+shown == told, f"a statement of {owner}'s {unit} shows {_apart(+shown, told)}")


def _ask_past(world: World, journals: Journals, owner: str, unit: str, dice: Random) -> None:
    """At the end of a day that is over, bars up to it come to what there was, what was held included. Of a day for which
    something was recorded late that is not what was known then."""
    zone, known, shop = journals.program.zone, journals[owner], world.shop
    entries = [journals.entry(owner, sequence) for sequence in range(1, known.head.version + 1)]
    late = [one for one in entries if is_late(one, zone)]
    day = day_at(dice.randint(entries[0].recorded_at, world.clock.at), zone) - 1
    end = start_of(day + 1, zone) - 1
    if any(one.recorded_at > end and day_at(one.effective_at, zone) <= day for one in late):
        return
    days = known.days + ahead_of(known.account, world.clock.at, zone)
    came = Counter({(on, kind): amount for (of, on, kind), amount in days.items() if of == unit and on <= day})
    there = sum((kind in ADDS) * n - (kind in TAKES) * n for (_, kind), n in came.items())
    view = read_account(shop.rt, shop.caller, owner, journals.program_id, end)
    stood = sum(wallet.available + wallet.held for wallet in view.wallets if wallet.unit == unit)
    law(there == stood, f"up to {date_of(day)} {owner}'s {unit} come to {there}, and {stood} were there")


def _bars(world: World, journals: Journals, owner: str, unit: str, first: int) -> Counter[tuple[int, str]]:
    shop, span = world.shop, (first, first + BEHIND + AHEAD)
    told = read_histogram(shop.rt, shop.caller, (owner, journals.program_id), unit, span, "day")
    return _counted(first, told.items)


def _counted(first: int, bars: tuple[Bar, ...]) -> Counter[tuple[int, str]]:
    return Counter(
        {
            (first + place, kind): amount
            for place, bar in enumerate(bars)
            for kind in _KINDS
            if (amount := getattr(bar, kind))
        }
    )


def _lines(world: World, journals: Journals, owner: str) -> Iterator[StatementLine]:
    shop, cursor = world.shop, None
    while True:
        page = read_statement(shop.rt, shop.caller, (owner, journals.program_id), 100, cursor)
        yield from (line for entry in page.items for line in entry.lines)
        if (cursor := page.next_cursor) is None:
            return


def _apart(one: Counter[tuple[int, str]], other: Counter[tuple[int, str]]) -> str:
    named = [
        {f"{date_of(day)} {kind}": n for (day, kind), n in (a - b).items()} for a, b in ((one, other), (other, one))
    ]
    return f"{named[0]} and not {named[1]}"
