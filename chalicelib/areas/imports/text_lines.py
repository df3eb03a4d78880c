"""Lines of a file that are one thing each: counted, without what is around them, and none longer than anything sensible in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

LONGEST_LINE = 4_096
_BOM = b"\xef\xbb\xbf"


class TextLine(NamedTuple):
    """`text` is None for one that is no text of a sensible length; `size` in bytes of the file."""

    number: int
    text: str | None
    size: int

    @property
    def is_blank(self) -> bool:
        return self.text == ""


def text_lines(stream: BinaryIO, before: int) -> Iterator[TextLine]:
    """Without what is around a text; of one that is too long nothing is kept. `before`: how many the stream has behind it."""
    number = before
    while piece := stream.readline(LONGEST_LINE):
        number, size, whole = number + 1, len(piece), piece
        while not piece.endswith(b"\n") and (piece := stream.readline(LONGEST_LINE)):
            size += len(piece)
            whole = b""
        yield TextLine(number, _text(whole, number) if whole else None, size)


def some_lines(lines: Iterator[TextLine], most: int) -> list[TextLine]:
    """So many that are not blank, and those between them."""
    some: list[TextLine] = []
    while most and (line := next(lines, None)) is not None:
        some.append(line)
        most -= not line.is_blank
    return some


def _text(line: bytes, number: int) -> str | None:
    try:
        return (line.removeprefix(_BOM) if number == 1 else line).decode().strip()
    except UnicodeDecodeError:
        return None
