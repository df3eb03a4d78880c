"""Many dead messages of the relay: what they have in common is gone through once, however long it takes, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

import pytest

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.topic import Published
from chalicelib.table import feed
from chalicelib.table.feed import entry_of_image, name_of
from chalicelib.table.protocol import Attrs
from infra.local.dead_letters import HELD_SECONDS, DeadLetters
from infra.local.redrive import MOST
from infra.local.redrive_relay import redrive_relay
from tests.twins.bookshop import BookShop, card, open_shop, sale
from tests.twins.dead_queue import DeadQueue
from tests.twins.killing import Killed, KillingTable, Kills, When
from tests.twins.streamed import StreamedTable, image_of
from tests.unit.jobs.test_redrive import STAGE, SYSTEM, damage, given_up, registered
from tests.unit.relay.relayed import feed_of, on_plain_table


@dataclass
class SlowTopic:
    """`publishing` is run before each request: time passes, a process dies."""

    publishing: Callable[[], object]
    topic: MemoryTopic = field(default_factory=MemoryTopic)

    def publish(self, messages: Sequence[Published]) -> None:
        self.publishing()
        self.topic.publish(messages)


def given_up_one_by_one(orders: int = 12, apart: int = 10) -> tuple[BookShop, StreamedTable, DeadQueue]:
    """Orders some seconds apart, none of them relayed: a dead message each, as a batch cut into halves ends."""
    shop, table = registered()
    queue = DeadQueue(shop.clock)
    for number in range(orders):
        shop.clock.at += apart * 1000
        shop.buy(card(f"{number % 3}"), sale(f"A{number}"))
        queue.put(given_up(shop.clock.at, number, 1))
    return shop, table, queue


def dead_of(queue: DeadQueue, shop: BookShop) -> DeadLetters:
    return DeadLetters(queue, f"stampbook-{STAGE}-relay-dead", shop.clock)


def in_journals(table: StreamedTable) -> list[str]:
    return sorted(name_of(entry_of_image(image_of(one))) for one in table.entries())


@pytest.mark.parametrize("together", [1000, 3])
def test_what_many_dead_messages_have_in_common_is_published_once(together: int) -> None:
    """Each stands for two minutes more on both sides: one by one they would publish every entry a dozen times."""
    shop, table, queue = given_up_one_by_one()
    rt = on_plain_table(shop, table)
    told = redrive_relay(rt, dead_of(queue, shop), MOST, together)
    sent = [str(one.body["entry_id"]) for one in cast(MemoryTopic, rt.topic).published]
    assert sorted(sent) == in_journals(table)
    assert sorted(event.entry_id for event in feed_of(rt, shop.caller)) == in_journals(table)
    assert (told.messages, told.stood_for, told.missing, told.stayed) == (12, 12, len(sent), [])
    assert queue.bodies == {}


def test_times_far_apart_are_gone_through_one_by_one_and_what_lies_between_is_left_alone() -> None:
    shop, table, queue = given_up_one_by_one(3)
    shop.clock.at += 3_600_000
    shop.buy(card("0"), sale("between"))
    shop.clock.at += 3_600_000
    shop.buy(card("0"), sale("later"))
    queue.put(given_up(shop.clock.at, 20, 1))
    rt = on_plain_table(shop, table)
    told = redrive_relay(rt, dead_of(queue, shop), MOST)
    assert len(feed_of(rt, shop.caller)) == len(table.entries()) - 1
    assert (told.messages, told.found) == (4, len(table.entries()) - 1)


def test_no_more_messages_are_held_than_asked_for() -> None:
    shop, table, queue = given_up_one_by_one()
    told = redrive_relay(on_plain_table(shop, table), dead_of(queue, shop), 5)
    assert (told.messages, len(queue.bodies), len(queue.visible())) == (5, 7, 7)


def test_a_repair_longer_than_a_lease_keeps_its_messages_to_itself() -> None:
    """Every publishing takes a third of a lease and more; nobody else gets a message of it meanwhile."""
    shop, table, queue = given_up_one_by_one(40)
    seen_by_others: list[str] = []

    def take_long() -> None:
        shop.clock.sleep(HELD_SECONDS * 0.4)
        seen_by_others.extend(queue.visible())

    issue_api_key_for(shop, "annex", "arcade", "bakery")
    for tenant in ("annex", "arcade", "bakery"):
        later = open_shop(table, tenant=tenant, now="2026-06-15")
        later.clock.at = shop.clock.at
        later.buy(card("1"), sale("X"))
    rt = replace(on_plain_table(shop, table), topic=SlowTopic(take_long))
    told = redrive_relay(rt, dead_of(queue, shop), MOST)
    assert shop.clock.monotonic() > HELD_SECONDS
    assert (told.messages, seen_by_others, queue.bodies) == (40, [], {})


def issue_api_key_for(shop: BookShop, *names: str) -> None:
    for name in names:
        issue_api_key(shop.rt, SYSTEM, org="org", tenant=name, name="till", grants=shop.caller.grants)


def test_what_cannot_be_read_keeps_its_own_message_and_no_other() -> None:
    shop, table, queue = given_up_one_by_one(2)
    shop.clock.at += 3_600_000
    shop.buy(card("0"), sale("later"))
    queue.put(given_up(shop.clock.at, 20, 1), '{"not": "the relay"}')
    rt = on_plain_table(shop, table)
    damage(rt.table, image_of(table.entries()[-1]))
    told = redrive_relay(rt, dead_of(queue, shop), MOST)
    assert told.messages == 2
    assert [line.split(" ")[0] for line in told.stayed] == ["Message", "Entry"]
    assert sorted(queue.visible()) == ["message-2", "message-3"]


@pytest.mark.parametrize("damaged", [{"body": {"B": b"?"}}, {"v": {"N": "9"}}], ids=["damaged", "newer"])
def test_a_feed_that_cannot_be_read_keeps_the_messages_and_no_other_tenant(damaged: Attrs) -> None:
    shop, table, queue = given_up_one_by_one(2)
    issue_api_key_for(shop, "annex")
    annex = open_shop(table, tenant="annex")
    annex.clock.at = shop.clock.at
    annex.buy(card("1"), sale("X"))
    rt = on_plain_table(shop, table)
    writes = [feed.head_put("annex", feed.FeedHead(), feed.FeedHead().mended())]
    rt.table.batch_put([{**write.item, **damaged} for write in writes])
    told = redrive_relay(rt, dead_of(queue, shop), MOST)
    assert [line.split(" ")[0] for line in told.stayed] == ["annex:"]
    assert (told.messages, len(queue.visible())) == (0, 2)
    assert len(feed_of(rt, shop.caller)) > 0
    rt.table.batch_put([write.item for write in writes])
    assert (redrive_relay(rt, dead_of(queue, shop), MOST).messages, queue.bodies) == (2, {})
    assert len(feed_of(rt, annex.caller)) > 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_anywhere_and_run_again_nothing_is_lost(when: When) -> None:
    deaths = 0
    for number in range(200):
        shop, table, queue = given_up_one_by_one(14, apart=100)
        kills = Kills(number, when)
        topic = SlowTopic(partial(kills.write, int))
        queue.kills = kills
        plain = on_plain_table(shop, table)
        rt = replace(plain, table=KillingTable(plain.table, kills), topic=topic)
        try:
            redrive_relay(rt, dead_of(queue, shop), MOST, together=5)
        except Killed:
            deaths += 1
        else:
            break
        shop.clock.sleep(HELD_SECONDS)
        queue.kills, queue.gone = Kills(), False
        again = redrive_relay(replace(plain, topic=topic.topic), dead_of(queue, shop), MOST)
        assert (again.stayed, queue.bodies) == ([], {})
        assert sorted(event.entry_id for event in feed_of(plain, shop.caller)) == in_journals(table)
        assert {str(one.body["entry_id"]) for one in topic.topic.published} == set(in_journals(table))
    assert deaths == 14 + 3 * 2  # deletions; a round's publishing and its transaction
