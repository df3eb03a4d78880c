"""What time alone does to an account: promises come, holds lapse, lots expire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import Hold, Pending
from chalicelib.areas.accounts.model.decisions.apart import activated, released
from chalicelib.areas.accounts.model.decisions.story import Story
from chalicelib.areas.accounts.model.state import Account
from chalicelib.kit.clock import Instant


class _Event(NamedTuple):
    at: Instant
    place: int  # among those of one instant: as the account lists them, promises first
    what: Pending | Hold


def advance(story: Story, to: Instant) -> Story:
    """Let everything due until `to` happen, in the order in which it is due. Never goes back."""
    to = max(to, story.account.advanced_to)
    for event in sorted(_events(story.account, to)):
        story = _expired(story, event.at)
        if isinstance(event.what, Pending):
            story = activated(story, event.what, at=event.at)
        else:
            story = released(story, event.what, event.what.amount, lapsed_at=event.at)
    story = _expired(story, to)
    return story.then(f.AccountAdvanced(to)) if to > story.account.advanced_to else story


def _events(account: Account, to: Instant) -> Iterator[_Event]:
    """What comes by time is known beforehand: a promise that comes makes no other, nor does a hold that lapses."""
    for place, pending in enumerate(account.pendings):
        if pending.releases_at is not None and pending.releases_at <= to:
            yield _Event(pending.releases_at, place, pending)
    for place, hold in enumerate(account.holds, len(account.pendings)):
        if hold.lapses_at is not None and hold.lapses_at <= to:
            yield _Event(hold.lapses_at, place, hold)


def _expired(story: Story, to: Instant) -> Story:
    passed = [
        (lot.expires_at, unit, lot)
        for unit, wallet in story.account.wallets.items()
        for lot in wallet.passed(to)
        if lot.left
    ]
    for _, unit, lot in sorted(passed):
        balance = story.account.wallet(unit).available - lot.left
        story = story.then(f.PointsExpired(unit, lot.left, lot.number, balance, lot.expires_on))
    return story
