"""An account as it stood at a moment of the past: its journal up to then, folded, and advanced to it.

reads    1 Query a MB of entries (some two thousand), from the first one to the last recorded by then
"""

from __future__ import annotations

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Account, fold
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import MAX_SEQUENCE
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Head, entries_query, entry_from
from chalicelib.table.pages import every_item


def past_account(rt: Runtime, tenant: str, owner: str, program_id: int, at: Instant) -> tuple[Account, Head]:
    """What was known then: a purchase that was recorded later is not in it, however early it was made."""
    stream = accounts.stream(tenant, owner, program_id)
    account, head = Account(owner, program_id), Head()
    for attrs in every_item(rt.table, entries_query(stream, 1, MAX_SEQUENCE)):
        entry = entry_from(stream, attrs)
        if entry.recorded_at > at:
            break
        account, head = fold(account, (VOCABULARY.decode(body) for body in entry.facts)), entry.head
    return account, head
