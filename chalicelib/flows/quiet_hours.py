"""Whether it is a tenant's quiet hours, on the clocks of their first program."""

from __future__ import annotations

from chalicelib.areas.notifications.model import Channel, NoticeKind, may_wake, quiet_until
from chalicelib.areas.programs import store as programs
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import minute_of
from chalicelib.table.config import Config


def quiet_now(config: Config, kind: NoticeKind, channel: Channel, at: Instant) -> Instant | None:
    """When what would be told then may be told; None: then."""
    quiet = programs.settings(config).quiet_hours
    if quiet is None or may_wake(kind, channel):
        return None
    return quiet_until(at, minute_of(quiet.begins) or 0, minute_of(quiet.ends) or 0, programs.calendar(config))
