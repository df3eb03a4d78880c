"""Two months of a book shop, and all that follows from what its members do: stays in segments, pushes, friends, a server that is down
for a day, and a feed that tells all of it again. Every figure can be checked with pencil and paper."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any, cast

import pytest

from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.queues import QueueName
from chalicelib.events.automations import automations
from chalicelib.events.imports import imports
from chalicelib.events.notify import notify
from chalicelib.flows.read_feed import FeedEvent, read_feed
from chalicelib.flows.read_segment import list_segments_of_member
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.periods import local_day
from tests.twins import at, hooked, referred, segmented, told
from tests.twins.bookshop import BookShop, fixed, goods_back, member, open_shop, rule, sale
from tests.twins.hooked import DAY, HookedShop, Server
from tests.twins.judged import ORDERS, when
from tests.twins.streamed import StreamedTable
from tests.twins.subscriptions import hand_on, published_since

WORKED_OFF: tuple[QueueName, ...] = (
    "automations",
    "notify",
)  # webhooks has its own way: what waits there comes back after pauses
RULES = (
    rule(),
    rule("reads", effects=[{"kind": "join_segment", "segment": "active"}]),
    rule("birthday", trigger={"on": "birthday"}, effects=[fixed(50), told.TELLS]),
    referred.on("first_purchase", "both"),
)


@dataclass
class Town:
    """The shop, whoever follows from what it commits, and the night's job."""

    hooked: HookedShop
    taken: int = 0
    orders: list[str] = field(default_factory=list)

    @property
    def shop(self) -> BookShop:
        return self.hooked.shop

    @property
    def pushed(self) -> list[tuple[str, str]]:
        """To which phone, by its token, and what."""
        return [(endpoint.rpartition("/")[2], message.body) for endpoint, message in self._senders.pushed]

    @property
    def _senders(self) -> MemorySenders:
        return cast(MemorySenders, self.shop.rt.senders)

    def follow(self) -> None:
        """Until nothing follows from it any more."""
        queues = cast(MemoryQueues, self.shop.rt.queues)
        while True:
            self.hooked.relay()
            fresh = published_since(self.shop.rt, self.taken)
            self.taken += len(fresh)
            hand_on(self.shop.rt, fresh, WORKED_OFF)
            for queue, work in (("automations", automations), ("notify", notify), ("imports", imports)):
                queues.deliver(queue, partial(work, self.shop.rt), size=10 if queue == "automations" else 1)  # type: ignore[arg-type]
            self.hooked.work()
            if not fresh:
                break
        assert not any(queues.dead.values())

    def until(self, day: str) -> None:
        """Its noon; every night on the way the job of what is due has run, ten minutes past midnight."""
        noon, clock = at(day), self.shop.clock
        while (night := clock.at - clock.at % DAY + DAY + 600_000) < noon:
            self.hooked.pass_(night - clock.at)
            settle_due(self.shop.rt, self.shop.caller, local_day(clock.at, "UTC"))
            self.follow()
        self.hooked.pass_(noon - clock.at)
        self.follow()

    def buys(self, member_id: str, number: str, day: str) -> None:
        """A book of 100.00."""
        self.until(day)
        self.shop.buy(member(member_id), sale(number, on=day))
        self.orders.append(number)
        self.follow()

    def segments(self, member_id: str) -> set[str]:
        return {one.segment_id for one in list_segments_of_member(self.shop.rt, self.shop.caller, member_id)}

    def feed(self) -> Iterator[FeedEvent]:
        """From its beginning."""
        cursor = None
        while (page := read_feed(self.shop.rt, self.shop.caller, 7, cursor)).items:
            yield from page.items
            cursor = page.next_cursor


@pytest.fixture
def town() -> Town:
    """Open since 1 March: a point a euro, 10 for both for a friend's first purchase, 50 and a push on a birthday. Who has bought in
    the last ten days is active, by a rule, and a reader for twelve days after a purchase, by criteria; who has two orders is a
    regular."""
    table = StreamedTable()
    town = Town(hooked.hooked_on(open_shop(table, now="2026-03-01", rules=()), Server(), table))
    shop = town.shop
    segmented.define(shop, "active", **segmented.ROLLING)
    segmented.define(shop, "regulars", **when(ORDERS))
    segmented.define(shop, "readers", **when({"ask": "account.orders", "at_least": 1}), type="rolling", horizon_days=12)
    told.template(shop)
    for one in RULES:
        shop.define(one)
    hooked.define(shop, types=["order.recorded"])
    town.follow()
    return town


