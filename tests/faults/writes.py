"""What clients and schedules ask for, as cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from chalicelib.areas.access.operations import authenticate, issue_api_key, revoke_api_key
from chalicelib.areas.programs.model import ProgramDefinition, TenantSettings
from chalicelib.areas.programs.operations import create_program, get_program, put_tenant
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.errors import Unavailable
from chalicelib.events.due import schedule_due
from chalicelib.events.pulse import take_pulse
from chalicelib.events.stream import relay
from chalicelib.flows.answer_beat import answer_beat
from chalicelib.flows.cancel_operation import cancel_operation
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.give_up_operation import give_up_operation
from chalicelib.flows.job_messages import Step
from chalicelib.flows.record_document import record_document
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.start_proof import start_proof
from chalicelib.flows.start_simulation import SimulationAsked, start_simulation
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.caller import Grant
from chalicelib.kit.command import Command
from chalicelib.kit.periods import local_day, parse_day
from chalicelib.table.commit import Committed
from chalicelib.table.recorded import HOUR_MS
from tests.faults.built import EXPIRED, SHARD, SYSTEM, at_work, expiring, moving
from tests.faults.case import SENDING, Act, Case
from tests.faults.world import World
from tests.twins import fresh
from tests.twins.bookshop import PROGRAM, TIERS, BookShop, card, keyed
from tests.twins.streamed import recorded, stream_event
from tests.unit.flows.wishes import OPERATIONS
from tests.unit.imports.drops import brought_back, sold
from tests.unit.orders_file.csv_file import read

Asked = Callable[[World, BookShop, Command], Committed[Any]]


def tenant(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return put_tenant(shop.rt, shop.caller, command, TenantSettings(name="Books", member_fields={"size": "text"}))


def program(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return create_program(shop.rt, shop.caller, command, ProgramDefinition.model_validate(PROGRAM))


def other_program(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return replaced(world, shop, command, name="More books")


def replaced(world: World, shop: BookShop, command: Command, **fields: Any) -> Committed[Any]:
    """The program as it is, but for these fields."""
    known = get_program(world.calm.rt, shop.caller, 1).model_dump(mode="json", exclude={"program_id"})
    return replace_program(shop.rt, shop.caller, command, 1, ProgramDefinition.model_validate(known | fields))


def tiers(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    scheme = TierScheme.model_validate(TIERS | {"tiers": TIERS["tiers"][:2]})
    return define_tiers(shop.rt, shop.caller, command, 1, scheme)


def cancel(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    done = cancel_operation(shop.rt, shop.caller, command, world.names["operation"])
    return Committed((done.answer.operation.state, done.answer.operation.finished_at), done.replayed)


def prove(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    done = start_proof(shop.rt, shop.caller, command, parts=2)
    return Committed((done.answer.operation.state, done.answer.operation.rows), done.replayed)


def replay(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    today = local_day(shop.clock.now(), "UTC")
    done = start_simulation(shop.rt, shop.caller, command, SimulationAsked(today - 30, today))
    return Committed((done.answer.operation.state, done.answer.operation.name), done.replayed)


def unpin(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.unpin(world.names["carol"], command)


COMMANDS: dict[str, Asked] = {
    "put_tenant": tenant,
    "create_program": program,
    "replace_program": other_program,
    "define_tiers": tiers,
    "unpin_tier": unpin,
    "cancel_operation": cancel,
}


def send(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.send(world.names["ada"], card("0009"), 50, command)


def take_back(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.undo_transfer(world.names["ada"], world.names["transfer"], command)


def convert(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.convert(world.names["ada"], "points", "stamps", 70, command)


def take_back_by_entry(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return undo_entry(shop.rt, shop.caller, command, world.names["ada"], world.names["transfer"])


def correct(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """Another policy for stamps, of which nobody has had any: the counts are asked, and everybody's accounts."""
    points = get_program(world.calm.rt, shop.caller, 1).unit("points").model_dump(mode="json")
    stamps = {"code": "stamps", "name": "Stamps", "policies": [{"rounding": "down"}]}
    return replaced(world, shop, command, units=[points, stamps])


MOVES: dict[str, Asked] = {
    "replace_program, of what nobody has used": correct,
    "transfer_points": send,
    "undo_transfer": take_back,
    "undo_entry, of a transfer": take_back_by_entry,
    "convert_points": convert,
}


def moves() -> Iterator[Case]:
    """Points that move, and a unit that may still change, each with an Idempotency-Key and without one."""
    for name, act in MOVES.items():
        yield Case(f"{name}, with a key", "write", moving, partial(commanded, act, lambda: keyed("k")))
        yield Case(f"{name}, without a key", "write", moving, partial(commanded, act, fresh), once=True)


