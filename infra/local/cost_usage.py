"""What a shop's orders use of the cloud, counted on the twins while a shop really sells: requests, units, messages, bytes.

A hundred members buy once a month for ten months, over HTTP; the relay carries what they did to the feed; a thousand more
orders come as a file; then what was earned falls due. Every request finds what its process knows older than five seconds,
so each reads the key and the configuration's number again, which a busy process does not. Ids are counted or drawn by a
seed, durations counted as if they had four digits: the figures are the same every time.
"""

from __future__ import annotations

import io
import json
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import count
from random import Random
from typing import Any, BinaryIO
from uuid import UUID

from chalice.app import Chalice

from chalicelib.api import mounts, rim
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.orders.file.rows import Cells
from chalicelib.aws.files import FileHead
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import Message
from chalicelib.events.due import due, schedule_due
from chalicelib.events.imports import imports
from chalicelib.events.stream import relay
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import Kind, entity_id
from chalicelib.kit.logs import logger
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.indexes import INDEXES, projected
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost, item_bytes
from chalicelib.table.protocol import Attrs, Delete, Key, Put, Write, key_of
from infra.local.demo.program import CALLER, ORG, TENANT, load_program
from infra.local.http_gateway import Gateway, HttpRequest, HttpResponse

MEMBERS, MONTHS = 100, 10
ORDERS = MEMBERS * MONTHS
BATCH = 10  # entries in a batch of the stream
DUE_DAY = "2026-12-01T00:10:00Z"
OVERHEAD_BYTES = 100  # that Amazon adds to an item, in the table and in each index
_STALE_SECONDS = 6.0
_DURATION = re.compile(rb'("duration_ms": ?)[\d.]+')


@dataclass(frozen=True, slots=True)
class Used:
    """By `of` orders, or accounts. `puts` and `gets` are requests to S3, `sent` messages to queues."""

    of: int
    table: Cost
    log_bytes: int
    answer_bytes: int = 0
    published: int = 0
    sent: int = 0
    puts: int = 0
    gets: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    api: Used
    relay: Used
    file: Used
    due: Used
    bytes_per_order: float  # stored, indexes and overhead included
    bytes_per_member: float


@dataclass
class _Clock:
    at: Instant
    seconds: float = 0.0

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def move_to(self, text: str) -> None:
        read = parse_rfc3339(text)
        if read is None:
            raise ValueError(text)
        self.at = read[0]


class _CountedIds:
    def __init__(self) -> None:
        self._numbers = count(1)

    def entity(self, kind: Kind, at: Instant) -> str:
        return entity_id(kind, at, next(self._numbers))

    def command(self) -> str:
        return f"{next(self._numbers):024x}"

    def salt(self) -> str:
        return f"{next(self._numbers):032x}"


class _KeptTable(MemoryTable):
    """Knows what is in it, and which entries the stream has not handed over yet."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[Key, Attrs] = {}
        self.entries: list[Attrs] = []

    def transact(self, writes: Sequence[Write], token: str) -> None:
        super().transact(writes, token)
        for write in writes:
            match write:
                case Put(item):
                    self.items[key_of(item)] = item
                    if item["kind"] == {"S": "entry"}:
                        self.entries.append(item)
                case Delete(key):
                    del self.items[key]

    def stored(self) -> int:
        """Bytes, as they are billed."""
        indexed = (projected(index, item) for index in INDEXES for item in self.items.values())
        return sum(item_bytes(one) + OVERHEAD_BYTES for one in (*self.items.values(), *(one for one in indexed if one)))


class _CountingFiles(MemoryFiles):
    def __init__(self) -> None:
        super().__init__()
        self.puts = self.gets = 0

    def head(self, key: str) -> FileHead | None:
        self.gets += 1
        return super().head(key)

    @contextmanager
    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> Iterator[BinaryIO]:
        self.gets += 1
        with super().open(key, start=start, etag=etag) as stream:
            yield stream

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
        self.puts += 1
        super().put(key, data, content_type)


@dataclass
class _Shop:
    clock: _Clock
    table: _KeptTable
    files: _CountingFiles
    queues: MemoryQueues
    topic: MemoryTopic
    log: io.StringIO
    rt: Runtime = field(init=False)

    def __post_init__(self) -> None:
        cloud = (self.files, self.queues, self.topic)
        self.rt = Runtime(self.clock, _CountedIds(), self.table, ConfigCache(self.clock), *cloud)

    def used(self, of: int, act: Callable[[], int]) -> Used:
        """What the act used; it answers how many bytes went out."""
        before = self.table.meter.cost
        marks = self.log.tell(), len(self.topic.published), self._sent(), self.files.puts, self.files.gets
        answered = act()
        lines = _DURATION.sub(rb"\g<1>12.34", self.log.getvalue()[marks[0] :].encode())
        published, sent = len(self.topic.published) - marks[1], self._sent() - marks[2]
        puts, gets = self.files.puts - marks[3], self.files.gets - marks[4]
        return Used(of, self.table.meter.cost - before, len(lines), answered, published, sent, puts, gets)

    def _sent(self) -> int:
        return sum(map(len, self.queues.sent.values()))


@cache
def measured() -> Usage:
    with _kept_log() as log:
        shop = _Shop(_Clock(0), _KeptTable(), _CountingFiles(), MemoryQueues(), MemoryTopic(), log)
        shop.clock.move_to("2025-06-15T12:00:00Z")
        load_program(shop.rt)
        key = issue_api_key(shop.rt, CALLER, org=ORG, tenant=TENANT, name="till", grants=CALLER.grants).credential
        shop.table.entries.clear()
        api, per_member, per_order = _sold(shop, key)
        relayed = shop.used(ORDERS, partial(_relayed, shop))
        file = shop.used(ORDERS, partial(_imported, shop))
        settled = shop.used(MEMBERS, partial(_settled, shop))
    return Usage(api, relayed, file, settled, per_order, per_member)


def _sold(shop: _Shop, key: str) -> tuple[Used, float, float]:
    """And how many bytes a member and an order leave behind: a member's first month, and what the others add."""
    gateway = _gateway(shop.rt)
    empty = shop.table.stored()
    first = shop.used(MEMBERS, lambda: sum(_buy(shop, gateway, key, 0, who) for who in range(MEMBERS)))
    after_first = shop.table.stored()
    more = [(month, who) for month in range(1, MONTHS) for who in range(MEMBERS)]
    rest = shop.used(len(more), lambda: sum(_buy(shop, gateway, key, month, who) for month, who in more))
    per_order = (shop.table.stored() - after_first) / len(more)
    logged, answered = first.log_bytes + rest.log_bytes, first.answer_bytes + rest.answer_bytes
    whole = Used(ORDERS, first.table + rest.table, logged, answered)
    return whole, (after_first - empty) / MEMBERS - per_order, per_order


