"""After a step back to an older version: what only the newer can read is told as such, keeps nobody waiting, and is had again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest

from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.flows.read_feed import FeedEvent, read_feed
from chalicelib.flows.repair_feed import RepairedPart, repair_feed
from chalicelib.runtime import Runtime
from chalicelib.table.feed import page_key, read_head
from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Attrs, Delete, key_of
from tests.twins import at
from tests.twins.bookshop import TODAY, BookShop, card, sale
from tests.twins.faulty import Fault, FaultyTable, Late
from tests.twins.killing import Killed, KillingTable, Kills, When
from tests.twins.streamed import Record, image_of, record
from tests.unit.logs.kept import Keeper, kept
from tests.unit.relay.relayed import counts_of, feed_of, journal, number_of, opened, published, run

FAULTS: list[Fault] = ["throttled", "lost_before", "lost_after", "conflict", *(Late(calls) for calls in range(1, 4))]


@pytest.fixture
def log() -> Iterator[Keeper]:
    with kept() as keeper:
        yield keeper


def newer(image: Attrs, schema: int = 2, **header: Any) -> Attrs:
    """As a newer version has it: what is in the body is its own affair."""
    return {**image, "v": {"N": f"{schema}"}, "body": {"S": "something else"}, **header}


def a_step_back(schema: int = 2) -> tuple[BookShop, list[Record], list[Record], Runtime]:
    """A shop whose third entry a newer version wrote: what it did, what its stream tells, and this version's process."""
    shop, table = opened()
    for number in range(4):
        shop.clock.at += 1_000
        shop.buy(card("1"), sale(f"A{number}"))
    true = table.entries()
    told = [
        record(newer(image_of(one), schema), int(number_of(one))) if no == 2 else one for no, one in enumerate(true)
    ]
    return shop, true, told, replace(shop.rt, table=journal(told), topic=MemoryTopic())


def by_the_newer(shop: BookShop, true: list[Record]) -> Runtime:
    rt = replace(shop.rt, table=journal(true), topic=MemoryTopic())
    run(rt, true)
    return rt


def repaired(rt: Runtime) -> RepairedPart:
    [part] = repair_feed(rt, "shop", at(TODAY), rt.clock.now() + 1)
    return part


def comes_back(rt: Runtime, true: list[Record]) -> None:
    """The newer version: it reads what it has written."""
    rt.table.batch_put(map(image_of, true))


def plain(events: list[FeedEvent]) -> list[dict[str, Any]]:
    return [event.model_dump(mode="json") for event in events]


def test_an_entry_of_a_newer_schema_has_its_number_its_id_its_time_and_says_what_it_needs() -> None:
    shop, true, told, rt = a_step_back(schema=7)
    assert run(rt, told) == []
    events, whole = feed_of(rt, shop.caller), feed_of(by_the_newer(shop, true), shop.caller)
    assert [event.number for event in events] == [1, 2, 3, 4, 5]
    assert plain([*events[:2], *events[3:]]) == plain([*whole[:2], *whole[3:]])
    placeholder = events[2]
    assert (placeholder.entry_id, placeholder.recorded_at) == (whole[2].entry_id, whole[2].recorded_at)
    assert placeholder.facts == ({"type": "entry.unreadable", "v": 1, "schema": 7},)
    assert (placeholder.operation, placeholder.actor.kind) == ("entry.unreadable", "unknown")


def test_it_is_published_under_its_id_and_counted_as_one_that_nobody_could_read() -> None:
    shop, _, told, rt = a_step_back()
    run(rt, told)
    message = published(rt)[2]
    assert (message["types"], message["sequence"]) == (["entry.unreadable"], 2)
    assert message["entry_id"] == feed_of(rt, shop.caller)[2].entry_id
    counts = counts_of(rt, shop.caller)
    assert (counts["entries"], counts["entries_unreadable"], counts["orders_recorded"]) == (5, 1, 3)


def test_the_log_says_where_it_is_and_counts_it(log: Keeper) -> None:
    _, _, told, rt = a_step_back()
    run(rt, told)
    (line,) = [line for line in log.lines() if line["level"] == "ERROR"]
    assert (line["pk"], line["sk"]) == tuple(image_of(told[2])[name]["S"] for name in ("pk", "sk"))
    assert (line["tenant"], line["schema"], line["unread"]) == ("shop", 2, 1)
    [measured] = line["_aws"]["CloudWatchMetrics"]
    assert (measured["Metrics"][0]["Name"], measured["Dimensions"]) == ("unread", [["stage", "operation"]])
    assert "something else" not in log.stream.getvalue()


