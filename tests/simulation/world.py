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
from chalicelib.areas.programs.model import Program
from chalicelib.areas.programs.operations import get_program
from chalicelib.errors import StampbookError
from chalicelib.flows.terms import terms_of
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from chalicelib.table.config import read_config
from tests.faults.trying import FAULTS, MOST_TRIES, WORTH_ANOTHER_TRY
from tests.faults.world import World as Ports
from tests.simulation.journals import Journals
from tests.simulation.law import LawBroken, law
from tests.simulation.offer_laws import ask_offers
from tests.simulation.offers import SHARED_CODE, Offers
from tests.simulation.outcomes import REFUSALS, Outcome, answered, same, told
from tests.simulation.roll import Roll
from tests.simulation.sale_laws import Document
from tests.twins import StandingClock, fresh, grouped, tills
from tests.twins.bookshop import BookShop, keyed
from tests.twins.faulty import Fault

DocumentT = TypeVar("DocumentT", bound=Document)
Wish = Callable[[BookShop, Command], Committed[Any]]
DAY = 86_400_000
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
    """`elsewhere` are the accounts in the shop's second program, where it has one; `offers` what members are offered beside
    points, where there is anything. `seen` counts what moves came to."""

    ports: Ports
    clock: SteadyClock
    members: tuple[str, ...]
    journals: Journals
    elsewhere: Journals | None = None
    offers: Offers | None = None
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

    def welcome(self, member: str) -> None:
        """Somebody is a member from now on."""
        self.members = self.roll.members = (*self.members, member)
        for journals in self.all:
            journals.open(member)

    def ask_laws(self, dice: Random) -> None:
        """After every move."""
        self.roll.ask()
        for journals in self.all:
            terms = terms_of(self.shop.rt, self.shop.caller.tenant, journals.program_id)
            journals.ask_laws(terms.must_have_tiers(), dice)
        if self.offers is not None:
            ask_offers(self.offers, self.journals, self.ports.memory, dice)

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


# --- ways to ask ----------------------------------------------------------------------------------------------------------


def plainly(world: World, dice: Random, wish: Wish) -> Any:
    return wish(world.shop, fresh()).answer


def twice(world: World, dice: Random, wish: Wish) -> Any:
    """The second time by another process, which finds it done, or still nothing to do. A refusal is the same one again."""
    command = keyed(world.number())
    first = outcome(world.shop, command, wish)
    before = dict(world.ports.memory._items)
    second = outcome(world.ports.another_till(), command, wish)
    law(same(first, second), f"asked twice, it answered {told(first)} and {told(second)}")
    known = isinstance(second, StampbookError) or second.replayed
    law(known or before == world.ports.memory._items, "what was done was done again")
    return answered(first)


def at_once(world: World, dice: Random, wish: Wish) -> Any:
    """Another till is faster with the same key, whatever this one is at."""
    command = keyed(world.number())
    others: list[Outcome] = []

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
    """Somebody else earns a point on an account meanwhile, takes of what is offered to all, or joins a group or leaves one:
    what was decided is decided anew."""
    rival, group = dice.choice(world.members), one_of(dice, world.groups)
    moves = group is not None and dice.random() < 0.5
    wants = world.offers is not None and dice.random() < 0.5

    def meanwhile(_: int) -> None:
        outcome(world.shop, fresh(), comes_or_goes if moves else takes if wants else earns)

    def takes(shop: BookShop, command: Command) -> Committed[Any]:
        return tills.opened(shop, rival, 20_00, coupons=(SHARED_CODE,), command=command)

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


def outcome(shop: BookShop, command: Command, wish: Wish) -> Outcome:
    """What comes of it when the client insists: an answer, or a refusal."""
    for _ in range(MOST_TRIES):
        try:
            return wish(shop, command)
        except WORTH_ANOTHER_TRY:
            continue
        except REFUSALS as refusal:
            return refusal
    raise LawBroken("never an answer")


def one_of(dice: Random, some: Sequence[Any]) -> Any | None:
    return dice.choice(some) if some else None
