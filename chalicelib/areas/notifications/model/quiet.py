"""Quiet hours: pure."""

from __future__ import annotations

from chalicelib.areas.notifications.model.template import Channel, NoticeKind
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, local_day, local_minute, time_of_day


def may_wake(kind: NoticeKind, channel: Channel) -> bool:
    """Whether it may come at any hour."""
    return kind == "transactional" or channel == "in_app"


def quiet_until(at: Instant, begins: int, ends: int, zone: str) -> Instant | None:
    """When the quiet hours end that an instant is within, by minutes since midnight on the zone's clocks; None where it is in
    none. They may go over midnight. Where the clocks go back it is quiet again until they show the end once more."""
    minute, day = local_minute(at, zone), local_day(at, zone)
    over_midnight = ends < begins
    if over_midnight and minute >= begins:
        return _ends(at, day + 1, ends, zone)
    inside = minute < ends if over_midnight else begins <= minute < ends
    if not inside:
        return None
    return _ends(at, day + ends // 1440, ends, zone)


def _ends(at: Instant, day: Day, ends: int, zone: str) -> Instant:
    """When the clocks show it behind the instant."""
    first = time_of_day(day, ends % 1440, zone)
    return first if first > at else time_of_day(day, ends % 1440, zone, again=True)
