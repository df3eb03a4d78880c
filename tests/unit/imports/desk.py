"""Where a shop drops files for the API to tell of: a bucket, a queue, and somebody who works it off."""

from __future__ import annotations

from typing import cast

from chalicelib.areas.imports.model import Drop
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues, failed_of, sqs_event
from chalicelib.events.imports import imports
from chalicelib.flows.start_import import start_import
from chalicelib.runtime import Runtime


class Desk:
    """Drops files for a shop and works off what waits, all of it or one message."""

    def __init__(self, rt: Runtime) -> None:
        self.rt = rt
        self.files = cast(MemoryFiles, rt.files)
        self.queues = cast(MemoryQueues, rt.queues)

    def drop(
        self, name: str, content: bytes = b"", tenant: str = "ours", parts: int = 1, folder: str = "orders"
    ) -> str:
        key = f"imports/{tenant}/{folder}/{name}"
        self.files.put(key, content)
        head = self.files.head(key)
        assert head is not None
        operation = start_import(self.rt, Drop("files", key, head.etag), "req-1", parts, chunk_rows=2)
        assert operation is not None
        return operation.operation_id

    def work(self) -> None:
        self.queues.deliver("imports", lambda event: imports(self.rt, event))

    def work_one(self) -> None:
        first, *rest = self.queues.waiting["imports"]
        self.queues.waiting["imports"] = rest
        assert failed_of(lambda event: imports(self.rt, event), sqs_event("imports", [first])) == set()

    def report(self, operation_id: str, tenant: str = "ours") -> str:
        return self.files.objects[f"results/{tenant}/{operation_id}.csv"].decode()
