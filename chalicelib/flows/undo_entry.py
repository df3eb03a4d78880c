"""Undo what an entry of an account did, by its kind (the table is in undo_kinds).

reads    1 BatchGet of profile, account and entry; 2 Gets more for a dry run, what the account refuses or what has been undone
         already (undo_commit says why); for what a purchase earned besides what undo_of_sale reads, for a transfer what
         undo_transfer reads
writes   account (version), entry (absent), the old entry (its mark): 6 units, + 2 with an Idempotency-Key, + 2 for the order
         of what a purchase earned; of a transfer what undo_transfer writes, and the entry is such a one
may      who may change accounts, also for a blocked member
"""

from __future__ import annotations

from typing import Any

from chalicelib.areas.accounts.model import VOCABULARY
from chalicelib.areas.accounts.model import facts as f
from chalicelib.errors import Refused
from chalicelib.flows.account_views import Expired, Standing, expiries_of, id_of, numbered_bodies, owner_of, standing_of
from chalicelib.flows.terms import Terms
from chalicelib.flows.undo_commit import Named, Undoing, Wanted, named_fact, plan_by_entry
from chalicelib.flows.undo_instead import not_undone
from chalicelib.flows.undo_kinds import is_undone_by_kind, must_not_be_of_a_reward, must_not_be_of_an_order, undone
from chalicelib.flows.undo_marks import Doubt
from chalicelib.flows.undo_transfer import Sent, plan_to_send_back
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry

_UNDOING = frozenset(
    fact.type for fact in (f.PointsRefunded, f.PointsCancelled, f.PromiseCancelled, f.PointsReleased, f.PointsDeducted)
)


class Change(Frozen):
    """One thing that undoing did: given back, released, deducted, or taken back of what was earned or still pending.
    `short` is what was due but no longer there."""

    type: str
    unit: str
    amount: int
    short: int = 0


class Undone(Frozen):
    """`undone_id` is the fact that was undone, `entry_id` the entry that did it. Of a transfer the changes and the account
    are the sender's."""

    entry_id: str
    undone_id: str
    changes: tuple[Change, ...]
    expired: tuple[Expired, ...]
    account: Standing


class _IsTransfer(Refused):
    """Leaves the undoing of one account: the entry is of a transfer, which comes back from two."""


def undo_entry(rt: Runtime, caller: Caller, command: Command, owner: str, of: str) -> Committed[Undone]:
    """`of` is the id of a fact, or of an entry with one that can be undone. NotFound: owner, entry. Refuses
    `undo_by_return`, `undo_by_sender`, `cannot_undo`, `several_to_undo`, `already_undone`, `nothing_left`,
    `points_on_hold`, `earning_partly_used`, `below_zero_limit`, `hold_closed`, `balance_limit`, `too_many_lots`."""
    what, doubt = Wanted(owner, of, "entry_id"), Doubt()

    def decide(terms: Terms, entry: Entry, at: Instant) -> Undoing:
        return undone(terms, _chosen(what, entry).with_sale(rt, caller.tenant), at)

    def plan() -> Plan:
        try:
            return plan_by_entry(rt, caller, command, "undo_entry", what, decide, doubt)
        except _IsTransfer:
            return plan_to_send_back(rt, caller, command, Sent(what.ref, what.missing(), what.param), doubt)

    return commit(rt, command, plan, undone_by, lambda: recall_guarded(rt.table, caller.tenant, command))


def undone_by(entry: Entry) -> Undone:
    """The answer, from the entry that undid something."""
    owner = owner_of(entry)
    facts: list[Any] = [VOCABULARY.decode(body) for body in entry.facts if body["type"] in _UNDOING]
    told = [fact for fact in facts if fact.undoes is not None]
    sequence, number = told[0].undoes
    return Undone(
        entry_id=id_of(entry),
        undone_id=entry_id(EntryRef(owner, entry.stream.program, sequence, number)),
        changes=tuple(
            Change(type=fact.type, unit=fact.unit, amount=fact.amount, short=getattr(fact, "short", 0)) for fact in told
        ),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )


def _chosen(what: Wanted, entry: Entry) -> Named:
    """The fact that was named, or the only one of a whole entry that can be undone."""
    if what.ref.fact:
        named_fact(what, entry)
    must_not_be_of_a_reward(entry, "entry_id")
    named = [(number, body) for number, body in numbered_bodies(entry) if what.ref.fact in (0, number)]
    undoable = [(number, body) for number, body in named if is_undone_by_kind(body)]
    if not (what.ref.fact and undoable):
        must_not_be_of_an_order(entry)
    if any(body["type"] == f.PointsSent.type for _, body in named):
        raise _IsTransfer("is_transfer", "It is undone as a transfer.", param="entry_id")
    if not undoable:
        raise not_undone(entry, [body for _, body in named])
    if len(undoable) > 1:
        raise Refused("several_to_undo", "It did several things: name the one to undo by its id.", param="entry_id")
    number, body = undoable[0]
    return Named(entry, number, VOCABULARY.decode(body))
