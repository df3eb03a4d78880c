"""Rows of CSV that are safe to open in a spreadsheet: what somebody wrote begins no formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a cell that begins so for something to work out
_BOTH = "\r\n"


def csv_rows(rows: Iterable[Sequence[object]]) -> bytes:
    return "".join(map(_line, rows)).encode()


def _line(row: Sequence[object]) -> str:
    """Python quotes what the end of a line has in it, and only that: a carriage return as well, so that it ends none."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=_BOTH).writerow([*map(safe_cell, row)])
    return text.getvalue().removesuffix(_BOTH) + "\n"


def safe_cell(cell: object) -> object:
    """A text that begins as a formula does has an apostrophe before it, which says that it is a text. Numbers are numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell
