"""Policies by chance: every choice that a unit's policy has, some of them often, and what comes after them."""

from __future__ import annotations

from random import Random
from typing import Any

from chalicelib.kit.periods import Day, iso_day

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia")
UNITS = ("points", "stamps", "cash")
DECIMALS = {"points": 0, "stamps": 0, "cash": 2}
RATES = (
    {"unit": "points", "into": "cash", "take": 10, "give": 3, "minimum": 10},
    {"unit": "cash", "into": "points", "take": 1, "give": 2},
)


def definition(dice: Random, zone: str) -> dict[str, Any]:
    units = [
        {"code": code, "name": code.title(), "decimals": DECIMALS[code], "policies": [policy(dice, None)]}
        for code in UNITS
    ]
    return {"zone": zone, "units": units, "rates": list(RATES)}


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
