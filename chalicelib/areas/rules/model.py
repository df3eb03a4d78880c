"""A rule as data: what it asks of a purchase and what it gives. Whatever cannot be meant is refused here, in a sentence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.kit.amounts import Rounding, plain_decimal
from chalicelib.kit.base import Frozen
from chalicelib.kit.periods import date_of, parse_day
from chalicelib.kit.wire import PositiveAmount

MAX_VALUES = 1_000
MAX_FACTOR = 1_000

Stage = Literal["base", "multiply", "bonus"]
STAGES: tuple[Stage, ...] = ("base", "multiply", "bonus")


def _positive(text: str) -> str:
    value = plain_decimal(text)
    if value is None or value == 0:
        raise ValueError('must be a plain decimal above 0, such as "1.00"')
    return text


def _factor(text: str) -> str:
    value = plain_decimal(text)
    if value is None or not 1 < value <= MAX_FACTOR:
        raise ValueError(f'a factor must be a plain decimal above 1 and at most {MAX_FACTOR}, such as "1.5"')
    return text


def _iso_day(value: object) -> object:
    if isinstance(value, str) and (day := parse_day(value)) is not None:
        return date_of(day)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticCustomError("unreadable_date", 'it must be a day of the calendar, such as "2026-01-31"')


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Values = Annotated[tuple[Text, ...], Field(max_length=MAX_VALUES)]
FaceValue = Annotated[str, AfterValidator(_positive)]  # "12.50": of any currency
Factor = Annotated[str, AfterValidator(_factor)]
Flag = Annotated[bool, Field(strict=True)]
IsoDay = Annotated[date, BeforeValidator(_iso_day)]


class PerValue(Frozen):
    """`amount` for each `per` of the own lines' value; with `whole_steps` only whole ones count. Without a `rounding`, here
    and elsewhere, the unit's policy on the day of purchase decides."""

    kind: Literal["per_value"] = "per_value"
    amount: PositiveAmount
    per: FaceValue
    whole_steps: Flag = False
    rounding: Rounding | None = None


class PerProduct(Frozen):
    """`amount` for each own line: times its quantity, or once a line."""

    kind: Literal["per_product"] = "per_product"
    amount: PositiveAmount
    times: Literal["quantity", "line"] = "quantity"
    rounding: Rounding | None = None  # for quantities such as 0.5


class PerOrder(Frozen):
    """`amount` once, however many own lines there are."""

    kind: Literal["per_order"] = "per_order"
    amount: PositiveAmount


class Multiply(Frozen):
    """Gives (factor − 1) × what the base stage credited to the own lines, in the rule's unit."""

    kind: Literal["multiply"] = "multiply"
    factor: Factor
    rounding: Rounding | None = None


Effect = Annotated[PerValue | PerProduct | PerOrder | Multiply, Field(discriminator="kind")]


class Window(Frozen):
    """Days of purchase on the program's own calendar, both ends included; an end left out is open."""

    from_day: IsoDay | None = None
    until_day: IsoDay | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.from_day and self.until_day and self.until_day < self.from_day:
            raise ValueError("a window must not end before it starts")
        return self


class Audience(Frozen):
    """Whom the rule is for: members of one of these tiers; without any, everybody."""

    tiers: Annotated[tuple[Code, ...], Field(max_length=50)] = ()


class LabelMatch(Frozen):
    """A label with this key, and with this value unless any will do."""

    key: Annotated[str, Field(min_length=1, max_length=64)]
    value: Annotated[str, Field(max_length=256)] | None = None


LabelMatches = Annotated[tuple[LabelMatch, ...], Field(max_length=100)]


class LineFilter(Frozen):
    """Which lines are the rule's own. Fields narrow each other, values within a field are alternatives."""

    skus: Values = ()
    categories: Values = ()  # at any level of the line's category path
    brands: Values = ()
    labels: LabelMatches = ()  # of the line; the order's are `Rule.order_labels`
    exclude_delivery: Flag = False


class RuleDefinition(Frozen):
    """A rule as a shop writes it. The minimum is asked of the whole order: all its lines, delivery included."""

    name: Text
    unit: Code
    stage: Stage
    effect: Effect
    active: Flag = True
    priority: Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)] = 0
    stop: Flag = False
    window: Window = Window()
    audience: Audience = Audience()
    places: Values = ()
    order_labels: LabelMatches = ()
    first_purchase_only: Flag = False
    minimum_order_value: FaceValue | None = None
    lines: LineFilter = LineFilter()

    @model_validator(mode="after")
    def _effect_suits_the_stage(self) -> Self:
        if self.stage == "multiply" and self.effect.kind != "multiply":
            raise ValueError(f"the multiply stage takes a multiply effect, not {self.effect.kind}")
        if self.stage != "multiply" and self.effect.kind == "multiply":
            raise ValueError(f"a multiply effect belongs to the multiply stage, not to {self.stage}")
        return self

    def named(self, rule_id: str) -> Rule:
        return Rule(rule_id=rule_id, **dict(self))


class Rule(RuleDefinition):
    """One rule of a program."""

    rule_id: Code
