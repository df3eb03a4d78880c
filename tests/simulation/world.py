"""A shop with a few members and their groups, behind a table that fails when told to; and how a move asks it for something.

Every wish is asked in one of several ways: plainly, twice with one key, from two tills at once, through lost answers,
conflicts and throttling, or while somebody else changes the same accounts. Whatever the way, there is one final answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from chalicelib.areas.orders.model import Sale
from chalicelib.areas.programs.model import Program, ProgramDefinition
from chalicelib.areas.programs.operations import create_program, get_program
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.errors import InvalidInput, NotFound, Refused, StampbookError
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.terms import terms_of
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from chalicelib.table.config import read_config
from chalicelib.table.memory import MemoryTable
from tests.faults.trying import FAULTS, MOST_TRIES, WORTH_ANOTHER_TRY
from tests.faults.world import World as Ports
from tests.faults.world import world_of
from tests.simulation.journals import Journals
from tests.simulation.law import LawBroken, law
from tests.simulation.past_laws import DAYS_COUNTED
from tests.simulation.policies import ELSEWHERE, UNITS, ZONES, definition, ladder
from tests.simulation.roll import Roll
from tests.simulation.sale_laws import RULES, Document
from tests.twins import StandingClock, at, fresh, grouped, metered
from tests.twins.bookshop import BookShop, keyed, open_shop
from tests.twins.faulty import Fault

DocumentT = TypeVar("DocumentT", bound=Document)
Wish = Callable[[BookShop, Command], Committed[Any]]
DAY = 86_400_000
MEMBERS = 3
WITH_TWO_PROGRAMS = 0.25
START = "2026-01-10"


class SteadyClock(StandingClock):
    """Waiting takes no time: how long a pause lasts is drawn anew on every run, and a seed tells one story."""

    def sleep(self, seconds: float) -> None:
        return None


@dataclass(frozen=True)
class Sold:
    order_id: str
    member_id: str
    document: Sale


@dataclass
class World:
    """`elsewhere` are the accounts in the shop's second program, where it has one. `seen` counts what moves came to."""

    ports: Ports
    clock: SteadyClock
    members: tuple[str, ...]
    journals: Journals
    elsewhere: Journals | None = None
    sold: list[Sold] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    asked: int = 0

    @property
    def shop(self) -> BookShop:
        return self.ports.calm

    @property
    def roll(self) -> Roll:
        return self.journals.roll

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.roll.groups)

    @property
    def owners(self) -> tuple[str, ...]:
        """Whoever has an account: members and groups."""
        return *self.members, *self.roll.groups

    @property
    def program(self) -> Program:
        return self.journals.program

    @property
    def all(self) -> tuple[Journals, ...]:
        """Those of every program."""
        return (self.journals,) if self.elsewhere is None else (self.journals, self.elsewhere)

    def number(self) -> str:
        """A new document number, key or event."""
        self.asked += 1
        return f"N{self.asked}"

    def found_group(self, group: str) -> None:
        self.roll.groups.append(group)
        for journals in self.all:
            journals.open(group)

    def ask_laws(self, dice: Random) -> None:
        """After every move."""
        self.roll.ask()
        for journals in self.all:
            terms = terms_of(self.shop.rt, self.shop.caller.tenant, journals.program_id)
            journals.ask_laws(terms.must_have_tiers(), dice)

    def note_programs(self) -> None:
        """Each as it now stands, under its revision: entries say by which they were decided."""
        shop = self.shop
        revision = read_config(shop.rt.table, shop.caller.tenant).revision
        for journals in self.all:
            journals.programs[revision] = get_program(shop.rt, shop.caller, journals.program_id)

    def note_tiers(self, journals: Journals, tiers: dict[str, Any]) -> None:
        self.note_programs()
        journals.ladders.define(max(journals.programs), self.clock.at, tiers)

    def sends(self, document: DocumentT) -> DocumentT:
        """The shop sends it now, or will try."""
        for journals in self.all:
            journals.documents[document.number] = document
        return document

    def ask(self, dice: Random, wish: Wish) -> Any:
        """The final answer. Raises the refusal, which changes nothing."""
        (way,) = dice.choices(list(WAYS), weights=list(WAYS.values()))
        self.seen[f"way {way.__name__}"] += 1
        return way(self, dice, wish)


def open_world(seed: int) -> World:
    dice = Random(f"{seed}/world")
    program, tiers = definition(dice, dice.choice(ZONES)), ladder(dice)
    shop = open_shop(now=START, rules=RULES, program=program, tiers=tiers)
    members = tuple(shop.member(str(number)) for number in range(MEMBERS))
    clock = SteadyClock(at(START))
    memory = shop.rt.table
    assert isinstance(memory, MemoryTable)
    ports = world_of(shop.rt, clock, shop, {})
    roll = Roll(memory, shop.caller.tenant, members)
    world = World(ports, clock, members, Journals(memory, shop.caller.tenant, roll, 1))
    _ask_for_points(shop, 1, UNITS)
    world.note_tiers(world.journals, tiers)
    if dice.random() < WITH_TWO_PROGRAMS:
        _open_another(world, dice)
    return world


def _ask_for_points(shop: BookShop, program_id: int, units: Sequence[str]) -> None:
    """Somebody asks for all that is earned and spent, by day and ever."""
    for unit in units:
        for of in ("points_earned", "points_spent"):
            measured = {"measure": "sum", "of": f"{of}:{unit}"}
            lately, ever = measured | {"days": DAYS_COUNTED}, measured | {"per": "ever"}
            for name, what in (("lately", lately), ("ever", ever)):
                metric_id = f"{program_id}-{of}-{unit}-{name}"
                metered.metric(shop, metric_id, what, program_id=program_id, thresholds=[])


