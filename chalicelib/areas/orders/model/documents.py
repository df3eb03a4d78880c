"""Purchases as values: the documents a shop sends, the order as it is kept, and what is left of it to return."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.kit.amounts import MAX_AMOUNT, MAX_QUANTITY, QUANTITY_DECIMALS
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.labels import Labels
from chalicelib.kit.texts import PLAIN_KEY, PLAIN_TEXT

MAX_LINES = 1_000
EARLIEST: Instant = 0  # 1970: what is dated before comes from a clock that was never set
MAX_OFFSET_MINUTES = 18 * 60  # from UTC: no clock on earth is further
CURRENCY = re.compile(r"^[A-Z]{3}$")

DocumentNumber = Annotated[str, Field(min_length=1, max_length=128), PLAIN_KEY]
Sku = Annotated[str, Field(min_length=1, max_length=128), PLAIN_KEY]
Text = Annotated[str, Field(max_length=500), PLAIN_TEXT]
Currency = Annotated[str, Field(pattern=CURRENCY.pattern)]
Money = Annotated[int, Field(ge=0, le=MAX_AMOUNT)]  # in the currency's smallest part
UtcOffset = Annotated[int, Field(ge=-MAX_OFFSET_MINUTES, le=MAX_OFFSET_MINUTES)]  # as the shop's clock showed it
Quantity = Annotated[Decimal, Field(gt=0, le=MAX_QUANTITY, decimal_places=QUANTITY_DECIMALS)]
QuantityBack = Annotated[Decimal, Field(ge=0, le=MAX_QUANTITY, decimal_places=QUANTITY_DECIMALS)]


class Line(Frozen):
    """One line of a sale. `gross_value` is of the whole line, not of one piece; one that is `excluded_from_tiers` counts as no
    spend towards a tier, whatever a program counts."""

    line_no: Annotated[int, Field(ge=1)]
    sku: Sku
    quantity: Quantity
    gross_value: Money
    name: Text = ""
    category: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    brand: Text = ""
    labels: Labels = ()
    delivery: bool = False
    excluded_from_tiers: bool = False


class Payment(Frozen):
    kind: Annotated[str, Field(min_length=1, max_length=64)]
    amount: Money


class Sale(Frozen):
    """A sale as a shop sends it. Line numbers are unique within it."""

    number: DocumentNumber
    purchased_at: Instant
    currency: Currency
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MAX_LINES)]
    utc_offset: UtcOffset = 0
    place: Text = ""
    payments: Annotated[tuple[Payment, ...], Field(max_length=20)] = ()
    labels: Labels = ()

    @model_validator(mode="after")
    def _line_numbers_are_unique(self) -> Self:
        if len({line.line_no for line in self.lines}) != len(self.lines):
            raise ValueError("line numbers must be unique within an order")
        return self

    @property
    def gross_value(self) -> int:
        return sum(line.gross_value for line in self.lines)


class ReturnLine(Frozen):
    """What comes back: by SKU over all lines of the sale with it, or from one line when `line_no` is given. Nobody sends one of no
    pieces: it is what a checkout that is called off still has of goods that came back for less than was paid."""

    sku: Sku
    quantity: QuantityBack
    gross_value: Money
    line_no: Annotated[int, Field(ge=1)] | None = None


class Return(Frozen):
    """A return as a shop sends it. Which sale it takes back from is said beside it."""

    number: DocumentNumber
    purchased_at: Instant
    currency: Currency
    lines: Annotated[tuple[ReturnLine, ...], Field(min_length=1, max_length=MAX_LINES)]
    utc_offset: UtcOffset = 0
    place: Text = ""
