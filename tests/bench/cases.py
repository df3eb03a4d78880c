"""What is measured of a till: what the API is asked (api_cases.py), and the steps that queues, stream and schedule set off.

Topic and queues take what a step sends and do nothing with it: a twin's work is none of ours, and a bare client has no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chalice.local import LambdaContext

from chalicelib.areas.imports.model import Drop
from chalicelib.aws.memory_queues import MemoryQueues, Waiting, sqs_event
from chalicelib.aws.queues import Message
from chalicelib.events.due import due, schedule_due
from chalicelib.events.imports import imports
from chalicelib.events.pulse import take_pulse
from chalicelib.events.stream import relay
from chalicelib.flows.start_import import start_import
from chalicelib.kit.periods import iso_day
from tests.bench.api_cases import AT_LOTS, CASES, PAGE, event_of
from tests.bench.consumer import BUCKET, key_of
from tests.bench.imports import documents
from tests.bench.silent import SilentQueues, SilentTopic
from tests.bench.till import LOTS, Till
from tests.twins.bookshop import TODAY, card, open_shop, sale
from tests.twins.streamed import StreamedTable, stream_event
from tests.unit.orders_file.csv_file import file_of

Act = Callable[[], Any]
RELAYED = 100  # entries in a batch, as the mapping has it
IMPORTED = 50  # documents of the chunk: one of a thousand lines would only take longer
_CONTEXT = LambdaContext("api_handler", memory_size=1024)


def asked(at: Till, name: str) -> Act:
    """Calls the app as Lambda does; whatever is no success ends the measurement."""
    app, event = at.app, event_of(CASES[name], at)

    def act() -> None:
        answer = app(event, _CONTEXT)
        assert answer["statusCode"] < 300, (name, answer)

    return act


def due_account(at: Till) -> Act:
    """An account on the day after its first lot, alone in its message."""
    [wallet] = at.shop.account(at.ada).wallets
    last = wallet.expiring[0].expires_on
    assert last is not None
    at.shop.clock.move_to(f"{iso_day(last + 1)}T00:10:00Z")
    body = {"tenant": at.shop.caller.tenant, "day": iso_day(last + 1), "member_id": at.ada, "program_id": 1}
    event = sqs_event("due", [Waiting("message-1", Message(body, "bench"))])
    rt = replace(at.shop.rt, queues=SilentQueues())
    rt.config.load(rt.table, at.shop.caller.tenant)

    def act() -> None:
        assert due(rt, event) == {"batchItemFailures": []}

    return act


def relayed(at: Till) -> Act:
    """A batch of new orders, of the tenant of this till, as the stream hands it over."""
    table = StreamedTable()
    shop = open_shop(table, tenant=at.shop.caller.tenant)
    table.records.clear()
    for number in range(RELAYED):
        shop.buy(card(f"{number % 10}"), sale(f"T{number}"))
    records = table.entries()[:RELAYED]
    event, rt = stream_event(records, "shardId-bench"), replace(at.shop.rt, topic=SilentTopic())

    def act() -> None:
        assert relay(rt, event)["batchItemFailures"] == []

    return act


def import_chunk(at: Till) -> Act:
    """The one chunk of an import of as many documents, as its message comes from the queue: each buyer new at first."""
    rt, key = at.shop.rt, key_of(at.shop.caller.tenant)
    rt.files.put(key, file_of(documents(IMPORTED)))
    head = rt.files.head(key)
    assert head is not None
    queues = rt.queues
    assert isinstance(queues, MemoryQueues)
    start_import(rt, Drop(BUCKET, key, head.etag), "bench", parts=1)
    [route] = queues.waiting["imports"]
    assert imports(rt, sqs_event("imports", [route])) == {"batchItemFailures": []}
    chunk, silent = sqs_event("imports", queues.waiting["imports"][-1:]), replace(rt, queues=SilentQueues())

    def act() -> None:
        assert imports(silent, chunk) == {"batchItemFailures": []}

    return act


def scheduled(at: Till) -> Act:
    """The daily schedule: a message for each shard of every tenant of the table."""
    event, rt = {"id": "bench", "time": f"{TODAY}T00:10:00Z"}, replace(at.shop.rt, queues=SilentQueues())
    return lambda: schedule_due(rt, event)


def pulse(at: Till) -> Act:
    """The beat of every few minutes, and how far behind relay and daily job are."""
    event = {"id": "bench", "time": f"{TODAY}T00:10:00Z"}
    take_pulse(at.shop.rt, event)  # the first one of a stage makes the marks
    return lambda: take_pulse(at.shop.rt, event)


STEPS: Mapping[str, Callable[[Till], Act]] = {
    f"relay {RELAYED} entries": relayed,
    "one due account": due_account,
    f"import chunk of {IMPORTED} documents": import_chunk,
    "schedule the due job": scheduled,
    "take the pulse": pulse,
}
MANY: Mapping[str, Callable[[int], int]] = {
    f"relay {RELAYED} entries": lambda _: RELAYED,
    "statement page": lambda lots: min(lots, PAGE),
    "proof of an account": lambda lots: lots,
}
"""How many entries a request of few requests is about, by the lots of the account, each of which was an order."""
DECIDES_UNWRITTEN = ("simulate an order by id", "simulate an order by identifier")
"""What decides as much as the operation that writes it, in one request less."""
PLANNED = tuple(
    [(name, lots) for lots in LOTS for name in CASES if lots == 1 or name in AT_LOTS] + [(name, 1) for name in STEPS]
)
"""Each with the lots that its account has: what a handler's CPU is measured of."""