def _open_another(world: World, dice: Random) -> None:
    """A second program with units, policies, a zone and tiers of its own; one unit has the name of one of the first's."""
    shop, told, tiers = world.shop, definition(dice, dice.choice(ZONES), ELSEWHERE), ladder(dice)
    program = create_program(shop.rt, shop.caller, fresh(), ProgramDefinition.model_validate({"name": "Café", **told}))
    define_tiers(shop.rt, shop.caller, fresh(), program.answer.program_id, TierScheme.model_validate(tiers))
    world.elsewhere = Journals(world.journals.table, shop.caller.tenant, world.roll, program.answer.program_id)
    _ask_for_points(shop, world.elsewhere.program_id, ELSEWHERE)
    world.note_tiers(world.elsewhere, tiers)
    world.clock.elapsed += 60.0


# --- ways to ask ----------------------------------------------------------------------------------------------------------


def plainly(world: World, dice: Random, wish: Wish) -> Any:
    return wish(world.shop, fresh()).answer


def twice(world: World, dice: Random, wish: Wish) -> Any:
    """The second time by another process, which finds it done. A refusal is the same one again."""
    command = keyed(world.number())
    first = outcome(world.shop, command, wish)
    second = outcome(world.ports.another_till(), command, wish)
    law(same(first, second), f"asked twice, it answered {told(first)} and {told(second)}")
    law(isinstance(second, StampbookError) or second.replayed, "what was done was done again")
    return answered(first)


def at_once(world: World, dice: Random, wish: Wish) -> Any:
    """Another till is faster with the same key, whatever this one is at."""
    command = keyed(world.number())
    others: list[Committed[Any] | StampbookError] = []

    def overtaken(_: int) -> None:
        others.append(outcome(world.ports.another_till(), command, wish))

    with disturbed(world, dice.randrange(4), overtaken):
        own = outcome(world.ports.till, command, wish)
    for other in others:
        law(same(own, other), f"two tills were told {told(own)} and {told(other)}")
    return answered(own)


def through_faults(world: World, dice: Random, wish: Wish) -> Any:
    """Calls are throttled, lost or meet a conflict; the client insists, with the same key."""
    command = keyed(world.number())
    faults: dict[int, Fault] = {
        call: dice.choice(FAULTS["transaction"]) for call in range(8) if dice.random() < dice.choice((0.2, 0.6))
    }
    world.ports.trouble.start(faults)
    own = outcome(world.ports.till, command, wish)
    world.ports.trouble.settle()
    world.ports.trouble.start()
    again = outcome(world.shop, command, wish)
    law(same(own, again), f"after faults {faults} it answered {told(own)}, then {told(again)}")
    return answered(own)


def without_a_key(world: World, dice: Random, wish: Wish) -> Any:
    """One fault or two, and nobody asks again: it must mend them by itself."""
    faults: dict[int, Fault] = {dice.randrange(5): dice.choice(FAULTS["transaction"]) for _ in range(2)}
    world.ports.trouble.start(faults)
    try:
        return wish(world.ports.till, fresh()).answer
    finally:
        world.ports.trouble.settle()
        world.ports.trouble.start()


def beside_a_rival(world: World, dice: Random, wish: Wish) -> Any:
    """Somebody else earns a point on an account meanwhile, or joins a group or leaves one: what was decided is decided anew."""
    rival, group = dice.choice(world.members), one_of(dice, world.groups)
    moves = group is not None and dice.random() < 0.5

    def meanwhile(_: int) -> None:
        outcome(world.shop, fresh(), comes_or_goes if moves else earns)

    def earns(shop: BookShop, command: Command) -> Committed[Any]:
        return shop.earn(rival, 1, command)

    def comes_or_goes(shop: BookShop, command: Command) -> Committed[Any]:
        inside = world.roll.payer(rival) != rival
        return grouped.leave(shop, world.roll.payer(rival), rival) if inside else grouped.join(shop, str(group), rival)

    with disturbed(world, dice.randrange(3), meanwhile):
        return wish(world.ports.till, fresh()).answer


Way = Callable[[World, Random, Wish], Any]
WAYS: dict[Way, int] = {plainly: 72, twice: 7, at_once: 5, through_faults: 6, without_a_key: 5, beside_a_rival: 5}


@contextmanager
def disturbed(world: World, number: int, act: Callable[[int], None]) -> Iterator[None]:
    """Something else happens, once, before the call of this number."""

    def interrupt(call: int) -> None:
        if call == number:
            world.ports.trouble.interrupt = None
            act(call)

    world.ports.trouble.start()
    world.ports.trouble.interrupt = interrupt
    try:
        yield
    finally:
        world.ports.trouble.interrupt = None


def outcome(shop: BookShop, command: Command, wish: Wish) -> Committed[Any] | StampbookError:
    """What comes of it when the client insists: an answer, or a refusal."""
    for _ in range(MOST_TRIES):
        try:
            return wish(shop, command)
        except WORTH_ANOTHER_TRY:
            continue
        except (Refused, InvalidInput, NotFound) as refusal:
            return refusal
    raise LawBroken("never an answer")


def same(one: Committed[Any] | StampbookError, other: Committed[Any] | StampbookError) -> bool:
    if isinstance(one, StampbookError) or isinstance(other, StampbookError):
        return str(one) == str(other)
    return bool(one.answer == other.answer)


def told(result: Committed[Any] | StampbookError) -> str:
    return str(result) if isinstance(result, StampbookError) else repr(result.answer)


def answered(result: Committed[Any] | StampbookError) -> Any:
    if isinstance(result, StampbookError):
        raise result
    return result.answer


def one_of(dice: Random, some: Sequence[Any]) -> Any | None:
    return dice.choice(some) if some else None
