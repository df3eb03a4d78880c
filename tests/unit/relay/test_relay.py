"""Every entry comes into its tenant's feed once, without a gap, however often and in whatever pieces it is delivered."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.events.stream import relay
from chalicelib.table.feed import CHECKPOINT_KEPT_MS, FeedHead, read_head
from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Key
from tests.twins import caller_of
from tests.twins.bookshop import card, goods_back, keyed, rule, sale
from tests.twins.faulty import FaultyTable
from tests.twins.streamed import Record, record, recorded
from tests.unit.relay.relayed import (
    counts_of,
    feed_of,
    journal,
    number_of,
    on_plain_table,
    opened,
    published,
    recorded_journal,
    run,
)


def test_what_happens_is_told_in_order() -> None:
    shop, table = opened()
    bought = shop.buy(card("1"), sale("A1")).answer
    shop.bring_back(bought.order_id, goods_back("R1", 40_00))
    shop.spend(bought.member_id, 10)
    rt = on_plain_table(shop, table)
    assert run(rt, table.entries()) == []
    events = feed_of(rt, shop.caller)
    assert [event.operation for event in events] == ["record_order", "record_order", "return_order", "spend_points"]
    assert [event.entry_id for event in events] == [message["entry_id"] for message in published(rt)]
    assert events[0].entry_id == bought.entry_id
    assert [fact["type"] for fact in events[0].facts] == [
        "account.advanced",
        "order.recorded",
        "points.earned",
        "tier.changed",
    ]
    assert events[0].actor.model_dump() == {"kind": "api_key", "id": "key_1"}


def test_only_new_entries_come_into_the_feed() -> None:
    """Accounts, orders and whatever else the table streams is passed over, even without a filter in front."""
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    rt = on_plain_table(shop, table)
    assert len(table.records) > len(table.entries()) == 2
    assert run(rt, table.records) == []
    assert len(feed_of(rt, shop.caller)) == 2
    assert run(rt, [{**one, "eventName": "MODIFY"} for one in table.entries()], "another") == []
    assert len(feed_of(rt, shop.caller)) == 2


def test_a_batch_delivered_again_adds_nothing_but_is_published_again() -> None:
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    before, counts, messages = feed_of(rt, shop.caller), counts_of(rt, shop.caller), published(rt)
    run(rt, table.entries())
    assert (feed_of(rt, shop.caller), counts_of(rt, shop.caller)) == (before, counts)
    assert published(rt) == messages * 2
    assert len({message["entry_id"] for message in messages}) == len(messages)


def test_any_overlap_of_any_batches_comes_to_the_same() -> None:
    shop, table = opened()
    for number in range(60):
        shop.buy(card(f"{number % 7}"), sale(f"A{number}"))
    records = table.entries()
    whole = replace(shop.rt, table=journal(records))
    run(whole, records)
    expected = [event.entry_id for event in feed_of(whole, shop.caller)]
    assert len(expected) == len(records) == 67
    for seed in range(20):
        dice, rt, done = Random(seed), replace(shop.rt, table=journal(records)), 0
        while done < len(records):
            first = max(0, done - dice.randrange(12))
            end = min(len(records), done + dice.randrange(1, 20))
            batch = records[first:end]
            assert run(rt, [*batch, *dice.sample(batch, min(3, len(batch)))]) == []
            done = end
        assert [event.entry_id for event in feed_of(rt, shop.caller)] == expected
        assert counts_of(rt, shop.caller)["entries"] == len(records)


def test_sequence_numbers_of_different_length_are_numbers() -> None:
    """As text, `99` would stand behind `100`, and what comes after it would be taken for old."""
    shop, table = opened()
    for number in range(9):
        shop.buy(card("1"), sale(f"A{number}"))
    numbers = {len(number_of(one)) for one in table.entries()}
    assert numbers == {2, 3}
    rt = on_plain_table(shop, table)
    for one in table.entries():
        run(rt, [one])
    assert len(feed_of(rt, shop.caller)) == len(table.entries())


def test_shards_have_checkpoints_of_their_own() -> None:
    shop, table = opened()
    for number in range(4):
        shop.buy(card("1"), sale(f"A{number}"))
    one, other = table.entries()[2:], table.entries()[:2]
    rt = on_plain_table(shop, table)
    assert run(rt, one, "shard-1") == run(rt, other, "shard-2") == run(rt, one, "shard-1") == []
    assert len(feed_of(rt, shop.caller)) == len(table.entries())


def test_an_event_without_a_shard_has_one_all_the_same() -> None:
    rt, caller = recorded_journal()
    event = recorded("stream-without-shard")
    assert "shardId" not in event
    assert relay(rt, event) == relay(rt, event) == {"batchItemFailures": []}
    assert len(feed_of(rt, caller)) == 4


def test_a_checkpoint_is_forgotten_once_the_stream_has_forgotten_its_records() -> None:
    head = FeedHead().moved("old", "7", 1, 0).moved("young", "8", 1, 1_000)
    assert head.moved("new", "9", 1, CHECKPOINT_KEPT_MS).checkpoints.keys() == {"young", "new"}
    assert (head.next, head.version) == (3, 2)


def test_what_a_shard_delivers_again_a_day_later_is_still_known() -> None:
    """A stream keeps its records for 24 hours; other shards went on meanwhile."""
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    rt, first = on_plain_table(shop, table), table.entries()
    run(rt, first, "idle")
    for hour in range(24):
        shop.clock.at += 3_600_000
        before = len(table.entries())
        shop.buy(card("1"), sale(f"B{hour}"))
        run(rt, table.entries()[before:], "busy")
    assert run(rt, first, "idle") == []
    assert len(feed_of(rt, shop.caller)) == len(table.entries()) == counts_of(rt, shop.caller)["entries"]


def test_every_tenant_has_a_feed_of_its_own() -> None:
    rt, ours = recorded_journal("ours")
    assert relay(rt, recorded("stream")) == {"batchItemFailures": [], "state": {}}
    theirs = feed_of(rt, caller_of("theirs"))
    assert [event.operation for event in feed_of(rt, ours)] == ["define_rule", *["record_order"] * 2, "spend_points"]
    assert [event.operation for event in theirs] == ["define_rule", *["record_order"] * 2]
    assert counts_of(rt, ours)["points_spent/points"] == 30
    assert "points_spent/points" not in counts_of(rt, caller_of("theirs"))


def test_recorded_overlapping_batches_and_the_end_of_a_window() -> None:
    rt, caller = recorded_journal()
    for name in ("stream", "stream-overlapping", "stream", "stream-end-of-window", "stream-removed"):
        assert relay(rt, recorded(name)) == {"batchItemFailures": [], "state": {}}, name
    assert len(feed_of(rt, caller)) == 4
    assert len(feed_of(rt, caller_of("theirs"))) == 3


def test_a_quiet_entry_is_counted_but_neither_in_the_feed_nor_published() -> None:
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    loud, other = table.entries()
    item = dict(table.get(key_of(other)) or {})
    header, facts = unpack(item["body"]["B"])
    quiet = record({**item, "body": {"B": pack([header | {"publish": False}, facts])}}, int(number_of(other)))
    rt = on_plain_table(shop, table)
    assert run(rt, [loud, quiet]) == run(rt, [quiet]) == []
    assert len(feed_of(rt, shop.caller)) == len(published(rt)) == 1
    assert counts_of(rt, shop.caller)["entries"] == 2


def key_of(one: Record) -> Key:
    keys = one["dynamodb"]["Keys"]
    return Key(keys["pk"]["S"], keys["sk"]["S"])


def test_a_recorded_journal_another_shard_may_be_faster() -> None:
    shop, streamed = opened()
    for number in range(4):
        shop.buy(card("1"), sale(f"A{number}"))
    mine, others = streamed.entries()[:2], streamed.entries()[2:]
    table = FaultyTable(journal(streamed.entries()))
    rt, other = (replace(shop.rt, table=one, topic=MemoryTopic()) for one in (table, table.table))
    table.meanwhile = lambda transactions: transactions == 0 and run(other, others, "faster")
    assert run(rt, mine) == []
    assert len(table.transactions) == 2
    assert len(feed_of(other, shop.caller)) == len(streamed.entries())
    assert counts_of(other, shop.caller)["entries"] == len(streamed.entries())


def test_a_message_names_its_entry_its_types_and_the_request() -> None:
    shop, table = opened()
    answer = shop.buy(card("1"), sale("A1"), keyed("k")).answer
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    assert isinstance(rt.topic, MemoryTopic)
    message = rt.topic.published[0]
    assert (message.tenant, message.request_id) == ("shop", "req-1")
    assert message.types == ("account.advanced", "order.recorded", "points.earned", "tier.changed")
    assert (message.body["entry_id"], message.body["owner"]) == (answer.entry_id, f"M#{answer.member_id}")


def test_configuration_changes_are_told_under_names_of_their_own() -> None:
    shop, table = opened()
    shop.define(rule("base", name="renamed"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    [event] = feed_of(rt, shop.caller)
    assert event.entry_id == "CFG:rule:0001:base:0:2"
    assert [fact["type"] for fact in event.facts] == ["config.changed"]


def test_entries_of_many_days_and_more_than_a_page_fit_in_some_transactions() -> None:
    shop, table = opened()
    ada = shop.member("1")
    for _ in range(230):
        shop.clock.at += 86_400_000 // 2
        shop.earn(ada, 1)
    rt = on_plain_table(shop, table)
    assert run(rt, table.entries()) == []
    assert len(feed_of(rt, shop.caller, 7)) == 231
    told = counts_of(rt, shop.caller)
    by_day = {name: amount for name, amount in told.items() if name.startswith(("day/", "expiring/"))}
    assert (len(by_day), sum(by_day.values())) == (115 + 5, 230 + 230)
    assert {name: amount for name, amount in told.items() if name not in by_day} == {
        "entries": 231,
        "entries_by_day": 231,
        "entries_analysed": 231,
        "enrolled/2026-06-15": 1,
        "stood/1/bronze/2026-06-16/joined": 1,
        "stood/1/bronze/2026-09-23/left": 1,
        "stood/1/silver/2026-09-23/joined": 1,
        "members_enrolled": 1,
        "liability/1/points/2027-06": 30,
        "liability/1/points/2027-07": 62,
        "liability/1/points/2027-08": 62,
        "liability/1/points/2027-09": 60,
        "liability/1/points/2027-10": 16,
        "points_earned/points": 230,
        "tiers_changed": 2,
    }


def test_the_head_stays_small() -> None:
    shop, table = opened()
    ada = shop.member("1")
    rt = on_plain_table(shop, table)
    for number in range(40):
        shop.clock.at += 4 * 3_600_000
        shop.earn(ada, 1)
        run(rt, table.entries()[-1:], f"shardId-{number:020}-8a6f0c21")
    assert len(read_head(rt.table, "shop").checkpoints) <= 7
