"""What of an account's pending earnings is meant: one earning, or all that wait for an event, an order, a line of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from chalicelib.areas.accounts.model import Account, Cause, Pending, Piece, Story, held_of, left_of, pending_of
from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.areas.accounts.model.decisions.story import must_be_positive
from chalicelib.areas.accounts.model.facts import PointsEarned, PointsPromised, PromiseCancelled
from chalicelib.errors import InvalidInput, NotFound, Refused
from chalicelib.flows.account_commit import decided_plan
from chalicelib.flows.account_views import facts_of, numbered
from chalicelib.flows.opened import Opened, of_their_group, open_account
from chalicelib.flows.terms import Terms, terms_of
from chalicelib.flows.undo_marks import Doubt, is_possible, marks_of, must_be_possible
from chalicelib.kit.amounts import plain
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_ref, number_of, owner_kind
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, undone_put

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Choice:
    """By exactly one of `earning_id`, `event` and `order_id`. `line_no` narrows an order to one of its lines; `amount`
    is a part of one earning."""

    earning_id: str | None = None
    event: str | None = None
    order_id: str | None = None
    line_no: int | None = None
    amount: int | None = None


class Chosen(NamedTuple):
    """`due` of what is pending of the promise within `piece`."""

    promise: Pending
    piece: Piece
    due: int
    cause: Cause = Cause()


class Doing(NamedTuple):
    """What is done to each that is chosen; `blocked_too`: of a blocked member as well. `undoes`: an earning's entry is
    marked with how much of it this undoes."""

    operation: str
    change: Callable[[Story, Terms, Instant, Chosen], Story]
    blocked_too: bool = False
    undoes: bool = False


def event_of(order_id: str, line_no: int | None) -> str:
    """The event that an order, or a line of it, is. NotFound `order_not_found` for what is no order's id."""
    number_of("order", order_id)
    return f"order/{order_id}" if line_no is None else f"order/{order_id}/{line_no}"


def must_have_order(order_id: str | None, line_no: int | None) -> None:
    if line_no is not None and order_id is None:
        raise InvalidInput("line_without_order", "A line is one of an order: name the order, too.", param="line_no")


