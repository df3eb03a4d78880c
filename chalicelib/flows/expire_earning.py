"""Let what is left of an earning, or of a grant, expire now.

reads    1 BatchGet of profile, account and the earning's entry; 2 Gets more for a dry run or what the account refuses
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key. Expiring undoes nothing, so nothing is marked.
may      who may change accounts, also for a blocked member
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Piece, expire_now
from chalicelib.areas.accounts.model.facts import PointsEarned, PointsExpired, PointsGranted, PointsPromised
from chalicelib.errors import Refused
from chalicelib.flows.account_views import Expired, Standing, facts_of, id_of, owner_of, standing_of
from chalicelib.flows.terms import Terms
from chalicelib.flows.undo_commit import Undoing, Wanted, change_by_entry, named_fact
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class ExpiredEarning(Frozen):
    """`amount` is what was let expire of it; `expired` is what had passed by itself."""

    entry_id: str
    earning_id: str
    unit: str
    amount: int
    expired: tuple[Expired, ...]
    account: Standing


def expire_earning(
    rt: Runtime, caller: Caller, command: Command, owner: str, earning_id: str
) -> Committed[ExpiredEarning]:
    """What is held of it stays held, what is pending stays pending. NotFound: owner, entry. Refuses `not_an_earning`,
    `still_pending`, `points_on_hold` (all that is left of it), `nothing_left`."""
    what = Wanted(owner, earning_id, "earning_id")

    def decide(terms: Terms, entry: Entry, at: Instant) -> Undoing:
        named = named_fact(what, entry)
        if not isinstance(named.fact, PointsEarned | PointsPromised | PointsGranted):
            raise Refused("not_an_earning", "This is no earning.", param="earning_id")
        unit, piece = named.fact.unit, Piece(*named.fact.piece)
        conduct = terms.conduct(unit, at)
        return Undoing(named, 0, lambda story: expire_now(story, unit, piece, named.place, conduct))

    return change_by_entry(rt, caller, command, "expire_earning", what, decide, _answer)


def _answer(entry: Entry) -> ExpiredEarning:
    facts = facts_of(entry, PointsExpired)
    [(own, (sequence, number))] = [(fact, fact.undoes) for fact in facts if fact.undoes is not None]
    owner = owner_of(entry)
    return ExpiredEarning(
        entry_id=id_of(entry),
        earning_id=entry_id(EntryRef(owner, entry.stream.program, sequence, number)),
        unit=own.unit,
        amount=own.amount,
        expired=tuple(
            Expired(unit=fact.unit, amount=fact.amount, expires_on=fact.expires_on)
            for fact in facts
            if fact.undoes is None
        ),
        account=standing_of(entry),
    )