def test_what_follows_is_what_happened(town: Town) -> None:
    shop, server = town.shop, town.hooked.server
    ada = shop.enrol("ada", birth_date=date(1990, 3, 20), newsletter=True).answer.member_id
    bob = shop.member("bob")
    told.phone(shop, ada, "adas-phone")

    town.buys(ada, "A-1", "2026-03-02")
    assert town.segments(ada) == {"active", "readers"}
    town.buys(bob, "B-1", "2026-03-05")
    town.buys(ada, "A-2", "2026-03-09")  # the stay that would have been over on the 12th is renewed
    assert town.segments(ada) == {"active", "readers", "regulars"}

    cem = referred.brought(shop, "cem", referred.code_of(shop, ada))
    town.until("2026-03-13")
    assert town.segments(ada) == {"active", "readers", "regulars"}
    server.status = 503
    town.buys(cem, "C-1", "2026-03-13")
    assert (shop.balance(ada), shop.balance(cem)) == (200 + 10, 100 + 10)
    assert town.hooked.log()[0].state == "waiting"
    town.until("2026-03-14")
    server.status = 200
    town.until("2026-03-16")
    assert town.segments(bob) == {"readers"}  # the 15th was his last day

    assert town.pushed == []
    town.until("2026-03-21")
    assert town.pushed == [("adas-phone", "Hello friend, new books are in.")]
    assert shop.balance(ada) == 210 + 50
    assert town.segments(ada) == {"regulars"}  # neither her friend's purchase nor her birthday made her read on

    town.until("2026-03-22")
    shop.bring_back(shop.order_id("A-2"), goods_back("A-2R", 100_00, on="2026-03-22"))
    town.follow()
    assert town.segments(ada) == set()  # of two orders one is left, by which she is a reader no more
    town.buys(bob, "B-2", "2026-04-20")
    assert town.segments(bob) == {"active", "readers", "regulars"}
    town.until("2026-04-29")
    assert town.segments(bob) == {"active", "readers", "regulars"}
    town.until("2026-05-01")
    assert town.segments(bob) == {"readers", "regulars"}
    town.until("2026-05-04")
    segmented.define(shop, "letter", **when({"ask": "member.newsletter", "is": True}))
    town.until("2026-05-05")
    assert (town.segments(ada), town.segments(bob)) == ({"letter"}, {"regulars"})  # looked at, and readers no more

    assert_told_once(town)
    assert_the_feed_tells_it_again(town, ada, bob, cem)


def assert_told_once(town: Town) -> None:
    """The server has every order, once, though it was down for a day."""
    calls = [json.loads(call.body) for call in town.hooked.server.calls]
    accepted = {call.headers["webhook-id"]: json.loads(call.body) for call in town.hooked.server.calls}
    numbers = [fact["number"] for body in accepted.values() for fact in body["data"]["facts"] if "number" in fact]
    assert sorted(numbers) == sorted(town.orders)
    assert len(calls) > len(accepted)  # it was tried again
    assert {one.state for one in town.hooked.log()} == {"succeeded"}


def assert_the_feed_tells_it_again(town: Town, *members: str) -> None:
    """From its beginning and without a gap: the same orders, points and segments come out of it."""
    events = list(town.feed())
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert all(before.recorded_at <= after.recorded_at for before, after in pairwise(events))
    facts = [fact for event in events for fact in event.facts]
    assert [fact["number"] for fact in facts if fact["type"] == "order.recorded"] == town.orders
    assert points_in(facts) == sum(town.shop.balance(one) for one in members)
    stays = segments_in(facts)
    for one in members:
        assert stays[one] == town.segments(one)
    types = Counter(fact["type"] for fact in facts)
    assert types["member.renewed_segment"] == 2
    assert types["referral.purchased"] == 1
    assert types["order.returned"] == 1


def points_in(facts: list[dict[str, Any]]) -> int:
    signs = {"points.earned": 1, "points.cancelled": -1}
    return sum(int(fact["amount"]) * signs.get(fact["type"], 0) for fact in facts if "amount" in fact)


def segments_in(facts: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Whoever joined is in it until they left."""
    found: dict[str, set[str]] = {}
    for fact in facts:
        theirs = found.setdefault(fact.get("member", ""), set())
        if fact["type"] == "member.joined_segment":
            theirs.add(fact["segment"])
        if fact["type"] == "member.left_segment":
            theirs.discard(fact["segment"])
    return found
