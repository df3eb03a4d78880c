"""Undo a transfer: what the receiver can give up of it goes back to the sender, in one transaction.

reads    1 Get of the sender's old entry, which says who received, then 1 BatchGet of both profiles and accounts and of the
         receiver's old entry; 1 Get more, of that one, for what is refused and for a dry run
writes   two accounts (version), two entries (absent), two old entries (marked as undone): 12 units, + 2 with an
         Idempotency-Key
who      a key that may modify accounts, for blocked members as well: what came by fraud comes back like anything else

Items of one BatchGet are read one by one: an account may be newer than the mark beside it. What is then decided is not
written, for the transaction asks whether accounts and marks are as they were read. What is refused, or only tried, asks
nobody: so it rests on the receiver's mark read after both accounts. Where that is not there, neither was read after an undoing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.decisions.transfers import give_up_received, take_sent_back
from chalicelib.areas.accounts.model.facts import PointsReceived, PointsRefunded, PointsSent
from chalicelib.errors import NotFound, Refused, StampbookError
from chalicelib.flows.account_commit import header_for
from chalicelib.flows.account_views import Expired, Standing, expiries_of, facts_of, numbered, standing_of
from chalicelib.flows.lost_account import must_not_be_lost
from chalicelib.flows.terms import Terms, Wait, settle_tier, terms_of
from chalicelib.flows.two_accounts import Both, both_plan, open_both
from chalicelib.flows.undo_commit import named_as
from chalicelib.flows.undo_marks import Doubt, must_be_possible
from chalicelib.kit.amounts import plain
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id, entry_ref
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, entry_from, undone_put
from chalicelib.table.protocol import Attrs, Put


class UndoneTransfer(Frozen):
    """`amount` is what came back: less than was sent where the receiver has used some and the policy leaves it at that.
    `account` is the sender's."""

    transfer_id: str
    unit: str
    amount: int
    expired: tuple[Expired, ...]
    account: Standing


@dataclass(frozen=True, slots=True)
class Sent:
    """The entry that sent a transfer, as a request names it: in the field `param`. `missing` is what it is told of one that
    there is not."""

    ref: EntryRef
    missing: NotFound
    param: str


@dataclass(frozen=True, slots=True)
class _Side:
    """An old entry, and the number of the fact in it that is undone."""

    entry: Entry
    number: int

    @property
    def undoes(self) -> tuple[int, int]:
        return self.entry.sequence, self.number


def undo_transfer(
    rt: Runtime, caller: Caller, command: Command, member_id: str, transfer_id: str
) -> Committed[UndoneTransfer]:
    """Once, by the unit's policy for what was used (`cancel_used`). Refuses `already_undone`, `nothing_left`,
    `points_on_hold`, `earning_partly_used`, `below_zero_limit`, `balance_limit`, `too_many_lots`; NotFound:
    `transfer_not_found`, `member_not_found`."""
    of, doubt = Sent(_ref(member_id, transfer_id), _unknown(transfer_id), "transfer_id"), Doubt()

    def plan() -> Plan:
        return plan_to_send_back(rt, caller, command, of, doubt)

    return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def plan_to_send_back(rt: Runtime, caller: Caller, command: Command, of: Sent, doubt: Doubt) -> Plan:
    """Also for whoever undoes an entry that turns out to be a transfer. Where accounts and marks contradict each other:
    Outdated, DamagedItemError as `doubt` has it."""
    ref = of.ref
    side, sent = _sent(rt, caller.tenant, of)
    sequence, number = sent.entry
    theirs = accounts.stream(caller.tenant, sent.receiver, ref.program)
    received = theirs.key(sequence)
    both = open_both(rt, caller.tenant, ref.owner, sent.receiver, ref.program, (received,))
    terms = terms_of(rt, caller.tenant, ref.program)
    header = header_for(rt, caller, command, "undo_transfer", terms)

    def planned(attrs: Attrs | None) -> Plan:
        """By the receiver's old entry."""
        if attrs is None:
            raise of.missing
        other = _Side(must_be_possible(entry_from(theirs, attrs)), number)
        if _is_undone(side) or _is_undone(other):
            raise Refused("already_undone", _undone_before(terms, side, other, sent), param=of.param)
        must_not_be_lost(rt, caller.tenant, both.sender, both.receiver)
        with named_as(of.param):
            sender, receiver, amount = _undone(terms, both, side, other, sent, header.effective_at)
        return both_plan(caller, command, header, both, sender, receiver, _marks(side, other, amount))

    if not command.dry_run:
        with suppress(StampbookError, AssertionError):  # of accounts that the mark may not belong to
            return planned(both.beside.get(received))
    try:
        return planned(rt.table.get(received))
    except AssertionError as contradiction:
        raise doubt.contradicted(side.entry, both.sender.head, both.receiver.head) from contradiction


