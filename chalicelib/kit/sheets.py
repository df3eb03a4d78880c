"""Rows of CSV that are safe to open in a spreadsheet: what somebody wrote begins no formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a cell that begins so for something to work out


def csv_rows(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([*map(safe_cell, row)] for row in rows)
    return text.getvalue().encode()


def safe_cell(cell: object) -> object:
    """A text that begins as a formula does has an apostrophe before it, which says that it is a text. Numbers are numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell
