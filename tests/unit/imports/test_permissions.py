"""What the functions may do to the bucket is what they do: each action with its folder, nothing missing, nothing to spare."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from chalicelib.areas.audit.archives import ArchivedDay
from chalicelib.areas.audit.store import archived_put
from chalicelib.aws.files import FileHead, Writer
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.events.imports import imports
from tests.http.client import Api
from tests.http.world import HandClock, key_for, twin_runtime
from tests.unit.imports.desk import Desk
from tests.unit.imports.drops import sold
from tests.unit.orders_file.csv_file import file_of

POLICIES = Path(__file__).parents[3] / ".chalice"
OBJECTS = re.compile(r"\$\{Bucket\.Arn\}/(\w+)/\*")
Use = tuple[str, str]  # action, folder


class WatchedFiles(MemoryFiles):
    """Notes what S3 would ask of whoever does this."""

    def __init__(self) -> None:
        super().__init__()
        self.uses: set[Use] = set()

    def head(self, key: str) -> FileHead | None:
        self._use("GetObject", key)
        return super().head(key)

    @contextmanager
    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> Iterator[BinaryIO]:
        self._use("GetObject", key)
        with super().open(key, start=start, etag=etag) as stream:
            yield stream

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
        self._use("PutObject", key)
        super().put(key, data, content_type)

    @contextmanager
    def writer(self, key: str, content_type: str = "application/octet-stream") -> Iterator[Writer]:
        self._use("AbortMultipartUpload", key)
        with super().writer(key, content_type) as writer:
            yield writer

    def delete(self, keys: Iterable[str]) -> None:
        gone = list(keys)
        for key in gone:
            self._use("DeleteObject", key)
        super().delete(gone)

    def link(self, key: str, seconds: int) -> str:
        """Whoever opens it does so in the name of who signed it."""
        self._use("GetObject", key)
        return super().link(key, seconds)

    def _use(self, action: str, key: str) -> None:
        self.uses.add((f"s3:{action}", key.split("/", 1)[0]))


def granted(function: str) -> set[Use]:
    """Of objects: what a policy says of the bucket itself is left out."""
    policy = json.loads((POLICIES / f"policy-{function}.json").read_text("utf-8"))
    return {
        (action, found[1])
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
        if (found := OBJECTS.search(str(resource)))
    }


def test_imports_and_the_api_may_do_to_files_what_they_do_and_no_more() -> None:
    plain = twin_runtime(HandClock())
    importing, answering = WatchedFiles(), WatchedFiles()
    importing.objects = answering.objects
    key = key_for(plain, "ours")
    program = {"name": "Books", "enrolment": "enrol", "units": [{"code": "points", "name": "Points"}]}
    api = Api(replace(plain, files=answering), key)
    assert api.post("/v1/programs", program).status == 201
    desk = Desk(replace(plain, files=MemoryFiles()))
    desk.files.objects = answering.objects
    operation_id = desk.drop("june.csv", file_of([sold("A-1", "1"), sold("A-2", "2", "ten")]))
    desk.queues.deliver("imports", lambda event: imports(replace(plain, files=importing), event))
    assert api.get(f"/v1/operations/{operation_id}").json["result"]["url"]
    archived = ArchivedDay(day=20_000, entries=1, files=1, archived_at=plain.clock.now())
    plain.table.transact([archived_put("ours", archived)], "archived")
    assert api.get("/v1/audit/archives/2024-10-04").json["urls"]
    assert importing.uses == granted("imports")
    assert answering.uses == granted("api_handler") == {("s3:GetObject", "results"), ("s3:GetObject", "audit")}
    assert {function for function in ("relay", "schedule_due", "take_pulse") if granted(function)} == set()
