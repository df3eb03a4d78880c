"""Give back what a member has spent, or a part of it, any number of times and never beyond itself.

reads    1 BatchGet of profile, account and the spend's entry; 2 Gets more for a dry run or what the account refuses
writes   account (version), entry (absent), the spend's entry (how much came back): 6 units, + 2 with an Idempotency-Key
may      who may change accounts, also for a blocked member
"""

from __future__ import annotations

from chalicelib.areas.accounts.model.decisions.story import must_be_positive
from chalicelib.areas.accounts.model.facts import PointsCaptured, PointsRefunded, PointsSpent
from chalicelib.errors import Refused
from chalicelib.flows.account_views import Expired, Standing, expiries_of, id_of, numbered, owner_of, standing_of
from chalicelib.flows.terms import Terms
from chalicelib.flows.undo_commit import Undoing, Wanted, change_by_entry, named_fact
from chalicelib.flows.undo_kinds import given_back, must_not_be_of_a_reward
from chalicelib.kit.amounts import plain
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.kit.wire import CalendarDay
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class FreshPart(Frozen):
    """What came back as new points, because its last day had passed or it had been taken below zero."""

    amount: int
    expires_on: CalendarDay | None


class Refunded(Frozen):
    """What has passed and keeps its last day came back and expired at once: it stands under `expired`."""

    refund_id: str
    spend_id: str
    unit: str
    amount: int
    fresh: FreshPart | None
    expired: tuple[Expired, ...]
    account: Standing


def refund_spend(
    rt: Runtime, caller: Caller, command: Command, owner: str, spend_id: str, amount: int | None = None
) -> Committed[Refunded]:
    """What is left of the spend where no amount is named. NotFound: owner, entry. Refuses `number_too_small`, `not_a_spend`, `undo_by_refund`,
    `already_undone`, `refunded_more_than_spent`, `balance_limit`, `too_many_lots`."""
    what = Wanted(owner, spend_id, "spend_id", in_part=amount is not None)

    def decide(terms: Terms, entry: Entry, at: Instant) -> Undoing:
        named = named_fact(what, entry)
        if not isinstance(named.fact, PointsSpent | PointsCaptured):
            raise Refused("not_a_spend", "This is no spend: undo it as an entry, by its kind.", param="spend_id")
        must_not_be_of_a_reward(entry, "spend_id")
        if not named.rest:
            raise Refused("already_undone", "All of it has been given back before.", param="spend_id")
        wish = named.rest if amount is None else amount
        must_be_positive(wish)
        if wish > named.rest:
            decimals = terms.conduct(named.fact.unit, at).decimals
            text = f"{plain(named.rest, decimals)} of it can still be given back, not {plain(wish, decimals)}."
            raise Refused("refunded_more_than_spent", text, param="amount")
        return Undoing(named, wish, lambda story: given_back(story, terms, named, wish, at))

    return change_by_entry(rt, caller, command, "refund_spend", what, decide, _answer)


def _answer(entry: Entry) -> Refunded:
    [(number, refunded)] = numbered(entry, PointsRefunded)
    assert refunded.undoes is not None  # noqa: S101 - the fact is this flow's own
    owner = owner_of(entry)
    fresh = refunded.fresh
    return Refunded(
        refund_id=id_of(entry, number),
        spend_id=entry_id(EntryRef(owner, entry.stream.program, *refunded.undoes)),
        unit=refunded.unit,
        amount=refunded.amount,
        fresh=None if fresh is None else FreshPart(amount=fresh[2] - fresh[1], expires_on=refunded.expires_on),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
