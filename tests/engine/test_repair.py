"""Two repairs of the same hours beside two relays that read the table's own stream: every entry is in the feed once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Event

from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.errors import Busy
from chalicelib.flows.repair_feed import repair_feed
from tests.engine.test_feed import committed, relay_all, shop
from tests.twins import at
from tests.twins.bookshop import TODAY, BookShop, card, sale
from tests.unit.relay.relayed import counts_of, feed_of

__all__ = ["shop"]

ORDERS, REPAIRS, RELAYS = 150, 2, 2
DAY_MS = 86_400_000


def test_repairs_and_relays_of_the_same_entries_at_once(shop: BookShop, engine_endpoint: str) -> None:
    for number in range(ORDERS):
        shop.buy(card(f"{number % 20}"), sale(f"A{number}"))
    there = committed(shop)
    expected, done = [len(there)], Event()
    done.set()
    topic = MemoryTopic()
    repairing = BookShop(replace(shop.rt, topic=topic), shop.clock, shop.caller)

    def repair(together: int) -> int:
        while True:
            with suppress(Busy):
                return repaired(together)

    def repaired(together: int) -> int:
        parts = repair_feed(repairing.rt, "shop", at(TODAY) - DAY_MS, at(TODAY) + DAY_MS, together)
        return sum(part.looked_up for part in parts)

    with ThreadPoolExecutor(REPAIRS + RELAYS) as threads:
        relays = [threads.submit(relay_all, shop, engine_endpoint, seed, expected, done) for seed in range(RELAYS)]
        looked_up = [one.result() for one in [threads.submit(repair, size) for size in (30, 70)]]
        assert all(one.result() >= len(there) for one in relays)
    assert looked_up == [len(there)] * REPAIRS
    assert sorted(event.entry_id for event in feed_of(shop.rt, shop.caller)) == sorted(there)
    assert counts_of(shop.rt, shop.caller)["entries"] == len(there)
