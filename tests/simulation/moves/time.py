"""What time and the shop do: hours, days and months, the daily job, looks ahead, proofs, another policy."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from chalicelib.areas.accounts.model import Story, advance
from chalicelib.areas.programs.model import ProgramDefinition, UnitPolicy
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.errors import NotFound
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.prove_account import prove_account
from chalicelib.flows.read_account import read_account
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.settle_account import settle_account
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS
from chalicelib.kit.periods import day_of, local_day
from tests.simulation.law import law
from tests.simulation.policies import ladder, policy
from tests.simulation.world import DAY, World
from tests.twins import fresh

MOST_POLICIES = 12


def hours_pass(world: World, dice: Random) -> str:
    return _later(world, dice.randrange(1, DAY // 2))


def days_pass(world: World, dice: Random) -> str:
    return _later(world, dice.randint(1, 9) * DAY)


def months_pass(world: World, dice: Random) -> str:
    return _later(world, dice.randint(20, 70) * DAY)


def daily_job(world: World, dice: Random) -> str:
    """For some accounts, of a day that is over or of today; again, it finds nothing to do."""
    shop, owner, program_id = world.shop, dice.choice(world.owners), dice.choice(world.all).program_id
    day = local_day(world.clock.at, "UTC") - dice.choice((0, 0, 1, 3))
    settled = settle_account(shop.rt, shop.caller, day, owner, program_id)
    law(not settle_account(shop.rt, shop.caller, day, owner, program_id), "the job ran twice")
    return f"the job {'settled' if settled else 'left'} {owner}"


def look_ahead(world: World, dice: Random) -> str:
    """What is shown of a later moment is what will be there if nothing else happens."""
    shop, owner, journals = world.shop, dice.choice(world.owners), dice.choice(world.all)
    as_of = world.clock.at + dice.randrange(60 * DAY)
    view = read_account(shop.rt, shop.caller, owner, journals.program_id, as_of)
    account = advance(Story(journals[owner].account), as_of).account
    shown = {wallet.unit: (wallet.available, wallet.pending, wallet.held) for wallet in view.wallets}
    there = {unit: account.wallet(unit) for unit in shown}
    law(
        shown == {unit: (wallet.available, wallet.pending, wallet.held) for unit, wallet in there.items()},
        f"shown {shown} of a later moment",
    )
    return f"{owner} looked ahead to {as_of}"


def prove(world: World, dice: Random) -> str:
    shop, owner, journals = world.shop, dice.choice(world.owners), dice.choice(world.all)
    try:
        proof = prove_account(shop.rt, shop.caller, owner, journals.program_id)
    except NotFound:
        law(not journals[owner].head.version, "an account was not found")
        return f"{owner} has no account yet"
    law(proof.matches, f"{proof}")
    return f"the account of {owner} was proved"


def another_policy(world: World, dice: Random) -> str:
    """From tomorrow on, or a later day: what was earned stays as it is."""
    shop, journals = world.shop, dice.choice(world.all)
    program = journals.program
    today = local_day(world.clock.at + FUTURE_TOLERANCE_MS, program.zone)  # a till may be there already
    units = []
    for unit in program.units:
        last = unit.policies[-1].effective_from
        start = max(today + dice.choice((1, 1, 2, 10)), 0 if last is None else day_of(last) + 1)
        more = [policy(dice, start)] if len(unit.policies) < MOST_POLICIES and dice.random() < 0.6 else []
        units.append(unit.model_dump(mode="json") | {"policies": [*_told(unit.policies), *more]})
    told = program.model_dump(mode="json", exclude={"program_id"}) | {"units": units}
    replace_program(shop.rt, shop.caller, fresh(), journals.program_id, ProgramDefinition.model_validate(told))
    world.note_programs()
    world.clock.elapsed += 60.0  # by then every process has heard of it
    return "the program has other policies"


def another_ladder(world: World, dice: Random) -> str:
    """Other tiers from this instant on: members stand where these put them."""
    shop, journals, tiers = world.shop, dice.choice(world.all), ladder(dice)
    define_tiers(shop.rt, shop.caller, fresh(), journals.program_id, TierScheme.model_validate(tiers))
    world.note_tiers(journals, tiers)
    world.clock.elapsed += 60.0
    return "the program has other tiers"


def _told(policies: Sequence[UnitPolicy]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in policies]


def _later(world: World, duration: int) -> str:
    world.clock.at += duration
    world.clock.elapsed += 60.0
    return f"it is {world.clock.at}"
