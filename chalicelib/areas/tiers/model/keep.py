"""What it takes to keep a tier, and until when: the looks that time alone will bring, one after the other, up to the first
that the member would fail or pass.

Said of `missing` and `until`, if nothing else happens than what time does by itself, points that come or pass included:

- The tier is kept to the end of the day `until`. Then it is judged; without a day it never is.
- Who has `missing` more on that day than they would have (points that last longer, an order) keeps it; who has one less
  falls, or is given the days of grace. In grace it saves them on any day before, too, as long as nothing passes meanwhile.
- No `missing`: nothing that comes by then counts, because counting begins anew on the day after.

Who rises meanwhile is judged as of then, and not on that day. A grace that will end well by itself asks for nothing: what is
said is of the judgement after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from chalicelib.areas.tiers.model.progress import Progress, first_month, step
from chalicelib.areas.tiers.model.review import Position, Review, Verdict
from chalicelib.areas.tiers.model.scheme import AtOnce, NeverDown, TierScheme
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, local_day, month_of

Ahead = Iterable[tuple[Instant, Progress]]  # what will have been reached from an instant on, each a later one


class Keep(NamedTuple):
    """What is missing to keep the tier, and the last day before it is judged: see above."""

    missing: int | str | None
    until: Day | None


class Look(NamedTuple):
    """`earlier`: what had been reached a moment before it."""

    review: Review
    verdict: Verdict
    earlier: Progress


def keep(review: Review, ahead: Ahead = ()) -> Keep | None:
    """What a member must still do; None who stands on the first tier or is pinned."""
    scheme = review.scheme
    place = scheme.place(review.position.tier)
    if not place or review.position.pinned:
        return None
    if not isinstance(scheme.downgrade, NeverDown):
        for before, after in pairwise(_looks(review, ahead)):
            if (found := _judged(place, before, after)) is not None:
                return found
    return Keep(scheme.shown(0), None)


def _looks(review: Review, ahead: Ahead) -> Iterator[Look]:
    """The look that is taken now, and those that follow: where a verdict asks for the next, and where what comes or passes
    may change one."""
    changes = iter(ahead)
    change, earlier = next(changes, None), review.progress
    while True:
        verdict = review.verdict()
        yield Look(review, verdict, earlier)
        earlier, due = review.progress, verdict.review_at
        while (
            change is not None and (due is None or change[0] < due) and _is_nothing(review.scheme, earlier, change[1])
        ):
            earlier, change = change[1], next(changes, None)
        if change is not None and (due is None or change[0] <= due):
            (at, reached), change = change, next(changes, None)
        elif due is None:
            return
        else:
            at, reached = due, earlier
        position = Position(verdict.tier, verdict.period_from, verdict.grace_from)
        review = Review(review.scheme, review.zone, position, replace(reached, base=verdict.base), at)


def _is_nothing(scheme: TierScheme, before: Progress, after: Progress) -> bool:
    """Hundreds of last days may lie ahead, and no verdict asks for more of active points than which step they reach."""
    same = step(scheme, before.points_active) == step(scheme, after.points_active)
    return scheme.basis == "points_active" and same


def _judged(place: int, before: Look, after: Look) -> Keep | None:
    """None where a look neither passes nor fails who stands at this place or higher."""
    review, verdict, scheme = after.review, after.verdict, after.review.scheme
    until = local_day(review.at, review.zone) - 1
    in_grace, graced = review.position.grace_from is not None, verdict.grace_from is not None
    counts = max(review.counts, _a_moment_before(after).counts) if in_grace else review.counts
    short = scheme.steps[place] - counts
    fell = (scheme.place(verdict.tier) or 0) < place
    if fell or (graced and not in_grace and short > 0):
        if in_grace or _counts_on(until, review):
            return Keep(scheme.shown(max(0, short)), until)
        return Keep(None, until) if fell else None
    by_period = not isinstance(scheme.downgrade, AtOnce)
    passed = by_period and not in_grace and not graced and review.at == before.verdict.review_at
    return Keep(scheme.shown(0), until) if passed else None


def _a_moment_before(look: Look) -> Review:
    """Who comes in the last moment of the grace is judged at once, and then again by what is left when it is over."""
    review = look.review
    return replace(review, progress=replace(look.earlier, base=review.progress.base), at=review.at - 1)


def _counts_on(day: Day, review: Review) -> bool:
    """Whether what comes on a day counts when it is judged now: a window that goes by years may just have begun anew."""
    if not isinstance(review.scheme.downgrade, AtOnce):
        return True
    first = first_month(review.scheme, local_day(review.at, review.zone))
    return first is None or first <= month_of(day)
