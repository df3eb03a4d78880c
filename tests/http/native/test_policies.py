"""Each policy of a unit, as a member meets it: the same story under one policy and under the other ends otherwise.

So none of them can be left out of account without a test that says so. It is noon on 15 January 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import pytest

from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, book, per_euro
from tests.http.world import NOON

DAY = 86_400
TODAY = date(2026, 1, 15)
Story = Callable[[Shop, str], Any]


def told(shop: Shop, ada: str, what: str, body: Json) -> Any:
    """The answer, or the code of a refusal."""
    reply = shop.api.post(f"/v1/members/{ada}/{what}", body)
    return reply.code or reply.json


def some(amount: int, **more: Any) -> Json:
    return {"unit": "points", "amount": amount} | more


def on(shop: Shop, day: str) -> None:
    """At noon of that day."""
    there = (date.fromisoformat(day) - TODAY).days * DAY
    shop.clock.pass_by(there - round((shop.clock.now() - NOON) / 1000))


def bought(shop: Shop, ada: str, *lines: Json) -> str:
    return str(shop.buy(ada, "S1", *(lines or [book(100_00)]))["order_id"])


# --- stories ------------------------------------------------------------------------------------------------------------


def an_order_of_one_and_a_half(shop: Shop, ada: str) -> int:
    """A rule that says nothing of rounding gives a point for each euro."""
    shop.define("base", per_euro(rounding=None))
    bought(shop, ada, book(1_50))
    return shop.points(ada)


def stamps_into_points(shop: Shop, ada: str) -> int:
    """Two points for three stamps, and there are four: that is two and two thirds."""
    told(shop, ada, "grants", {"unit": "stamps", "amount": 4, "reason": "gift"})
    converted = told(shop, ada, "conversions", {"unit": "stamps", "into": "points", "amount": 4})
    return int(converted["gained"])


def lives(last: str | None) -> Story:
    """What is earned today can be used on that day, and on the next no more."""

    def story(shop: Shop, ada: str) -> tuple[str | None, int, int]:
        earned = shop.earn(ada, 10)["earning"]["expires_on"]
        on(shop, last or "2099-01-01")
        before = shop.points(ada)
        shop.clock.pass_by(DAY)
        return earned, before, shop.points(ada)

    return story


def spends_in_february_and_asks_in_march(shop: Shop, ada: str) -> int:
    shop.earn(ada, 10)
    on(shop, "2026-02-10")
    shop.spend(ada, 1)
    on(shop, "2026-03-10")
    return shop.points(ada)


def buys_in_february_and_asks_in_march(shop: Shop, ada: str) -> int:
    """Something that earns nothing: it is the purchase that counts."""
    shop.earn(ada, 10)
    on(shop, "2026-02-10")
    shop.buy(ada, "S1", book(50), purchased_at="2026-02-10T12:00:00Z")
    on(shop, "2026-03-10")
    return shop.points(ada)


def what_is_there_today_and_in_five_days(shop: Shop, ada: str) -> tuple[int, int]:
    shop.earn(ada, 10)
    today = shop.points(ada)
    on(shop, "2026-01-20")
    return today, shop.points(ada)


def two_gifts_and_a_spend(shop: Shop, ada: str) -> list[str]:
    """The last day of what is left: the first gift lasts longer than the second."""
    for last in ("2026-12-31", "2026-06-30"):
        told(shop, ada, "grants", some(10, reason="gift", expires_on=last))
    shop.spend(ada, 10)
    [unit] = answer(shop.api.get(f"/v1/members/{ada}/expiries?unit=points"))["items"]
    return [day["expires_on"] for day in unit["days"]]


def spends_more_than_there_is(amount: int) -> Story:
    def story(shop: Shop, ada: str) -> Any:
        shop.earn(ada, 10)
        spent = told(shop, ada, "spends", some(amount, below_zero=True))
        return spent if isinstance(spent, str) else shop.points(ada)

    return story


def spends_and_brings_it_back(shop: Shop, ada: str) -> tuple[int, int]:
    """80 of the 100 points of the order are spent, and 5 others are there; what was taken, and what is there then."""
    order_id = bought(shop, ada)
    told(shop, ada, "grants", some(5, reason="gift"))
    shop.spend(ada, 80)
    back = shop.bring_back(order_id, "R1", book(100_00))
    return sum(one["amount"] for one in back["cancelled"]), shop.points(ada)


def brings_back_what_earned_nothing(shop: Shop, ada: str) -> int:
    """Novels earn, and a map of the same price does not."""
    shop.define("base", lines={"skus": ["NOVEL"]})
    order_id = bought(shop, ada, book(50_00, "NOVEL"), book(50_00, "MAP"))
    shop.bring_back(order_id, "R1", book(50_00, "MAP"))
    return shop.points(ada)


def gets_back_what_was_spent_too_late(shop: Shop, ada: str) -> int:
    shop.earn(ada, 10)
    spend_id = shop.spend(ada, 10)["spend_id"]
    on(shop, "2026-03-10")
    told(shop, ada, "refunds", {"spend_id": spend_id})
    return shop.points(ada)


def cancels_what_was_used_in_part(shop: Shop, ada: str) -> Any:
    earning_id = shop.earn(ada, 10)["earning"]["earning_id"]
    shop.spend(ada, 4)
    done = told(shop, ada, f"earnings/{earning_id}/cancel", {})
    return done if isinstance(done, str) else shop.points(ada)


def earns_twice_a_day_and_once_the_next_month(shop: Shop, ada: str) -> list[int]:
    got = [shop.earn(ada, 80)["earning"], shop.earn(ada, 80)["earning"]]
    on(shop, "2026-02-15")
    got.append(shop.earn(ada, 80)["earning"])
    return [0 if one is None else one["amount"] for one in got]


def earns_before_and_after_the_first_of_february(shop: Shop, ada: str) -> list[str]:
    first = shop.earn(ada, 10)["earning"]["expires_on"]
    on(shop, "2026-02-01")
    return [first, shop.earn(ada, 10)["earning"]["expires_on"]]


# --- what it comes to ---------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    policy: Json
    story: Story
    ends: Any


def lasts(last: str | None, **policy: Any) -> Row:
    return Row(policy, lives(last), (last, 10, 10 if last is None else 0))


def expiry(kind: str, **fields: Any) -> Json:
    return {"type": kind} | fields


MONTH = {"expiry": expiry("days", days=30)}
SLIDING = expiry("sliding", days=30)
BELOW = {"negative": "limit", "negative_limit": 5}
ROWS = (
    Row({}, an_order_of_one_and_a_half, 2),
    Row({"rounding": "down"}, an_order_of_one_and_a_half, 1),
    Row({}, stamps_into_points, 3),
    Row({"rounding": "down"}, stamps_into_points, 2),
    lasts(None),
    lasts(None, expiry=expiry("never")),
    lasts("2026-02-14", **MONTH),
    lasts("2026-01-31", expiry=expiry("end_of_month", months=0)),
    lasts("2026-04-30", expiry=expiry("end_of_month", months=3)),
    lasts("2027-12-31", expiry=expiry("end_of_year", years=1)),
    lasts("2026-06-30", expiry=expiry("calendar_dates", dates=["06-30", "12-31"])),
    lasts("2026-12-31", expiry=expiry("calendar_dates", dates=["06-30", "12-31"], days=180)),
    lasts("2026-02-14", expiry=SLIDING),
    Row({"expiry": SLIDING}, spends_in_february_and_asks_in_march, 9),
    Row({"expiry": SLIDING | {"activities": ["earn"]}}, spends_in_february_and_asks_in_march, 0),
    Row(MONTH, spends_in_february_and_asks_in_march, 0),
    Row({"expiry": SLIDING}, buys_in_february_and_asks_in_march, 10),
    Row({"expiry": SLIDING | {"activities": ["spend"]}}, buys_in_february_and_asks_in_march, 0),
    Row({}, what_is_there_today_and_in_five_days, (10, 10)),
    Row({"available_after": 5}, what_is_there_today_and_in_five_days, (0, 10)),
    Row({"available_after": 6}, what_is_there_today_and_in_five_days, (0, 0)),
    lasts("2026-02-14", **MONTH, available_after=14),
    lasts("2026-02-28", **MONTH, available_after=14, expiry_counts="available"),
    Row({}, two_gifts_and_a_spend, ["2026-12-31"]),
    Row({"consumption": "oldest_earned"}, two_gifts_and_a_spend, ["2026-06-30"]),
    Row({}, spends_more_than_there_is(15), "insufficient_balance"),
    Row({"negative": "returns"}, spends_more_than_there_is(15), "insufficient_balance"),
    Row(BELOW, spends_more_than_there_is(15), -5),
    Row(BELOW, spends_more_than_there_is(16), "insufficient_balance"),
    Row({}, spends_and_brings_it_back, (25, 0)),
    Row({"return_policy": "pending_only"}, spends_and_brings_it_back, (0, 25)),
    Row({"return_policy": "negative", "negative": "returns"}, spends_and_brings_it_back, (100, -75)),
    Row({"return_policy": "negative", **BELOW}, spends_and_brings_it_back, (30, -5)),
    Row({}, brings_back_what_earned_nothing, 50),
    Row({"return_basis": "order_value"}, brings_back_what_earned_nothing, 25),
    Row(MONTH, gets_back_what_was_spent_too_late, 10),
    Row({**MONTH, "refund_expiry": "original"}, gets_back_what_was_spent_too_late, 0),
    Row({}, cancels_what_was_used_in_part, 0),
    Row({"cancel_used": "whole", "negative": "returns"}, cancels_what_was_used_in_part, -4),
    Row({"cancel_used": "refuse"}, cancels_what_was_used_in_part, "earning_partly_used"),
    Row({}, earns_twice_a_day_and_once_the_next_month, [80, 80, 80]),
    Row({"caps": {"per_transaction": 50}}, earns_twice_a_day_and_once_the_next_month, [50, 50, 50]),
    Row(
        {"caps": {"per_period": {"every": "month", "amount": 100}}},
        earns_twice_a_day_and_once_the_next_month,
        [80, 20, 80],
    ),
    Row(
        {"caps": {"per_period": {"every": "year", "amount": 100}}},
        earns_twice_a_day_and_once_the_next_month,
        [80, 20, 0],
    ),
    Row({"caps": {"balance": 200}}, earns_twice_a_day_and_once_the_next_month, [80, 80, 40]),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.story.__name__}-{row.ends}-{row.policy}")
def test_the_same_story_ends_as_the_policy_says(shop: Shop, ada: str, row: Row) -> None:
    under(shop, row.policy)
    assert row.story(shop, ada) == row.ends


def test_a_policy_begins_with_its_day_and_changes_nothing_that_was_earned_before(shop: Shop, ada: str) -> None:
    under(shop, MONTH, {"effective_from": "2026-02-01", "expiry": expiry("end_of_year", years=0)})
    assert earns_before_and_after_the_first_of_february(shop, ada) == ["2026-02-14", "2026-12-31"]
    on(shop, "2026-02-15")
    assert shop.points(ada) == 10


def under(shop: Shop, *policies: Json) -> None:
    """Points are kept so from now on; three stamps come to two points."""
    points = {"code": "points", "name": "Points", "policies": list(policies)}
    units = [points, *PROGRAM["units"][1:], {"code": "stamps", "name": "Stamps"}]
    rates = [{"unit": "stamps", "into": "points", "take": 3, "give": 2}]
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": units, "rates": rates}))
