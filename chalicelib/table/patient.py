"""A table for work of hours: one read that is throttled or lost among thousands is made again, as a commit would be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from chalicelib.table.commit import Means, read_patiently
from chalicelib.table.protocol import Attrs, Key, Page, Query, Write


@dataclass(frozen=True, slots=True)
class PatientTable:
    """Reads raise Busy where patience ends. Writes pass through: whether one may be made again its maker knows."""

    means: Means

    def get(self, key: Key) -> Attrs | None:
        return read_patiently(self.means, partial(self.means.table.get, key))

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        return read_patiently(self.means, partial(self.means.table.batch_get, keys))

    def query(self, query: Query) -> Page:
        return read_patiently(self.means, partial(self.means.table.query, query))

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self.means.table.transact(writes, token)

    def batch_put(self, items: Iterable[Attrs]) -> None:
        self.means.table.batch_put(items)
