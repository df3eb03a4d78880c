"""What an operation on a member's tier answers, made from its entry."""

from __future__ import annotations

from chalicelib.areas.accounts.model.facts import TierChanged
from chalicelib.flows.account_views import Expired, Standing, expiries_of, facts_of, id_of, pin_of, standing_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.wire import CalendarDay
from chalicelib.table.journal import Entry


class TierMove(Frozen):
    tier: str
    previous: str | None
    reason: str


class TierMoves(Frozen):
    """`moves`: every change of tier, those that time brought first. `pinned`: to this tier, until the end of `pinned_until`,
    or for good where that is null."""

    entry_id: str
    tier: str | None
    moves: tuple[TierMove, ...]
    pinned: bool
    pinned_until: CalendarDay | None
    expired: tuple[Expired, ...]
    account: Standing


def tier_moves(entry: Entry) -> TierMoves:
    pinned, until = pin_of(entry)
    standing = standing_of(entry)
    return TierMoves(
        entry_id=id_of(entry),
        tier=standing.tier,
        moves=tuple(
            TierMove(tier=fact.tier, previous=fact.previous or None, reason=fact.reason)
            for fact in facts_of(entry, TierChanged)
        ),
        pinned=pinned,
        pinned_until=until,
        expired=expiries_of(entry),
        account=standing,
    )
