"""The worlds that cases begin in, built once: a shop at work, a shop with a file to import, a shop with points to expire."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import cast

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.imports.model import Drop
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.queues import Message
from chalicelib.events.stream import relay
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.route_import import route_import
from chalicelib.flows.start_import import start_import
from chalicelib.flows.start_proof import start_proof
from chalicelib.flows.start_run import Cut, start_due_runs
from chalicelib.flows.start_simulation import SimulationAsked, start_simulation
from chalicelib.kit.caller import Caller, Grant
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete, Key
from tests.faults.world import World, world_of
from tests.twins import coupons, fresh
from tests.twins.bookshop import POINTS, PROGRAM, BookShop, card, goods_back, line, open_shop, per_euro, rule, sale
from tests.twins.grouped import household
from tests.twins.scheduled import scheduled
from tests.twins.segmented import ROLLING, add, define
from tests.twins.streamed import StreamedTable, stream_event
from tests.unit.flows.wishes import gave_and_took, set_apart
from tests.unit.imports.drops import KEY, brought_back, sold
from tests.unit.orders_file.csv_file import file_of

SYSTEM = Caller("org", "", "system", "tests", "tests", (), "test", "test")
SHARD = "shardId-00000001768478400000-8a6f0c21"
CAPS = {"per_period": {"every": "month", "amount": 1_000_000}}
CAPPED = {**POINTS, "policies": [{"expiry": {"type": "end_of_month", "months": 12}, "caps": CAPS}]}
EXPIRED = "2027-07-01"  # the day after the last of what is bought on bookshop.TODAY
NOT_OFTEN = {
    "all": [
        {"times": "orders", "days": 366, "at_most": 1_000},
        {"sum": "points_earned:points", "per": "ever", "at_most": "1000000"},
        {"times": "points_spent:points", "days": 366, "at_most": 1_000},
    ]
}  # so orders and points are counted
FILE = (
    brought_back("R-0", "N-1"),  # before its sale: refused, whatever is recorded further down
    sold("N-1", "0001", "30.00"),
    sold("N-2", "new", "20.00"),
    brought_back("R-1", "N-1", "0001", "10.00"),
    sold("N-3", "new", "ten"),
)
PARTS, CHUNK_ROWS = 2, 2
DAILY = {"on": "schedule", "at": "06:00", "every_days": 1, "from_day": "2026-01-01"}
DAY_MS = 86_400_000


@cache
def at_work() -> World:
    """There is a cap that nobody comes to. Ada bought for 300.00, was given 20 and spent 20, and has something apart; Bob bought twice and brought a book back; half of it has been
    relayed; an import waits; Carol is pinned to a tier."""
    streamed = StreamedTable(MemoryTable())
    shop = open_shop(
        streamed,
        rules=(rule(), rule("books", effects=[per_euro(stage="bonus")], when=NOT_OFTEN)),
        program={"units": [CAPPED]},
    )
    issued = issue_api_key(shop.rt, SYSTEM, org="org", tenant="shop", name="till", grants=[Grant("*", "modify")])
    ada = shop.buy(card("0001"), sale("A1", 300_00)).answer.member_id
    gave_and_took(shop, ada)
    set_apart(shop, ada)
    told = len(streamed.entries())
    bob = shop.buy(card("0009"), sale("B1", line(1, 20_00), line(2, 30_00))).answer
    shop.buy(card("0009"), sale("B2", 10_00))
    shop.bring_back(bob.order_id, goods_back("RB1", 20_00))
    carol = shop.member("0005")
    shop.pin(carol, "gold")
    rt = on_plain_table(shop, streamed)
    relay(rt, stream_event(streamed.entries()[:told], SHARD))
    operation = start_import(rt, dropped(rt, FILE), "req-1", PARTS, CHUNK_ROWS)
    assert operation is not None
    names = {
        "ada": ada,
        "bob": bob.member_id,
        "carol": carol,
        "order": bob.order_id,
        "operation": operation.operation_id,
        "key": issued.id,
        "secret": issued.secret,
    }
    return world_of(rt, shop.clock, shop, names, tuple(streamed.entries())).copy()


@cache
def expiring() -> World:
    """What Ada and Bob bought has expired, but nobody has touched their accounts since."""
    world = _idle()
    world.calm.clock.move_to(EXPIRED)
    return world


@cache
def unrelayed() -> World:
    """The shop at work, and nothing of it in the feed."""
    shop = _idle()
    memory = shop.memory
    memory.transact([Delete(key) for key in memory._items if key.pk.endswith("#FEED")], "forgotten")
    return shop


@cache
def routed() -> World:
    """The import that waited has its parts, and their chunks wait."""
    world = _idle()
    route_import(world.calm.rt, "shop", world.names["operation"])
    return world


def notified_of(*lines: str) -> World:
    """A file of these lines lies in the bucket, and the bucket has said so."""
    return _with_file(file_of(lines))


def moving() -> World:
    """The shop at work converts points into stamps; Ada has sent Bob 100 points, and Bob has spent 20 of what he has."""
    world = at_work().copy()
    shop = world.calm
    stamps = {"units": [CAPPED, {"code": "stamps", "name": "Stamps"}]}
    rates = [{"unit": "points", "into": "stamps", "take": 10, "give": 1}]
    definition = ProgramDefinition.model_validate(PROGRAM | stamps | {"rates": rates})
    replace_program(shop.rt, shop.caller, fresh(), 1, definition)
    sent = shop.send(world.names["ada"], world.names["bob"], 100).answer
    shop.spend(world.names["bob"], 20)
    return replace(world, names={**world.names, "transfer": sent.transfer_id})


@cache
def used_up() -> World:
    """Bob has spent all that he had, what he was given last as well."""
    world = moving().copy()
    shop, bob = world.calm, world.names["bob"]
    earning = shop.earn(bob, 5).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    shop.spend(bob, shop.balance(bob))
    return replace(world, names={**world.names, "earning": earning.earning_id})


@cache
def proving() -> World:
    """A proof has begun, in one chain of chunks of two members or groups; Bob's second entry is gone; Carol is in a group."""
    world = _idle().copy()
    shop = world.calm
    household(shop, world.names["carol"])
    shop.earn(world.names["carol"], 7)
    world.memory.transact([Delete(Key(f"shop#M#{world.names['bob']}", "J#0001#00000002"))], "a hand")
    start_proof(shop.rt, shop.caller, fresh(), 1, 2)
    return world


