"""Sixteen tills record while three relays read the table's own stream, each with repeats and overlaps of its own.

Whatever was committed is in the feed, once, without a gap; and a reader that follows meanwhile sees the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from random import Random
from threading import Event
from typing import Any

import pytest

from chalicelib.areas.members.operations import list_members
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.events.stream import relay
from chalicelib.flows.read_feed import read_feed
from chalicelib.kit.ids import RandomIds
from chalicelib.table.config import ConfigCache, read_config
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.feed import name_of
from chalicelib.table.journal import entries_query, entry_from
from chalicelib.table.keys import owner_stream
from infra.local.table_template import create_table
from tests.engine.conftest import REGION
from tests.engine.stream_records import as_lambda_has_it
from tests.engine.test_concurrency import StoppedAt, insisted
from tests.twins import at
from tests.twins.bookshop import TODAY, BookShop, card, open_shop, sale
from tests.unit.relay.relayed import counts_of

TILLS, RELAYS, ORDERS, CARDS = 16, 3, 10, 24


@pytest.fixture
def shop(engine_endpoint: str) -> Iterator[BookShop]:
    """On a table of its own, whose stream nobody else writes to."""
    import boto3

    client = boto3.session.Session().client("dynamodb", region_name=REGION, endpoint_url=engine_endpoint)
    name = create_table(client, "feed")
    table, clock = DynamoTable(name, region=REGION, endpoint=engine_endpoint), StoppedAt(at(TODAY))
    opened = open_shop(table, now=TODAY)
    rt = replace(opened.rt, clock=clock, ids=RandomIds(), config=ConfigCache(clock))
    yield BookShop(rt, opened.clock, opened.caller)
    client.delete_table(TableName=name)


class Shards:
    """The stream of the table, as often from its beginning as one asks. Filtered as the template's mapping filters."""

    def __init__(self, endpoint: str, table: str) -> None:
        import boto3

        session = boto3.session.Session()
        self._client: Any = session.client("dynamodbstreams", region_name=REGION, endpoint_url=endpoint)
        tables: Any = session.client("dynamodb", region_name=REGION, endpoint_url=endpoint)
        self._arn = tables.describe_table(TableName=f"stampbook-{table}")["Table"]["LatestStreamArn"]
        self._iterators: dict[str, str | None] = {}

    def more(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """What each shard has beyond what was read so far."""
        for shard in self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]:
            name = shard["ShardId"]
            if name not in self._iterators:
                self._iterators[name] = self._client.get_shard_iterator(
                    StreamArn=self._arn, ShardId=name, ShardIteratorType="TRIM_HORIZON"
                )["ShardIterator"]
            iterator = self._iterators[name]
            if iterator is not None:
                answer = self._client.get_records(ShardIterator=iterator, Limit=100)
                self._iterators[name] = answer.get("NextShardIterator")
                yield name, [as_lambda_has_it(one, self._arn) for one in answer["Records"] if _is_entry(one)]


def _is_entry(one: Any) -> bool:
    return bool(one["eventName"] == "INSERT" and one["dynamodb"]["NewImage"]["kind"] == {"S": "entry"})


def relay_all(shop: BookShop, endpoint: str, seed: int, expected: list[int], done: Event, table: str = "feed") -> int:
    """One relay: every shard in its order, in batches of any size that reach back as they like. How many it delivered."""
    shards, dice, delivered = Shards(endpoint, table), Random(seed), 0
    known: dict[str, list[dict[str, Any]]] = {}
    while not (done.is_set() and sum(map(len, known.values())) >= expected[0]):
        for shard, records in shards.more():
            before = known.setdefault(shard, [])
            first = len(before)
            before += records
            while first < len(before):
                start, end = max(0, first - dice.randrange(20)), first + dice.randrange(1, 30)
                batch = before[start:end]
                delivered += len(batch)
                event = {"Records": batch + dice.sample(batch, min(2, len(batch))), "shardId": shard}
                if not relay(shop.rt, event)["batchItemFailures"]:
                    first = end
    return delivered


def follow(shop: BookShop, relayed: Event) -> list[str]:
    """A reader that keeps the last cursor, until the relays are done and nothing is new."""
    seen: list[str] = []
    cursor = None
    while True:
        last = relayed.is_set()
        page = read_feed(shop.rt, shop.caller, 100, cursor)
        if last and not page.items:
            return seen
        assert [event.number for event in page.items] == list(range(len(seen) + 1, len(seen) + 1 + len(page.items)))
        seen += [event.entry_id for event in page.items]
        cursor = page.next_cursor


def committed(shop: BookShop) -> list[str]:
    """Every entry there is, read from the journals themselves."""
    tenant, table = shop.caller.tenant, shop.rt.table
    members = [one.member_id for one in list_members(shop.rt, shop.caller, 100, None).items]
    streams = [owner_stream(tenant, member_id, program) for member_id in members for program in (0, 1)]
    entries = [
        name_of(entry_from(stream, attrs))
        for stream in streams
        for attrs in table.query(entries_query(stream, 1, 9999)).items
    ]
    aggregates = read_config(table, tenant).aggregates.items()
    return entries + [
        f"CFG:{name.kind}:{name.id.replace('#', ':')}:0:{version}"
        for name, aggregate in aggregates
        for version in range(1, aggregate.head.version + 1)
    ]


def test_every_entry_committed_by_sixteen_tills_is_in_the_feed_once(shop: BookShop, engine_endpoint: str) -> None:
    expected, done, relayed = [0], Event(), Event()

    def record(till: int) -> None:
        for number in range(ORDERS):
            insisted(partial(shop.buy, card(f"{(till + number * 5) % CARDS}"), sale(f"T{till}-{number}")))

    with ThreadPoolExecutor(RELAYS + 1) as readers:
        relays = [readers.submit(relay_all, shop, engine_endpoint, seed, expected, done) for seed in range(RELAYS)]
        reader = readers.submit(follow, shop, relayed)
        try:
            with ThreadPoolExecutor(TILLS) as tills:
                list(tills.map(record, range(TILLS)))
            there = committed(shop)
            expected[0] = len(there)
        finally:
            done.set()
        try:
            delivered = [running.result() for running in relays]
        finally:
            relayed.set()
        followed = reader.result()
    assert len(there) == len(set(there)) >= TILLS * ORDERS + CARDS
    assert sorted(followed) == sorted(there)
    assert sum(delivered) > RELAYS * len(there)
    assert counts_of(shop.rt, shop.caller)["entries"] == len(there)
    assert counts_of(shop.rt, shop.caller)["orders_recorded"] == TILLS * ORDERS
    assert isinstance(shop.rt.topic, MemoryTopic)
    assert {message.body["entry_id"] for message in shop.rt.topic.published} == set(there)
