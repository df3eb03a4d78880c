"""Put what the journal says in the place of an account that differs from it.

reads    2 Gets of the account, before its journal and after it, 1 Query a MB of entries
writes   1 transaction of the account alone: 2 units a KB, and its place in the index of what is due; no entry, for the
         journal is the truth, and no other item
who      an operator at a prompt, with credentials of their own for the table

The whole journal is followed by its hashes and folded. The account is written as any commit would write it, and only if it
is there, or is not there, just as it was read. Refuses: `account_not_found` for one of which there is neither account nor
entry; DamagedItemError, which names the entry, for a journal that is not whole; NewerDataError for what only a newer version
can read, the account as well; MovedError for an account that somebody writes just then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chalicelib.areas.accounts import operations, store
from chalicelib.areas.accounts.model import VOCABULARY, Account, fold, form_told
from chalicelib.errors import NewerDataError, NotFound
from chalicelib.kit.ids import MAX_SEQUENCE, owner_number
from chalicelib.runtime import Runtime
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, Head, entries_query, entry_from, verified
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import CONDITION_FAILED, Attrs, Key, TransactionCancelled

_SOMEBODY_WRITES = {CONDITION_FAILED, "TransactionConflict"}


class MovedError(Exception):
    """Somebody has written the account since it was read."""


@dataclass(frozen=True, slots=True)
class Refolded:
    """An account as its journal says, up to the `last` entry, and what is `stored` in its place. `differences` is empty where
    that is the same."""

    key: Key
    stored: Attrs | None
    account: Account
    last: Entry
    differences: tuple[str, ...]


def refolded_account(rt: Runtime, tenant: str, owner: str, program_id: int) -> Refolded:
    """Writes nothing."""
    owner_number(owner)
    table, key = PatientTable(rt), store.account_key(tenant, owner, program_id)
    stored = table.get(key)
    account, last = _folded(table, tenant, owner, program_id)
    if table.get(key) != stored:
        raise _moved(key)
    said = store.said_to_stand(stored) if stored is not None else None
    _must_not_be_behind(tenant, account, last, said)
    if last is None:
        if stored is None:
            raise NotFound("account_not_found", f"{owner} has neither an account nor entries in program {program_id}.")
        raise _not_whole(store.stream(tenant, owner, program_id).key(1), "is missing")
    return Refolded(key, stored, account, last, _differences(tenant, account, last.head, stored))


def refold_account(rt: Runtime, tenant: str, refolded: Refolded) -> None:
    """The journal may have gone on since: then so has the account, and nothing is written."""
    put = store.refolded_put(tenant, refolded.account, refolded.last, refolded.stored)
    try:
        rt.table.transact([put], rt.ids.command())
    except TransactionCancelled as cancelled:
        if set(cancelled.reasons) <= _SOMEBODY_WRITES:
            raise _moved(refolded.key) from cancelled
        raise


def _folded(table: PatientTable, tenant: str, owner: str, program_id: int) -> tuple[Account, Entry | None]:
    account, last, ahead = Account(owner, program_id), None, []
    for entry in _verified(table, tenant, owner, program_id):
        try:
            account = fold(account, [VOCABULARY.decode(body) for body in entry.facts])
        except NewerDataError:
            raise
        except UNREADABLE as fault:
            raise _not_whole(entry.key, "has facts that nobody can follow") from fault
        ahead.append((entry.header.get("after") or {}).get("ahead", ()))
        last = entry
    return replace(account, foretold=form_told(account, ahead)), last


def _verified(table: PatientTable, tenant: str, owner: str, program_id: int) -> Iterator[Entry]:
    """Every entry from the first one on, each the true successor of the one before."""
    stream, before = store.stream(tenant, owner, program_id), Head()
    for attrs in every_item(table, entries_query(stream, 1, MAX_SEQUENCE)):
        entry = entry_from(stream, attrs)
        if entry.sequence > before.version + 1:
            raise _not_whole(stream.key(before.version + 1), "is missing")
        if not verified(entry, before):
            raise _not_whole(entry.key, "does not follow from the one before it")
        before = entry.head
        yield entry


def _must_not_be_behind(tenant: str, account: Account, last: Entry | None, said: Head | None) -> None:
    """An account that stands behind the end of its journal knows of entries that are gone; unless it is its number alone that is
    wrong, for it carries the hash of the last one."""
    at = last.head if last is not None else Head()
    if said is None or said.version <= at.version or said.hash == at.hash:
        return
    gone = store.stream(tenant, account.owner, account.program).key(at.version + 1)
    raise _not_whole(gone, f"is missing, and the account stands at version {said.version}")


def _differences(tenant: str, account: Account, at: Head, stored: Attrs | None) -> tuple[str, ...]:
    if stored is None:
        return ("is gone, though its journal is there",)
    try:
        kept, head = store.account_from(stored, account.owner, account.program)
    except DamagedItemError:
        return ("cannot be read",)
    told = [f"{what} is not what the journal says" for what in operations.differences(kept, account)]
    if head.version != at.version:
        told.insert(0, f"stands at version {head.version}, its journal at {at.version}")
    elif head != at:
        told.insert(0, "does not carry the hash of its last entry")
    if store.misplaced(tenant, account, stored):
        told.append("is not due on the day that the index has")
    return tuple(told)


def _not_whole(key: Key, what: str) -> DamagedItemError:
    return DamagedItemError(f"{key.pk} {key.sk} {what}: nothing can be folded from a journal that is not whole.")


def _moved(key: Key) -> MovedError:
    return MovedError(f"{key.pk} {key.sk} was written to meanwhile, and is left as it is.")
