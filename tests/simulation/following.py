"""What follows from entries: told in any order, now and then twice, whoever they are about is looked at as they are then."""

from __future__ import annotations

from random import Random
from typing import Any

from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.flows.follow_entry import Told, acted_by, follow_entry, look_again
from chalicelib.flows.follow_stays import follow_stays
from chalicelib.flows.own_acts import acts_of
from chalicelib.table.journal import Entry, Head, entry_from
from chalicelib.table.keys import owner_stream
from tests.simulation.offers import Offers
from tests.simulation.world import World

REQUEST = "req-1"
OF_THEMSELVES = 0  # the program of a member's own journal


def follow(world: World, offers: Offers, dice: Random, share: float = 1.0) -> int:
    """Some of what was not followed yet; how many entries."""
    _catch_up(world, offers)
    dice.shuffle(offers.untold)
    many = max(1, round(len(offers.untold) * share))
    now, offers.untold = offers.untold[:many], offers.untold[many:]
    again = [one for one in now if dice.random() < 0.1]
    tenant = world.shop.caller.tenant
    for one in (*now, *again):
        told = _told(world, *one)
        follow_entry(world.shop.rt, tenant, told, REQUEST)
        follow_stays(world.shop.rt, tenant, told, REQUEST)
    for body in _looks(world, dice):
        look_again(world.shop.rt, tenant, body["member_id"], acted_by(body), REQUEST)
    return len(now)


def _looks(world: World, dice: Random) -> list[Any]:
    """What entries of groups have sent, for each of their members, in any order."""
    queues = world.shop.rt.queues
    assert isinstance(queues, MemoryQueues)
    bodies = [one.message.body for one in queues.waiting["automations"]]
    queues.waiting["automations"].clear()
    return dice.sample(bodies, len(bodies))


def follow_all(world: World, offers: Offers, dice: Random) -> None:
    """Until nothing follows any more."""
    _catch_up(world, offers)
    while offers.untold:
        follow(world, offers, dice)
        world.ask_laws(dice)
        _catch_up(world, offers)


def _catch_up(world: World, offers: Offers) -> None:
    for owner in world.owners:
        own = world.roll.heads.get(owner, Head()).version
        for program, version in ((OF_THEMSELVES, own), (world.journals.program_id, world.journals[owner].head.version)):
            first = offers.seen.get((owner, program), 0) + 1
            offers.untold += [(owner, program, sequence) for sequence in range(first, version + 1)]
            offers.seen[owner, program] = version


def _told(world: World, owner: str, program: int, sequence: int) -> Told:
    entry = _entry(world, owner, program, sequence)
    types = [fact["type"] for fact in entry.facts]
    named = f"{'G' if owner in world.groups else 'M'}#{owner}"
    return Told(named, program, sequence, types, entry.effective_at, entry.recorded_at, acts_of(entry))


def _entry(world: World, owner: str, program: int, sequence: int) -> Entry:
    stream = owner_stream(world.shop.caller.tenant, owner, program)
    attrs = world.ports.memory.get(stream.key(sequence))
    assert attrs is not None, f"entry {sequence} of {owner} is gone"
    return entry_from(stream, attrs)
