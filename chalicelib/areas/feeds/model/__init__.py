"""What is counted of entries: how many and how much by day, and what members can still use."""

from chalicelib.areas.feeds.model.counts import DailyCounts, Told, added, corrected, counted
from chalicelib.areas.feeds.model.liability import NEVER, liability, month_name

__all__ = ["NEVER", "DailyCounts", "Told", "added", "corrected", "counted", "liability", "month_name"]