def commands() -> Iterator[Case]:
    """Each with an Idempotency-Key, and without one."""
    asked = dict(COMMANDS)
    repeatable = {"cancel_operation"}
    for name, wish in OPERATIONS.items():
        if name != "settle_due":
            asked[name] = partial(_wish, wish.act)
            repeatable |= {name} if wish.repeatable else set()
    for name, act in asked.items():
        yield Case(f"{name}, with a key", "write", at_work, partial(commanded, act, lambda: keyed("k")))
        once = name not in repeatable
        yield Case(f"{name}, without a key", "write", at_work, partial(commanded, act, fresh), once=once)


def _wish(
    act: Callable[[BookShop, str, Command], Committed[Any]], world: World, shop: BookShop, command: Command
) -> Committed[Any]:
    return act(shop, world.names["ada"], command)


def commanded(act: Asked, command: Callable[[], Command], world: World, shop: BookShop) -> Any:
    return act(world, shop, command()).answer


def issue(world: World, shop: BookShop) -> object:
    """The credential it answers must open the door, so it is tried."""
    issued = issue_api_key(shop.rt, SYSTEM, org="org", tenant="shop", name="back office", grants=[Grant("*", "view")])
    return authenticate(world.another_till().rt, issued.id, issued.secret).tenant


def issue_first(world: World, shop: BookShop) -> object:
    issued = issue_api_key(shop.rt, SYSTEM, org="org", tenant="annex", name="till", grants=[Grant("*", "view")])
    return authenticate(world.another_till().rt, issued.id, issued.secret).tenant


def revoke(world: World, shop: BookShop) -> object:
    revoke_api_key(shop.rt, SYSTEM, world.names["key"])
    return "revoked"


def settle(world: World, shop: BookShop) -> object:
    """How many were left for this run to settle says nothing: another may have been faster."""
    day = parse_day(EXPIRED)
    assert day is not None
    settle_due(shop.rt, shop.caller, day)
    return "settled"


def enqueue(world: World, shop: BookShop) -> object:
    schedule_due(shop.rt, recorded("schedule-due"))
    return "enqueued"


def beat(world: World, shop: BookShop) -> object:
    """What is measured says how long ago others were there: a second pulse finds the beat of the first."""
    take_pulse(shop.rt, recorded("schedule-pulse"))
    return "taken"


def answered(world: World, shop: BookShop) -> object:
    answer_beat(shop.rt, world.calm.clock.now())
    return "answered"


def relayed(world: World, shop: BookShop) -> object:
    """As Lambda delivers a stream; what is reported comes again, with what it had reported before."""
    if relay(shop.rt, stream_event(world.records, SHARD))["batchItemFailures"]:
        raise Unavailable("unavailable", "The batch comes again.")
    return "relayed"


def repair(world: World, shop: BookShop) -> object:
    """How many were missing says nothing: another may have been faster."""
    now = shop.clock.now()
    parts = list(repair_feed(shop.rt, shop.caller.tenant, now - HOUR_MS, now + 1))
    assert not any(part.unreadable for part in parts)
    return "repaired"


def give_up(world: World, shop: BookShop) -> object:
    return give_up_operation(shop.rt, Step("route", shop.caller.tenant, world.names["operation"]))


def document(line: str) -> Act:
    """As an import records it; whether it was already there is for the import to find out."""
    [row] = read(line)

    def act(world: World, shop: BookShop) -> object:
        return replace(record_document(shop.rt, shop.caller, Command("line-1"), row), result="recorded")

    return act


OTHERS = (
    Case("issue_api_key", "write", at_work, issue, once=True),
    Case("issue_api_key, a tenant's first", "write", at_work, issue_first, once=True),
    Case("revoke_api_key", "write", at_work, revoke),
    Case("settle_due, a tenant", "write", expiring, settle),
    Case("enqueue_due", "write", at_work, enqueue, **SENDING),
    Case("take_pulse", "write", at_work, beat),
    Case("answer_beat", "write", at_work, answered),
    Case("relay_entries", "write", at_work, relayed, **SENDING),
    Case("repair_feed", "write", at_work, repair, **SENDING),
    Case("give_up_operation", "write", at_work, give_up),
    Case("start_proof, with a key", "write", at_work, partial(commanded, prove, lambda: keyed("k")), **SENDING),
    Case("start_simulation, with a key", "write", at_work, partial(commanded, replay, lambda: keyed("k")), **SENDING),
    Case("record_document, a sale", "write", at_work, document(sold("D1", "0001", "70.00"))),
    Case("record_document, a return", "write", at_work, document(brought_back("D2", "B2", "0009"))),
)
WRITES = (*commands(), *moves(), *OTHERS)