def _gateway(rt: Runtime) -> Gateway:
    app = Chalice("stampbook", configure_logs=False)
    app.register_middleware(rim.one_error_shape, "http")
    mounts.mount_native(app, lambda: rt)
    dice = Random(1)  # noqa: S311 - the same ids every time, no shorter than others when they are compressed
    return Gateway(app, lambda: UUID(int=dice.getrandbits(128)))


def _buy(shop: _Shop, gateway: Gateway, key: str, month: int, who: int) -> int:
    year, number = divmod(6 + month, 12)
    shop.clock.move_to(f"{2025 + year}-{number + 1:02}-15T12:00:00Z")
    shop.clock.sleep(_STALE_SECONDS)
    lines = [{"sku": f"BOOK-{line}", "quantity": 1, "gross_value": 1250 + line} for line in range(3)]
    at = f"{2025 + year}-{number + 1:02}-15T11:59:00Z"
    document = {"number": f"R-{month}-{who:05}", "purchased_at": at, "currency": "EUR", "lines": lines}
    body = json.dumps(document | {"identifier": {"type": "card", "value": f"4000 {who:05}"}}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    answer = gateway.answer(HttpRequest("POST", "/v1/orders", headers, body))
    return _bytes_of(answer)


def _bytes_of(answer: HttpResponse) -> int:
    if answer.status != 201:
        raise RuntimeError(answer.body.decode())
    return len(answer.body) + sum(len(name) + len(value) + 4 for name, value in answer.headers.items())


def _relayed(shop: _Shop) -> int:
    """In full batches; what the relay writes is no entry."""
    waiting = shop.table.entries
    for first in range(0, len(waiting), BATCH):
        numbered = enumerate(waiting[first : first + BATCH], start=first + 1)
        told = relay(shop.rt, {"Records": [_record(number, item) for number, item in numbered], "shardId": "shard"})
        if told["batchItemFailures"]:
            raise RuntimeError("the relay failed")
    waiting.clear()
    return 0


def _record(number: int, item: Attrs) -> dict[str, Any]:
    image = {name: {"B": b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()}
    change = {"NewImage": image, "SequenceNumber": str(number)}
    return {"eventID": f"{number:032x}", "eventName": "INSERT", "eventSourceARN": "stream", "dynamodb": change}


def _imported(shop: _Shop) -> int:
    """A thousand orders of the same members, in one file."""
    cells = {"document_type": "sell", "purchased_at": "2026-04-15T10:00:00Z", "currency": "EUR", "sku": "BOOK"}
    cells |= {"quantity": "1", "gross_value": "37.53"}
    rows = [
        cells | {"document_number": f"F-{one}", "loyalty_card": f"4000 {one % MEMBERS:05}"} for one in range(ORDERS)
    ]
    lines = [",".join(Cells._fields), *(",".join(row.get(name, "") for name in Cells._fields) for row in rows)]
    key = f"imports/{TENANT}/orders/orders.csv"
    shop.files.put(key, "\n".join(lines).encode())
    head = shop.files.head(key)
    subject = {"bucket": {"name": "bucket"}, "object": {"key": key, "eTag": head.etag if head else ""}}
    shop.queues.send("imports", [Message({"Records": [{"eventName": "ObjectCreated:Put", "s3": subject}]}, "s3")])
    shop.queues.deliver("imports", partial(imports, shop.rt), size=1)
    return 0


def _settled(shop: _Shop) -> int:
    shop.clock.move_to(DUE_DAY)
    shop.clock.sleep(_STALE_SECONDS)
    schedule_due(shop.rt, {"id": "due", "time": DUE_DAY})
    shop.queues.deliver("due", partial(due, shop.rt))
    return 0


@contextmanager
def _kept_log() -> Iterator[io.StringIO]:
    """What the logger writes goes here, as it would be written in production, instead of to the person."""
    log, handler = io.StringIO(), logger().registered_handler
    before = handler.setStream(log) if isinstance(handler, logging.StreamHandler) else None
    try:
        yield log
    finally:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(before)
