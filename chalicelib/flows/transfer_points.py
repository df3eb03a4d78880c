"""Send the points of a member or a group to another of the program: both sides happen, or none.

reads    1 BatchGet of both profiles and accounts, and of who sends for a group (+ 1 Get for a receiver named by an
         identifier); for a side that has no account 1 Get more where it is refused or only tried
writes   two accounts (version), two entries (absent): 8 units, + 2 with an Idempotency-Key
who      a key that may modify accounts; neither side may be blocked; of a group anybody who may spend, or an operator
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.areas.accounts.model import Story, receive, send
from chalicelib.areas.accounts.model.facts import PointsReceived, PointsSent
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.account_commit import header_for
from chalicelib.flows.account_views import Expired, Standing, expiries_of, id_of, numbered, standing_of
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import InGroup, in_group_keys, must_spend_for
from chalicelib.flows.purchase import Buyer, member_of
from chalicelib.flows.terms import Terms, after_activity, settle_tier, terms_of
from chalicelib.flows.two_accounts import Both, both_plan, open_both
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.wire import CalendarDay
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry


class SentPart(Frozen):
    """What of a transfer has this day as its last usable one with the receiver: as with the sender, unless the receiver has so
    many last days that it joined a later one."""

    expires_on: CalendarDay | None
    amount: int


class Transferred(Frozen):
    """`transfer_id` names it for whoever undoes it. `account` is the sender's: what the receiver has is told to nobody."""

    transfer_id: str
    receiver_id: str
    unit: str
    amount: int
    parts: tuple[SentPart, ...]
    expired: tuple[Expired, ...]
    account: Standing


def transfer_points(
    rt: Runtime,
    caller: Caller,
    command: Command,
    sender: str | InGroup,
    receiver: Buyer,
    unit: str,
    amount: int,
    program_id: int = 1,
) -> Committed[Transferred]:
    """Taken as the sender's spends are; at the receiver each part keeps its last day, and counts as earned nowhere. The
    sender's own account is meant, also of a member who is in a group.

    Refuses `number_too_small`, `transfer_to_self`, `may_not_spend`, `member_blocked` and `group_blocked` (naming `to` for the receiver),
    `unknown_unit`, `insufficient_balance`, `too_many_pieces`, `balance_limit` and `too_many_lots` of the receiver;
    NotFound: either owner, program, `group_member_not_found`; InvalidInput: the identifier.
    """
    owner, by = (sender, "") if isinstance(sender, str) else (sender.group_id, sender.by)
    sends_for = in_group_keys(caller.tenant, sender)

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, program_id)
        to = _receiver(rt, caller, receiver)
        both = open_both(rt, caller.tenant, owner, to, program_id, sends_for)
        if to == owner:
            raise Refused("transfer_to_self", "Sender and receiver are the same.", param="to")
        both.sender.must_be_active()
        must_spend_for(both.beside, caller.tenant, sender, both.sender.group)
        both.receiver.must_be_active("to")
        header = header_for(rt, caller, command, "transfer_points", terms)

        def moved() -> tuple[Story, Story]:
            return _moved(terms, both, unit, amount, by, header.effective_at)

        accounts = (both.sender, both.receiver)
        sending, receiving = unless_lost(rt, caller.tenant, accounts, moved, dry_run=command.dry_run)
        return both_plan(caller, command, header, both, sending, receiving, told=_brought(sending, receiving))

    return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def _moved(terms: Terms, both: Both, unit: str, amount: int, by: str, at: Instant) -> tuple[Story, Story]:
    """Both sides."""
    conduct = terms.conduct(unit, at)
    sending = terms.advance(Story(both.sender.account), at)
    receiving = terms.advance(Story(both.receiver.account), at)
    sending, parts = send(sending, unit, amount, receiving.account.owner, both.receiver_entry, conduct, by=by)
    receiving = receive(receiving, parts, sending.account.owner, both.sender_entry, conduct)
    sending = after_activity(sending, terms, "transfer", at)
    return settle_tier(sending, terms), settle_tier(receiving, terms)


def _receiver(rt: Runtime, caller: Caller, receiver: Buyer) -> str:
    to = member_of(rt, caller, receiver)
    if to is None:
        raise NotFound("member_not_found", "No member has this identifier.", param="to")
    return to


def _answer(entry: Entry) -> Transferred:
    [(number, sent)] = numbered(entry, PointsSent)
    return Transferred(
        transfer_id=id_of(entry, number),
        receiver_id=sent.receiver,
        unit=sent.unit,
        amount=sent.amount,
        parts=_parts(entry, sent),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )


def _parts(entry: Entry, sent: PointsSent) -> tuple[SentPart, ...]:
    after: Any = entry.header["after"]
    amounts = after.get("brought") or _by_last_day(sent.pieces)
    return tuple(SentPart(expires_on=day, amount=amount) for day, amount in amounts)


def _brought(sending: Story, receiving: Story) -> dict[str, Any]:
    """The receiver's last days, for the answer is made from the sender's entry: only where they are not the sender's."""
    [sent] = (fact for fact in sending.facts if isinstance(fact, PointsSent))
    [received] = (fact for fact in receiving.facts if isinstance(fact, PointsReceived))
    brought = _by_last_day(received.pieces)
    return {} if brought == _by_last_day(sent.pieces) else {"brought": brought}


def _by_last_day(pieces: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Each day with how much has it, in the order of the pieces."""
    amounts: dict[int | None, int] = {}
    for _, start, end, expires_on, *_ in pieces:
        amounts[expires_on] = amounts.get(expires_on, 0) + end - start
    return [[day, amount] for day, amount in amounts.items()]
