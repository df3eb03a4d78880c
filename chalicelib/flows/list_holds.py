"""List the holds of an account, oldest first, as they stand now: one that has lapsed is none, settled or not.

reads    1 BatchGet of profile and account; a copy is advanced in memory, nothing is written
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Account, Story
from chalicelib.flows.account_views import Hold
from chalicelib.flows.lost_account import open_to_read
from chalicelib.flows.terms import terms_of
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime


def list_holds(rt: Runtime, caller: Caller, owner: str, program_id: int = 1) -> tuple[Hold, ...]:
    """Whoever may view accounts. NotFound: owner, program."""
    terms = terms_of(rt, caller.tenant, program_id)
    opened = open_to_read(rt, caller.tenant, owner, program_id)
    return holds_of(terms.advance(Story(opened.account), rt.clock.now()).account)


def holds_of(account: Account) -> tuple[Hold, ...]:
    return tuple(
        Hold(hold_id=hold.number, unit=hold.unit, amount=hold.amount, lapses_at=hold.lapses_at)
        for hold in account.holds
    )
