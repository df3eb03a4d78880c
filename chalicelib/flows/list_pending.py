"""List what is pending in an account as it stands now: what comes by time first, the earliest first, then by event.

reads    1 BatchGet of profile and account; a copy is advanced in memory, nothing is written
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Pending, Story
from chalicelib.flows.lost_account import open_to_read
from chalicelib.flows.terms import terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.wire import CalendarDay, Time
from chalicelib.runtime import Runtime


class PendingPoints(Frozen):
    """What comes together: at an instant, maybe of several earnings, or with an event. `expiry_open`: its last day is
    counted from when it comes, so there is none yet."""

    unit: str
    amount: int
    available_at: Time | None
    event: str | None
    expires_on: CalendarDay | None
    expiry_open: bool


def list_pending(rt: Runtime, caller: Caller, owner: str, program_id: int = 1) -> tuple[PendingPoints, ...]:
    """Whoever may view accounts. NotFound: owner, program."""
    terms = terms_of(rt, caller.tenant, program_id)
    opened = open_to_read(rt, caller.tenant, owner, program_id)
    account = terms.advance(Story(opened.account), rt.clock.now()).account
    return tuple(map(_shown, sorted(account.pendings, key=_turn)))


def _turn(promise: Pending) -> tuple[bool, int]:
    return promise.releases_at is None, promise.releases_at or 0


def _shown(promise: Pending) -> PendingPoints:
    return PendingPoints(
        unit=promise.unit,
        amount=promise.amount,
        available_at=promise.releases_at,
        event=promise.event or None,
        expires_on=promise.expires_on,
        expiry_open=promise.open,
    )
