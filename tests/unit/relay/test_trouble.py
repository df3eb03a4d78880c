"""Whatever goes wrong between stream, table and topic: nothing is lost, nothing is there twice, no one waits for another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.errors import CloudError
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.topic import Published
from chalicelib.events.stream import relay
from chalicelib.table.feed import entry_of_image, name_of
from chalicelib.table.protocol import Key
from tests.twins.bookshop import card, sale
from tests.twins.faulty import FaultyTable
from tests.twins.streamed import StreamedTable, image_of, recorded
from tests.unit.logs.kept import kept
from tests.unit.relay.relayed import (
    SHARD,
    Torn,
    counts_of,
    feed_of,
    number_of,
    on_plain_table,
    opened,
    published,
    recorded_journal,
    run,
)


def test_a_poison_record_is_passed_by_and_what_is_around_it_is_relayed() -> None:
    rt, caller = recorded_journal()
    event = recorded("stream-poison")
    poison = event["Records"][2]
    assert relay(rt, event)["batchItemFailures"] == []
    assert len(feed_of(rt, caller)) == 3
    mended = next(one for one in recorded("stream-without-shard")["Records"] if number_of(one) == number_of(poison))
    assert run(rt, [mended], f"{SHARD} again") == []
    assert len(feed_of(rt, caller)) == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("body", None),
        ("body", {"B": "not base64!"}),
        ("body", {"B": "anx9"}),
        ("body", {"B": "eg=="}),
        ("sk", {"S": "J"}),
        ("gsi2pk", None),
        ("pk", {"S": "shop#M#nobody"}),
    ],
    ids=str,
)
def test_whatever_cannot_be_read_is_poison(name: str, value: Any) -> None:
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    first, second = json.loads(json.dumps(table.entries()))
    image = second["dynamodb"]["NewImage"]
    second["dynamodb"]["NewImage"] = {**image, name: value} if value else {k: v for k, v in image.items() if k != name}
    rt = on_plain_table(shop, table)
    with kept() as log:
        assert run(rt, [first, second]) == []
    assert len(feed_of(rt, shop.caller)) == 1
    assert [one["level"] for one in log.lines()].count("ERROR") == 1


def test_a_tenant_that_is_busy_for_ever_keeps_no_other_waiting() -> None:
    table = StreamedTable()
    ours, _ = opened("ours", table)
    theirs, _ = opened("theirs", table)
    ours.buy(card("1"), sale("A1"))
    theirs.buy(card("1"), sale("A1"))
    records = table.entries()

    class OursIsBusy(FaultyTable):
        def get(self, key: Any) -> Any:
            self.faults = {self.calls: "throttled"} if key.pk.startswith("ours") else {}
            return super().get(key)

    rt = replace(ours.rt, table=OursIsBusy(table.table))
    assert run(rt, records) == [number_of(records[0])]
    assert len(feed_of(on_plain_table(theirs, table), theirs.caller)) == 2
    assert feed_of(on_plain_table(ours, table), ours.caller) == []
    assert run(on_plain_table(ours, table), records) == []
    assert len(feed_of(on_plain_table(ours, table), ours.caller)) == 2


class BrokenTopic(MemoryTopic):
    def publish(self, messages: Sequence[Published]) -> None:
        raise CloudError("the topic is gone")


def test_what_could_not_be_published_comes_again_and_then_is() -> None:
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    rt = on_plain_table(shop, table)
    records = table.entries()
    assert run(replace(rt, topic=BrokenTopic()), records) == [number_of(records[0])]
    assert len(feed_of(rt, shop.caller)) == 2
    assert published(rt) == []
    assert run(rt, records) == []
    assert len(published(rt)) == len(feed_of(rt, shop.caller)) == 2


def test_a_relay_that_reads_a_page_too_early_writes_nothing_of_it() -> None:
    """Another relay joins the page after this one has read the head, and before it has read the page, or after."""
    shop, streamed = opened()
    for number in range(5):
        shop.buy(card("1"), sale(f"A{number}"))
    records = streamed.entries()
    table = Torn()
    table.batch_put(image_of(one) for one in records)
    rt = replace(shop.rt, table=table)
    run(rt, records[:1])
    table.between = lambda: run(rt, records[3:], "another")
    run(rt, records[1:3])
    assert sorted(event.entry_id for event in feed_of(rt, shop.caller)) == sorted(
        name_of(entry_of_image(image_of(one))) for one in records
    )
    assert counts_of(rt, shop.caller)["entries"] == len(records)


@pytest.mark.parametrize("sk", ["HEAD", "P#0000000000", "C#2026-06-15"])
def test_a_tenant_whose_feed_is_damaged_keeps_no_other_waiting(sk: str) -> None:
    table = StreamedTable()
    ours, _ = opened("ours", table)
    theirs, _ = opened("theirs", table)
    for shop in (ours, theirs):
        shop.buy(card("1"), sale("A1"))
    first = len(table.entries())
    rt = on_plain_table(ours, table)
    assert run(rt, table.entries()) == []
    for shop in (ours, theirs):
        shop.buy(card("1"), sale("A2"))
    later = table.entries()[first:]
    whole = table.get(Key("ours#FEED", sk))
    assert whole is not None
    table.batch_put([{**whole, "body": {"B": b"?"}}])
    with kept() as log:
        assert run(rt, later) == []
    assert f"ours#FEED {sk} cannot be read" in log.stream.getvalue()
    assert len(feed_of(rt, theirs.caller)) == 3
    table.batch_put([whole])
    assert (len(feed_of(rt, ours.caller)), len(feed_of(rt, theirs.caller))) == (2, 3)