def test_the_feed_tells_it_whole_under_its_number_once_it_can_be_read() -> None:
    shop, true, told, rt = a_step_back()
    run(rt, told)
    comes_back(rt, true)
    assert plain(feed_of(rt, shop.caller)) == plain(feed_of(by_the_newer(shop, true), shop.caller))


def test_a_repair_by_the_newer_version_publishes_it_and_counts_what_it_says() -> None:
    shop, true, told, rt = a_step_back()
    run(rt, told)
    comes_back(rt, true)
    before = len(published(rt))
    part = repaired(rt)
    assert (part.repaired, part.mended, part.newer) == (0, 1, ())
    whole = by_the_newer(shop, true)
    assert published(rt)[before:] == published(whole)[2:3]
    assert counts_of(rt, shop.caller) == counts_of(whole, shop.caller)
    assert rt.table.get(page_key("shop", 1)) == whole.table.get(page_key("shop", 1))
    assert repaired(rt).mended == 0
    assert len(published(rt)) == before + 1


def test_a_repair_by_the_older_version_leaves_a_placeholder_where_the_feed_had_nothing() -> None:
    shop, true, told, rt = a_step_back()
    part = repaired(rt)
    assert (part.repaired, part.mended, len(part.newer), part.unreadable) == (5, 0, 1, ())
    before = len(published(rt))
    again = repaired(rt)
    assert (again.repaired, again.mended, again.newer) == (0, 0, part.newer)
    assert len(published(rt)) == before
    comes_back(rt, true)
    assert repaired(rt).mended == 1
    assert counts_of(rt, shop.caller) == counts_of(by_the_newer(shop, true), shop.caller)
    assert run(rt, told) == []
    assert len(feed_of(rt, shop.caller)) == 5


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_fault_at_any_call_of_the_mending_changes_nothing(fault: Fault) -> None:
    shop, true, told, _ = a_step_back()
    whole = by_the_newer(shop, true)
    calls, call = 1, 0
    while call < calls:
        table = FaultyTable(table=journal(told))
        rt = replace(shop.rt, table=table, topic=MemoryTopic())
        run(rt, told)
        comes_back(rt, true)
        table.start({call: fault})
        assert repaired(rt).mended == 1
        calls = table.calls
        table.settle()
        table.start()
        assert counts_of(rt, shop.caller) == counts_of(whole, shop.caller)
        assert rt.table.get(page_key("shop", 1)) == whole.table.get(page_key("shop", 1))
        call += 1
    assert calls == 16 + 3 + 4  # an hour of the index; head, pages, entries; head, pages, counts, the transaction


@pytest.mark.parametrize("when", get_args(When))
def test_killed_anywhere_while_it_mends_and_begun_again_each_is_mended_once(when: When) -> None:
    """Fifty of them: three transactions of head, pages and counts. Mended is what the first run came to, or the second."""
    shop, true, told = fifty_placeholders()
    whole = by_the_newer(shop, true)
    pages, kills = [page_key("shop", number) for number in (1, 101, 201)], Kills()
    for number in range(4):
        kills, table = Kills(number, when), journal(told)
        rt = replace(shop.rt, table=table, topic=MemoryTopic())
        run(rt, told)
        comes_back(rt, true)
        try:
            repaired(replace(rt, table=KillingTable(table, kills)))
        except Killed:
            done = number + (when == "after")
            assert repaired(rt).mended == 50 - min(50, 20 * done)
        assert repaired(rt).mended == 0
        assert [table.get(page) for page in pages] == [whole.table.get(page) for page in pages]
        assert counts_of(rt, shop.caller) == counts_of(whole, shop.caller)
    assert kills.writes == 3  # the fourth kill met nobody


def test_what_is_relayed_while_it_is_mended_is_not_lost() -> None:
    shop, true, told, _ = a_step_back()
    table = FaultyTable(table=journal(told))
    rt, other = (replace(shop.rt, table=one, topic=MemoryTopic()) for one in (table, table.table))
    run(other, told[:3])
    comes_back(rt, true)
    table.meanwhile = lambda done: done == 0 and run(other, told[3:])
    [part] = repair_feed(rt, "shop", at(TODAY), shop.clock.at - 1_500)
    assert part.mended == 1
    assert read_head(rt.table, "shop").next == 6
    whole = by_the_newer(shop, true)
    assert rt.table.get(page_key("shop", 1)) == whole.table.get(page_key("shop", 1))
    assert counts_of(rt, shop.caller) == counts_of(whole, shop.caller)


