"""Convert points of one unit into another of the program, at the program's rate.

reads    1 BatchGet of profile and account
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key
who      a key that may modify accounts; the member may not be blocked
"""

from __future__ import annotations

from fractions import Fraction

from chalicelib.areas.accounts.model import Story, convert
from chalicelib.areas.accounts.model.facts import PointsConverted
from chalicelib.areas.programs.model import Program
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import change_account
from chalicelib.flows.account_views import Expired, Standing, expiries_of, id_of, numbered, standing_of
from chalicelib.flows.terms import Terms, Wait, after_activity
from chalicelib.kit.amounts import plain, rounded
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day
from chalicelib.kit.wire import CalendarDay
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class Converted(Frozen):
    """`gained` of `into` came for `amount` of `unit`, and lasts until `expires_on`; null is for ever."""

    conversion_id: str
    unit: str
    amount: int
    into: str
    gained: int
    expires_on: CalendarDay | None
    expired: tuple[Expired, ...]
    account: Standing


def convert_points(
    rt: Runtime,
    caller: Caller,
    command: Command,
    owner: str,
    unit: str,
    into: str,
    amount: int,
    program_id: int = 1,
) -> Committed[Converted]:
    """Taken as spends are, and an activity as they are; what comes lasts as if earned now, can be used at once, counts
    as earned nowhere and is not capped.

    Refuses `number_too_small`, `unknown_unit`, `no_rate`, `below_minimum`, `converts_to_nothing`, `insufficient_balance`, `balance_limit`,
    `too_many_lots`, `too_many_pieces`, `member_blocked`, `group_blocked`; NotFound for owner and program.
    """

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        gained = _gained(terms.program, unit, into, amount, terms.day(at))
        credit = terms.credit(into, gained, at, Wait())
        story = convert(story, unit, amount, credit, terms.conduct(unit, at), terms.conduct(into, at))
        return after_activity(story, terms, "spend", at)

    return change_account(rt, caller, command, "convert_points", (owner, program_id), decide, _answer)


def _gained(program: Program, unit: str, into: str, amount: int, day: Day) -> int:
    """What the rate gives, rounded as the policy of the unit that comes says."""
    source = program.unit(unit)
    if all(known.code != into for known in program.units):
        raise Refused("unknown_unit", f"This program has no unit {into[:64]}.", param="into")
    rate = program.rate(unit, into)
    if 0 < amount < rate.minimum:
        least = plain(rate.minimum, source.decimals)
        raise Refused("below_minimum", f"At least {least} are converted at a time.", param="amount")
    return rounded(Fraction(amount * rate.give, rate.take), program.unit(into).policy_on(day).rounding)


def _answer(entry: Entry) -> Converted:
    [(number, fact)] = numbered(entry, PointsConverted)
    return Converted(
        conversion_id=id_of(entry, number),
        unit=fact.unit,
        amount=fact.amount,
        into=fact.into,
        gained=fact.gained,
        expires_on=fact.expires_on,
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
