"""Which hold is meant, and in whose account it is: by its number in one account, or by the id of the entry that set it aside,
which says whose.

What a member in a group holds is the group's, and nobody joins with points on hold. But a hold that is under way while its
member joins is carried out afterwards, in the account that it was decided on: their own. Both accounts are read for a
member in a group anyway, so their path finds it there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from chalicelib.areas.accounts.model import Account, Story
from chalicelib.areas.accounts.model.facts import PointsHeld
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.account_commit import decided_plan
from chalicelib.flows.account_views import numbered
from chalicelib.flows.opened import Opened, of_their_group, open_account
from chalicelib.flows.terms import Terms, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry

AnswerT = TypeVar("AnswerT")
HoldId = int | EntryRef


class NamedHold(NamedTuple):
    """As a path names it: `owner` a member or a group."""

    owner: str
    program_id: int
    hold_id: HoldId


def change_hold(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    of: NamedHold,
    decide: Callable[[Story, Terms, Instant, int], Story],
    answer: Callable[[Entry], AnswerT],
) -> Committed[AnswerT]:
    """One operation on it, of a blocked member as well; `decide` is told its number. 1 BatchGet, 1 more for a member in a
    group, and 1 transaction of 4 units, 6 with an Idempotency-Key. NotFound: owner, program, `hold_not_found`. Refuses
    `two_holds`."""

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, of.program_id)
        opened, number = _opened(rt, caller.tenant, of)
        return decided_plan(
            rt,
            caller,
            command,
            operation,
            terms,
            opened,
            lambda story, terms, at: decide(story, terms, at, number),
        )

    return commit(rt, command, plan, answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def _opened(rt: Runtime, tenant: str, of: NamedHold) -> tuple[Opened, int]:
    owner, program_id, hold_id = of
    if isinstance(hold_id, EntryRef):
        return _by_entry(rt, tenant, owner, program_id, hold_id)
    own = open_account(rt, tenant, owner, program_id)
    opened = of_their_group(rt, tenant, own, program_id)
    if opened is own or not _is_open(own.account, hold_id, rt.clock.now()):
        return opened, hold_id
    if _is_open(opened.account, hold_id, rt.clock.now()):
        text = f"Hold {hold_id} is one of the member's own and one of their group's: name it by the id of its entry."
        raise Refused("two_holds", text, param="hold_id")
    return own, hold_id


def _by_entry(rt: Runtime, tenant: str, owner: str, program_id: int, ref: EntryRef) -> tuple[Opened, int]:
    if ref.owner == owner:
        opened = open_account(rt, tenant, owner, program_id, ref.sequence)
    else:
        opened = of_their_group(rt, tenant, open_account(rt, tenant, owner, program_id), program_id, ref.sequence)
    if (opened.account.owner, program_id) == (ref.owner, ref.program) and opened.entry is not None:
        for number, held in numbered(opened.entry, PointsHeld):
            if ref.fact in (0, number):
                return opened, held.hold
    raise NotFound("hold_not_found", f"There is no hold {entry_id(ref)}.", param="hold_id")


def _is_open(account: Account, number: int, now: Instant) -> bool:
    known = account.hold(number)
    return known is not None and (known.lapses_at is None or known.lapses_at > now)
