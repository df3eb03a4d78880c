"""What a shop's orders use of the cloud, counted on the twins while a shop really sells: requests, units, messages, bytes.

A hundred members buy once a month for ten months, over HTTP; the relay carries what they did to the feed; a thousand more
orders of the same kind come as a file, one in ten by somebody new, as over HTTP; then what was earned falls due. Every request finds what its process knows older than five seconds,
so each reads the key and the configuration's number again; in one month more none does, as in a process that is kept busy. Ids are
drawn by a seed: the figures are the same every time.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from random import Random
from typing import Any
from uuid import UUID

from chalice.app import Chalice

from chalicelib.api import mounts, rim
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.accounts.store import DUE_SHARDS, due_query
from chalicelib.areas.members.store import due_occasion
from chalicelib.areas.orders.file.rows import REQUIRED
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import Message, QueueName
from chalicelib.events.automations import automations
from chalicelib.events.due import due, schedule_due
from chalicelib.events.imports import imports
from chalicelib.events.notify import notify
from chalicelib.events.pulse import take_pulse
from chalicelib.events.stream import relay
from chalicelib.events.webhooks import schedule_webhooks, webhooks
from chalicelib.flows.keep_published import keep_published
from chalicelib.kit.clock import Instant, StandingClock
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs
from chalicelib.table.pulse import beat_put
from infra.local.cost_shop import CountingFiles, KeptTable, Numbered, Shop, Used, kept_log, metrics_of
from infra.local.demo.program import CALLER, ORG, TENANT, load_program
from infra.local.http_gateway import Gateway, HttpRequest, HttpResponse
from infra.local.pages.facts import filters
from infra.local.table_template import whole_template
from infra.subscriptions import subscribed

MEMBERS, MONTHS = 100, 10
ORDERS = MEMBERS * MONTHS
ALONE, TEN, FULL = 1, 10, 100  # entries in a batch of the stream: a quiet shop's, a busy one's, an import's
OPENING, DUE_DAY = "2025-06-15T12:00:00Z", "2026-12-01T00:10:00Z"
_STALE_SECONDS = 6.0
_APART = 50.13  # times that, from one buyer to the next: some minutes, so that entries share no instant
_BOUGHT = tuple((f"BOOK-{line}", f"12.5{line}") for line in range(3))  # with every order, each as a line of its own


@dataclass(frozen=True, slots=True)
class Usage:
    """`api` finds what its process knows older than five seconds, `busy_api` does not; `relay` is of entries, by the size
    of its batches. `quiet_metrics` are those that are told whether anybody buys or not, by due job, pulse and the relay's answer
    to it; `import_metrics` those that a file adds; the API's are assumed."""

    api: Used
    busy_api: Used
    relay: Mapping[int, Used]
    told: Mapping[int, Used]  # what the relay published in such batches, to webhooks that nobody has
    followed: Mapping[int, Used]  # the same, to segments of which none has criteria
    noted: Mapping[int, Used]  # the same, to members whom nobody wants told anything
    file: Used
    due: Used
    pulse: Used
    looked: Used  # for webhooks that are to be tried again, and members who are to be told
    bytes_per_order: float  # stored, indexes and overhead included
    bytes_per_member: float
    quiet_metrics: int
    import_metrics: int


