"""Items as their stores read them. What is stored is never changed, and most of it is judged again and again: each is read
once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from chalicelib.table.journal import Entry, Stream, entry_from
from chalicelib.table.protocol import Attrs

SameT = TypeVar("SameT")
ReadT = TypeVar("ReadT")


@dataclass(frozen=True, eq=False)
class Same(Generic[SameT]):
    """The very same thing."""

    it: SameT

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.it is self.it

    def __hash__(self) -> int:
        return id(self.it)


def parsed(read: Callable[..., ReadT], attrs: Attrs, *named: Hashable) -> ReadT:
    """`read(attrs, *named)`, a function of some store."""
    found: ReadT = _parsed(read, Same(attrs), named)
    return found


def entry_of(attrs: Attrs, stream: Stream) -> Entry:
    return parsed(_entry, attrs, stream)


@lru_cache(maxsize=4000)
def _parsed(read: Callable[..., Any], same: Same[Attrs], named: tuple[Hashable, ...]) -> Any:
    return read(same.it, *named)


def _entry(attrs: Attrs, stream: Stream) -> Entry:
    return entry_from(stream, attrs)