@cache
def replaying() -> World:
    """A simulation of a rule has begun, of everybody's orders; Carol is in a group."""
    world = _idle().copy()
    shop = world.calm
    household(shop, world.names["carol"])
    today = local_day(shop.clock.now(), "UTC")
    tried = rule("twice", effects=[per_euro(2)])
    start_simulation(shop.rt, shop.caller, fresh(), SimulationAsked(today - 365, today, (tried,)), 1, 1)
    return world


@cache
def gifts_due() -> World:
    """It is time for a rule on schedule, which is for Ada and Bob, and the schedule has said so."""
    world = _idle().copy()
    shop = world.calm
    some = [world.names["ada"], world.names["bob"]]
    shop.define(scheduled("gift", trigger=DAILY, audience={"members": some}))
    shop.clock.at += DAY_MS
    world.queues.send("due", [Message({"tenant": "shop", "rules_until": shop.clock.at}, "hour")])
    return world


@cache
def gifts_given() -> World:
    """A run of a rule has begun, of the members of a segment, in one part; it is counted, for each of them and for all."""
    world = _idle().copy()
    shop = world.calm
    household(shop, world.names["carol"])
    define(shop, "vip")
    add(shop, *(world.names[name] for name in ("ada", "bob", "carol")))
    once = {"per_member": [{"per": "day", "times": 1}], "in_all": 40}
    shop.define(scheduled("gift", trigger=DAILY, audience={"segments": ["vip"]}, limits=once))
    shop.clock.at += DAY_MS
    start_due_runs(shop.rt, shop.caller, shop.clock.at, Cut(1, 10))
    return world


@cache
def notified() -> World:
    """A file lies in the bucket, and the bucket has said so."""
    return _with_file(file_of(FILE))


@cache
def notified_of_nonsense() -> World:
    return _with_file(b"no,such,columns\n1,2,3\n")


@cache
def notified_of_codes() -> World:
    """Three codes and a line that is none, for a pool."""
    world = _idle()
    coupons.series(world.calm, "filed", codes={"kind": "pool"})
    key = "imports/shop/coupon_codes/filed/june.txt"
    _notify(world, _put(world.calm.rt, b"F-1\nF-22\nno code!\nF-333\n", key))
    return world


@cache
def notified_of_members() -> World:
    """Of three one is named twice, one by their card; and a line that is nobody's, for a segment that lasts ten days."""
    world = _idle()
    define(world.calm, "listed", **ROLLING)
    ada, bob = world.names["ada"], world.names["bob"]
    lines = ("member_id,loyalty_card", f"{ada},", f"{bob},", ",0005", f"{ada},", ",nobody")
    content = "".join(f"{line}\n" for line in lines).encode()
    _notify(world, _put(world.calm.rt, content, "imports/shop/segments/listed/june.csv"))
    return world


def on_plain_table(shop: BookShop, streamed: StreamedTable) -> Runtime:
    return replace(shop.rt, table=streamed.table)


def dropped(rt: Runtime, lines: tuple[str, ...]) -> Drop:
    return _put(rt, file_of(lines))


def _idle() -> World:
    """The shop at work, its queues empty."""
    world = at_work().copy()
    world.queues.waiting.clear()
    world.queues.sent.clear()
    return world


def _with_file(content: bytes) -> World:
    world = _idle()
    _notify(world, _put(world.calm.rt, content))
    return world


def _notify(world: World, drop: Drop) -> None:
    subject = {"bucket": {"name": "another"}, "object": {"key": drop.key, "eTag": drop.etag}}
    world.queues.send("imports", [Message({"Records": [{"eventName": "ObjectCreated:Put", "s3": subject}]}, "s3")])


def _put(rt: Runtime, content: bytes, key: str = KEY) -> Drop:
    files = cast(MemoryFiles, rt.files)
    files.put(key, content)
    head = files.head(key)
    assert head is not None
    return Drop("bucket", key, head.etag)
