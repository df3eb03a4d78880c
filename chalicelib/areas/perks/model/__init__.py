"""Perks and awards as values, and the decisions that need nothing else."""

from chalicelib.areas.perks.model.award import Award, Redemption, latest, place_for, standing_awards
from chalicelib.areas.perks.model.perk import (
    AdHoc,
    Badge,
    Club,
    Level,
    Perk,
    PerkDefinition,
    PseudoCurrency,
    StampCard,
)
from chalicelib.areas.perks.model.restrictions import Basket, BasketLine, Hours, Till, must_be_allowed

__all__ = [
    "AdHoc",
    "Award",
    "Badge",
    "Basket",
    "BasketLine",
    "Club",
    "Hours",
    "Level",
    "Perk",
    "PerkDefinition",
    "PseudoCurrency",
    "Redemption",
    "StampCard",
    "Till",
    "latest",
    "must_be_allowed",
    "place_for",
    "standing_awards",
]
