"""What time alone does to an account: promises come, holds lapse, lots expire, tiers are reviewed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import Hold, Pending
from chalicelib.areas.accounts.model.decisions.apart import activated, released
from chalicelib.areas.accounts.model.decisions.story import Story
from chalicelib.areas.accounts.model.state import Account
from chalicelib.kit.clock import Instant


class Reviewer(Protocol):
    """Who decides on which tier an account stands: handed in, because a program's tiers are another area."""

    def moments(self, account: Account, to: Instant) -> Iterable[Instant]:
        """Instants up to `to` at which to look, beside those that the account's standing names itself."""

    def review(self, story: Story, at: Instant) -> Story:
        """The story with what is decided at this instant; the standing's next look lies behind it."""


def advance(story: Story, to: Instant, reviewer: Reviewer | None = None) -> Story:
    """Let everything due until `to` happen, in the order in which it is due. Never goes back.

    At one instant lots expire first, then promises come, then holds lapse, and what all this means for the tier is
    decided last.
    """
    to = max(to, story.account.advanced_to)
    events = _events(story.account, to)
    moments = set() if reviewer is None else set(reviewer.moments(story.account, to))
    for at in sorted(events.keys() | moments):
        story = _happened(_reviewed(story, at - 1, reviewer), at, events.get(at, ()))
        if reviewer is not None and at in moments:
            story = reviewer.review(story, at)
    story = _expired(_reviewed(story, to, reviewer), to)
    return story.then(f.AccountAdvanced(to)) if to > story.account.advanced_to else story


def _events(account: Account, to: Instant) -> dict[Instant, list[Pending | Hold]]:
    """What comes by time is known beforehand: a promise that comes makes no other, nor does a hold that lapses. Those of
    one instant come as the account lists them, promises first."""
    events: dict[Instant, list[Pending | Hold]] = defaultdict(list)
    for pending in account.pendings:
        if pending.releases_at is not None and pending.releases_at <= to:
            events[pending.releases_at].append(pending)
    for hold in account.holds:
        if hold.lapses_at is not None and hold.lapses_at <= to:
            events[hold.lapses_at].append(hold)
    return events


def _happened(story: Story, at: Instant, events: Iterable[Pending | Hold]) -> Story:
    story = _expired(story, at)
    for what in events:
        if isinstance(what, Pending):
            story = activated(story, what, at=at)
        else:
            story = released(story, what, what.amount, lapsed_at=at)
    return story


def _reviewed(story: Story, to: Instant, reviewer: Reviewer | None) -> Story:
    """The looks that the standing itself asks for: one may lead to the next."""
    while reviewer is not None and (due := story.account.standing.review_at) is not None and due <= to:
        story = reviewer.review(_expired(story, due), due)
        assert story.account.standing.review_at != due  # noqa: S101 - time would stand still
    return story


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
