"""The twin of S3Files: objects in a dict."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import md5
from typing import BinaryIO

from chalicelib.aws.files import FileHead, FileNotThereError, Writer


class MemoryFiles:
    """`objects` is what the bucket holds, for tests to look at and to fill."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def head(self, key: str) -> FileHead | None:
        data = self.objects.get(key)
        return None if data is None else FileHead(key, len(data), _etag(data))

    @contextmanager
    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> Iterator[BinaryIO]:
        data = self.objects.get(key)
        if data is None or etag not in (None, _etag(data)):
            raise FileNotThereError(key)
        with io.BytesIO(data[start:]) as stream:
            yield stream

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:  # noqa: ARG002
        self.objects[key] = bytes(data)

    @contextmanager
    def writer(self, key: str, content_type: str = "application/octet-stream") -> Iterator[Writer]:
        written = _Written()
        yield written
        self.put(key, bytes(written.data), content_type)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)

    def link(self, key: str, seconds: int) -> str:
        return f"https://files.invalid/{key}?seconds={seconds}"


class _Written:
    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        self.data += data


def _etag(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()
