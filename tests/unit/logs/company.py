"""A shop with everything around it: the API in front, the bucket's notices, queues and stream behind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import Message
from chalicelib.events.due import due, schedule_due
from chalicelib.events.imports import imports
from chalicelib.events.stream import relay
from chalicelib.runtime import Runtime
from chalicelib.table.feed import entry_of_image
from tests.http.client import Api, Reply
from tests.http.native.bookshop import card, document, open_shop
from tests.http.world import HandClock, key_for, twin_runtime
from tests.twins.streamed import StreamedTable, image_of, recorded, stream_event

TENANT = "ours"


@dataclass(frozen=True)
class Company:
    rt: Runtime
    clock: HandClock
    api: Api

    @property
    def queues(self) -> MemoryQueues:
        return cast(MemoryQueues, self.rt.queues)

    def buy(self, number: str, of: str = "1") -> Reply:
        return self.api.post("/v1/orders", document(number, identifier=card(of)))

    def relay_all(self) -> list[dict[str, Any]]:
        """What is in the stream goes out; the messages as a queue gets them."""
        table, topic = cast(StreamedTable, self.rt.table), cast(MemoryTopic, self.rt.topic)
        relay(self.rt, stream_event(table.entries()))
        return [message.attributes for message in topic.wire]

    def headers(self, operation: str) -> list[Any]:
        """Of the journal's entries that this operation wrote."""
        entries = [entry_of_image(image_of(one)) for one in cast(StreamedTable, self.rt.table).entries()]
        return [entry.header for entry in entries if entry.header["operation"] == operation]

    def notice(self, name: str, content: bytes, request_id: str) -> dict[str, Any]:
        """A file is put, and this is what the bucket says of it."""
        files, key = cast(MemoryFiles, self.rt.files), f"imports/{TENANT}/orders/{name}"
        files.put(key, content)
        head = files.head(key)
        assert head is not None
        return {
            "eventName": "ObjectCreated:Put",
            "responseElements": {"x-amz-request-id": request_id},
            "s3": {"bucket": {"name": "files"}, "object": {"key": key, "eTag": head.etag}},
        }

    def import_all(self, *notices: dict[str, Any]) -> None:
        self.queues.send("imports", [Message({"Records": list(notices)})])
        self.queues.deliver("imports", partial(imports, self.rt))

    def settle_all(self, day: str) -> str:
        """The daily job; the id of the schedule's event."""
        event = {**recorded("schedule-due"), "time": f"{day}T00:10:00Z"}
        schedule_due(self.rt, event)
        self.queues.deliver("due", partial(due, self.rt))
        return str(event["id"])


def founded() -> Company:
    """With a member of card 1; what was written so far is not in the stream any more."""
    clock = HandClock()
    rt = twin_runtime(clock, StreamedTable())
    api = Api(rt, key_for(rt, TENANT))
    open_shop(api, clock).enrol("1")
    cast(StreamedTable, rt.table).records.clear()
    return Company(rt, clock, api)
