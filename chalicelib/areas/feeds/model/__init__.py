"""What is counted of entries: how many and how much by day, what members can still use, what came and went by when."""

from chalicelib.areas.feeds.model.by_day import (
    Told,
    day_and_kind,
    day_expiring,
    happened,
    instant_ahead,
)
from chalicelib.areas.feeds.model.counts import (
    ANALYSED,
    COUNTED_BY_DAY,
    DailyCounts,
    added,
    corrected,
    counted,
    units_counted,
)
from chalicelib.areas.feeds.model.liability import NEVER, liability, month_name

__all__ = [
    "ANALYSED",
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
    "instant_ahead",
    "liability",
    "month_name",
    "units_counted",
]
