"""What was given up is tried again once its cause is mended: no message is lost, none goes in circles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

import pytest
from moto import mock_aws

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.imports.model import Drop
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.topic import Published
from chalicelib.flows.give_up_import import give_up_import
from chalicelib.flows.import_messages import Step
from chalicelib.flows.start_import import start_import
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.feed import entry_of_image, name_of
from chalicelib.table.protocol import Attrs, Table
from infra.local.dead_letters import HELD_SECONDS, DeadLetters
from infra.local.redrive import MOST, dead_letters, main, redrive_imports, redrive_queue
from infra.local.redrive_relay import Redriven, redrive_relay
from tests.twins.bookshop import BookShop, card, open_shop, sale
from tests.twins.dead_queue import DeadQueue
from tests.twins.killing import Killed, KillingTable, Kills, When
from tests.twins.streamed import ARN, StreamedTable, image_of
from tests.unit.imports.drops import sold
from tests.unit.orders_file.csv_file import file_of
from tests.unit.relay.relayed import SHARD, counts_of, feed_of, on_plain_table, run
from tests.unit.relay.test_trouble import BrokenTopic

REGION, STAGE = "eu-central-1", "test"
SYSTEM = Caller("org", "", "system", "tests", "tests", (), "test", "test")


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        session: Any = boto3.session.Session()
        client = session.client("sqs", region_name=REGION)
        for name in ("due", "due-dead", "imports", "imports-dead", "relay-dead"):
            client.create_queue(QueueName=f"stampbook-{STAGE}-{name}")
        yield client


def address(sqs: Any, name: str) -> str:
    return str(sqs.get_queue_url(QueueName=f"stampbook-{STAGE}-{name}")["QueueUrl"])


def put(sqs: Any, name: str, *bodies: str) -> None:
    told = {"request_id": {"DataType": "String", "StringValue": "req-1"}}
    for body in bodies:
        sqs.send_message(QueueUrl=address(sqs, name), MessageBody=body, MessageAttributes=told)


def waiting(sqs: Any, name: str) -> list[tuple[str, str]]:
    """Body and request id of all that lies in a queue."""
    found: list[tuple[str, str]] = []
    where = address(sqs, name)
    while batch := sqs.receive_message(
        QueueUrl=where, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=60
    ).get("Messages"):
        found += [(one["Body"], one["MessageAttributes"]["request_id"]["StringValue"]) for one in batch]
    return found


def test_dead_messages_go_back_to_their_queue_whole(sqs: Any) -> None:
    put(sqs, "due-dead", *(f"{number}" for number in range(23)))
    assert redrive_queue(dead_letters(sqs, STAGE, "due"), STAGE, "due") == 23
    assert sorted(waiting(sqs, "due")) == sorted((f"{number}", "req-1") for number in range(23))
    assert waiting(sqs, "due-dead") == []
    assert redrive_queue(dead_letters(sqs, STAGE, "due"), STAGE, "due") == 0


def test_no_more_than_asked_for(sqs: Any) -> None:
    put(sqs, "due-dead", *(f"{number}" for number in range(23)))
    assert redrive_queue(dead_letters(sqs, STAGE, "due"), STAGE, "due", most=12) == 12
    assert len(waiting(sqs, "due")) == 12
    assert len(waiting(sqs, "due-dead")) == 11


def given_up(arrived: Instant, start: int = 1, size: int = 3, until: Instant | None = None) -> str:
    """What Lambda leaves of a batch that it gave up: nothing of the entries, but when the stream had them."""
    first, last = (rfc3339(one // 1000 * 1000) for one in (arrived, arrived if until is None else until))
    return json.dumps(
        {
            "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 101},
            "version": "1.0",
            "DDBStreamBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": f"{800000000003126276000 + start}",
                "endSequenceNumber": f"{800000000003126276000 + start + size - 1}",
                "approximateArrivalOfFirstRecord": first,
                "approximateArrivalOfLastRecord": last,
                "batchSize": size,
                "streamArn": ARN,
            },
        }
    )


def registered() -> tuple[BookShop, StreamedTable]:
    """A shop that the jobs know, and the stream with all that its opening wrote."""
    table = StreamedTable()
    shop = open_shop(table)
    issue_api_key(shop.rt, SYSTEM, org="org", tenant="shop", name="till", grants=shop.caller.grants)
    return shop, table


def test_what_the_relay_gave_up_comes_into_the_feed_once(sqs: Any) -> None:
    shop, table = registered()
    for number in range(6):
        shop.buy(card("1"), sale(f"A{number}"))
    records, rt = table.entries(), on_plain_table(shop, table)
    run(rt, records[:2])
    run(rt, records[5:])
    put(sqs, "relay-dead", given_up(shop.clock.at), given_up(shop.clock.at))
    assert len(feed_of(rt, shop.caller)) == len(records) - 3
    told = relay_redriven(rt, sqs)
    assert (told.messages, told.stood_for, told.missing) == (2, 3, 3)
    assert told.found == len(records)
    assert len({event.entry_id for event in feed_of(rt, shop.caller)}) == len(records)
    assert len(feed_of(rt, shop.caller)) == len(records)
    assert waiting(sqs, "relay-dead") == []


def test_what_is_in_the_feed_and_was_never_published_is_published_and_not_told_twice(sqs: Any) -> None:
    shop, table = registered()
    for number in range(3):
        shop.buy(card("1"), sale(f"A{number}"))
    records, rt = table.entries(), on_plain_table(shop, table)
    assert run(replace(rt, topic=BrokenTopic()), records)
    assert len(feed_of(rt, shop.caller)) == len(records)
    put(sqs, "relay-dead", given_up(shop.clock.at))
    assert relay_redriven(rt, sqs).messages == 1
    assert len(feed_of(rt, shop.caller)) == len(records) == counts_of(rt, shop.caller)["entries"]
    assert len(cast(MemoryTopic, rt.topic).published) == len(records)


def test_what_cannot_be_read_yet_stays_among_the_dead(sqs: Any) -> None:
    shop, table = registered()
    shop.buy(card("1"), sale("A1"))
    rt = on_plain_table(shop, table)
    damage(rt.table, image_of(table.entries()[0]))
    put(sqs, "relay-dead", given_up(shop.clock.at))
    told = relay_redriven(rt, sqs)
    assert told.messages == 0
    assert [line.split(" ")[0:2] for line in told.stayed] == [["Entry", "1"]]
    assert "cannot be read by this version" in told.stayed[0]
    rt.table.batch_put([image_of(table.entries()[0])])
    assert relay_redriven(rt, sqs).messages == 1
    assert len(feed_of(rt, shop.caller)) == len(table.entries())


def relay_redriven(rt: Runtime, sqs: Any) -> Redriven:
    return redrive_relay(rt, dead_letters(sqs, STAGE, "relay", rt.clock), MOST)


def damage(table: Table, image: Attrs) -> None:
    """What no code of ours ever wrote."""
    table.batch_put([{**image, "body": {"B": b"damaged"}}])


def test_without_an_address_and_a_cloud_that_answers_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "--endpoint", "http://127.0.0.1:9"]) == 2
    assert "127.0.0.1:9" in capsys.readouterr().err


# --- many dead messages of the relay -------------------------------------------------------------------------------------


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


# --- imports -------------------------------------------------------------------------------------------------------------


def test_an_import_that_has_failed_is_named_and_one_that_goes_on_is_not(sqs: Any) -> None:
    failing, running = dropped_into_a_shop("june.csv"), "opr_000000000000000000000000"
    desk, operation = failing
    assert give_up_import(desk.rt, Step("route", "shop", operation))
    steps = [{"do": "route", "tenant": "shop", "operation": one} for one in (operation, operation, running)]
    put(sqs, "imports-dead", *(json.dumps(step) for step in steps), "{}", "no json")
    moved, told = redrive_imports(desk.rt, dead_letters(sqs, STAGE, "imports"), STAGE)
    assert (moved, len(waiting(sqs, "imports"))) == (5, 5)
    assert sorted(told) == sorted(
        [
            f"{operation} of shop (june.csv) has failed, given_up, and stays so: drop its file again under another name.",
            f"{running} of shop is not there: its message dies again.",
        ]
    )
    desk, operation = dropped_into_a_shop("july.csv")
    put(sqs, "imports-dead", json.dumps({"do": "route", "tenant": "shop", "operation": operation}))
    assert redrive_imports(desk.rt, dead_letters(sqs, STAGE, "imports"), STAGE) == (1, [])


def dropped_into_a_shop(name: str) -> tuple[BookShop, str]:
    shop, _ = registered()
    content = file_of((sold("N-1", "0001"),))
    files = cast(MemoryFiles, shop.rt.files)
    key = f"imports/shop/orders/{name}"
    files.put(key, content)
    head = files.head(key)
    assert head is not None
    operation = start_import(shop.rt, Drop("bucket", key, head.etag), "req-1")
    assert operation is not None
    return shop, operation.operation_id
