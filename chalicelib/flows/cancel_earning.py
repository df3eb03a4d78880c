"""Cancel an earning: what of it is pending will not come, and what is left of it, or all of it, is taken back.

reads    1 BatchGet of profile, account and the earning's entry; 2 Gets more for a dry run, what the account refuses or what has
         been cancelled already; of what a purchase earned 1 Get of the order as long as something can be cancelled, and
         another one for a dry run or what the account refuses
writes   account (version), entry (absent), the earning's entry (its mark): 6 units, + 2 with an Idempotency-Key, + 2 for the
         order of what a purchase earned
may      who may change accounts, also for a blocked member
"""

from __future__ import annotations

from chalicelib.areas.accounts.model.facts import PointsEarned, PointsPromised
from chalicelib.errors import Refused
from chalicelib.flows.terms import Terms
from chalicelib.flows.undo_commit import Undoing, Wanted, change_by_entry, named_fact
from chalicelib.flows.undo_entry import Undone, undone_by
from chalicelib.flows.undo_kinds import undone
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


def cancel_earning(rt: Runtime, caller: Caller, command: Command, owner: str, earning_id: str) -> Committed[Undone]:
    """The unit's `cancel_used` says what happens to one that was used. NotFound: owner, entry. Refuses
    `not_an_earning`, `already_undone`, `nothing_left`, `points_on_hold`, `earning_partly_used`,
    `below_zero_limit`."""
    what = Wanted(owner, earning_id, "earning_id")

    def decide(terms: Terms, entry: Entry, at: Instant) -> Undoing:
        named = named_fact(what, entry)
        if not isinstance(named.fact, PointsEarned | PointsPromised):
            raise Refused("not_an_earning", "This is no earning: undo it as an entry, by its kind.", param="earning_id")
        return undone(terms, named.with_sale(rt, caller.tenant), at)

    return change_by_entry(rt, caller, command, "cancel_earning", what, decide, undone_by)
