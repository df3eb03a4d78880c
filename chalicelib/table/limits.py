"""What DynamoDB refuses before it looks at any item: empty or too many keys, impossible ranges. All InvalidRequest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.table.attributes import check_key_text
from chalicelib.table.indexes import key_names
from chalicelib.table.meter import item_bytes, key_bytes
from chalicelib.table.ordered import Place
from chalicelib.table.protocol import (
    MAX_TRANSACTION_ITEMS,
    Below,
    Between,
    InvalidRequest,
    Key,
    Prefix,
    Put,
    Query,
    SortRange,
    Write,
)

BATCH_GET_KEYS = 100
BATCH_PUT_ITEMS = 25
PAGE_BYTES = 1024 * 1024
MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
MAX_TOKEN_LENGTH = 36


def check_key(key: Key) -> None:
    check_key_text("pk", key.pk)
    check_key_text("sk", key.sk)


def check_batch_get(keys: Sequence[Key]) -> None:
    if len(keys) > BATCH_GET_KEYS:
        raise InvalidRequest(f"{len(keys)} keys in one batch: {BATCH_GET_KEYS} at most")
    check_distinct(keys)


def check_transaction(writes: Sequence[Write], token: str) -> None:
    if not 1 <= len(writes) <= MAX_TRANSACTION_ITEMS:
        raise InvalidRequest(f"{len(writes)} writes in one transaction: 1 to {MAX_TRANSACTION_ITEMS}")
    if not 1 <= len(token) <= MAX_TOKEN_LENGTH:
        raise InvalidRequest(f"a token has 1 to {MAX_TOKEN_LENGTH} characters")
    check_distinct([write.key for write in writes])
    if sum(map(_bytes_of, writes)) > MAX_TRANSACTION_BYTES:
        raise InvalidRequest(f"the transaction is larger than {MAX_TRANSACTION_BYTES} bytes")


def _bytes_of(write: Write) -> int:
    return item_bytes(write.item) if isinstance(write, Put) else key_bytes(write.key)


def check_query(query: Query) -> None:
    names = key_names(query.index)
    check_key_text(names.partition, query.pk)
    for text in _ends(query.sort):
        check_key_text(names.sort, text)
    if isinstance(query.sort, Between) and query.sort.first > query.sort.last:
        raise InvalidRequest("the range ends before it begins")
    if query.limit is not None and query.limit < 1:
        raise InvalidRequest("a limit is at least 1")


def start_place(query: Query) -> Place | None:
    """Behind which place the query goes on; refuses a start key that is not of this index and partition."""
    if query.start is None:
        return None
    names = key_names(query.index)
    if set(query.start) != {"pk", "sk", *names} or query.start[names.partition] != query.pk:
        raise InvalidRequest("the start key is not of this query")
    for name, text in query.start.items():
        check_key_text(name, text)
    return Place(query.start[names.sort], Key(query.start["pk"], query.start["sk"]))


def _ends(sort: SortRange | None) -> Iterable[str]:
    match sort:
        case None:
            return ()
        case Below(end):
            return (end,)
        case Between(first, last):
            return (first, last)
        case Prefix(start):
            return (start,)


def check_distinct(keys: Sequence[Key]) -> None:
    for key in keys:
        check_key(key)
    if len(set(keys)) != len(keys):
        raise InvalidRequest("one request names one key twice")
