"""Files: objects of one private bucket, named by key. Content streams: no file is ever whole in memory."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class FileHead:
    """`etag` changes with the content, without the quotes that S3 puts around it."""

    key: str
    size: int
    etag: str


class FileNotThereError(Exception):
    """No object has this key, or not any more with this etag."""


class Writer(Protocol):
    def write(self, data: bytes) -> None: ...


class Files(Protocol):
    def head(self, key: str) -> FileHead | None: ...

    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> AbstractContextManager[BinaryIO]:
        """A stream from byte `start` on; reading gives at most what is asked for. FileNotThereError as above."""

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
        """A small object, whole."""

    def writer(self, key: str, content_type: str = "application/octet-stream") -> AbstractContextManager[Writer]:
        """An object written piece by piece. It is there when the block ends well, and not at all otherwise."""

    def delete(self, keys: Iterable[str]) -> None: ...

    def link(self, key: str, seconds: int) -> str:
        """An address from which anybody may read the object for so long."""
