"""An account that is gone though its journal is there: it must not pass for one to which nothing has happened yet.

reads    nothing for whoever has an account; of each that is not there 1 Get of the first entry there would be, and where that is there
         1 Get of the account: items of one BatchGet are read one by one

What is written meets the entry that is there already (table/commit). So it is asked where an account is read, where somebody is
refused something, or only tries. An operator makes it anew from its journal (flows/refold_account).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from chalicelib.areas.accounts import store as accounts
from chalicelib.errors import StampbookError
from chalicelib.flows.opened import Opened, open_account
from chalicelib.runtime import Runtime
from chalicelib.table.damaged import DamagedItemError

DecidedT = TypeVar("DecidedT")


def open_to_read(rt: Runtime, tenant: str, owner: str, program_id: int) -> Opened:
    """`open_account`, of who may have none: but not one that is lost. DamagedItemError."""
    opened = open_account(rt, tenant, owner, program_id)
    must_not_be_lost(rt, tenant, opened)
    return opened


def must_be_without(rt: Runtime, tenant: str, owner: str, program_id: int) -> None:
    """1 BatchGet, of an owner whose account was not there: of the entry it would begin with as well. NotFound: owner.
    DamagedItemError."""
    opened = open_account(rt, tenant, owner, program_id, 1)
    if opened.entry is not None:
        must_not_be_lost(rt, tenant, opened)


def unless_lost(
    rt: Runtime, tenant: str, opened: Sequence[Opened], decide: Callable[[], DecidedT], *, dry_run: bool
) -> DecidedT:
    """What is decided of all these accounts. What is refused where one is lost is no refusal. DamagedItemError."""
    try:
        decided = decide()
    except StampbookError:
        must_not_be_lost(rt, tenant, *opened)
        raise
    if dry_run:
        must_not_be_lost(rt, tenant, *opened)
    return decided


def must_not_be_lost(rt: Runtime, tenant: str, *opened: Opened) -> None:
    """DamagedItemError, which names the account's key. Not where it has come about since it was read."""
    for one in opened:
        if not one.head.version:
            _must_have_no_journal(rt, tenant, one.account.owner, one.account.program)


def _must_have_no_journal(rt: Runtime, tenant: str, owner: str, program_id: int) -> None:
    key, first = accounts.account_key(tenant, owner, program_id), accounts.stream(tenant, owner, program_id).key(1)
    if rt.table.get(first) is not None and rt.table.get(key) is None:
        raise DamagedItemError(f"{key.pk} {key.sk} is gone, though its journal is there")
