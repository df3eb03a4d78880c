"""A bucket on disk, for files that are larger than a test wants in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from chalicelib.aws.files import FileHead, FileNotThereError, Writer


class DiskFiles:
    """A bucket on disk, so that what a test measures is the import and not the bucket."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        found = self.root / key
        found.parent.mkdir(parents=True, exist_ok=True)
        return found

    def head(self, key: str) -> FileHead | None:
        path = self.path(key)
        return FileHead(key, path.stat().st_size, "etag") if path.exists() else None

    @contextmanager
    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> Iterator[BinaryIO]:
        if not self.path(key).exists():
            raise FileNotThereError(key)
        with self.path(key).open("rb") as stream:
            stream.seek(start)
            yield stream

    def put(self, key: str, data: bytes, content_type: str = "") -> None:
        self.path(key).write_bytes(data)

    @contextmanager
    def writer(self, key: str, content_type: str = "") -> Iterator[Writer]:
        with self.path(key).open("wb") as stream:
            yield cast(Writer, stream)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.path(key).unlink(missing_ok=True)

    def link(self, key: str, seconds: int) -> str:
        return f"{key}?{seconds}"
