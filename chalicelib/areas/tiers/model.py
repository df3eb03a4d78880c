"""The ladder of tiers as data, and where a member's progress stands on it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from chalicelib.kit.amounts import MAX_AMOUNT, currency_decimals, plain_decimal, smallest_parts
from chalicelib.kit.base import Frozen

MAX_TIERS = 50
FACE_DECIMALS = 4  # no currency has more, so every sum at face value is a whole number of these parts

Basis = Literal["points_earned", "spend", "orders"]


def _face_value(text: str) -> str:
    value = plain_decimal(text)
    if value is None or value > MAX_AMOUNT or smallest_parts(value, FACE_DECIMALS) is None:
        raise ValueError(f'must be a plain decimal of at most {FACE_DECIMALS} decimals, such as "200.00"')
    return text


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Count = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT)]  # points in the unit's smallest part, or orders
FaceValue = Annotated[str, AfterValidator(_face_value)]  # "200.00": of any currency
Threshold = Count | FaceValue


class Tier(Frozen):
    tier_id: Slug
    name: Annotated[str, Field(min_length=1, max_length=500)]
    threshold: Threshold


class TierScheme(Frozen):
    """Tiers in rising order. `unit` names what is counted when the basis is points earned, and only then."""

    basis: Basis
    unit: Code | None = None
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=MAX_TIERS)]

    @model_validator(mode="after")
    def _is_a_ladder(self) -> Self:
        if (self.unit is not None) != (self.basis == "points_earned"):
            raise ValueError("a unit is named when tiers count points_earned, and only then")
        if any(isinstance(tier.threshold, str) != (self.basis == "spend") for tier in self.tiers):
            raise ValueError('thresholds of spend are decimals in quotes ("200.00"), all others are integers')
        if len({tier.tier_id for tier in self.tiers}) != len(self.tiers):
            raise ValueError("tier ids must be unique within a scheme")
        steps = self.steps
        if steps[0] != 0:
            raise ValueError("the first tier must have threshold 0: every member stands somewhere")
        if any(lower >= upper for lower, upper in pairwise(steps)):
            raise ValueError("each threshold must be above the one before")
        return self

    @property
    def steps(self) -> tuple[int, ...]:
        """The thresholds as integers, in the parts that `reached` counts."""
        return tuple(_parts(tier.threshold) for tier in self.tiers)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a member has reached over a lifetime."""

    points_earned_net: int = 0  # of the scheme's unit, less what was taken back
    spend: Mapping[str, int] = field(default_factory=dict)  # currency → its smallest parts, less what was returned
    orders: int = 0


class NextTier(NamedTuple):
    tier: Tier
    missing: int | str  # in the form of the tier's threshold


def tier_for(scheme: TierScheme, progress: Progress) -> Tier:
    """The highest tier whose threshold has been reached."""
    return scheme.tiers[_standing(scheme, _reached(scheme.basis, progress))]


def next_tier(scheme: TierScheme, progress: Progress) -> NextTier | None:
    """The tier above, and what is missing to it; None at the top."""
    reached = _reached(scheme.basis, progress)
    above = _standing(scheme, reached) + 1
    if above == len(scheme.tiers):
        return None
    missing = scheme.steps[above] - reached
    return NextTier(scheme.tiers[above], _plain(missing) if scheme.basis == "spend" else missing)


def _standing(scheme: TierScheme, reached: int) -> int:
    return max(bisect_right(scheme.steps, reached) - 1, 0)


def _reached(basis: Basis, progress: Progress) -> int:
    if basis == "points_earned":
        return progress.points_earned_net
    if basis == "orders":
        return progress.orders
    parts = (amount * 10 ** (FACE_DECIMALS - currency_decimals(code)) for code, amount in progress.spend.items())
    return sum(parts)


@lru_cache(maxsize=1024)
def _parts(threshold: int | str) -> int:
    if isinstance(threshold, int):
        return threshold
    value = plain_decimal(threshold)
    parts = None if value is None else smallest_parts(value, FACE_DECIMALS)
    if parts is None:
        raise ValueError(f"{threshold} is no threshold of spend")
    return parts


def _plain(parts: int) -> str:
    """At least two decimals where there are any: `150`, `12.50`, `0.0625`."""
    whole, rest = divmod(parts, 10**FACE_DECIMALS)
    if rest == 0:
        return str(whole)
    return f"{whole}.{f'{rest:0{FACE_DECIMALS}}'.rstrip('0'):<02}"
