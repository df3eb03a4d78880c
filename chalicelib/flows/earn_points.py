"""Give a member points without a purchase; of one in a group, the group gets them. Or a group, whoever of it did something for
them, or nobody.

reads    1 BatchGet of profile and account, of a member in a group, or one named of a group, 1 more; the order that it waits for, if
         it does, comes with the first
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.areas.accounts.model import Story, earn
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model.order import Order
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.account_commit import change_acting
from chalicelib.flows.account_views import (
    Capped,
    Earning,
    Expired,
    Standing,
    capped_of,
    earnings_of,
    expiries_of,
    group_of,
    standing_of,
)
from chalicelib.flows.opened import Acting, InGroup, Opened
from chalicelib.flows.pending_choice import event_of, must_have_order
from chalicelib.flows.terms import Terms, Wait, after_activity
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import owner_kind
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Attrs

LONGEST_WAIT_DAYS = 3_650  # as of a policy's `available_after`


@dataclass(frozen=True, slots=True)
class Waits:
    """What it waits for before it can be used, at most one thing: local days, a local day, an event by its key, or an
    order of the member, or a line of it."""

    available_after_days: int | None = None
    available_on: Day | None = None
    event: str | None = None
    order_id: str | None = None
    line_no: int | None = None


AS_THE_POLICY_SAYS = Waits()


class Earned(Frozen):
    """`earning` is null where a cap cut off all of it. `group_id`: it is the group's, and `account` is its."""

    group_id: str | None
    earning: Earning | None
    capped: tuple[Capped, ...]
    expired: tuple[Expired, ...]
    account: Standing


def earn_points(
    rt: Runtime,
    caller: Caller,
    command: Command,
    who: str | InGroup,
    unit: str,
    amount: int,
    program_id: int = 1,
    waits: Waits = AS_THE_POLICY_SAYS,
) -> Committed[Earned]:
    """Earned now, kept as the unit's policy says, and pending as `waits` says or else the policy: by a member, by id; for a
    group in the name of one of its members, or of nobody. Whoever is in a group may earn for it.

    Refuses `number_too_small`, `unknown_unit`, `member_blocked`, `group_blocked`, `balance_limit`, `too_many_lots`, `too_many_pending`;
    NotFound for member, group, program, `group_member_not_found` and `order_not_found`; InvalidInput `two_waits`,
    `line_without_order`, `invalid_available_on`.
    """
    wait = _wait_of(waits)
    order_key = None if waits.order_id is None else orders.order_key(caller.tenant, waits.order_id)
    acting = Acting(who, program_id, beside=() if order_key is None else (order_key,))

    def decide(story: Story, terms: Terms, at: Instant, opened: Opened) -> Story:
        if order_key is not None:
            _must_be_theirs(opened.beside.get(order_key), who, waits)
        _must_lie_ahead(waits.available_on, terms.day(at))
        credit = replace(terms.credit(unit, amount, at, wait), by=opened.by)
        earned = earn(story, credit, terms.conduct_of_earning(unit, story.account.advanced_to, at))
        return after_activity(earned, terms, "earn", at)

    return change_acting(rt, caller, command, "earn_points", acting, decide, _answer)


def _wait_of(waits: Waits) -> Wait | None:
    named = (waits.available_after_days, waits.available_on, waits.event, waits.order_id)
    if sum(one is not None for one in named) > 1:
        text = "An earning waits for one thing: days, a day, an event or an order."
        raise InvalidInput("two_waits", text, param="available_on")
    must_have_order(waits.order_id, waits.line_no)
    if all(one is None for one in named):
        return None
    event = waits.event if waits.order_id is None else event_of(waits.order_id, waits.line_no)
    return Wait(days=waits.available_after_days, on=waits.available_on, event=event or "")


def _must_be_theirs(stored: Attrs | None, who: str | InGroup, waits: Waits) -> None:
    """Nothing would ever come of an order that is another's, or of a line that it does not have. A group's is any that was
    bought for it. None of this ever changes of an order, so it may be read as of any moment."""
    order = None if stored is None else orders.order_from(stored)
    owner = who if isinstance(who, str) else who.group_id
    kind = owner_kind(owner)
    if (
        order is None
        or owner != (order.group_id if kind == "group" else order.member_id)
        or not _has_line(order, waits)
    ):
        text = f"This {kind} has no such order or line: {waits.order_id}."
        raise NotFound("order_not_found", text, param="order_id")


def _has_line(order: Order, waits: Waits) -> bool:
    return waits.line_no is None or any(line.line_no == waits.line_no for line in order.sale.lines)


def _must_lie_ahead(available_on: Day | None, today: Day) -> None:
    if available_on is not None and not today <= available_on <= today + LONGEST_WAIT_DAYS:
        text = "The day from which it can be used lies neither in the past nor more than 3,650 days ahead."
        raise InvalidInput("invalid_available_on", text, param="available_on")


def _answer(entry: Entry) -> Earned:
    return Earned(
        group_id=group_of(entry),
        earning=next(iter(earnings_of(entry)), None),
        capped=capped_of(entry),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