@cache
def measured() -> Usage:
    with kept_log() as log:
        clock, cloud = StandingClock(_instant(OPENING)), (CountingFiles(), MemoryQueues(), MemoryTopic())
        shop = Shop(clock, KeptTable(), *cloud, log, filters(subscribed(whole_template())))
        load_program(shop.rt)
        key = issue_api_key(shop.rt, CALLER, org=ORG, tenant=TENANT, name="till", grants=CALLER.grants).credential
        shop.table.entries.clear()
        api, per_member, per_order = _sold(shop, key)
        busy = shop.used(MEMBERS, partial(_sold_in_a_rush, shop, key))
        jobs = log.tell()
        relayed = {TEN: _relayed(shop, TEN, len(shop.table.entries))}
        file = shop.used(ORDERS, partial(_imported, shop))
        relayed |= {size: _relayed(shop, size, ORDERS // 2) for size in (ALONE, FULL)}
        told = {size: _told(shop, size, "webhooks", webhooks) for size in (ALONE, TEN)}
        followed = {size: _told(shop, size, "automations", automations) for size in (ALONE, TEN)}
        noted = {size: _told(shop, size, "notify", notify) for size in (ALONE, TEN)}
        days = log.tell()
        _celebrated(shop)
        settled = shop.used(MEMBERS, partial(_settled, shop))
        _beaten(shop, 1)
        pulse = shop.used(1, partial(_beaten, shop, 2))
        looked = shop.used(1, partial(_looked, shop))
        quiet = metrics_of(log.getvalue()[days:])
        with_imports = metrics_of(log.getvalue()[jobs:])
    return Usage(
        api,
        busy,
        relayed,
        told,
        followed,
        noted,
        file,
        settled,
        pulse,
        looked,
        per_order,
        per_member,
        quiet,
        with_imports - quiet,
    )


def _sold(shop: Shop, key: str) -> tuple[Used, float, float]:
    """And how many bytes a member and an order leave behind: a member's first month, and what the others add."""
    gateway = _gateway(shop.rt)
    empty = shop.table.stored()
    first = shop.used(MEMBERS, lambda: sum(_buy(shop, gateway, key, 0, who) for who in range(MEMBERS)))
    after_first = shop.table.stored()
    more = [(month, who) for month in range(1, MONTHS) for who in range(MEMBERS)]
    rest = shop.used(len(more), lambda: sum(_buy(shop, gateway, key, month, who) for month, who in more))
    per_order = (shop.table.stored() - after_first) / len(more)
    whole = Used(
        ORDERS,
        first.table + rest.table,
        first.log_bytes + rest.log_bytes,
        first.answer_bytes + rest.answer_bytes,
        entries=first.entries + rest.entries,
    )
    return whole, (after_first - empty) / MEMBERS - per_order, per_order


def _gateway(rt: Runtime) -> Gateway:
    app = Chalice("stampbook", configure_logs=False)
    app.register_middleware(rim.one_error_shape, "http")
    mounts.mount_native(app, lambda: rt)
    dice = Random(1)  # noqa: S311 - the same ids every time, no shorter than others when they are compressed
    return Gateway(app, lambda: UUID(int=dice.getrandbits(128)))


def _sold_in_a_rush(shop: Shop, key: str) -> int:
    """One more month, all of it within seconds of the last request before; one member in ten is new, as before."""
    gateway, new = _gateway(shop.rt), MEMBERS // MONTHS
    return sum(_buy(shop, gateway, key, MONTHS, who, seconds=0.0) for who in range(new, MEMBERS + new))


def _buy(shop: Shop, gateway: Gateway, key: str, month: int, who: int, seconds: float = _STALE_SECONDS) -> int:
    year, number = divmod(6 + month, 12)
    day = f"{2025 + year}-{number + 1:02}-15"
    shop.clock.at = _instant(f"{day}T12:00:00Z")
    shop.clock.sleep(seconds + who * _APART * seconds)
    lines = [{"sku": sku, "quantity": 1, "gross_value": int(value.replace(".", ""))} for sku, value in _BOUGHT]
    document = {"number": f"R-{month}-{who:05}", "purchased_at": f"{day}T11:59:00Z", "currency": "EUR", "lines": lines}
    body = json.dumps(document | {"identifier": {"type": "card", "value": f"4000 {who:05}"}}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    answer = gateway.answer(HttpRequest("POST", "/v1/orders", headers, body))
    return _bytes_of(answer)


def _instant(text: str) -> Instant:
    read = parse_rfc3339(text)
    if read is None:
        raise ValueError(text)
    return read[0]


def _bytes_of(answer: HttpResponse) -> int:
    if answer.status != 201:
        raise RuntimeError(answer.body.decode())
    return len(answer.body) + sum(len(name) + len(value) + 4 for name, value in answer.headers.items())


def _relayed(shop: Shop, size: int, entries: int) -> Used:
    """The oldest that wait, in batches of that size; what the relay writes is no entry."""
    waiting = shop.table.entries[:entries]
    del shop.table.entries[:entries]
    return shop.used(entries, partial(_relay, shop, size, waiting))


def _relay(shop: Shop, size: int, entries: list[Numbered]) -> int:
    for first in range(0, len(entries), size):
        records = [_record(number, item) for number, item in entries[first : first + size]]
        told = relay(shop.rt, {"Records": records, "shardId": "shard"})
        if told["batchItemFailures"]:
            raise RuntimeError("the relay failed")
    return 0


def _told(shop: Shop, size: int, queue: QueueName, consumer: Callable[[Runtime, Any], dict[str, Any]]) -> Used:
    """As many a call as were published at once; where each is alone, what the process knows is older than five seconds."""
    messages = [Message(one.body, one.request_id) for one in shop.topic.published[-ORDERS // 2 :]]

    def tell() -> int:
        for first in range(0, len(messages), size):
            shop.clock.sleep(_STALE_SECONDS if size == ALONE else 0.0)
            shop.queues.send(queue, messages[first : first + size])
            shop.queues.deliver(queue, partial(consumer, shop.rt), size=size)
        return 0

    return shop.used(len(messages), tell)


def _looked(shop: Shop) -> int:
    schedule_webhooks(shop.rt, {"id": "wake"})
    shop.queues.deliver("webhooks", partial(webhooks, shop.rt))
    shop.queues.deliver("notify", partial(notify, shop.rt))
    return 0


def _record(number: int, item: Attrs) -> dict[str, Any]:
    image = {name: {"B": b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()}
    change = {"NewImage": image, "SequenceNumber": str(number)}
    return {"eventID": f"{number:032x}", "eventName": "INSERT", "eventSourceARN": "stream", "dynamodb": change}


def _imported(shop: Shop) -> int:
    """A thousand orders like those over HTTP, in one file: three lines each, one in ten by somebody new."""
    cells = {"document_type": "sell", "purchased_at": "2026-04-15T10:00:00Z", "currency": "EUR", "quantity": "1"}
    rows = [
        cells | {"document_number": f"F-{one:05}", "loyalty_card": _card_of(one), "sku": sku, "gross_value": value}
        for one in range(ORDERS)
        for sku, value in _BOUGHT
    ]
    lines = [",".join(REQUIRED), *(",".join(row.get(name, "") for name in REQUIRED) for row in rows)]
    key = f"imports/{TENANT}/orders/orders.csv"
    shop.files.put(key, "\n".join(lines).encode())
    head = shop.files.head(key)
    subject = {"bucket": {"name": "bucket"}, "object": {"key": key, "eTag": head.etag if head else ""}}
    shop.queues.send("imports", [Message({"Records": [{"eventName": "ObjectCreated:Put", "s3": subject}]}, "s3")])
    shop.queues.deliver("imports", partial(imports, shop.rt), size=1)
    return 0


def _card_of(order: int) -> str:
    if order % MONTHS == 0:
        return f"5000 {order:05}"
    return f"4000 {order % MEMBERS:05}"


def _celebrated(shop: Shop) -> None:
    """Anniversaries of members are settled before, and what was published is in files: what is measured is accounts."""
    shop.clock.at = _instant(DUE_DAY)
    last = local_day(shop.clock.at, "UTC")
    while keep_published(shop.rt, TENANT, last).more:
        pass
    for shard in range(DUE_SHARDS):
        for member_id in [*filter(None, map(due_occasion, every_item(shop.table, due_query(TENANT, shard, last))))]:
            body = {"tenant": TENANT, "day": iso_day(last), "member_id": member_id, "occasion": True}
            shop.queues.send("due", [Message(body, "cost")])
    shop.queues.deliver("due", partial(due, shop.rt))


def _settled(shop: Shop) -> int:
    shop.clock.at = _instant(DUE_DAY)
    shop.clock.sleep(_STALE_SECONDS)
    schedule_due(shop.rt, {"id": "due", "time": DUE_DAY})
    shop.queues.deliver("due", partial(due, shop.rt))
    return 0


def _beaten(shop: Shop, number: int) -> int:
    """A pulse some minutes after the one before, and the relay's answer to it."""
    shop.clock.at += 5 * 60_000
    take_pulse(shop.rt, {"id": "pulse"})
    beat = _record(number, shop.table.items[beat_put(0).key])
    relay(shop.rt, {"Records": [beat], "shardId": "shard"})
    return 0
