"""How a shop is opened for a seed: its policies and tiers, its members, now and then another program, and what it offers."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import create_program
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.table.memory import MemoryTable
from tests.faults.world import world_of
from tests.simulation.journals import Journals
from tests.simulation.offers import open_offers
from tests.simulation.past_laws import DAYS_COUNTED
from tests.simulation.policies import ELSEWHERE, UNITS, ZONES, definition, ladder
from tests.simulation.roll import Roll
from tests.simulation.sale_laws import RULES
from tests.simulation.world import START, SteadyClock, World
from tests.twins import at, drawn, fresh, metered
from tests.twins.bookshop import BookShop, open_shop

MEMBERS = 3
WITH_TWO_PROGRAMS = 0.25


def with_offers(seed: int) -> bool:
    """Every other shop, so that what is only about points is tried often enough."""
    return seed % 2 == 1


def open_world(seed: int) -> World:
    """Codes and ids that look random are the same for a seed, whatever was lived before."""
    drawn.begin(f"{seed}")
    dice = Random(f"{seed}/world")
    program, tiers = definition(dice, dice.choice(ZONES)), ladder(dice)
    shop = open_shop(now=START, rules=RULES, program=program, tiers=tiers)
    _ask_for_points(shop, 1, UNITS)
    offers = open_offers(shop) if with_offers(seed) else None
    members = tuple(shop.member(str(number)) for number in range(MEMBERS))
    clock = SteadyClock(at(START))
    memory = shop.rt.table
    assert isinstance(memory, MemoryTable)
    ports = world_of(shop.rt, clock, shop, {})
    roll = Roll(memory, shop.caller.tenant, members)
    world = World(ports, clock, members, Journals(memory, shop.caller.tenant, roll, 1), offers=offers)
    world.note_tiers(world.journals, tiers)
    if dice.random() < WITH_TWO_PROGRAMS:
        _open_another(world, dice)
    return world


def _ask_for_points(shop: BookShop, program_id: int, units: Sequence[str]) -> None:
    """Somebody asks for all that is earned and spent, lately and ever."""
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