def _ref(member_id: str, transfer_id: str) -> EntryRef:
    try:
        ref = entry_ref(transfer_id)
    except NotFound:
        raise _unknown(transfer_id) from None
    if ref.owner != member_id:
        raise _unknown(transfer_id)
    return ref


def _marks(side: _Side, other: _Side, amount: int) -> tuple[Put, Put]:
    return undone_put(side.entry, side.number, amount), undone_put(other.entry, other.number, amount)


def _sent(rt: Runtime, tenant: str, of: Sent) -> tuple[_Side, PointsSent]:
    """The id of the whole entry will do: it has no other fact that somebody undoes."""
    ref = of.ref
    stream = accounts.stream(tenant, ref.owner, ref.program)
    attrs = rt.table.get(stream.key(ref.sequence))
    if attrs is not None:
        entry = must_be_possible(entry_from(stream, attrs))
        for number, sent in numbered(entry, PointsSent):
            if ref.fact in (0, number):
                return _Side(entry, number), sent
    raise of.missing


def _is_undone(side: _Side) -> bool:
    return side.number in side.entry.undone


def _undone_before(terms: Terms, side: _Side, other: _Side, sent: PointsSent) -> str:
    """The marks say how much came back."""
    back = side.entry.undone.get(side.number, 0) or other.entry.undone.get(other.number, 0)
    if back >= sent.amount:
        return "This transfer has been undone before."
    decimals = terms.program.unit(sent.unit).decimals
    came, rest = plain(back, decimals), plain(sent.amount - back, decimals)
    return (
        f"This transfer has been undone before, and that is done once: {came} came back, and {rest}, which the receiver "
        "no longer had, stayed."
    )


def _undone(
    terms: Terms, both: Both, side: _Side, other: _Side, sent: PointsSent, at: Instant
) -> tuple[Story, Story, int]:
    """Both stories and how much went back."""
    [received] = facts_of(other.entry, PointsReceived)
    conduct = terms.conduct(sent.unit, at)
    receiver, taken = give_up_received(terms.advance(Story(both.receiver.account), at), received, conduct, other.undoes)
    fresh = terms.credit(sent.unit, taken.amount, at, Wait())
    sender = terms.advance(Story(both.sender.account), at)
    sender = take_sent_back(sender, sent, received, taken, fresh, conduct, side.undoes)
    return settle_tier(sender, terms), settle_tier(receiver, terms), taken.amount


def _answer(entry: Entry) -> UndoneTransfer:
    [back] = facts_of(entry, PointsRefunded)
    assert back.undoes is not None  # noqa: S101 - what gives back says what
    owner = entry.stream.pk.rsplit("#", 1)[1]
    return UndoneTransfer(
        transfer_id=entry_id(EntryRef(owner, entry.stream.program, *back.undoes)),
        unit=back.unit,
        amount=back.amount,
        expired=expiries_of(entry),
        account=standing_of(entry),
    )


def _unknown(transfer_id: str) -> NotFound:
    return NotFound("transfer_not_found", f"There is no transfer {transfer_id[:64]}.", param="transfer_id")
