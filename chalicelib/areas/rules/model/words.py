"""The words that parts of a rule are made of. Whatever cannot be meant is refused here, in a sentence."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, SerializerFunctionWrapHandler, model_serializer

from chalicelib.kit.amounts import plain_decimal
from chalicelib.kit.base import Frozen
from chalicelib.kit.percents import out_of
from chalicelib.kit.slips import slip

MAX_VALUES = 1_000
MAX_FACTOR = 1_000


def _positive(text: str) -> str:
    value = plain_decimal(text)
    if value is None or value == 0:
        raise out_of(value, 'must be a plain decimal above 0, such as "1.00"')
    return text


def _plain(text: str) -> str:
    if plain_decimal(text) is None:
        raise slip("unreadable_number", 'must be a plain decimal, such as "20.00"')
    return text


def _factor(text: str) -> str:
    value = plain_decimal(text)
    if value is None or not 1 < value <= MAX_FACTOR:
        raise out_of(
            value, f'a factor must be a plain decimal above 1 and at most {MAX_FACTOR}, such as "1.5"', least=1
        )
    return text


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Values = Annotated[tuple[Text, ...], Field(max_length=MAX_VALUES)]
FaceValue = Annotated[str, AfterValidator(_positive)]  # "12.50": of any currency
PlainNumber = Annotated[str, AfterValidator(_plain)]
Factor = Annotated[str, AfterValidator(_factor)]
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


class Question(Frozen):
    """What is not asked is not told."""

    @model_serializer(mode="wrap")
    def _asked(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in told(self).items() if value is not None}


class LabelMatch(Frozen):
    """A label with this key, and with this value unless any will do."""

    key: Annotated[str, Field(min_length=1, max_length=64)]
    value: Annotated[str, Field(max_length=256)] | None = None


LabelMatches = Annotated[tuple[LabelMatch, ...], Field(max_length=100)]


class LineFilter(Frozen):
    """Which lines are meant. Fields narrow each other, values within a field are alternatives; without any, all lines."""

    skus: Values = ()
    categories: Values = ()  # at any level of the line's category path
    brands: Values = ()
    labels: LabelMatches = ()  # of the line
    exclude_delivery: Flag = False
