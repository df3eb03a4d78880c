"""What requests cost: sizes and capacity units by DynamoDB's published rules, and the counter that budgets are held to.

The engines for development report wrong units (DESIGN section 11), so the twin computes its own. Where the published
rules say "approximately" (numbers) or nothing (a cancelled transaction), the docstring says what is assumed here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, Self

from chalicelib.table.indexes import INDEXES, projected
from chalicelib.table.protocol import Attrs, Key

RequestKind = Literal["get", "query", "transact", "batch_get", "batch_put"]

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096

_CONTAINER_BYTES = 3
_ELEMENT_BYTES = 1


# --- sizes -----------------------------------------------------------------------------------------------------------


def item_bytes(item: Attrs) -> int:
    return sum(_text_bytes(name) + value_bytes(value) for name, value in item.items())


def key_bytes(key: Key) -> int:
    return 4 + _text_bytes(key.pk) + _text_bytes(key.sk)


def value_bytes(value: Mapping[str, Any]) -> int:
    """The size of one attribute value, without the attribute's name."""
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return _text_bytes(content)
        case "N":
            return number_bytes(content)
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "M":
            return _CONTAINER_BYTES + sum(_ELEMENT_BYTES + _text_bytes(k) + value_bytes(v) for k, v in content.items())
        case "L":
            return _CONTAINER_BYTES + sum(_ELEMENT_BYTES + value_bytes(v) for v in content)
        case "SS" | "NS" | "BS":
            return sum(value_bytes({kind[0]: element}) for element in content)
        case _:
            raise ValueError(f"unknown attribute type {kind}")


@lru_cache(maxsize=4096)
def number_bytes(text: str) -> int:
    """One byte, one more per two significant digits (pairs as they stand around the decimal point), one for a minus.

    The published rule is approximate; this is what DynamoDB Local counts.
    """
    sign, digits, exponent = Decimal(text).as_tuple()
    significant = "".join(map(str, digits)).strip("0")
    if not significant:
        return 1
    trailing = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    unpaired = (int(exponent) + trailing) % 2
    return 1 + (len(significant) + unpaired + 1) // 2 + sign


def _text_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


# --- units -----------------------------------------------------------------------------------------------------------


def write_units(old_bytes: int, new_bytes: int) -> int:
    """Of one plain write: the larger of what was there and what comes, in whole KB; nothing there counts as 1 KB.

    A transaction pays this twice for each of its writes and checks.
    """
    return max(1, -(-max(old_bytes, new_bytes) // WRITE_UNIT_BYTES))


def index_units(old: Attrs | None, new: Attrs | None) -> int:
    """What one write costs in all indexes. They follow by themselves, so a transaction does not double it."""
    return sum(_one_index(*(projected(index, item) if item else None for item in (old, new))) for index in INDEXES)


def _one_index(old: Attrs | None, new: Attrs | None) -> int:
    """An entry that stays costs one write if anything projected changed; one that moves is taken out and put."""
    if old == new:
        return 0
    if old is None or new is None:
        return write_units(0, item_bytes(new or old or {}))
    if _sort_and_partition(old) == _sort_and_partition(new):
        return write_units(item_bytes(old), item_bytes(new))
    return write_units(item_bytes(old), 0) + write_units(0, item_bytes(new))


def _sort_and_partition(entry: Attrs) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name.startswith("gsi")}


def read_units(sizes: Iterable[int], *, consistent: bool) -> float:
    """Of one Get (one size) or one Query (the sizes of all it read): the sum in whole 4 KB, half if not consistent."""
    units = max(1, -(-sum(sizes) // READ_UNIT_BYTES))
    return float(units) if consistent else units / 2


# --- the counter -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests by kind, and units. `write_units` are the table's own, `index_units` those of its indexes."""

    get: int = 0
    query: int = 0
    transact: int = 0
    batch_get: int = 0
    batch_put: int = 0
    read_units: float = 0.0
    write_units: int = 0
    index_units: int = 0

    @property
    def requests(self) -> int:
        return self.get + self.query + self.transact + self.batch_get + self.batch_put

    def __add__(self, other: Cost) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __sub__(self, other: Cost) -> Self:
        return type(self)(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))


class Meter:
    """Counts what a table is asked. To price one operation: `before = meter.cost`, run it, `meter.cost - before`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: dict[str, float] = {field.name: 0 for field in fields(Cost)}

    def count(self, kind: RequestKind, *, read_units: float = 0.0, write_units: int = 0, index_units: int = 0) -> None:
        with self._lock:
            self._totals[kind] += 1
            self._totals["read_units"] += read_units
            self._totals["write_units"] += write_units
            self._totals["index_units"] += index_units

    @property
    def cost(self) -> Cost:
        with self._lock:
            totals = {name: int(total) for name, total in self._totals.items() if name != "read_units"}
            return Cost(**totals, read_units=float(self._totals["read_units"]))
