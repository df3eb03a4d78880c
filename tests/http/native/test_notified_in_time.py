"""When members are told over HTTP: on the night on which the clocks go back, and not at a time that is over."""

from __future__ import annotations

import pytest

from chalicelib.areas.notifications.model import quiet_until
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import PROGRAM, Shop, answer
from tests.http.native.notified import (
    MINUTE,
    asking,
    counts,
    define,
    done,
    phone,
    send,
    senders,
    tell_what_happened,
    wake,
)

LATE, HALF_PAST_TWO = 21 * 60, 150


def at(text: str) -> Instant:
    found = parse_rfc3339(text)
    assert found is not None
    return found[0]


def in_berlin(shop: Shop, now: str) -> None:
    """Quiet from 21:00 to 02:30, and so late is it."""
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"zone": "Europe/Berlin"}))
    quiet = {"begins": "21:00", "ends": "02:30"}
    answer(shop.api.put("/v1/tenant", {"name": "Bookshop", "quiet_hours": quiet}))
    shop.clock.at = at(now)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-10-24T18:59:59Z", None),
        ("2026-10-24T19:00:00Z", "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:29:59Z", "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:30:00Z", None),
        ("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"),
        ("2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
        ("2026-10-25T01:30:00Z", None),
        ("2026-03-29T00:10:00Z", "2026-03-29T01:30:00Z"),
        ("2026-03-29T01:10:00Z", None),
    ],
)
def test_quiet_hours_end_behind_every_instant_within_them(now: str, until: str | None) -> None:
    ends = quiet_until(at(now), LATE, HALF_PAST_TWO, "Europe/Berlin")
    assert (None if ends is None else rfc3339(ends)) == until


def test_nobody_is_told_before_the_time_when_the_clocks_go_back(rt: Runtime, shop: Shop) -> None:
    in_berlin(shop, "2026-10-25T00:31:00Z")
    define(shop)
    ada = shop.enrol("1", newsletter=True)
    phone(shop, ada, "token-a")
    later = send(shop, ada, at="2026-10-25T01:10:00Z")
    assert done(rt, shop, later)["state"] == "queued"
    shop.clock.at = at("2026-10-25T01:29:00Z")
    wake(rt)
    assert done(rt, shop, later)["state"] == "queued"
    shop.clock.at += MINUTE
    wake(rt)
    assert counts(done(rt, shop, later)) == (1, 0, 0)


def test_what_follows_from_an_order_waits_for_the_second_end_of_the_night(rt: Runtime, shop: Shop) -> None:
    in_berlin(shop, "2026-10-25T01:10:00Z")
    define(shop, "thanks")
    ada = shop.enrol("1", newsletter=True)
    phone(shop, ada, "token-a")
    shop.define("thanks", {"kind": "notify", "template": "thanks"})
    shop.buy(ada, "S1", purchased_at="2026-10-25T01:10:00Z")
    tell_what_happened(rt)
    assert senders(rt).pushed == []
    shop.clock.at += 20 * MINUTE
    wake(rt)
    assert len(senders(rt).pushed) == 1


def test_a_time_that_is_hardly_over_is_now_and_asked_again_it_is_the_same(rt: Runtime, shop: Shop) -> None:
    define(shop, channel="in_app")
    ada = shop.enrol("1", newsletter=True)
    just = send(shop, ada, at="2026-01-15T11:55:00Z")
    assert counts(done(rt, shop, just)) == (1, 0, 0)
    key, soon = {"Idempotency-Key": "once"}, asking(ada, at="2026-01-15T12:01:00Z")
    first = shop.api.post("/v1/notifications", soon, headers=key)
    shop.clock.at += 20 * MINUTE
    again = shop.api.post("/v1/notifications", soon, headers=key)
    assert (again.status, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert first.json["operation_id"] == again.json["operation_id"]
