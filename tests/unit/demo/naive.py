"""The demo's figures a second time, from the file alone: no lots, no journal, every earning by itself.

Knows only what the two files of tests/data hold: cards, two decimals, documents without faults, returns in time. It says
so with assertions rather than guess at anything else.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

Rows = list[dict[str, str]]


@dataclass
class Earning:
    card: str
    value: Decimal
    points: int
    last_day: date
    returned: Decimal = Decimal(0)
    cancelled: int = 0

    @property
    def left(self) -> int:
        return self.points - self.cancelled


def naive_figures(file: Path) -> dict[str, Any]:
    earnings: dict[str, Earning] = {}
    returns, last = 0, date.min
    for rows in documents(file):
        day = datetime.fromisoformat(rows[0]["purchased_at"]).astimezone(UTC).date()
        last = max(last, day)
        if rows[0]["document_type"] == "sell":
            assert rows[0]["document_number"] not in earnings
            earnings[rows[0]["document_number"]] = sold(rows, day)
        else:
            returns += 1
            take_back(earnings[rows[0]["revised_document"]], rows, day)
    return figures(list(earnings.values()), returns, last)


def documents(file: Path) -> list[Rows]:
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    return [list(group) for _, group in groupby(rows, key=lambda row: (row["document_number"], row["document_type"]))]


def sold(rows: Rows, day: date) -> Earning:
    assert rows[0]["loyalty_card"]
    value = sum((Decimal(row["gross_value"]) for row in rows), Decimal(0))
    last_day = date(day.year + 1, day.month, monthrange(day.year + 1, day.month)[1])
    return Earning(rows[0]["loyalty_card"], value, int(value), last_day)


def take_back(earning: Earning, rows: Rows, day: date) -> None:
    assert day <= earning.last_day
    assert rows[0]["loyalty_card"] == earning.card
    earning.returned += sum((Decimal(row["gross_value"]) for row in rows), Decimal(0))
    assert earning.returned <= earning.value
    share = Fraction(earning.points) * Fraction(earning.returned) / Fraction(earning.value)
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    earning.cancelled = int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def figures(earnings: list[Earning], returns: int, as_of: date) -> dict[str, Any]:
    by_card: defaultdict[str, int] = defaultdict(int)
    for earning in earnings:
        by_card[earning.card] += earning.left
    tiers = {"bronze": 0, "silver": 0, "gold": 0}
    for points in by_card.values():
        tiers["gold" if points >= 1000 else "silver" if points >= 200 else "bronze"] += 1
    expired = sum(earning.left for earning in earnings if earning.last_day < as_of)
    return {
        "members": len(by_card),
        "orders": len(earnings),
        "returns": returns,
        "refused": 0,
        "points": {
            "earned": sum(earning.points for earning in earnings),
            "cancelled": sum(earning.cancelled for earning in earnings),
            "expired": expired,
            "available": sum(earning.left for earning in earnings) - expired,
        },
        "tiers": tiers,
    }
