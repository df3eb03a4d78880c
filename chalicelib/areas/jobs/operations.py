"""Reading operations. Starting, doing and ending them takes files and queues as well: see the flows."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.jobs import store
from chalicelib.areas.jobs.model import Progress
from chalicelib.areas.jobs.store import OperationCard
from chalicelib.kit.caller import Caller
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime


@dataclass(frozen=True, slots=True)
class OperationPage:
    items: tuple[OperationCard, ...]
    next_cursor: str | None


def get_operation(rt: Runtime, caller: Caller, operation_id: str) -> Progress:
    """1 Query. NotFound: `operation_not_found`."""
    return store.read_progress(rt.table, caller.tenant, operation_id)


def list_operations(rt: Runtime, caller: Caller, limit: int, cursor: str | None) -> OperationPage:
    """The tenant's operations, newest first: 1 Query. InvalidInput: `invalid_cursor`."""
    scope = f"{caller.tenant}/operations"
    page = rt.table.query(store.operations_query(caller.tenant, limit, _after(scope, cursor)))
    cards = tuple(store.card_from(attrs) for attrs in page.items)
    last = [cards[-1].operation_id, cards[-1].created_at] if page.next is not None and cards else None
    return OperationPage(cards, None if last is None else encode_cursor(scope, last))


def _after(scope: str, cursor: str | None) -> tuple[str, int] | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case [str() as operation_id, int() as created_at]:
            return operation_id, created_at
    raise another_list()
