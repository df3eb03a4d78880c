"""Items that nobody can read: whoever meets one says which it is. For items whose keys hold nothing private."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chalicelib.errors import NewerDataError
from chalicelib.table.items import UNREADABLE
from chalicelib.table.protocol import Attrs, key_of

ReadT = TypeVar("ReadT")


class DamagedItemError(ValueError):
    """The message names the item's key, and why it cannot be read."""


def readable(read: Callable[[Attrs], ReadT], attrs: Attrs) -> ReadT:
    """DamagedItemError where that cannot be done, but NewerDataError for what a newer version has written."""
    try:
        return read(attrs)
    except NewerDataError:
        raise
    except UNREADABLE as fault:
        raise DamagedItemError(f"{' '.join(key_of(attrs))} cannot be read: {fault!r}") from fault
