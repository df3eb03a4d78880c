"""Physical lines of a byte stream, with bounded memory whatever the stream holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_LINE_BYTES = 64 * 1024
_CHUNK_BYTES = 64 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class PhysicalLine:
    """What stands before a line feed, the carriage return of a CRLF taken off; only the beginning if it is too long."""

    number: int
    raw: bytes
    too_long: bool = False

    @property
    def blank(self) -> bool:
        return not self.too_long and not self.raw.strip()

    def text(self) -> str | None:
        """Its text, or None if it is no UTF-8 or too long to be read."""
        if self.too_long:
            return None
        try:
            return self.raw.decode("utf-8")
        except UnicodeDecodeError:
            return None

    def lenient_text(self) -> str:
        """What there is of its text, something in the place of every byte that is no UTF-8."""
        return self.raw.decode("utf-8", "replace")


def physical_lines(stream: BinaryIO) -> Iterator[PhysicalLine]:
    """Only `read(size)` is asked of the stream, so the body of an S3 object will do."""
    for number, (raw, too_long) in enumerate(_pieces(stream), start=1):
        bare = raw.removeprefix(_BYTE_ORDER_MARK) if number == 1 else raw
        yield PhysicalLine(number, bare if too_long else bare.removesuffix(b"\r"), too_long)


def _pieces(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """A line, or its first MAX_LINE_BYTES, and whether more was dropped. The last line needs no line feed."""
    rest = b""
    dropping = False
    while chunk := stream.read(_CHUNK_BYTES):
        *ended, last = chunk.split(b"\n")
        if ended:
            yield _cut(rest, ended[0], dropping)
            yield from (_cut(line, b"", False) for line in ended[1:])
            rest, dropping = last, False
        else:
            rest += last
        if len(rest) > MAX_LINE_BYTES:
            rest, dropping = rest[:MAX_LINE_BYTES], True
    if rest:
        yield _cut(rest, b"", dropping)


def _cut(start: bytes, end: bytes, dropping: bool) -> tuple[bytes, bool]:
    if dropping:
        return start, True
    line = start + end
    return line[:MAX_LINE_BYTES], len(line) > MAX_LINE_BYTES