def change_pending(
    rt: Runtime,
    caller: Caller,
    command: Command,
    of: tuple[str, int],
    choice: Choice,
    doing: Doing,
    answer: Callable[[Entry], AnswerT],
) -> Committed[AnswerT]:
    """One operation on what is chosen. 1 BatchGet, 1 more for what the member's group has, and 1 transaction of 4 units,
    + 2 where it undoes an earning, + 2 with an Idempotency-Key."""
    _must_be_one(choice)
    ref, doubt = None if choice.earning_id is None else _earning_ref(choice.earning_id, of), Doubt()

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, of[1])
        opened = _open(rt, caller.tenant, of, choice, ref)
        if not doing.blocked_too:
            opened.must_be_active()

        def decide(story: Story, terms: Terms, at: Instant) -> Story:
            for one in _chosen(story.account, choice, ref, opened, terms):
                story = doing.change(story, terms, at, one)
            return story

        planned = decided_plan(rt, caller, command, doing.operation, terms, opened, decide)
        return _marked(planned, opened, ref, doubt) if doing.undoes else planned

    return commit(rt, command, plan, answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def _marked(planned: Plan, opened: Opened, ref: EntryRef | None, doubt: Doubt) -> Plan:
    """With the mark on the earning's entry, where one was named. Outdated, DamagedItemError where more would be marked
    than was promised: the mark may be newer than the account beside it."""
    earned = opened.entry
    if earned is None or ref is None:
        return planned
    undone = sum(
        fact.amount for fact in facts_of(planned.entry, PromiseCancelled) if fact.undoes == (ref.sequence, ref.fact)
    )
    in_all = must_be_possible(earned).undone.get(ref.fact, 0) + undone
    if not is_possible(replace(earned, undone={**earned.undone, ref.fact: in_all})):
        raise doubt.contradicted(earned, opened.head, marks_of(earned))
    return replace(planned, writes=(*planned.writes, undone_put(earned, ref.fact, undone)))


def _open(rt: Runtime, tenant: str, of: tuple[str, int], choice: Choice, ref: EntryRef | None) -> Opened:
    """The account that has it: the owner's, or that of the group that the member is in."""
    owner, program_id = of
    if ref is None:
        opened = open_account(rt, tenant, owner, program_id)
        return opened if _waiting(opened.account, choice) else of_their_group(rt, tenant, opened, program_id)
    if ref.owner == owner:
        return open_account(rt, tenant, owner, program_id, ref.sequence)
    opened = of_their_group(rt, tenant, open_account(rt, tenant, owner, program_id), program_id, ref.sequence)
    if opened.account.owner != ref.owner:
        raise _not_found(choice.earning_id or "")
    return opened


def _must_be_one(choice: Choice) -> None:
    if sum(given is not None for given in (choice.earning_id, choice.event, choice.order_id)) != 1:
        text = "Say what is meant by exactly one of earning_id, event and order_id."
        raise InvalidInput("choose_one", text, param="earning_id")
    must_have_order(choice.order_id, choice.line_no)
    if choice.amount is None:
        return
    if choice.earning_id is None:
        raise InvalidInput("amount_without_earning", "A part is one of a single earning: name it.", param="amount")
    must_be_positive(choice.amount)


def _earning_ref(earning_id: str, of: tuple[str, int]) -> EntryRef:
    try:
        ref = entry_ref(earning_id)
    except NotFound as unreadable:
        raise _not_found(earning_id) from unreadable
    owner, program_id = of
    theirs = ref.owner == owner or (owner_kind(owner), owner_kind(ref.owner)) == ("member", "group")
    if not theirs or ref.program != program_id:
        raise _not_found(earning_id)
    return ref


def _not_found(earning_id: str) -> NotFound:
    return NotFound("earning_not_found", f"This account has no earning {earning_id[:64]}.", param="earning_id")


def _chosen(account: Account, choice: Choice, ref: EntryRef | None, opened: Opened, terms: Terms) -> tuple[Chosen, ...]:
    if ref is not None:
        return (_of_earning(account, choice, ref, opened.entry, terms),)
    found = _waiting(account, choice)
    if not found:
        raise Refused("nothing_pending", "Nothing of this account waits for that.")
    return tuple(
        Chosen(one, Piece(one.lot, one.spans[0][0], one.spans[-1][1]), one.amount, Cause(period=one.period))
        for one in found
    )


def _waiting(account: Account, choice: Choice) -> list[Pending]:
    """What waits for the event, the order, or a line of it."""
    event = choice.event if choice.order_id is None else event_of(choice.order_id, choice.line_no)
    whole_order = choice.order_id is not None and choice.line_no is None
    return [
        one
        for one in account.pendings
        if one.event and (one.event == event or (whole_order and one.event.startswith(f"{event}/")))
    ]


def _of_earning(account: Account, choice: Choice, ref: EntryRef, entry: Entry | None, terms: Terms) -> Chosen:
    fact = _promised(choice.earning_id or "", ref, entry)
    piece = Piece(*fact.piece)
    there = pieces_sum(pending_of(account, fact.unit, piece))
    if not there:
        if left_of(account, fact.unit, piece) or held_of(account, fact.unit, (piece,)):
            raise _active()
        raise Refused("nothing_pending", "Nothing of this earning is pending any more, nor left.", param="earning_id")
    if choice.amount is not None and choice.amount > there:
        decimals = terms.program.unit(fact.unit).decimals
        text = f"{plain(there, decimals)} of it are pending and {plain(choice.amount, decimals)} are wanted."
        raise Refused("more_than_pending", text, param="amount")
    promise = next(one for one in account.pendings if _reaches(one, fact.unit, piece))
    cause = Cause(fact.rule, fact.order, undoes=(ref.sequence, ref.fact), period=fact.period)
    return Chosen(promise, piece, there if choice.amount is None else choice.amount, cause)


def _promised(earning_id: str, ref: EntryRef, entry: Entry | None) -> PointsPromised:
    for number, promised in () if entry is None else numbered(entry, PointsPromised):
        if number == ref.fact:
            return promised
    if entry is not None and any(number == ref.fact for number, _ in numbered(entry, PointsEarned)):
        raise _active()
    raise _not_found(earning_id)


def _active() -> Refused:
    return Refused("already_active", "This earning is active: nothing of it is pending.", param="earning_id")


def _reaches(promise: Pending, unit: str, piece: Piece) -> bool:
    same = promise.unit == unit and promise.lot == piece.lot
    return same and any(start < piece.end and end > piece.start for start, end in promise.spans)
