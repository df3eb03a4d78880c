"""Where an account stands on its program's ladder: the reviews of the tiers area, made into facts of the account.

Time's own reviews (a period ends, a month rolls away, a pin or a grace is over, points pass on which a tier rests, another
scheme comes into force) are by the scheme in force at that instant, and happen within `advance`. An operation ends with a
review by the newest scheme: nothing else is known when it is carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from chalicelib.areas.accounts.model import Account, Story, advance, foreseen
from chalicelib.areas.accounts.model.facts import TierChanged, TierReviewed, TierUnpinned
from chalicelib.areas.accounts.model.months import Month, with_month
from chalicelib.areas.tiers.model import Keep, NextTier, Position, Progress, Review, TierScheme, Verdict, Versions, keep
from chalicelib.areas.tiers.model import next_tier as above
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import day_starts, local_day, month_start

_UNKNOWN_MS = 7 * 24 * 3_600_000  # nobody goes by an older scheme for longer: tills for minutes, files for hours


@dataclass(frozen=True, slots=True)
class Ladder:
    """A program's schemes and its zone. `moments` and `review` are what `advance` asks of a Reviewer."""

    versions: Versions
    zone: str

    @property
    def scheme(self) -> TierScheme:
        return self.versions.newest

    def moments(self, account: Account, to: Instant) -> Iterable[Instant]:
        """Nothing happens to the tier of an account that nothing has happened to."""
        if account.tier or account.advanced_to:
            yield from self.versions.changes(account.advanced_to, to)
        bases = {version.scheme.basis for version in self.versions.all}
        if not bases.isdisjoint(("points_active", "points_earned")):
            yield from (at for one in account.pendings if (at := one.releases_at) is not None and at <= to)
        if "points_active" in bases:
            yield from _expiries(account, to)
            yield from (at for hold in account.holds if (at := hold.lapses_at) is not None and at <= to)

    def review(self, story: Story, at: Instant) -> Story:
        scheme = self.versions.in_force(at)
        return self._told(story, self._look(story.account, scheme, at), scheme, at)

    def caught_up(self, story: Story) -> Story:
        """By the newest scheme also where the account was past its start before that was known: by a process that still went
        by the one before, as the rows of a file do, or by a till that runs fast. It is looked at as it stands, as of what it
        has come to, whoever looks and when. Where the scheme has had its say, this changes nothing."""
        came_to = story.account.advanced_to
        if not came_to or not 0 <= came_to - self.versions.all[-1].since <= _UNKNOWN_MS:
            return story
        return self._told(story, self._look(story.account, self.scheme, came_to), self.scheme, came_to)

    def settled(self, story: Story, value_time: Instant | None = None, *, asked: bool = False) -> Story:
        """At the end of an operation, by the newest scheme. One that comes late (its value time lies before what the account
        has come to) may still raise the member as of then; what was decided meanwhile is looked at again as of the newest
        month that counts, and where the scheme has changed since then once more. So it does not matter whether the daily
        job has been at the account."""
        came_to = story.account.advanced_to
        late = came_to if value_time is None else min(value_time, came_to)
        at = min(max(late, self._newest_month(story.account)), came_to)
        if at > late and self._rises(story.account, late):
            story = self._told(story, self._look(story.account, self.scheme, late), self.scheme, late)
        story = self._told(story, self._look(story.account, self.scheme, at, asked=asked), self.scheme, at)
        story = advance(story, came_to, self)
        if self.versions.all[-1].since <= at:
            return story
        return self._told(story, self._look(story.account, self.scheme, came_to), self.scheme, came_to)

    def unpinned(self, story: Story) -> Story:
        """As if the pin was over by now."""
        account, at = story.account, story.account.advanced_to
        ended = replace(account, standing=replace(account.standing, review_at=at))
        return self._told(story, self._look(ended, self.scheme, at), self.scheme, at, unpinned=True)

    def tier(self, account: Account) -> str:
        """The tier on which a review would now find the account."""
        return self._verdict(account).tier

    def keep(self, account: Account) -> Keep | None:
        """What keeps the tier, as far as it is known now what time will bring and take."""
        return keep(self._look(account, self.scheme, account.advanced_to), _ahead(account, self.scheme))

    def next_tier(self, account: Account) -> NextTier | None:
        day = local_day(account.advanced_to, self.zone)
        return above(self.scheme, progress(account, self.scheme), day, account.tier)

    def _newest_month(self, account: Account) -> Instant:
        return day_starts(month_start(max(account.months)), self.zone) if account.months else 0

    def _rises(self, account: Account, at: Instant) -> bool:
        place = self.scheme.place(account.tier)
        found = self.scheme.place(self._look(account, self.scheme, at).verdict().tier)
        return place is not None and found is not None and found > place

    def _verdict(self, account: Account) -> Verdict:
        return self._look(account, self.scheme, account.advanced_to).verdict()

    def _look(self, account: Account, scheme: TierScheme, at: Instant, *, asked: bool = False) -> Review:
        standing, pinned = account.standing, account.standing.pinned
        position = Position(
            tier=account.tier,
            period_from=self._period_from(account, at),
            grace_from=standing.grace_from,
            pinned=pinned,
            pinned_until=standing.review_at if pinned else None,
        )
        return Review(scheme, self.zone, position, progress(account, scheme), at, asked)

    def _period_from(self, account: Account, at: Instant) -> Instant:
        """Since when the period runs that keeps the tier: periods begin with a scheme."""
        standing = account.standing
        if standing.kept_from is None:
            return at
        return standing.kept_from if standing.pinned else self.versions.periods_begin(standing.kept_from, at)

    def _told(self, story: Story, look: Review, scheme: TierScheme, at: Instant, *, unpinned: bool = False) -> Story:
        """The story with the facts that bring the account where the verdict says, and none where it is there."""
        verdict, account = look.verdict(), story.account
        if verdict.pin_over:
            story = story.then(TierUnpinned(account.tier, not unpinned, None if unpinned else at))
        if verdict.tier != account.tier:
            reason = "unpinned" if unpinned else verdict.reason
            story = story.then(TierChanged(verdict.tier, account.tier, reason, at))
        base_of = scheme.counts if verdict.base else ""
        standing = story.account.standing
        told = (standing.review_at, standing.grace_from, standing.base, standing.base_of)
        said = (verdict.review_at, verdict.grace_from, verdict.base, base_of)
        if told == said and (verdict.review_at is None or standing.kept_from == verdict.period_from):
            return story
        return story.then(
            TierReviewed(verdict.period_from, verdict.review_at, verdict.grace_from, verdict.base, base_of)
        )


