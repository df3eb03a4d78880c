"""A perk as data: what it is, whom it is for and what redeeming it asks. Whatever cannot be meant is refused here."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.areas.perks.model.restrictions import BasketAsked, Hours
from chalicelib.errors import Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.labels import Labels
from chalicelib.kit.periods import Day
from chalicelib.kit.texts import PLAIN_NAME, PLAIN_TEXT
from chalicelib.kit.windows import Window
from chalicelib.kit.wire import AmountOrZero, PositiveAmount

MAX_USES = 1_000_000
LONGEST_DAYS = 36_500


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Title = Annotated[Text, PLAIN_NAME]
Prose = Annotated[str, Field(max_length=5_000), PLAIN_TEXT]
Flag = Annotated[bool, Field(strict=True)]
Picture = Annotated[str, Field(pattern=r"^https://[^\s]{1,2000}$")]
State = Literal["draft", "active", "paused", "ended"]
Method = Literal["auto", "qr", "pdf417", "code"]
Again = Literal["add", "replace", "ignore"]


class StampCard(Frozen):
    """Full with `stamps` points of the unit. Redeeming one takes them, and `gives` an award of another perk, where it names one. One
    that does not start anew is over with its first redemption."""

    kind: Literal["stamp_card"] = "stamp_card"
    unit: Code
    stamps: Annotated[int, Field(strict=True, ge=1, le=1_000)]
    gives: Code | None = None
    starts_anew: Flag = True


class PseudoCurrency(Frozen):
    """Points that are worth money: `value` for every `points` of the unit, in smallest parts of the basket's currency."""

    kind: Literal["pseudo_currency"] = "pseudo_currency"
    unit: Code
    points: PositiveAmount = 1
    value: PositiveAmount


class AdHoc(Frozen):
    """A treat: once, unless the perk says how often."""

    kind: Literal["ad_hoc"] = "ad_hoc"


class Club(Frozen):
    """A membership: as often as the perk says, else at will, while it lasts."""

    kind: Literal["club"] = "club"


class Level(Frozen):
    """What a tier brings: whoever stands on it has the perk, and nobody else. Nobody is granted it."""

    kind: Literal["level"] = "level"
    tier: Code


class Badge(Frozen):
    """What a member has earned and shows: it is never redeemed. Earned once where a second grant is ignored, else counted."""

    kind: Literal["badge"] = "badge"


What = Annotated[StampCard | PseudoCurrency | AdHoc | Club | Level | Badge, Field(discriminator="kind")]
ASKED_OF_TILLS = ("uses", "everybody", "till_code", "hours", "places", "basket", "maximum_value")


class PerkText(Frozen):
    name: Title
    terms: Prose = ""


class PerkDefinition(Frozen):
    """A perk as a shop writes it.

    `uses` of one award (without: an ad hoc one once, all others at will); it lasts until `valid_days` after the day of the grant, that
    day included: 0 is that day alone.
    `till_code` is what the till knows the discount by. `points` come with a grant, of a kind that has a unit. A second grant is
    added to the award, replaces it, or is ignored, as `again` says.
    """

    name: Title
    what: What
    terms: Prose = ""
    translations: dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], PerkText] = Field(
        max_length=50, default_factory=dict
    )
    pictures: Annotated[tuple[Picture, ...], Field(max_length=20)] = ()
    labels: Labels = ()
    state: State = "active"
    window: Window = Window()
    method: Method = "code"
    till_code: Text | None = None
    hours: Annotated[tuple[Hours, ...], Field(max_length=50)] = ()
    places: Annotated[tuple[Text, ...], Field(max_length=1_000)] = ()
    basket: BasketAsked = BasketAsked()
    maximum_value: PositiveAmount | None = None
    uses: Annotated[int, Field(strict=True, ge=1, le=MAX_USES)] | None = None
    valid_days: Annotated[int, Field(strict=True, ge=0, le=LONGEST_DAYS)] | None = None
    everybody: Flag = False
    again: Again = "add"
    points: AmountOrZero = 0
    priority: Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)] = 0

    @model_validator(mode="after")
    def _has_a_unit_for_its_points(self) -> Self:
        if self.points and self.counted_in is None:
            raise ValueError("points come with a stamp card or a pseudo currency, which have a unit")
        return self

    @model_validator(mode="after")
    def _asks_for_nothing_at_a_till(self) -> Self:
        asked = [name for name in ASKED_OF_TILLS if getattr(self, name) != type(self).model_fields[name].get_default()]
        if isinstance(self.what, Badge) and asked:
            raise ValueError(f"a badge is earned and never redeemed: it has no {', '.join(asked)}")
        return self

    @property
    def counted_in(self) -> str | None:
        return self.what.unit if isinstance(self.what, StampCard | PseudoCurrency) else None

    @property
    def given_uses(self) -> int | None:
        """How often an award of it can be used; None at will."""
        if isinstance(self.what, StampCard) and not self.what.starts_anew:
            return 1
        return 1 if self.uses is None and isinstance(self.what, AdHoc) else self.uses

    @property
    def is_implied(self) -> bool:
        """Whether nobody needs an award to have it."""
        return self.everybody or isinstance(self.what, Level)

    def named(self, perk_id: str) -> Perk:
        return Perk(perk_id=perk_id, **dict(self))


class Perk(PerkDefinition):
    perk_id: Code

    @property
    def is_badge(self) -> bool:
        return isinstance(self.what, Badge)

    def must_be_badge(self, param: str | None = None) -> None:
        """Refuses `not_a_badge`."""
        if not self.is_badge:
            raise Refused("not_a_badge", f"{self.name} is no badge.", param=param)

    def must_be_redeemable(self) -> None:
        """Refuses `not_redeemable`."""
        if self.is_badge:
            text = f"{self.name} is a badge: it is shown, and not redeemed."
            raise Refused("not_redeemable", text, param="award_id")

    def must_be_on(self, day: Day) -> None:
        """Refuses `perk_not_active`."""
        if self.state != "active":
            raise Refused(
                "perk_not_active", f"{self.name} is not offered just now: it is {self.state}.", param="perk_id"
            )
        if not self.window.has(day):
            raise Refused("perk_not_active", f"{self.name} is not offered on this day.", param="perk_id")
