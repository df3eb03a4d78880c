"""What the tests of notifications share: templates, phones, and a queue that is worked off."""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.queues import Message
from chalicelib.events.notify import notify
from chalicelib.events.webhooks import schedule_webhooks
from chalicelib.flows.feed_commit import message_of
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Stream, entry_from
from tests.http.native.bookshop import Json, Shop, answer
from tests.http.world import stored

MINUTE, HOUR, DAY = 60_000, 3_600_000, 24 * 3_600_000
HELLO: Json = {
    "channel": "push",
    "title": "New books",
    "body": "Hello {{given_name|friend}}, new books are in.",
    "translations": {"de": {"title": "Neue Bücher", "body": "Hallo {{ given_name | du }}, neue Bücher sind da."}},
}


def define(shop: Shop, template_id: str = "hello", **fields: Any) -> Json:
    return dict(answer(shop.api.put(f"/v1/notification-templates/{template_id}", HELLO | fields)))


def phone(shop: Shop, member_id: str, token: str, device_id: str = "phone", platform: str = "apple") -> Json:
    body = {"platform": platform, "token": token}
    return dict(answer(shop.api.put(f"/v1/members/{member_id}/devices/{device_id}", body)))


def asking(*member_ids: str, **fields: Any) -> Json:
    """The template `hello` for these members, as marketing, unless told otherwise."""
    told = {"template_id": "hello"} if "text" not in fields else {}
    return {"kind": "marketing", "to": {"member_ids": list(member_ids)}} | told | fields


def send(shop: Shop, *member_ids: str, **fields: Any) -> Json:
    reply = shop.api.post("/v1/notifications", asking(*member_ids, **fields))
    assert reply.status == 202, reply.text
    return dict(reply.json)


def work(rt: Runtime) -> None:
    """The queue is worked off."""
    assert isinstance(rt.queues, MemoryQueues)
    rt.queues.deliver("notify", partial(notify, rt), size=5)


def wake(rt: Runtime) -> None:
    """The schedule of every five minutes, and what comes of it."""
    schedule_webhooks(rt, {"id": "every-five-minutes"})
    work(rt)


def done(rt: Runtime, shop: Shop, asked: Json) -> Json:
    """The operation when the queue has been worked off."""
    work(rt)
    return dict(answer(shop.api.get(f"/v1/operations/{asked['operation_id']}")))


def counts(operation: Json) -> tuple[int, int, int]:
    """Sent, failed and skipped."""
    told = operation["counts"]
    return told["sent"], told["failed"], told["skipped"]


def receipts(shop: Shop, operation: Json) -> dict[str, tuple[str, str | None]]:
    """State and reason by member."""
    pages = shop.pages(f"/v1/notifications/{operation['operation_id']}/receipts", 2)
    return {one["member_id"]: (one["state"], one["reason"]) for page in pages for one in page}


def senders(rt: Runtime) -> MemorySenders:
    assert isinstance(rt.senders, MemorySenders)
    return rt.senders


def tell_what_happened(rt: Runtime) -> None:
    """Every entry is published, as the relay does it, once more each time; and the queue worked off."""
    for key, attrs in list(stored(rt).items()):
        if attrs["kind"]["S"] == "entry" and "gsi2pk" in attrs:
            tenant, _, owner = key.pk.partition("#")
            if tenant == "ours" and owner.startswith(("M#", "G#")):
                entry = entry_from(Stream(tenant, key.pk, int(key.sk[2:6])), attrs)
                rt.queues.send("notify", [Message(dict(message_of(entry).body), "relay")])
    work(rt)
