"""A day of which every consumer has something to do, and what then is there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, cast

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.jobs.operations import get_operation, list_operations
from chalicelib.areas.orders.operations import list_orders
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.read_segment import list_segments_of_member
from chalicelib.flows.start_notification import Asked, Cut, start_notification
from chalicelib.kit.caller import Caller, Grant
from chalicelib.kit.clock import rfc3339
from tests.twins import fresh, hooked, perked, referred, segmented, told
from tests.twins.bookshop import BookShop, fixed, goods_back, member, open_shop, rule, sale
from tests.twins.grouped import household
from tests.twins.judged import ORDERS, when
from tests.twins.scheduled import scheduled
from tests.twins.streamed import StreamedTable
from tests.unit.consumers.town import HOSTS, TimedQueues, Town
from tests.unit.imports.drops import sold
from tests.unit.relay.relayed import feed_of

_SYSTEM = Caller("org", "", "system", "tests", "tests", (), "test", "test")
_ON_THE_WAY = (
    *("account.advanced", "tier.changed"),
    *("member.joined_segment", "member.renewed_segment", "member.left_segment"),
)  # who is looked at later has been through less


def opened() -> Town:
    """On a Monday at eight: a point a euro, 10 for both for a friend's first purchase, 50 and a push on a birthday, 100 for everybody
    at ten. Who buys is active for three days, and in the lounge meanwhile; who has two orders is a regular."""
    table = StreamedTable()
    shop = open_shop(table, now="2026-06-15T08:00:00Z", rules=())
    shop = replace(shop, rt=replace(shop.rt, queues=TimedQueues(shop.clock)))
    issue_api_key(shop.rt, _SYSTEM, org="org", tenant="shop", name="till", grants=[Grant("*", "modify")])
    perked.offer(shop, "lounge", perked.CLUB)
    segmented.define(shop, "active", type="rolling", horizon_days=3, on_join=["lounge"], on_leave=["lounge"])
    segmented.define(shop, "regulars", **when(ORDERS))
    told.template(shop)
    told.follow_up(shop, hours=1)
    referred.with_words(shop, quiet_hours={"begins": "11:30", "ends": "13:00"})
    for one in (
        rule(),
        rule("reads", effects=[{"kind": "join_segment", "segment": "active"}]),
        rule("birthday", trigger={"on": "birthday"}, effects=[fixed(50), told.TELLS]),
        referred.on("first_purchase", "both"),
        scheduled(),
    ):
        shop.define(one)
    for host, types in zip(HOSTS, (["order.*"], ["member.*"]), strict=True):
        hooked.define(shop, host.partition(".")[0], url=f"https://{host}/", types=types)
    town = Town(shop, table, {}).listening()
    ada = shop.enrol("ada", birth_date=date(1990, 6, 16), newsletter=True).answer.member_id
    town.names |= {"ada": ada} | {card: shop.member(card) for card in ("bob", "dora", "eve")}
    for card in ("ada", "bob"):
        told.phone(shop, town.names[card], f"{card}s-phone", card)
    household(shop, town.names["dora"], town.names["eve"])
    town.follow()
    return town


def a_day(town: Town, broken_at_noon: Callable[[], object] = lambda: None) -> None:
    """Of all that happens in it every consumer has something to do."""
    shop, names = town.shop, town.names
    for number in ("A-1", "A-2"):
        town.until(f"2026-06-15T09:0{number[-1]}:00Z")
        shop.buy(member(names["ada"]), sale(number, on=shop_time(town)))
    town.until("2026-06-15T11:00:00Z")
    names["cem"] = referred.brought(shop, "cem", referred.code_of(shop, names["ada"]))
    shop.buy(member(names["cem"]), sale("C-1", on=shop_time(town)))
    shop.buy(member(names["dora"]), sale("D-1", on=shop_time(town)))
    referred.invite(shop, names["ada"], "friend@example.com")
    town.until("2026-06-15T12:00:00Z")
    broken_at_noon()
    on = "2026-06-15T10:00:00Z"
    town.drop("june.csv", *(sold(number, "bob", purchased_at=on) for number in ("B-1", "B-2")))
    shop.buy(member(names["eve"]), sale("E-1", on=shop_time(town)))
    referred.invite(shop, names["bob"], "late@example.com")
    town.until("2026-06-15T14:00:00Z")
    shop.bring_back(shop.order_id("A-2"), goods_back("A-2R", 100_00, on=shop_time(town)))
    asked = Asked("transactional", "hello", members=(names["ada"], names["bob"]))
    start_notification(shop.rt, shop.caller, fresh(), asked, Cut(2, 1))
    segmented.define(shop, "buyers", **when({"ask": "account.orders", "at_least": 1}))
    town.until("2026-06-16T13:00:00Z")


def shop_time(town: Town) -> str:
    return rfc3339(town.shop.clock.at)


def seen(town: Town) -> dict[str, Any]:
    """What everybody has and was told, by nothing that changes with when it was done; and what must be true of it whenever."""
    shop = town.shop
    feed = feed_of(shop.rt, shop.caller)
    facts = Counter(fact["type"] for event in feed for fact in event.facts)
    cards = list_operations(shop.rt, shop.caller, 100, None).items
    states = [get_operation(shop.rt, shop.caller, one.operation_id).operation for one in cards]
    assert called(town) <= facts
    assert kept_numbers(town) == list(range(1, len(kept_numbers(town)) + 1))
    return {
        **{card: _member(shop, member_id) for card, member_id in town.names.items()},
        "facts": {type_: times for type_, times in facts.items() if type_ not in _ON_THE_WAY},
        "pushed": Counter({message.notice_id: to.rpartition("/")[2] for to, message in town.senders.pushed}.values()),
        "mailed": {address for address, _, _ in town.senders.mailed},
        "invitations": Counter(_sendings(shop)),
        "called": {type_: times for type_, times in called(town).items() if type_ not in _ON_THE_WAY},
        "jobs": Counter((one.kind, one.state) for one in states),
        "dead": {queue: dead for queue, dead in town.queues.dead.items() if dead},
    }


def called(town: Town) -> Counter[str]:
    """The facts that servers were told: a call that was repeated has the same id."""
    bodies = {call.headers["webhook-id"]: json.loads(call.body) for call in town.calls}
    return Counter(fact["type"] for body in bodies.values() for fact in body["data"]["facts"])


def untold(town: Town) -> Counter[str]:
    """Facts that a server is to be told and was not."""
    events = feed_of(town.rt, town.shop.caller)
    facts = Counter(fact["type"] for event in events for fact in event.facts)
    wanted = {type_: times for type_, times in facts.items() if type_.startswith(("order.", "member."))}
    return Counter(wanted) - called(town)


def kept_numbers(town: Town) -> list[int]:
    """Of what was published, in the files of its days."""
    objects = cast(MemoryFiles, town.rt.files).objects
    files = sorted(name for name in objects if name.startswith("published/"))
    return sorted(json.loads(line)["number"] for name in files for line in objects[name].splitlines())


def _sendings(shop: BookShop) -> Iterator[tuple[str, str | None]]:
    """What became of each invitation."""
    table = cast(StreamedTable, shop.rt.table).table
    for stored in list(table._items.values()):
        if stored.item["kind"]["S"] == "invitation":
            yield referred.sending(shop, stored.item["pk"]["S"].rsplit("#", 1)[1])


def _member(shop: BookShop, member_id: str) -> dict[str, Any]:
    account = shop.account(member_id)
    assert not account.version or shop.proof(member_id).matches
    return {
        "balance": shop.balance(member_id),
        "orders": {one.number for one in list_orders(shop.rt, shop.caller, member_id, 100, None).items},
        "segments": {one.segment_id for one in list_segments_of_member(shop.rt, shop.caller, member_id)},
        "perks": Counter((one.perk_id, one.state) for one in list_awards(shop.rt, shop.caller, member_id)),
    }
