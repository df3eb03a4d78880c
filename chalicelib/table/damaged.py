"""Items that nobody can read: whoever meets one says which it is, in one error, whatever is wrong with it.

Keys hold nothing private but those of identifiers, which are read elsewhere; what is in an item is never told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chalicelib.errors import NewerDataError
from chalicelib.table.items import UNREADABLE
from chalicelib.table.protocol import Attrs

ReadT = TypeVar("ReadT")


class DamagedItemError(ValueError):
    """The message names the item's key, and what kind of error reading it was."""


def readable(read: Callable[[Attrs], ReadT], attrs: Attrs) -> ReadT:
    """DamagedItemError where that cannot be done, but NewerDataError for what a newer version has written."""
    try:
        return read(attrs)
    except (NewerDataError, DamagedItemError):
        raise
    except UNREADABLE as fault:
        key = " ".join(str(attrs.get(name, {}).get("S")) for name in ("pk", "sk"))
        raise DamagedItemError(f"{key} cannot be read: {type(fault).__name__}") from fault
