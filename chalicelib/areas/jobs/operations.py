"""Reading operations, and the one way their items are written: again on conflict, a bounded number of times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.areas.jobs import store
from chalicelib.areas.jobs.model import Progress
from chalicelib.areas.jobs.store import OperationCard
from chalicelib.errors import InvalidInput
from chalicelib.kit.caller import Caller
from chalicelib.kit.paging import decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.commit import busy, persist
from chalicelib.table.protocol import OutcomeUnknown, Throttled, TransactionCancelled, Write

AnswerT = TypeVar("AnswerT")


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


def settle(rt: Runtime, decide: Callable[[], tuple[AnswerT, Sequence[Write]]]) -> AnswerT:
    """Write what `decide` says, from what it then reads, and answer as it does; Busy when patience is at its end.

    An answer may be lost after its write was applied: `decide` must recognise its own work and then write nothing.
    """

    def attempt() -> tuple[AnswerT] | None:
        try:
            answer, writes = decide()
            if writes:
                rt.table.transact(writes, rt.ids.command())
        except (Throttled, OutcomeUnknown, TransactionCancelled):
            return None
        return (answer,)

    settled = persist(rt, attempt)
    if settled is None:
        raise busy()
    return settled[0]


def _after(scope: str, cursor: str | None) -> tuple[str, int] | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case [str() as operation_id, int() as created_at]:
            return operation_id, created_at
    raise InvalidInput("invalid_cursor", "This cursor does not belong to this list.", param="cursor")
