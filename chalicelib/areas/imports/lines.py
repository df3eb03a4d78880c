"""Which physical lines are a document's: the reader counts them, and blank lines between them are not counted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MAX_BLANK_RUNS = 10_000
_LONGEST_BLANK = 64 * 1024


class Span(NamedTuple):
    """Lines `first` to `last`, both included."""

    first: int
    last: int


class WatchedLines:
    """Passes a stream on to its reader and remembers where its blank lines are, as far as nobody asked for them yet."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ended = 0
        self._length = 0
        self._blank = True
        self._runs: deque[Span] = deque()

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        if chunk:
            *ended, rest = chunk.split(b"\n")
            for piece in ended:
                self._grow(piece)
                self._end()
            self._grow(rest)
        return chunk

    @property
    def lines(self) -> int:
        """How many have been seen, the last one without a line feed included."""
        return self._ended + (1 if self._length else 0)

    def spans(self, first: int, lines: int, following: int) -> tuple[Span, ...]:
        """The lines of a document of so many, before the one that begins at line `following`; asked in file order.

        A blank line inside a quoted cell is the document's, one between rows is not: the last ones are taken for those.
        """
        surplus = following - first - lines
        runs: list[Span] = []
        while self._runs and self._runs[0].first < following:
            run = self._runs.popleft()
            if run.first >= first:
                runs.append(run)
        return tuple(_without(Span(first, following - 1), _last(runs, surplus), lines))

    def _grow(self, piece: bytes) -> None:
        self._length += len(piece)
        self._blank = self._blank and self._length <= _LONGEST_BLANK and not piece.strip()

    def _end(self) -> None:
        self._ended += 1
        if self._blank:
            self._note(self._ended)
        self._length, self._blank = 0, True

    def _note(self, line: int) -> None:
        if self._runs and self._runs[-1].last == line - 1:
            self._runs[-1] = Span(self._runs[-1].first, line)
        elif len(self._runs) < MAX_BLANK_RUNS:
            self._runs.append(Span(line, line))


def _last(runs: list[Span], count: int) -> list[Span]:
    """The last `count` lines of the runs, in order."""
    taken: deque[Span] = deque()
    while runs and count > 0:
        run = runs.pop()
        first = max(run.first, run.last - count + 1)
        taken.appendleft(Span(first, run.last))
        count -= run.last - first + 1
    return list(taken)


def _without(whole: Span, holes: list[Span], lines: int) -> Iterator[Span]:
    """What is left of the lines; never more than there are in the document."""
    start = whole.first
    for hole in [*holes, Span(whole.last + 1, whole.last + 1)]:
        end = min(hole.first - 1, start + lines - 1)
        if end >= start:
            yield Span(start, end)
            lines -= end - start + 1
        start = hole.last + 1
