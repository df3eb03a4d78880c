"""What the relay never saw comes into the feed once: whatever was relayed before, meanwhile or after, however often it breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.topic import Published
from chalicelib.errors import Busy
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.kit.ids import entry_ref
from chalicelib.runtime import Runtime
from chalicelib.table.feed import Place, read_head
from chalicelib.table.feed_search import references_since
from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Attrs
from chalicelib.table.recorded import HOUR_MS
from tests.twins import at
from tests.twins.bookshop import TODAY, BookShop, card, sale
from tests.twins.faulty import Fault, FaultyTable, Late
from tests.twins.killing import Killed, KillingTable, Kills, When
from tests.twins.streamed import Record, image_of, record
from tests.unit.relay.relayed import counts_of, feed_of, journal, opened, published, run

FAULTS: list[Fault] = ["throttled", "lost_before", "lost_after", "conflict", *(Late(calls) for calls in range(1, 5))]
BEGUN, DAY_MS = at(TODAY) - HOUR_MS, 24 * HOUR_MS


def busy_days(orders: int = 12) -> tuple[BookShop, list[Record]]:
    """A shop whose entries are spread over hours and days, and the records of what it did."""
    shop, table = opened()
    for number in range(orders):
        shop.clock.at += 5 * HOUR_MS + 1
        shop.buy(card(f"{number % 5}"), sale(f"A{number}"))
    return shop, table.entries()


def on(shop: BookShop, records: Sequence[Record]) -> Runtime:
    """A process on a table that has these entries and no feed."""
    return replace(shop.rt, table=journal(records), topic=MemoryTopic())


def repaired(rt: Runtime, first: int = BEGUN, until: int | None = None) -> int:
    """How many were missing."""
    parts = repair_feed(rt, "shop", first, rt.clock.now() + 1 if until is None else until)
    return sum(part.repaired for part in parts)


def names_in(rt: Runtime, shop: BookShop) -> list[str]:
    """In the feed's order, but two of one millisecond by name: a transaction's entries have no order in a stream either."""
    events = feed_of(rt, shop.caller)
    return [event.entry_id for event in sorted(events, key=lambda one: (one.recorded_at, one.entry_id))]


def by_the_relay(shop: BookShop, records: Sequence[Record]) -> tuple[list[str], dict[str, int]]:
    """Feed and counts as they ought to be."""
    rt = on(shop, records)
    run(rt, records)
    return names_in(rt, shop), counts_of(rt, shop.caller)


def test_what_was_never_relayed_is_told_counted_and_published_as_the_relay_would_have() -> None:
    shop, records = busy_days()
    rt = on(shop, records)
    assert repaired(rt) == len(records) == 17
    assert (names_in(rt, shop), counts_of(rt, shop.caller)) == by_the_relay(shop, records)
    told = [event.entry_id for event in feed_of(rt, shop.caller)]
    assert [message["entry_id"] for message in published(rt)] == told
    assert told == names_in(rt, shop)


def test_repaired_again_nothing_is_missing_and_nothing_is_published() -> None:
    shop, records = busy_days()
    rt = on(shop, records)
    repaired(rt)
    assert repaired(rt) == 0
    assert len(published(rt)) == len(feed_of(rt, shop.caller)) == len(records)


def test_whatever_of_it_was_relayed_the_rest_is_added_and_no_more() -> None:
    shop, records = busy_days(40)
    names, counts = by_the_relay(shop, records)
    for seed in range(15):
        dice, rt = Random(seed), on(shop, records)
        seen = [one for one in records if dice.random() < 0.6]
        run(rt, seen)
        assert repaired(rt) == len(records) - len(seen)
        assert sorted(names_in(rt, shop)) == sorted(names)
        assert counts_of(rt, shop.caller) == counts


def test_a_relay_that_is_handed_all_of_it_afterwards_adds_nothing() -> None:
    """From a stream that had kept it after all: what is older was repaired, what is younger is new."""
    shop, records = busy_days()
    rt = on(shop, records)
    repaired(rt, until=shop.clock.at - DAY_MS)
    assert 0 < len(feed_of(rt, shop.caller)) < len(records)
    assert run(rt, records) == run(rt, records) == []
    names, counts = by_the_relay(shop, records)
    assert (names_in(rt, shop), counts_of(rt, shop.caller)) == (names, counts)


def test_only_the_span_asked_for_is_repaired() -> None:
    shop, records = busy_days()
    rt = on(shop, records)
    first, until = at(TODAY) + 20 * HOUR_MS, at(TODAY) + 30 * HOUR_MS + 7
    assert repaired(rt, first, until) == 5  # the 4th to 6th order; the 4th and 5th brought a new card each
    assert repaired(rt, until, until) == 0
    assert repaired(rt, until, until + 1) == 0
    assert {event.recorded_at for event in feed_of(rt, shop.caller)} == {
        at(TODAY) + number * (5 * HOUR_MS + 1) for number in (4, 5, 6)
    }


def test_an_older_span_repaired_after_a_younger_one_makes_the_relay_forget_neither() -> None:
    shop, records = busy_days()
    names, counts = by_the_relay(shop, records)
    rt = on(shop, records)
    middle = (BEGUN + rt.clock.now()) // 2
    assert repaired(rt, first=middle) > 0
    assert repaired(rt, until=middle) > 0
    assert run(rt, records) == []
    assert (sorted(names_in(rt, shop)), counts_of(rt, shop.caller)) == (sorted(names), counts)


def test_a_quiet_entry_is_counted_once_whoever_counted_it() -> None:
    shop, records = busy_days(3)
    for relayed in (True, False):
        rt = on(shop, records)
        image = hushed(image_of(records[3]))
        rt.table.batch_put([image])
        if relayed:
            run(rt, [record(image, 1)])
        assert repaired(rt) == len(records) - relayed
        assert repaired(rt) == 0
        assert len(feed_of(rt, shop.caller)) == len(records) - 1
        assert counts_of(rt, shop.caller) == by_the_relay(shop, records)[1]
        assert len(published(rt)) == len(records) - 1


def hushed(image: Attrs) -> Attrs:
    header, facts = unpack(image["body"]["B"])
    return {**image, "body": {"B": pack([header | {"publish": False}, facts])}}


def test_an_owner_s_entries_come_in_their_sequence_though_clocks_differ() -> None:
    shop, table = opened()
    ada = shop.member("1")
    for _ in range(6):
        shop.clock.at -= 3
        shop.earn(ada, 1)
    rt = on(shop, table.entries())
    assert repaired(rt, until=at(TODAY) + 1) == 7
    told = [entry_ref(event.entry_id) for event in feed_of(rt, shop.caller)]
    sequences = [ref.sequence for ref in told if ref.program == 1]
    assert sequences == [1, 2, 3, 4, 5, 6]


def test_what_cannot_be_read_is_named_and_keeps_nobody_waiting() -> None:
    shop, records = busy_days(3)
    rt = on(shop, records)
    image = image_of(records[2])
    rt.table.batch_put([{**image, "body": {"B": b"x"}}])
    [part] = repair_feed(rt, "shop", BEGUN, shop.clock.at + 1)
    assert (part.looked_up, part.repaired) == (len(records), len(records) - 1)
    assert part.unreadable == (place_of(image),)
    rt.table.batch_put([image])
    assert repaired(rt) == 1


def place_of(image: Attrs) -> Place:
    _, program, sequence = image["sk"]["S"].split("#")
    return Place(image["pk"]["S"].removeprefix("shop#"), int(program), int(sequence))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_fault_at_any_call_changes_nothing(fault: Fault) -> None:
    shop, records = busy_days(3)
    names, counts = by_the_relay(shop, records)
    calls, call, begin = 1, 0, at(TODAY) + 10 * HOUR_MS
    while call < calls:
        table = FaultyTable(journal(records))
        rt = replace(shop.rt, table=table, topic=MemoryTopic())
        run(rt, records[:2])
        table.start({call: fault})
        assert repaired(rt, begin, begin + HOUR_MS) == 2
        calls = table.calls
        table.settle()
        table.start()
        repaired(rt)
        assert (sorted(names_in(rt, shop)), counts_of(rt, shop.caller)) == (sorted(names), counts)
        call += 1
    assert calls == 16 + 3 + 3  # an hour of the index; head, pages, entries; head, what it grows, the transaction


@dataclass
class KillingTopic:
    kills: Kills
    topic: MemoryTopic = field(default_factory=MemoryTopic)

    def publish(self, messages: Sequence[Published]) -> None:
        self.kills.write(lambda: self.topic.publish(messages))


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_anywhere_and_begun_again_it_is_whole(when: When) -> None:
    shop, records = busy_days(120)
    names, counts = by_the_relay(shop, records)
    writes = 0
    for number in range(100):
        kills = Kills(number, when)
        topic = KillingTopic(kills)
        table = journal(records)
        rt = replace(shop.rt, table=KillingTable(table, kills), topic=topic)
        try:
            repaired(rt)
        except Killed:
            writes += 1
        else:
            break
        repaired(replace(rt, table=table))
        assert (names_in(rt, shop), counts_of(rt, shop.caller)) == (names, counts)
        assert {message.body["entry_id"] for message in topic.topic.published} == set(names)
    assert writes == 4  # two parts of a hundred, each published and added


def beside(act: Callable[[Runtime, Sequence[Record]], object]) -> None:
    """Whatever `act` does before any transaction of a repair, every entry is there once in the end."""
    shop, records = busy_days(130)
    names, counts = by_the_relay(shop, records)
    for turn in range(3):
        table = FaultyTable(journal(records))
        rt, other = (replace(shop.rt, table=one, topic=MemoryTopic()) for one in (table, table.table))
        table.meanwhile = lambda done, turn=turn, other=other: done == turn and act(other, records)
        repaired(rt)
        run(other, records[:40], "late")
        run(other, records[40:])
        assert (sorted(names_in(other, shop)), counts_of(other, shop.caller)) == (sorted(names), counts)


def test_beside_a_relay_that_is_handed_the_same_entries() -> None:
    beside(lambda rt, records: run(rt, records[40:]))


def test_beside_another_repair() -> None:
    beside(lambda rt, _: repaired(rt))


def test_a_relay_in_the_middle_of_its_work_sees_what_was_repaired_meanwhile() -> None:
    shop, records = busy_days(30)
    names, counts = by_the_relay(shop, records)
    table = FaultyTable(journal(records))
    rt, other = (replace(shop.rt, table=one, topic=MemoryTopic()) for one in (table, table.table))
    table.meanwhile = lambda done: done == 0 and repaired(other)
    assert run(rt, records) == []
    assert (sorted(names_in(other, shop)), counts_of(other, shop.caller)) == (sorted(names), counts)


def test_a_table_that_is_busy_for_ever_is_said_to_be() -> None:
    shop, records = busy_days(3)
    rt = replace(shop.rt, table=FaultyTable(journal(records), faults=dict.fromkeys(range(10_000), "throttled")))
    with pytest.raises(Busy):
        repaired(rt)


def test_more_than_is_looked_up_together_comes_in_parts() -> None:
    shop, records = busy_days(60)
    rt = on(shop, records)
    run(rt, records[30:45])
    parts = list(repair_feed(rt, "shop", BEGUN, shop.clock.at + 1, together=20))
    assert [(part.looked_up, part.repaired) for part in parts] == [(20, 20), (20, 10), (20, 15), (5, 5)]
    assert [part.at for part in parts] == sorted(part.at for part in parts)
    assert (names_in(rt, shop), counts_of(rt, shop.caller)) == by_the_relay(shop, records)


def test_a_look_at_the_feed_ends_at_what_was_relayed_before() -> None:
    """A year of feed costs what its last day costs."""
    shop, table = opened()
    ada = shop.member("1")
    rt, relayed = replace(shop.rt, table=table.table), 0
    for _ in range(12):
        for _ in range(100):
            shop.earn(ada, 1)
        run(rt, table.entries()[relayed:])
        relayed = len(table.entries())
        shop.clock.at += DAY_MS
    head = read_head(rt.table, "shop")
    lately = list(references_since(rt.table, "shop", "P", head, shop.clock.at - DAY_MS))
    assert 100 <= len(lately) <= 201
    assert {one.recorded_at for one in lately} >= {shop.clock.at - DAY_MS}
    assert len(list(references_since(rt.table, "shop", "P", head, 0))) == 1_201 == head.next - 1
    assert list(references_since(rt.table, "shop", "Q", head, 0)) == []
