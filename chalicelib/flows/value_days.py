"""The local day on which each fact of an entry took effect, whenever somebody came to write it down.

What passes with its last day is gone on the day after it, or when it came, where that is later; what time brings (also where
the purchase is recorded after it), lets lapse or decides of a tier says its instant; everything else is of the value time of its entry: of the purchase, the
return, the moment at which it was asked for.

An entry keeps the days of the instants that its facts tell (`days` in its header), where the program was then. Those of
older releases do not, nor do they tell all instants. A statement works their days out by where the program is now; what is
counted needs no configuration, and has what time brought on the day of its entry, and all that passed on the one after its last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.kit.clock import FUTURE_TOLERANCE_MS, Instant
from chalicelib.kit.facts import Body, Fact
from chalicelib.kit.periods import Day, day_starts, local_day
from chalicelib.table.journal import Entry

SILENT = frozenset(  # no statement has a line for these: what they do to points is told beside them
    (
        *("account.advanced", "event.recorded", "points.extended", "tier.pin_returned", "tier.reviewed"),
        "notification.wanted",
        *("perk.granted", "perk.redeemed", "perk.refunded", "perk.revoked", "perk.expired"),
        *("checkout.opened", "checkout.updated", "checkout.committed", "checkout.cancelled"),
        *("metric.fell", "metric.reached", "past.counted", "rule.counted", "rule.told", "rule.uncounted"),
        *("referral.expired", "referral.invited", "referral.purchased", "referral.registered"),
        *("member.joined_segment", "member.renewed_segment", "member.left_segment"),
    )
)
_INSTANTS: Mapping[str, str] = {
    "coupon.expired": "expired_at",
    "points.activated": "came_at",
    "points.earned": "came_at",
    "points.expired": "came_at",
    "points.released": "lapsed_at",
    "tier.changed": "at",
    "tier.unpinned": "ended_at",
}
_FOLLOWS = "debt.settled"  # of the day and the moment of what came
_TOLD_SINCE = 3  # from this version on, what expires says when it came too late
_ZONES_APART_MS = 26 * 3_600_000


def days_told(facts: Iterable[Fact], zone: str) -> tuple[Day, ...]:
    """Of the facts that tell an instant, in their order: what an entry keeps."""
    told = (getattr(fact, _INSTANTS[fact.type]) for fact in facts if fact.type in _INSTANTS)
    return tuple(local_day(at, zone) for at in told if at is not None)


def days_of(entry: Entry, zone: str) -> Iterator[Day]:
    """One for each fact, in their order: what a statement says."""
    return _days(entry, zone)


def counted_days(entry: Entry) -> Iterator[Day]:
    """The same, as counters and histograms have it: of what older releases wrote, without asking where the program is."""
    return _days(entry, None)


def moments_of(entry: Entry, zone: str) -> Iterator[tuple[Day, Instant]]:
    """The day of each fact, and the moment at which it took effect. What passed with its last day did as its day began, and
    what pays a debt as it came."""
    before = entry.effective_at
    for body, day in zip(entry.facts, days_of(entry, zone), strict=True):
        at = instant_of(body)
        if at is None and body["type"] == _FOLLOWS:
            at = before
        elif at is None:
            at = entry.effective_at if _last_day(body) is None else day_starts(day, zone)
        yield day, at
        if body["type"] not in SILENT:
            before = at


def instant_of(body: Body) -> Instant | None:
    """When it took effect, where it says so."""
    name = _INSTANTS.get(body["type"])
    return None if name is None else body.get(name)


def recorded_since(day: Day, zone: str) -> Instant:
    """When at the earliest it was written down what took effect on this day or a later one: never before it did, but for a
    till that is fast, and an entry keeps the day that it had where the program was then."""
    return day_starts(day, zone) - _ZONES_APART_MS - FUTURE_TOLERANCE_MS


def _days(entry: Entry, zone: str | None) -> Iterator[Day]:
    """What follows from a fact is of no day before it."""
    kept = entry.header.get("day")
    own = local_day(entry.effective_at, zone or "UTC") if kept is None else int(kept)
    told = iter(entry.header.get("days", ()))
    before: Day | None = None
    for body in entry.facts:
        at = instant_of(body)
        if at is not None:
            day = next(told, None)
            day = _untold(at, own, zone) if day is None else day
        elif body["type"] == _FOLLOWS:
            day = own if before is None else before
        else:
            day = _passed_or(own, body, None if zone is None else before)
        yield day
        if body["type"] not in SILENT:
            before = day


def _untold(at: Instant, own: Day, zone: str | None) -> Day:
    return own if zone is None else local_day(at, zone)


def _passed_or(own: Day, body: Body, before: Day | None) -> Day:
    """`before`: of what its entry says before it, which may be that it came back."""
    last = _last_day(body)
    if last is None:
        return own
    return last + 1 if before is None or body.get("v", 1) >= _TOLD_SINCE else max(last + 1, before)


def _last_day(body: Body) -> Day | None:
    """Of what passed with it, and not because somebody let it or because it came back later."""
    if body["type"] != "points.expired" or body.get("undoes") is not None or instant_of(body) is not None:
        return None
    return body.get("expires_on")
