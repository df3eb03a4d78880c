"""Looks back: a statement, where an earning went, what paid a spend; each as the journal tells it, fact by fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, Protocol, TypeVar

from chalicelib.areas.accounts.model import Story, advance
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.wallet import CAME, WENT
from chalicelib.flows.read_statement import StatementEntry, Wanted, read_statement
from chalicelib.flows.trace_earning import EarningTrace, trace_earning
from chalicelib.flows.trace_spend import trace_spend
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import EntryRef, entry_id
from tests.simulation.journals import Told
from tests.simulation.law import law
from tests.simulation.moves.deeds import PROGRAM, Found, a_deed
from tests.simulation.policies import UNITS
from tests.simulation.reckoned import day_at
from tests.simulation.tally import ADDS
from tests.simulation.world import World

GIVING = (f.PointsEarned, f.PointsPromised, f.PointsGranted, f.PointsConverted)
GIVING_BESIDES = (f.PointsReceived, f.PointsRefunded)
SPENT = (f.PointsSpent, f.PointsCaptured)
TAKING_BESIDES = (f.PointsDeducted, f.PointsSent, f.PointsConverted, f.PointsCancelled)
BALANCE = dict.fromkeys(CAME, 1) | dict.fromkeys((*WENT, "held"), -1)
Positions = set[tuple[int, int]]  # lot, place in it


class _Paged(Protocol):
    @property
    def next_cursor(self) -> str | None: ...


PageT = TypeVar("PageT", bound=_Paged)


def look_back(world: World, dice: Random) -> str:
    return dice.choice((_statement, _earning, _spend))(world, dice)


def _pages(ask: Callable[[str | None], PageT]) -> Iterator[PageT]:
    """One after the other, as far as there are cursors."""
    cursor = None
    while True:
        page = ask(cursor)
        yield page
        if (cursor := page.next_cursor) is None:
            return


# --- a statement ----------------------------------------------------------------------------------------------------------


def _statement(world: World, dice: Random) -> str:
    """Of all or one unit or type, page by page: every move of points has its line, and each line its balance."""
    owner = dice.choice(world.owners)
    told = world.journals[owner].told
    unit, kind = dice.choice((None, None, *UNITS)), dice.choice((None, None, None, "points.spent", "points.expired"))
    shop, limit, wanted = world.shop, dice.choice((3, 20)), Wanted(type=kind, unit=unit)
    pages = _pages(lambda cursor: read_statement(shop.rt, shop.caller, (owner, PROGRAM), limit, cursor, wanted))
    entries = [entry for page in pages for entry in page.items]
    shown = Counter(
        (entry.sequence, line.type, line.unit, line.amount, line.value_day)
        for entry in entries
        for line in entry.lines
        if line.amount and line.type.partition(".")[0] != "order" and line.unit in UNITS
    )
    moved = Counter(
        (one.sequence, one.fact.type, of, amount, one.day)
        for one in told
        for of, amount in _moves(one.fact)
        if amount and unit in (None, of) and kind in (None, one.fact.type)
    )
    law(shown == moved, f"a statement of {unit} and {kind} shows {shown - moved}, not {moved - shown}")
    if kind is None:
        _ask_balances(world, owner, entries)
    return f"{owner} read a statement of {unit or 'all'}, {kind or 'all'}"


def _moves(fact: Any) -> Iterator[tuple[str, int]]:
    """By unit, what a fact adds to a balance or takes from it."""
    if type(fact) in ADDS:
        yield fact.unit, sum(BALANCE.get(name, 0) * sign for name, sign in ADDS[type(fact)]) * fact.amount
    if isinstance(fact, f.PointsConverted):
        yield fact.into, fact.gained


def _ask_balances(world: World, owner: str, entries: Sequence[StatementEntry]) -> None:
    running: Counter[str] = Counter()
    for entry in reversed(entries):
        for line in entry.lines:
            if line.unit in UNITS:
                running[line.unit] += line.amount or 0
                law(line.balance in (None, running[line.unit]), f"{line} came to {running[line.unit]}")
    there = {unit: world.journals[owner].account.wallet(unit).available for unit in running}
    law(running == there, f"a statement comes to {running}, and there are {there}")


# --- traces ---------------------------------------------------------------------------------------------------------------


def _earning(world: World, dice: Random) -> str:
    found = a_deed(world, dice, GIVING)
    _ask_besides(world, GIVING_BESIDES, _ask_earning)
    _ask_earning(world, found)
    return f"where {found.owner}'s {found.deed.fact} went"


def _ask_besides(world: World, kinds: tuple[type[Fact], ...], ask: Callable[[World, Found], None]) -> None:
    """The newest of these kinds, if there is one, of somebody; the dice are not thrown for it."""
    owner = world.owners[world.clock.at % len(world.owners)]
    known = [deed for deed in world.journals[owner].deeds.values() if isinstance(deed.fact, kinds)]
    if known:
        ask(world, Found(owner, known[-1]))


def _ask_earning(world: World, found: Found) -> None:
    shop = world.shop
    pages = list(_pages(lambda cursor: trace_earning(shop.rt, shop.caller, found.owner, found.id, cursor)))
    trace, items = pages[-1], [one for page in pages for one in page.items]
    path = _Path(found)
    moved = [(one.fact.type, amount, one.day) for one in _told(world, found) if (amount := path.follow(one.fact))]
    shown = [(one.type, one.amount, one.value_day) for one in items if one.id is not None]
    law(shown == moved, f"{found.deed.fact} went {items}, not {moved}")
    for one in items:
        law(day_at(one.at, world.program.zone) == one.value_day, f"{one} was of another day at that moment")
    _ask_since(world, found, path, [(one.type, one.amount) for one in items if one.id is None])
    _ask_left(trace, path)


def _ask_since(world: World, found: Found, path: _Path, shown: list[tuple[str, int]]) -> None:
    """What time has done since its journal told something is told as well."""
    story = advance(Story(world.journals[found.owner].account), world.clock.at)
    moved = [(fact.type, amount) for fact in story.facts if (amount := path.follow(fact))]
    law(shown == moved, f"since then {found.deed.fact} went {shown}, not {moved}")


def _ask_left(trace: EarningTrace, path: _Path) -> None:
    left = len(path.there), len(path.held), len(path.pending)
    law((trace.left, trace.held, trace.pending) == left, f"{trace} has {left} left, held and pending")


class _Path:
    """Where every single point of an earning is, as facts move it."""

    def __init__(self, found: Found) -> None:
        fact = found.deed.fact
        self.unit = fact.into if isinstance(fact, f.PointsConverted) else fact.unit
        self.all = _positions(_came(fact))
        self.there, self.held, self.pending = Positions(), Positions(), Positions()
        (self.pending if isinstance(fact, f.PointsPromised) else self.there).update(self.all)

    def follow(self, fact: Any) -> int:
        """How many of them it moves."""
        if getattr(fact, "unit", "") != self.unit:
            return 0
        if isinstance(fact, f.PointsExpired) and not fact.pieces:
            gone = {one for one in self.there if one[0] == fact.lot}
        elif not hasattr(fact, "pieces") or isinstance(fact, f.PointsReceived):
            return 0
        else:
            gone = self.all & _positions(fact.pieces)
        for place in (self.there, self.held, self.pending):
            place.difference_update(gone)
        match fact:
            case f.PointsRefunded() | f.PointsReleased() | f.PointsActivated():
                self.there |= gone
            case f.PointsHeld():
                self.held |= gone
        return len(gone)


def _spend(world: World, dice: Random) -> str:
    found = a_deed(world, dice, SPENT)
    _ask_besides(world, TAKING_BESIDES, _ask_spend)
    _ask_spend(world, found)
    return f"what paid {found.owner}'s {found.deed.fact}"


def _ask_spend(world: World, found: Found) -> None:
    shop = world.shop
    pages = list(_pages(lambda cursor: trace_spend(shop.rt, shop.caller, found.owner, found.id, cursor)))
    trace, items = pages[-1], [one for page in pages for one in page.items]
    spent, sources = _positions(found.deed.fact.pieces), Counter[tuple[str, str]]()
    for one in world.journals[found.owner].told:
        given = spent & _positions(_gave(one.fact, found.deed.fact.unit))
        if given and (one.sequence, one.number) < found.deed.key:
            sources[entry_id(EntryRef(found.owner, PROGRAM, one.sequence, one.number)), one.fact.type] += len(given)
    law({(one.source_id, one.type): one.amount for one in items} == sources, f"{items} paid, not {sources}")
    law(sources.total() == trace.amount - trace.owed, f"{sources} paid {trace}")
    law((trace.amount, trace.refunded) == (found.deed.amount, found.deed.undone), f"{trace} of {found.deed}")


def _told(world: World, found: Found) -> Iterator[Told]:
    """What its journal tells after it."""
    told = iter(world.journals[found.owner].told)
    for one in told:
        if (one.sequence, one.number) == found.deed.key:
            return told
    return told


def _came(fact: Any) -> Sequence[Sequence[Any]]:
    """Where the points of a credit are, those that came back among them."""
    match fact:
        case f.PointsReceived():
            return fact.pieces
        case f.PointsRefunded():
            return (*fact.pieces, *(() if fact.fresh is None else (fact.fresh,)))
    return (fact.piece,)


def _gave(fact: Any, unit: str) -> Sequence[Sequence[Any]]:
    match fact:
        case f.PointsConverted():
            return (fact.piece,) if fact.into == unit else ()
        case f.PointsEarned() | f.PointsPromised() | f.PointsGranted() if fact.unit == unit:
            return (fact.piece,)
        case f.PointsReceived() if fact.unit == unit:
            return fact.pieces
        case f.PointsRefunded() if fact.unit == unit:
            return () if fact.fresh is None else (fact.fresh,)
    return ()


def _positions(pieces: Sequence[Sequence[Any]]) -> Positions:
    return {(piece[0], place) for piece in pieces for place in range(piece[1], piece[2])}
