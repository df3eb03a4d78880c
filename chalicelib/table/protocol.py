"""What Stampbook asks of its table: five calls, five conditions, one write that counts, nothing else.

Items cross this line as DynamoDB attribute maps ({"pk": {"S": "…"}, "version": {"N": "3"}}), so the twin and the real
engine store the very same thing and the meter can weigh it. Keys are strings; `pk` and `sk` are every item's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

Attrs = Mapping[str, Mapping[str, Any]]
Index = Literal["gsi1", "gsi2", "gsi3"]
StartKey = Mapping[str, str]

MAX_TRANSACTION_ITEMS = 100
MAX_ITEM_BYTES = 400 * 1024


class Key(NamedTuple):
    pk: str
    sk: str


# --- conditions of a write -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Absent:
    """No item has this key."""


@dataclass(frozen=True, slots=True)
class Present:
    """An item has this key."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The item exists and its attribute (never a part of the key) has this value."""

    attribute: str
    value: int | str


@dataclass(frozen=True, slots=True)
class Lacks:
    """The item exists and has no such attribute."""

    attribute: str


@dataclass(frozen=True, slots=True)
class AsRead:
    """The item exists and has just these values under these names, and none where it is None."""

    attributes: Mapping[str, Mapping[str, Any] | None]


Condition = Absent | Present | Equals | Lacks | AsRead


# --- writes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Put:
    item: Attrs
    condition: Condition | None = None

    @property
    def key(self) -> Key:
        return key_of(self.item)


@dataclass(frozen=True, slots=True)
class Delete:
    key: Key
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Writes nothing; the transaction fails unless the condition holds."""

    key: Key
    condition: Condition


@dataclass(frozen=True, slots=True)
class Draw:
    """Two numbers of an item move by so much, in place and unread: `left` is what can be had, `taken` what was. Neither falls
    below 0 by a draw, and whatever is not given back (`taken` below 0) is refused by an item with an attribute `closed`.

    `fresh` is the item as it stands where nobody has written yet; without it there must be one. A draw does not know itself
    again: it stands beside a write whose condition fails the second time, as a journal entry's does.
    """

    key: Key
    left: int
    taken: int
    fresh: Attrs | None = None

    @property
    def condition(self) -> None:
        """Its own, which every engine knows."""


Write = Put | Delete | Check | Draw
LEFT, TAKEN, CLOSED = "left", "taken", "closed"


# --- reads -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Below:
    """Sort keys smaller than `end`."""

    end: str


@dataclass(frozen=True, slots=True)
class Between:
    """Sort keys from `first` to `last`, both included."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Prefix:
    start: str


SortRange = Below | Between | Prefix


@dataclass(frozen=True, slots=True)
class Query:
    """One Query of one partition, in sort key order. On an index, `pk` and `sort` speak of the index's own keys.

    `start` is a page's `next`: the query goes on behind it. Index reads are eventually consistent, table reads strongly.
    """

    pk: str
    sort: SortRange | None = None
    index: Index | None = None
    limit: int | None = None
    reverse: bool = False
    start: StartKey | None = None


@dataclass(frozen=True, slots=True)
class Page:
    items: tuple[Attrs, ...]
    next: StartKey | None


# --- what can go wrong -----------------------------------------------------------------------------------------------


class TableError(Exception):
    """Of the table, not of the caller's request. Operations never see one: the commit loop answers for them."""


CONDITION_FAILED = "ConditionalCheckFailed"


class TransactionCancelled(TableError):
    """Nothing was written. `reasons[i]` says why write *i* failed: None (it would have passed), or a DynamoDB reason:
    ConditionalCheckFailed, TransactionConflict, ThrottlingError, ProvisionedThroughputExceeded, ValidationError …"""

    def __init__(self, reasons: Sequence[str | None]) -> None:
        super().__init__(", ".join(reason or "None" for reason in reasons))
        self.reasons = tuple(reasons)


class Throttled(TableError):
    """The table asked to slow down and wrote nothing."""


class OutcomeUnknown(TableError):
    """The answer was lost (time-out, broken connection, 5xx): a write may or may not have been applied."""


class InvalidRequest(TableError):
    """The request breaks a limit of DynamoDB (item too large, too many items, bad key): a defect of ours, never retried."""


class Table(Protocol):
    def get(self, key: Key) -> Attrs | None:
        """One item by its key, strongly consistent."""

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        """Up to 100 items, strongly consistent; a key without an item is missing from the answer."""

    def query(self, query: Query) -> Page: ...

    def transact(self, writes: Sequence[Write], token: str) -> None:
        """All writes or none. The same token within ten minutes is the same transaction, applied once."""

    def batch_put(self, items: Iterable[Attrs]) -> None:
        """Unconditional puts in batches of 25: for derived items only, never for state that a decision rests on."""


def key_of(item: Attrs) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])