def test_more_of_them_than_are_mended_together() -> None:
    shop, true, told = fifty_placeholders()
    rt = replace(shop.rt, table=journal(told), topic=MemoryTopic())
    run(rt, told)
    comes_back(rt, true)
    assert repaired(rt).mended == 50
    whole = by_the_newer(shop, true)
    assert plain(feed_of(rt, shop.caller)) == plain(feed_of(whole, shop.caller))
    for number in (1, 101, 201):
        assert rt.table.get(page_key("shop", number)) == whole.table.get(page_key("shop", number))
    assert counts_of(rt, shop.caller) == counts_of(whole, shop.caller)


def fifty_placeholders() -> tuple[BookShop, list[Record], list[Record]]:
    """A shop whose every fifth entry a newer version wrote: what it did, and what its stream tells."""
    shop, table = opened()
    ada = shop.member("1")
    for number in range(250):
        shop.earn(ada, number + 1)
    true = table.entries()
    told = [record(newer(image_of(one)), int(number_of(one))) if no % 5 == 3 else one for no, one in enumerate(true)]
    return shop, true, told


def hushed(image: Attrs) -> Attrs:
    header, facts = unpack(image["body"]["B"])
    return {**image, "body": {"B": pack([header | {"publish": False}, facts])}, "quiet": {"BOOL": True}}


def test_a_quiet_one_stays_quiet_and_is_mended_as_well() -> None:
    shop, true, told, _ = a_step_back()
    number = int(number_of(true[2]))
    true[2] = record(hushed(image_of(true[2])), number)
    told[2] = record(newer(image_of(true[2])), number)
    rt = replace(shop.rt, table=journal(told), topic=MemoryTopic())
    assert run(rt, told) == []
    assert len(feed_of(rt, shop.caller)) == len(published(rt)) == 4
    assert read_head(rt.table, "shop").quiet == 2
    assert (counts_of(rt, shop.caller)["entries"], counts_of(rt, shop.caller)["orders_recorded"]) == (5, 3)
    comes_back(rt, true)
    assert repaired(rt).mended == 1
    whole = by_the_newer(shop, true)
    assert rt.table.get(page_key("shop", 1, "Q")) == whole.table.get(page_key("shop", 1, "Q"))
    assert counts_of(rt, shop.caller) == counts_of(whole, shop.caller)
    assert len(published(rt)) == 4


def test_what_an_older_relay_adds_while_the_newer_version_repairs_is_mended_by_that_very_run() -> None:
    """Both versions are at work for some minutes of every deployment."""
    shop, true, told, _ = a_step_back()
    table = FaultyTable(table=journal(true))
    rt = replace(shop.rt, table=table, topic=MemoryTopic())
    older = replace(shop.rt, table=table.table, topic=MemoryTopic())
    table.meanwhile = lambda done: done == 0 and run(older, told)
    part = repaired(rt)
    assert (part.mended, part.newer) == (1, ())
    whole = by_the_newer(shop, true)
    assert plain(feed_of(older, shop.caller)) == plain(feed_of(whole, shop.caller))
    assert rt.table.get(page_key("shop", 1)) == whole.table.get(page_key("shop", 1))
    assert counts_of(older, shop.caller) == counts_of(whole, shop.caller)


def test_what_somebody_else_has_mended_meanwhile_is_not_counted_twice() -> None:
    shop, true, told, _ = a_step_back()
    table = FaultyTable(table=journal(told))
    rt, other = (replace(shop.rt, table=one, topic=MemoryTopic()) for one in (table, table.table))
    run(other, told)
    comes_back(rt, true)
    by_others: list[int] = []

    def another(done: int) -> None:
        if done == 0:
            by_others.append(repaired(other).mended)

    table.meanwhile = another
    assert (repaired(rt).mended, by_others) == (0, [1])


def test_a_reader_comes_by_what_was_damaged_or_removed_as_well() -> None:
    shop, true, _, _ = a_step_back()
    rt = by_the_newer(shop, true)
    key = image_of(true[3])
    rt.table.batch_put([{**key, "body": {"B": b"?"}}])
    rt.table.transact([Delete(key_of(image_of(true[1])))], "gone")
    events = read_feed(rt, shop.caller, 100, None).items
    assert [event.number for event in events] == [1, 2, 3, 4, 5]
    assert [no for no, event in enumerate(events) if event.facts == ({"type": "entry.unreadable", "v": 1},)] == [1, 3]
