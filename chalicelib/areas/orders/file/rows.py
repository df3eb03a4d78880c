"""From physical lines to rows: one record of the file cut into its cells, or a damaged line and whom it may concern.

csv.reader reads one record, from lines that are at hand, and is then thrown away: no fault outlives its record.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, NamedTuple

from chalicelib.areas.orders.file.faults import BadLineError, Fault, printable
from chalicelib.areas.orders.file.lines import MAX_LINE_BYTES, PhysicalLine
from chalicelib.errors import InvalidInput

MAX_RECORD_LINES = 100
MAX_RECORD_BYTES = MAX_LINE_BYTES
_GUESSED_BYTES = 16 * 1024  # of a line that cannot be read, searched for its document
_BROKEN_QUOTE = (
    "A quoted cell of the line is not closed, more than a comma stands behind its closing quote, "
    "or a carriage return stands outside quotes."
)
_ENDLESS_CELL = (
    f"A quoted cell of the line does not end within {MAX_RECORD_LINES} lines and {MAX_RECORD_BYTES // 1024} KB "
    "from the start of the line: it is too large, or its closing quote is missing."
)
_REST = Fault("bad_quoting", "The line seems to be the rest of a record that failed before it.")
_SEPARATOR = re.compile(r'[,;|\t"]')
_LONGEST_NUMBER = 128

Kind = Literal["sell", "return"]


class Cells(NamedTuple):
    """The columns of the format and, of one row, their stripped values. A file may leave out those that have one here."""

    document_number: str
    document_type: str
    revised_document: str
    purchased_at: str
    loyalty_card: str
    email: str
    phone: str
    location: str
    currency: str
    sku: str
    name: str
    category: str
    brand: str
    quantity: str
    gross_value: str
    labels: str
    delivery: str = ""
    excluded_from_tiers: str = ""


REQUIRED = tuple(column for column in Cells._fields if column not in Cells._field_defaults)


@dataclass(frozen=True, slots=True)
class Row:
    """One record, or one damaged line. `number` and `kind` are None where they cannot be told.

    `sure` is false where the number is a guess: good enough to group by, but it may be some other cell.
    `rest` marks what looks like the rest of the failed record before it.
    """

    first_line: int
    lines: int
    number: str | None
    kind: Kind | None
    content: Cells | Fault
    sure: bool = True
    rest: bool = False


class _Guess(NamedTuple):
    number: str | None
    kind: Kind | None
    sure: bool


class Header:
    """Where each column of the format stands in this file."""

    def __init__(self, names: Sequence[str]) -> None:
        self._places = tuple(names.index(column) if column in names else None for column in Cells._fields)
        self._number, self._kind = map(names.index, Cells._fields[:2])
        self.width = len(names)

    def arranged(self, row: Sequence[str]) -> Cells:
        return Cells(*("" if place is None else row[place].strip() for place in self._places))

    def told(self, row: Sequence[str]) -> tuple[str | None, Kind | None]:
        """Number and type of a row that may be damaged, as far as they can be told."""
        number = row[self._number].strip() if self._number < len(row) else ""
        return number or None, kind_of(row[self._kind].strip()) if self._kind < len(row) else None

    def guess(self, text: str) -> _Guess:
        """Whose line a damaged one is. A lost quote may have run several cells together, into the number's place too.

        A type in its place shows that the cells up to it are sound; without it, what holds a separator is no number.
        """
        row = _leniently(text)
        number, kind = self.told(row)
        proven = kind is not None and self._number < self._kind
        before = row[0 if kind is None else self._kind + 1 : self._number]
        merged = not proven and ("," in "".join(before) or _SEPARATOR.search(number or "") is not None)
        if number is None or merged:
            return _Guess(None, kind, sure=False)
        in_place = proven or self._number == 0 or len(row) == self.width
        return _Guess(number, kind, sure=in_place and len(number) <= _LONGEST_NUMBER)

    def is_row(self, line: PhysicalLine) -> bool:
        """Whether a line is a row of its own, and so no part of a quoted cell that was opened before it.

        The last line of a cell that stands before the type may look like one, but for the quote that ends the cell.
        Of a line that is too long to be read, its type alone must do.
        """
        text = line.lenient_text()
        if not line.too_long and text.count(",") < self.width - 1:
            return False
        row = _leniently(text)
        whole = line.too_long or len(row) == self.width
        return whole and self.told(row)[1] is not None and '"' not in "".join(row[: self._kind])


def read_header(lines: Iterator[PhysicalLine]) -> Header:
    line = next((line for line in lines if not line.blank), None)
    if line is None:
        raise InvalidInput("empty_file", "The file is empty: it has not even a header line.")
    text = line.text()
    if text is None:
        raise InvalidInput("bad_header", f"Line {line.number}, the header, is not UTF-8 text of a sensible length.")
    try:
        names = [name.strip() for name in next(csv.reader([text], strict=True))]
    except csv.Error:
        raise InvalidInput("bad_header", f"Line {line.number}, the header, has a broken quote.") from None
    counts = Counter(names)
    faults = {
        "missing": [column for column in REQUIRED if column not in counts],
        "unknown": [name for name in counts if name not in Cells._fields],
        "there twice": [name for name, count in counts.items() if count > 1 and name in Cells._fields],
    }
    told = [
        f"{what}: {', '.join(printable(name) or '(no name)' for name in some[:16])}"
        for what, some in faults.items()
        if some
    ]
    if told:
        raise InvalidInput(
            "bad_header", f"The header in line {line.number} has not the columns it must have; {'; '.join(told)}."
        )
    return Header(names)


class Rows:
    """Iterates the rows behind the header. Looks at most one record ahead."""

    def __init__(self, lines: Iterator[PhysicalLine], header: Header) -> None:
        self._lines = lines
        self._header = header
        self._ahead: deque[PhysicalLine] = deque()
        self._reached: float = 0  # the last line looked at for the record at hand; inf if its end is out of sight
        self._failed_until: float = 0  # the last line that may belong to a record that failed

    def __iter__(self) -> Iterator[Row]:
        while self._look_ahead(1):
            line = self._ahead.popleft()
            if not line.blank:
                yield self._row(line)

    def _row(self, line: PhysicalLine) -> Row:
        after_failure = line.number <= self._failed_until
        used: list[PhysicalLine] = []
        try:
            row = self._cut(line, used)
        except BadLineError as bad:
            self._failed_until = max(self._failed_until, self._reached)
            return self._damaged(line, bad.fault, after_failure)
        number, kind = self._header.told(row)
        if after_failure and (kind is None or _ends_a_cell(line.lenient_text())):
            return self._damaged(line, _REST, after_failure)
        self._failed_until = 0
        for _ in used:
            self._ahead.popleft()
        return Row(line.number, 1 + len(used), number, kind, self._header.arranged(row))

    def _cut(self, line: PhysicalLine, used: list[PhysicalLine]) -> list[str]:
        """The raw cells of the record that starts with the line; `used` tells which lines ahead were read for it."""
        self._reached = line.number
        text = line.text()
        if line.too_long:
            self._reached = math.inf
            raise BadLineError("line_too_long", f"The line is longer than {MAX_LINE_BYTES // 1024} KB.")
        if text is None:
            self._reached = math.inf if _leaves_open(line.lenient_text()) else line.number
            raise BadLineError("bad_encoding", "The line is not UTF-8.")
        try:
            row = next(csv.reader(self._record(line, text, used), strict=True))
        except csv.Error:
            raise BadLineError("bad_quoting", _BROKEN_QUOTE) from None
        if len(row) != self._header.width:
            what = f"record of this line and {len(used)} more" if used else "line"
            sentence = f"The {what} has {len(row)} cells where the header has {self._header.width}."
            raise BadLineError("wrong_column_count", sentence)
        return row

    def _record(self, line: PhysicalLine, text: str, used: list[PhysicalLine]) -> Iterator[str]:
        """The text of the line and, if it leaves a quote open, of those behind it as long as they may belong to it."""
        yield text + "\n"
        size = len(line.raw)
        while self._look_ahead(len(used) + 1):
            follower = self._ahead[len(used)]
            size += len(follower.raw)
            self._reached = follower.number
            if self._header.is_row(follower):
                return
            more = follower.text()
            if follower.too_long or len(used) == MAX_RECORD_LINES - 1 or size > MAX_RECORD_BYTES:
                self._reached = math.inf
                raise BadLineError("cell_too_large", _ENDLESS_CELL)
            if more is None:
                self._reached = math.inf
                sentence = f"Line {follower.number}, into which a quoted cell of the line runs, is not UTF-8."
                raise BadLineError("bad_encoding", sentence)
            used.append(follower)
            yield more + "\n"

    def _damaged(self, line: PhysicalLine, fault: Fault, after_failure: bool) -> Row:
        text = line.text() or line.raw[:_GUESSED_BYTES].decode("utf-8", "backslashreplace")
        number, kind, sure = self._header.guess(text)
        rest = after_failure and (kind is None or _ends_a_cell(line.lenient_text()))
        return Row(line.number, 1, None if kind is None and rest else number, kind, fault, sure, rest)

    def _look_ahead(self, count: int) -> bool:
        self._ahead.extend(islice(self._lines, max(0, count - len(self._ahead))))
        return len(self._ahead) >= count


def kind_of(text: str) -> Kind | None:
    return "sell" if text == "sell" else "return" if text == "return" else None


def _leniently(text: str) -> list[str]:
    """The cells of one line whatever its quotes are like."""
    return next(csv.reader([text.replace("\r", " ")]), [""])


def _leaves_open(text: str) -> bool:
    """Whether a quoted cell of the line runs on behind it."""
    reader = csv.reader([text.replace("\r", " "), ""])
    next(reader)
    return reader.line_num > 1


def _ends_a_cell(text: str) -> bool:
    """Whether a line begins within a quoted cell, by the looks of its first quote."""
    return not text.startswith('"') and '"' in _leniently(text)[0]
