"""Proving an account. What changes one needs a program's terms: see the flows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields

from chalicelib.areas.accounts import store
from chalicelib.areas.accounts.model import VOCABULARY, Account, fold
from chalicelib.errors import NotFound
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import owner_kind
from chalicelib.runtime import Runtime
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, Head, entries_query, entry_from, follows, intact
from chalicelib.table.pages import every_item


class Proof(Frozen):
    """Whether the account of a member or a group is what its journal says. `broken_at`: the first entry that is missing,
    was changed or does not follow the one before. `differences`: what of the account is not what its journal says, and of
    which entries something else is marked as undone than later ones undid (`undone of entry 3`)."""

    member_id: str | None
    group_id: str | None
    program_id: int
    version: int
    entries: int
    matches: bool
    broken_at: int | None
    differences: tuple[str, ...]


def _nobody(_entry: Entry | None) -> None:
    """Who proves an account alone sees no entries besides."""


def rebuild(
    rt: Runtime, caller: Caller, owner: str, program_id: int, see: Callable[[Entry | None], None] = _nobody
) -> Proof:
    """Fold the whole journal and compare with what is stored: 1 Get, 1 Query a MB of entries. Writes nothing. `see` gets
    every entry in order; None for one that is not as it was written."""
    stored, head = store.read(rt.table, caller.tenant, owner, program_id)
    kind = owner_kind(owner)
    if head.version == 0:
        raise NotFound("account_not_found", f"This {kind} has no account in this program.", param=f"{kind}_id")
    account, at, broken_at, entries = Account(owner, program_id), Head(), None, 0
    for entry in _entries(rt, caller.tenant, owner, program_id, head.version):
        entries += 1
        whole = entry is not None and intact(entry)
        see(entry if whole else None)
        if entry is None or not (whole and follows(entry, at)):
            # a gap is named by what is missing, anything else by the entry that does not fit
            expected = at.version + 1
            broken_at = broken_at or (expected if entry is None else min(expected, entry.sequence))
        account = account if entry is None else folded(account, entry)
        at = Head(at.version + 1, "") if entry is None else entry.head
    if broken_at is None and at != head:
        broken_at = at.version + 1
    different = differences(stored, account)
    return Proof(
        member_id=owner if kind == "member" else None,
        group_id=owner if kind == "group" else None,
        program_id=program_id,
        version=head.version,
        entries=entries,
        matches=not different and broken_at is None,
        broken_at=broken_at,
        differences=different,
    )


def folded(account: Account, entry: Entry) -> Account:
    """The account after the entry. One whose facts nobody knows how to follow changes nothing."""
    try:
        return fold(account, [VOCABULARY.decode(body) for body in entry.facts])
    except UNREADABLE:
        return account


def _entries(rt: Runtime, tenant: str, owner: str, program_id: int, last: int) -> Iterator[Entry | None]:
    """None for one that nobody can read; NewerDataError for one that another version can."""
    stream = store.stream(tenant, owner, program_id)
    for attrs in every_item(rt.table, entries_query(stream, 1, last)):
        try:
            yield entry_from(stream, attrs)
        except DamagedItemError:
            yield None


def differences(stored: Account, rebuilt: Account) -> tuple[str, ...]:
    """What differs, by name: wallets one by one, and whatever else an account holds. What an older release did not keep is no
    difference: the days of the latest and the earliest purchase."""
    unsaid = {name for name in ("ordered_on", "first_ordered_on") if getattr(stored, name) is None}
    others = [field.name for field in fields(Account) if field.compare and field.name not in {"wallets", *unsaid}]
    names = [name for name in others if getattr(stored, name) != getattr(rebuilt, name)]
    units = sorted(stored.wallets.keys() | rebuilt.wallets.keys(), key=str)
    return (*names, *(f"wallet {unit}" for unit in units if stored.wallet(unit) != rebuilt.wallet(unit)))
