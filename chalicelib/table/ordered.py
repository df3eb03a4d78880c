"""Partitions in sort key order, with DynamoDB's ranges and start positions: what the twin's table and indexes are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chalicelib.table.protocol import Below, Between, InvalidRequest, Key, Prefix, SortRange


class Place(NamedTuple):
    """Where an item stands in its partition: by the sort key, then by the table's key (indexes allow equal sort keys).

    Python compares text by code point, which is the order of its UTF-8 bytes, and so DynamoDB's.
    """

    sort: str
    key: Key


class Ordered:
    def __init__(self) -> None:
        self._partitions: dict[str, list[Place]] = {}

    def add(self, partition: str, place: Place) -> None:
        insort(self._partitions.setdefault(partition, []), place)

    def remove(self, partition: str, place: Place) -> None:
        places = self._partitions[partition]
        del places[bisect_left(places, place)]
        if not places:
            del self._partitions[partition]

    def within(self, partition: str, sort: SortRange | None, start: Place | None, *, reverse: bool) -> Iterator[Place]:
        """The places of a range in the order asked for, behind `start`, which must lie in the range."""
        places = self._partitions.get(partition, [])
        if start is not None and not in_range(sort, start.sort):
            raise InvalidRequest("the start key lies outside of what the query asks for")
        first, end = _bounds(places, sort)
        if start is not None and reverse:
            end = bisect_left(places, start)
        elif start is not None:
            first = bisect_right(places, start)
        positions = range(first, end)
        return map(places.__getitem__, reversed(positions) if reverse else positions)


def in_range(sort: SortRange | None, text: str) -> bool:
    match sort:
        case None:
            return True
        case Below(end):
            return text < end
        case Between(first, last):
            return first <= text <= last
        case Prefix(start):
            return text.startswith(start)


def _bounds(places: Sequence[Place], sort: SortRange | None) -> tuple[int, int]:
    match sort:
        case None:
            return 0, len(places)
        case Below(end):
            return 0, bisect_left(places, end, key=_sort)
        case Between(first, last):
            return bisect_left(places, first, key=_sort), bisect_right(places, last, key=_sort)
        case Prefix(start):
            first_with = bisect_left(places, start, key=_sort)
            return first_with, bisect_right(places, start, key=lambda place: place.sort[: len(start)])


def _sort(place: Place) -> str:
    return place.sort