def progress(account: Account, scheme: TierScheme) -> Progress:
    wallet, standing = account.wallet(scheme.unit or ""), account.standing
    return Progress(
        points_earned_net=wallet.earned - wallet.cancelled,
        points_active=wallet.available + wallet.held,
        spend=account.counted,
        orders=account.orders,
        months=account.months,
        base=standing.base if standing.base_of == scheme.counts else 0,
    )


def _ahead(account: Account, scheme: TierScheme) -> Iterator[tuple[Instant, Progress]]:
    """What will have been reached from each instant on at which time alone changes it."""
    if scheme.basis != "points_active" and not (scheme.basis == "points_earned" and account.pendings):
        return
    reached, months = progress(account, scheme), account.months
    theirs = (one for one in foreseen(account) if one.unit == scheme.unit)
    for at, happenings in groupby(theirs, key=lambda one: one.at):
        for one in happenings:
            came, passed = (one.amount, 0) if one.comes else (0, one.amount)
            months = with_month(months, one.day, Month(earned={one.unit: came})) if came else months
            reached = replace(
                reached,
                points_earned_net=reached.points_earned_net + came,
                points_active=reached.points_active + came - passed,
                months=months,
            )
        yield at, reached


def _expiries(account: Account, to: Instant) -> Iterator[Instant]:
    for wallet in account.wallets.values():
        for lot in wallet.passed(to):
            if lot.expires_at is not None:
                yield lot.expires_at
