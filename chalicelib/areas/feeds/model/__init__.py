"""What is counted of entries: how many and how much by day, what members can still use, what came and went by when."""

from chalicelib.areas.feeds.model.by_day import (
    Told,
    day_and_kind,
    day_expiring,
    happened,
    instant_coming,
    on_their_days,
)
from chalicelib.areas.feeds.model.counts import COUNTED_BY_DAY, DailyCounts, added, corrected, counted
from chalicelib.areas.feeds.model.liability import NEVER, liability, month_name

__all__ = [
    "COUNTED_BY_DAY",
    "NEVER",
    "DailyCounts",
    "Told",
    "added",
    "corrected",
    "counted",
    "day_and_kind",
    "day_expiring",
    "happened",
    "instant_coming",
    "liability",
    "month_name",
    "on_their_days",
]
