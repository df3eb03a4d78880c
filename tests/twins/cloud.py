"""The twin of the local cloud: what is dropped and scheduled is worked off whenever somebody waits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, cast

from chalicelib.areas.imports.model import Drop
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.queues import Message
from chalicelib.events.due import due, schedule_due
from chalicelib.events.imports import imports
from chalicelib.kit.periods import Day, iso_day
from chalicelib.runtime import Runtime

BUCKET = "stampbook-twin"


@dataclass(frozen=True)
class TwinCloud:
    """`broken` names queues that nobody works off."""

    rt: Runtime
    broken: frozenset[str] = frozenset()

    def drop(self, key: str, content: BinaryIO) -> Drop:
        files = cast(MemoryFiles, self.rt.files)
        files.put(key, content.read())
        head = files.head(key)
        assert head is not None
        subject = {"bucket": {"name": BUCKET}, "object": {"key": key, "eTag": head.etag}}
        notice = {"Records": [{"eventName": "ObjectCreated:Put", "s3": subject}]}
        self.rt.queues.send("imports", [Message(notice, "s3")])
        return Drop(BUCKET, key, head.etag)

    def schedule_due(self, day: Day) -> None:
        schedule_due(self.rt, {"id": "twin", "time": f"{iso_day(day)}T00:10:00Z"})

    def wait(self) -> None:
        self.rt.clock.sleep(60)
        queues = cast(MemoryQueues, self.rt.queues)
        if "imports" not in self.broken:
            queues.deliver("imports", partial(imports, self.rt))
        if "due" not in self.broken:
            queues.deliver("due", partial(due, self.rt))
