"""Real purchases moved in time: as many days apart as they were, the last of them on a day of choice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.kit.periods import Day, local_day
from chalicelib.kit.wire import parse_rfc3339

PURCHASES = Path(__file__).resolve().parents[2] / "tests" / "data" / "orders-cdnow-sample.csv"
_AT = "purchased_at"
_DAY_MS = 86_400_000


class NoPurchasesError(Exception):
    """The file names no time of a purchase."""


class Redated(NamedTuple):
    """`number` is that of the last purchase."""

    content: bytes
    number: str


def redated(file: Path, last: Day) -> Redated:
    """The file of orders with all its purchases so many days later that the last of them is on day `last` (UTC)."""
    rows = list(_rows(file))
    timed = [(at, row["document_number"]) for row in rows if (at := _at(row)) is not None]
    if not timed:
        raise NoPurchasesError(f"{file} names no time of a purchase.")
    latest, number = max(timed)
    shift = (last - local_day(latest, "UTC")) * _DAY_MS
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        at = _at(row)
        writer.writerow(row if at is None else {**row, _AT: rfc3339(at + shift)})
    return Redated(text.getvalue().encode(), number)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _at(row: dict[str, str]) -> Instant | None:
    read = parse_rfc3339(row.get(_AT) or "")
    return None if read is None else read[0]
