"""What no delivery can relay is given up once: the shard goes on, other tenants notice nothing, and redriving brings it back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.aws.errors import CloudError
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.queues import Message, QueueName
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Attrs, Key
from infra.local.dead_letters import DeadLetters
from infra.local.redrive import MOST
from infra.local.redrive_relay import Redriven, redrive_relay
from tests.twins.bookshop import BookShop, card, sale
from tests.twins.dead_queue import DeadQueue
from tests.twins.faulty import FaultyTable
from tests.twins.streamed import Record, StreamedTable, image_of, record
from tests.unit.relay.relayed import feed_of, number_of, on_plain_table, opened, run
from tests.unit.relay.test_trouble import BrokenTopic

DAMAGED: Attrs = {"body": {"B": b"?"}}
HEAD = Key("ours#FEED", "HEAD")
SYSTEM = Caller("org", "", "system", "tests", "tests", (), "test", "test")


class Stream:
    """Two tenants on one table and one shard, and the relay of both."""

    def __init__(self) -> None:
        self.table = StreamedTable()
        self.ours, _ = opened("ours", self.table)
        self.theirs, _ = opened("theirs", self.table)
        for shop in (self.ours, self.theirs):
            issue_api_key(shop.rt, SYSTEM, org="org", tenant=shop.caller.tenant, name="till", grants=shop.caller.grants)
        self.table.records.clear()
        self.rt = on_plain_table(self.ours, self.table)
        self.bought = 0

    def batch(self, *shops: BookShop) -> list[Record]:
        """Each buys once more; the records of that."""
        before = len(self.table.entries())
        for shop in shops:
            self.bought += 1
            shop.clock.at = self.ours.clock.at
            shop.buy(card("1"), sale(f"A{self.bought}"))
        self.ours.clock.at += 600_000
        return self.table.entries()[before:]

    def damage(self, key: Key = HEAD) -> Attrs:
        whole = self.table.get(key)
        assert whole is not None
        self.table.batch_put([{**whole, **DAMAGED}])
        return whole

    def given_up(self, rt: Runtime | None = None) -> list[dict[str, Any]]:
        return cast(MemoryQueues, (rt or self.rt).queues).bodies("relay_dead")

    def told_of(self, shop: BookShop) -> list[str]:
        """What the topic was told of a tenant's entries."""
        return [one.body["entry_id"] for one in cast(Any, self.rt.topic).published if one.tenant == shop.caller.tenant]

    def feed(self, shop: BookShop) -> list[str]:
        return [event.entry_id for event in feed_of(self.rt, shop.caller)]

    def redriven(self) -> tuple[Redriven, DeadQueue]:
        queue = DeadQueue(self.ours.clock)
        queue.put(*(json.dumps(body) for body in self.given_up()))
        return redrive_relay(self.rt, DeadLetters(queue, "dead", self.ours.clock), MOST), queue


@pytest.fixture
def stream() -> Stream:
    stream = Stream()
    assert run(stream.rt, stream.batch(stream.ours, stream.theirs)) == []
    return stream


@pytest.mark.parametrize("sk", ["HEAD", "P#0000000000", "C#2026-06-15"])
def test_of_two_batches_in_a_row_the_other_tenant_has_everything_once(sk: str, stream: Stream) -> None:
    stream.damage(Key("ours#FEED", sk))
    batches = [stream.batch(stream.ours, stream.theirs, stream.theirs) for _ in range(2)]
    assert [run(stream.rt, batch) for batch in batches] == [[], []]
    assert stream.told_of(stream.theirs) == stream.feed(stream.theirs)
    assert len(stream.feed(stream.theirs)) == 2 + 4
    assert [(one["tenant"], one["DDBStreamBatchInfo"]["batchSize"]) for one in stream.given_up()] == [("ours", 1)] * 2


def test_what_was_given_up_comes_back_by_redriving_once_the_item_is_put_back(stream: Stream) -> None:
    whole = stream.damage()
    for _ in range(2):
        run(stream.rt, stream.batch(stream.ours, stream.theirs))
    theirs = stream.told_of(stream.theirs)
    told, queue = stream.redriven()
    assert [line.split(" cannot")[0] for line in told.stayed] == ["ours: ours#FEED HEAD"] * 2
    assert (told.messages, len(queue.bodies)) == (0, 2)
    stream.table.batch_put([whole])
    told, queue = stream.redriven()
    assert (told.messages, told.stood_for, told.found, told.missing, queue.bodies) == (2, 2, 2, 2, {})
    assert stream.told_of(stream.ours) == stream.feed(stream.ours)
    assert len(stream.feed(stream.ours)) == 4
    assert stream.told_of(stream.theirs) == theirs


def test_what_lambda_gave_up_is_anybody_s_and_not_gone_through_again_for_one(stream: Stream) -> None:
    whole = stream.damage()
    run(stream.rt, stream.batch(stream.ours, stream.theirs))
    stream.table.batch_put([whole])
    (ours,) = stream.given_up()
    anybody = {"DDBStreamBatchInfo": ours["DDBStreamBatchInfo"]}
    cast(MemoryQueues, stream.rt.queues).send("relay_dead", [Message(anybody)])
    before = len(stream.told_of(stream.theirs)), len(stream.told_of(stream.ours))
    told, queue = stream.redriven()
    assert (told.messages, told.found, queue.bodies) == (2, 2, {})
    assert (len(stream.told_of(stream.theirs)), len(stream.told_of(stream.ours))) == (before[0] + 1, before[1] + 1)


def test_a_record_that_cannot_be_read_is_given_up_with_its_tenant_and_its_time(stream: Stream) -> None:
    batch = stream.batch(stream.ours, stream.ours, stream.theirs)
    poison = {**image_of(batch[1]), **DAMAGED}
    stream.table.batch_put([poison])
    batch[1] = record(poison, int(number_of(batch[1])))
    batch[1]["dynamodb"]["ApproximateCreationDateTime"] = stream.ours.clock.at // 1000
    assert run(stream.rt, batch) == []
    assert (len(stream.feed(stream.ours)), len(stream.feed(stream.theirs))) == (3, 3)
    (left,) = stream.given_up()
    assert left["tenant"] == "ours"
    assert left["DDBStreamBatchInfo"]["startSequenceNumber"] == number_of(batch[1])
    assert left["DDBStreamBatchInfo"]["approximateArrivalOfLastRecord"] == rfc3339(stream.ours.clock.at)


def test_what_lies_behind_something_that_comes_again_is_given_up_with_that(stream: Stream) -> None:
    """Once, not as often as the other is tried."""
    stream.damage()
    batch = stream.batch(stream.theirs, stream.ours)

    class TheirsIsBusy(FaultyTable):
        def get(self, key: Any) -> Any:
            self.faults = {self.calls: "throttled"} if key.pk.startswith("theirs") else {}
            return super().get(key)

    busy = replace(stream.rt, table=TheirsIsBusy(stream.table.table))
    for _ in range(3):
        assert run(busy, batch) == [number_of(batch[0])]
    assert stream.given_up() == []
    assert run(stream.rt, batch) == []
    assert [one["tenant"] for one in stream.given_up()] == ["ours"]


def test_what_could_not_be_published_is_no_reason_to_give_up(stream: Stream) -> None:
    batch = stream.batch(stream.ours)
    assert run(replace(stream.rt, topic=BrokenTopic()), batch) == [number_of(batch[0])]
    assert stream.given_up() == []


class NoQueues(MemoryQueues):
    def send(self, queue: QueueName, messages: Sequence[Message]) -> None:
        if messages:
            raise CloudError(f"{queue} does not answer")


def test_what_could_not_be_given_up_comes_again(stream: Stream) -> None:
    stream.damage()
    batch = stream.batch(stream.ours, stream.theirs)
    assert run(replace(stream.rt, queues=NoQueues()), batch) == [number_of(batch[0])]
    assert run(stream.rt, batch) == []
    assert len(stream.given_up()) == 1


def test_a_batch_without_damage_asks_no_queue(stream: Stream) -> None:
    assert run(replace(stream.rt, queues=NoQueues()), stream.batch(stream.ours)) == []
    assert stream.told_of(stream.ours) == stream.feed(stream.ours)
