"""The same shop as its own till sees it, to fill an account faster than over HTTP."""

from __future__ import annotations

from chalicelib.runtime import Runtime
from tests.http.world import HandClock
from tests.twins import StandingClock, caller_of
from tests.twins.bookshop import BookShop


def at_the_counter(rt: Runtime, clock: HandClock) -> BookShop:
    return BookShop(rt, StandingClock(clock.now()), caller_of("ours"))
