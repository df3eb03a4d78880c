"""A ladder as data, what a member has reached by it, and the reviews that move members up and down."""

from chalicelib.areas.tiers.model.keep import Keep, keep
from chalicelib.areas.tiers.model.progress import Progress, next_tier, reached, tier_for
from chalicelib.areas.tiers.model.review import Position, Review, Verdict
from chalicelib.areas.tiers.model.scheme import Attribute, Excluded, NextTier, Tier, TierScheme
from chalicelib.areas.tiers.model.versions import MAX_VERSIONS, Version, Versions

__all__ = [
    "MAX_VERSIONS",
    "Attribute",
    "Excluded",
    "Keep",
    "NextTier",
    "Position",
    "Progress",
    "Review",
    "Tier",
    "TierScheme",
    "Verdict",
    "Version",
    "Versions",
    "keep",
    "next_tier",
    "reached",
    "tier_for",
]
