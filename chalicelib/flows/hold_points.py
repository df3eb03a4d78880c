"""Hold points: they are set aside for something that is not decided yet, and are neither spent nor expire meanwhile. A
member in a group holds the group's, if it lets them spend. Who holds proves that it is they where the program asks for it
of points, for what is held may be captured long after they have left.

reads    1 BatchGet of profile and account, of a member in a group 1 more
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key, + 2 where a proof is asked for (flows/proving)
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model import Story, hold
from chalicelib.areas.accounts.model.facts import PointsHeld
from chalicelib.errors import InvalidInput
from chalicelib.flows.account_commit import Manner, change_acting
from chalicelib.flows.account_views import Expired, Standing, expiries_of, group_of, id_of, numbered, standing_of
from chalicelib.flows.opened import Acting, InGroup, Opened
from chalicelib.flows.proving import Proof, counting_wrong_tries
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry

LONGEST_SECONDS = 10 * 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Lapse:
    """When a hold ends by itself: at an instant or after so many seconds, not both; never where neither is named."""

    at: Instant | None = None
    after_seconds: int | None = None


NEVER = Lapse()


class Held(Frozen):
    """`hold_id` is the hold's number in the account, which is the group's where there is a `group_id`; `entry_id` names
    what set it aside for ever."""

    group_id: str | None
    hold_id: int
    entry_id: str
    unit: str
    amount: int
    lapses_at: Time | None
    expired: tuple[Expired, ...]
    account: Standing


def hold_points(
    rt: Runtime,
    caller: Caller,
    command: Command,
    who: str | InGroup,
    unit: str,
    amount: int,
    program_id: int = 1,
    lapse: Lapse = NEVER,
) -> Committed[Held]:
    """A member's, by id, or a group's in the name of one of its members. Refuses `number_too_small`, `unknown_unit`,
    `member_blocked`, `group_blocked`, `may_not_spend`,
    `insufficient_balance`, `too_many_holds`, `too_many_pieces`, and what flows/proving does; NotFound for member, program and group, `group_member_not_found`; InvalidInput `two_lapses`, `lapses_in_past`, `lapses_too_late`."""

    def decide(story: Story, terms: Terms, at: Instant, opened: Opened) -> Story:
        lapses_at = _lapses_at(lapse, story.account.advanced_to)
        return hold(story, unit, amount, terms.conduct(unit, at), lapses_at=lapses_at, by=opened.by)

    acting = Acting(who, program_id, spends=True)

    def proof(terms: Terms) -> Proof:
        return Proof("points", terms, caller.tenant, acting.owner)

    manner = Manner(
        beside_of=lambda terms: proof(terms).beside,
        also_of=lambda terms, opened: proof(terms).judged(command, opened.beside, rt.clock.now()),
    )

    def carry_out() -> Committed[Held]:
        return change_acting(rt, caller, command, "hold_points", acting, decide, _answer, manner)

    return counting_wrong_tries(rt, caller.tenant, carry_out)


def _lapses_at(lapse: Lapse, came_to: Instant) -> Instant | None:
    """Seconds count from where the account stands, as all else does: a fast till may have brought it past the clock."""
    if lapse.at is not None and lapse.after_seconds is not None:
        text = "A hold lapses at an instant or after so many seconds: name one of them."
        raise InvalidInput("two_lapses", text, param="lapses_after_seconds")
    at = lapse.at if lapse.after_seconds is None else came_to + lapse.after_seconds * 1000
    if at is not None and at > came_to + LONGEST_SECONDS * 1000:
        param = "lapses_at" if lapse.after_seconds is None else "lapses_after_seconds"
        raise InvalidInput("lapses_too_late", "A hold lapses within ten years.", param=param)
    return at


def _answer(entry: Entry) -> Held:
    [(number, held)] = numbered(entry, PointsHeld)
    return Held(
        group_id=group_of(entry),
        hold_id=held.hold,
        entry_id=id_of(entry, number),
        unit=held.unit,
        amount=held.amount,
        lapses_at=held.lapses_at,
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
