"""Policies by chance: every choice that a unit's policy has, some of them often, and what comes after them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from chalicelib.kit.periods import Day, iso_day

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia")
UNITS = ("points", "stamps", "cash")
ELSEWHERE = ("points", "beans")  # of the second program
DECIMALS = {"points": 0, "stamps": 0, "cash": 2, "beans": 1}
RATES = (
    {"unit": "points", "into": "cash", "take": 10, "give": 3, "minimum": 10},
    {"unit": "cash", "into": "points", "take": 3, "give": 7, "minimum": 1},
)
LEAST = {"points": 10, "cash": 1}  # of a unit that can be converted


CARDS = "Gift cards"  # a category
Steps = tuple[tuple[int | str, ...], ...]
TIER_IDS = ("bronze", "silver", "gold")
POINTS: Steps = ((0, 60, 200), (0, 15, 50), (0, 5, 20))
ORDERS: Steps = ((0, 3, 8), (0, 1, 2))
MONEY: Steps = (("0", "40.00", "90.00"), ("0", "4.90", "20.00"))
WINDOWS: tuple[dict[str, Any], ...] = (
    {"type": "lifetime"},
    {"type": "calendar_year"},
    {"type": "rolling", "months": 1},
    {"type": "rolling", "months": 6},
    {"type": "since_last_recalculation"},
)
DOWNS: tuple[dict[str, Any], ...] = (
    {"type": "never"},
    {"type": "at_once"},
    {"type": "period_end", "every": "month", "to": "one_step"},
    {"type": "period_end", "every": "year"},
    {"type": "after_days", "days": 5},
    {"type": "after_days", "days": 40, "to": "one_step"},
)


def definition(dice: Random, zone: str, codes: Sequence[str] = UNITS) -> dict[str, Any]:
    units = [
        {"code": code, "name": code.title(), "decimals": DECIMALS[code], "policies": [policy(dice, None)]}
        for code in codes
    ]
    return {"zone": zone, "units": units, "rates": list(RATES) if codes == UNITS else []}


def policy(dice: Random, effective_from: Day | None) -> dict[str, Any]:
    negative = dice.choice(("never", "returns", "limit", "limit"))
    below = negative != "never"
    return {
        "effective_from": None if effective_from is None else iso_day(effective_from),
        "rounding": dice.choice(("half_up", "down")),
        "expiry": expiry(dice),
        "expiry_counts": dice.choice(("earned", "available")),
        "available_after": dice.choice((0, 0, 0, 0, 1, 7)),
        "consumption": dice.choice(("earliest_expiry", "oldest_earned")),
        "negative": negative,
        "negative_limit": dice.choice((20, 50, 1_000)) if negative == "limit" else None,
        "return_basis": dice.choice(("own_lines", "order_value")),
        "return_policy": dice.choice(
            ("clip", "negative", "negative", "pending_only") if below else ("clip", "pending_only")
        ),
        "refund_expiry": dice.choice(("original", "fresh")),
        "cancel_used": dice.choice(("left", "whole", "refuse") if below else ("left", "refuse")),
        "caps": caps(dice),
    }


def expiry(dice: Random) -> dict[str, Any]:
    activities = ("earn", "spend", "order", "transfer")
    return dice.choice(
        (
            {"type": "never"},
            {"type": "days", "days": dice.choice((0, 2, 5, 20))},
            {"type": "days", "days": dice.choice((1, 5, 20, 60))},
            {"type": "end_of_month", "months": dice.randrange(3)},
            {"type": "end_of_year", "years": dice.randrange(2)},
            {"type": "calendar_dates", "dates": ["02-29", "06-30", "12-31"], "days": dice.choice((0, 30))},
            {
                "type": "sliding",
                "days": dice.choice((2, 5, 20)),
                "activities": dice.sample(activities, dice.randint(1, 4)),
            },
        )
    )


def caps(dice: Random) -> dict[str, Any]:
    if dice.random() < 0.7:
        return {}
    return {
        "per_transaction": dice.choice((None, None, None, 0, 30)),
        "per_period": dice.choice((None, {"every": dice.choice(("day", "week", "month", "year")), "amount": 120})),
        "balance": dice.choice((None, 40, 150)),
    }


def ladder(dice: Random) -> dict[str, Any]:
    """Tiers on any basis, by any window, with any way down that goes with them."""
    basis = dice.choice(("points_earned", "points_earned", "points_active", "spend", "orders"))
    steps = dice.choice({"spend": MONEY, "orders": ORDERS}.get(basis, POINTS))
    of_points = basis in ("points_earned", "points_active")
    window = {"type": "lifetime"} if basis == "points_active" else dice.choice(WINDOWS)
    downs = [down for down in DOWNS if window["type"] != "since_last_recalculation" or down["type"] != "at_once"]
    excluded = {"delivery": dice.random() < 0.5, "categories": dice.choice(((), (CARDS,)))}
    return {
        "basis": basis,
        "excluded": excluded if basis == "spend" else {},
        "unit": "points" if of_points else None,
        "window": window,
        "downgrade": dice.choice(downs),
        "grace_days": dice.choice((0, 0, 3, 30)),
        "tiers": [
            {"tier_id": tier, "name": tier.title(), "threshold": step}
            for tier, step in zip(TIER_IDS, steps, strict=True)
        ],
    }
