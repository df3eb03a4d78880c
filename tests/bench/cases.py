"""What is asked of a till: every operation of the API that reaches the table, and the steps that queues and stream set off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from tests.bench.consumer import BUCKET, key_of
from tests.bench.imports import documents
from tests.bench.till import LOTS, Till, by_card, document
from tests.twins.bookshop import ONE_PER_EURO, TODAY, card, open_shop, sale
from tests.twins.streamed import StreamedTable, stream_event
from tests.unit.orders_file.csv_file import file_of

Act = Callable[[], Any]
RELAYED = 100  # entries in a batch, as the mapping has it
IMPORTED = 50  # documents of the chunk: one of a thousand lines would only take longer
_CONTEXT = LambdaContext("api_handler", memory_size=1024)
_BACK = {"sku": "book-1", "quantity": "1", "gross_value": 10_00}


def requests(ada: str, order_id: str) -> Mapping[str, tuple[str, str, Any]]:
    """Method, path and body, by what it is."""
    member, by_id = f"/v1/members/{ada}", {"member_id": ada}
    points = {"unit": "points", "amount": 1}
    back = {"purchased_at": f"{TODAY}T11:30:00Z", "currency": "EUR", "lines": [_BACK]}
    rule = {"name": "More", "unit": "points", "stage": "base", "effect": ONE_PER_EURO}
    return {
        "simulate an order by id": ("POST", "/v1/orders/simulate", document("B0", **by_id)),
        "simulate an order by identifier": ("POST", "/v1/orders/simulate", document("B0", **by_card("ada"))),
        "record an order by id": ("POST", "/v1/orders", document("B1", **by_id)),
        "record an order by identifier": ("POST", "/v1/orders", document("B2", **by_card("ada"))),
        "record a first order, enrolling": ("POST", "/v1/orders", document("B3", **by_card("newcomer"))),
        "return": ("POST", f"/v1/orders/{order_id}/returns", {"number": "R1", **back}),
        "earn": ("POST", f"{member}/earnings", points),
        "spend": ("POST", f"{member}/spends", points),
        "balance": ("GET", f"{member}/account", None),
        "statement page": ("GET", f"{member}/statement?limit=25", None),
        "member's orders": ("GET", f"{member}/orders?limit=25", None),
        "order": ("GET", f"/v1/orders/{order_id}", None),
        "member": ("GET", member, None),
        "find a member": ("POST", "/v1/members/find", {"type": "card", "value": "ada"}),
        "enrol": ("POST", "/v1/members", {"identifiers": [{"type": "card", "value": "newer"}]}),
        "directory page": ("GET", "/v1/members?limit=25", None),
        "feed page": ("GET", "/v1/feed?limit=25", None),
        "rules of a program": ("GET", "/v1/programs/1/rules", None),
        "config change": ("PUT", "/v1/programs/1/rules/more", rule),
    }


AT_LOTS = ("simulate an order by id", "record an order by id", "return", "earn", "spend", "balance")


def asked(at: Till, name: str) -> Act:
    """Calls the app as Lambda does; whatever is no success ends the measurement."""
    app, event = at.app, at.request(*requests(at.ada, at.order_id)[name])

    def act() -> None:
        answer = app(event, _CONTEXT)
        assert answer["statusCode"] < 300, (name, answer)

    return act


def due_account(at: Till) -> Act:
    """An account on the day after its first lot, alone in its message."""
    [wallet] = at.shop.account(at.ada).wallets
    last = wallet.expiring[0].expires_on
    assert last is not None
    at.shop.clock.move_to(f"{iso_day(last + 1)}T00:00:00Z")
    body = {"tenant": at.shop.caller.tenant, "day": iso_day(last + 1), "member_id": at.ada, "program_id": 1}
    event = sqs_event("due", [Waiting("message-1", Message(body, "bench"))])
    at.shop.rt.config.load(at.shop.rt.table, at.shop.caller.tenant)

    def act() -> None:
        assert due(at.shop.rt, event) == {"batchItemFailures": []}

    return act


def relayed(at: Till) -> Act:
    """A batch of new orders, of the tenant of this till, as the stream hands it over."""
    table = StreamedTable()
    shop = open_shop(table, tenant=at.shop.caller.tenant)
    table.records.clear()
    for number in range(RELAYED):
        shop.buy(card(f"{number % 10}"), sale(f"T{number}"))
    records = table.entries()[:RELAYED]
    event = stream_event(records, "shardId-bench")

    def act() -> None:
        assert relay(at.shop.rt, event)["batchItemFailures"] == []

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
    chunk = sqs_event("imports", queues.waiting["imports"][-1:])

    def act() -> None:
        assert imports(rt, chunk) == {"batchItemFailures": []}

    return act


def scheduled(at: Till) -> Act:
    """The daily schedule: a message for each shard of every tenant of the table."""
    event = {"id": "bench", "time": f"{TODAY}T00:10:00Z"}
    return lambda: schedule_due(at.shop.rt, event)


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
PLANNED = tuple(
    [(name, lots) for lots in LOTS for name in requests("", "") if lots == 1 or name in AT_LOTS]
    + [(name, 1) for name in STEPS]
)
"""Each with the lots that its account has: what a handler's CPU is measured of."""
