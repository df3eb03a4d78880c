"""Reading the feed while it is written: nothing is left out, nothing comes twice, no page outgrows an answer."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.flows.read_feed import MAX_ANSWER_BYTES, read_feed
from chalicelib.table.config import ConfigChanged
from chalicelib.table.journal import Head, Header, Stream, entry_put, new_entry
from tests.twins.streamed import image_of, record
from tests.unit.relay.relayed import (
    Torn,
    journal,
    on_plain_table,
    opened,
    run,
)

LARGE = [900_000, 900_000, 900_000, MAX_ANSWER_BYTES + 1, 600_000, 600_000, 600_000]


def test_a_reader_that_keeps_the_last_cursor_goes_on_for_ever() -> None:
    shop, table = opened()
    rt, caller = on_plain_table(shop, table), shop.caller
    empty = read_feed(rt, caller, 25, None)
    assert empty.items == ()
    ada, cursor, seen = shop.member("1"), empty.next_cursor, []
    for number in range(250):
        shop.earn(ada, number + 1)
        run(rt, table.entries()[-1 if number else 0 :])
        if number % 9 == 0:
            page = read_feed(rt, caller, 100, cursor)
            seen += [event.number for event in page.items]
            cursor = page.next_cursor
            assert read_feed(rt, caller, 100, cursor).items == ()
    seen += [event.number for event in read_feed(rt, caller, 100, cursor).items]
    assert seen == list(range(1, 252))


def test_a_reader_skips_nothing_that_is_written_while_it_reads() -> None:
    shop, streamed = opened()
    ada = shop.member("1")
    for number in range(120):
        shop.earn(ada, number + 1)
    records = streamed.entries()
    table = Torn()
    table.batch_put(image_of(one) for one in records)
    rt = replace(shop.rt, table=table)
    run(rt, records[:90])
    start = read_feed(rt, shop.caller, 50, None).next_cursor
    table.between = lambda: run(replace(rt, topic=MemoryTopic()), records[90:])
    torn = read_feed(rt, shop.caller, 100, start)
    assert [event.number for event in torn.items] == list(range(51, 91))
    rest = read_feed(rt, shop.caller, 100, torn.next_cursor)
    assert [event.number for event in rest.items] == list(range(91, 122))


def test_an_answer_of_large_facts_ends_early_but_never_stands_still() -> None:
    shop, _ = opened()
    header = Header("define_rule", "c", shop.caller, shop.clock.now(), shop.clock.now(), 1)
    facts = [ConfigChanged("rule", f"{number}", {"name": "n" * size}) for number, size in enumerate(LARGE)]
    streams = [Stream("shop", f"shop#CFG#rule#{number}") for number in range(len(LARGE))]
    entries = [new_entry(stream, Head(), header, [fact]) for stream, fact in zip(streams, facts, strict=True)]
    records = [record(entry_put(entry).item, number) for number, entry in enumerate(entries, start=1)]
    rt = replace(shop.rt, table=journal(records))
    assert run(rt, records) == []
    page, sizes = read_feed(rt, shop.caller, 100, None), []
    while page.items:
        sizes.append(len(page.items))
        page = read_feed(rt, shop.caller, 100, page.next_cursor)
    assert sizes == [2, 1, 1, 3]
