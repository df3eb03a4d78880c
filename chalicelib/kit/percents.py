"""Percentages as they are written into definitions: decimals in quotes, exactly as they are said."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from chalicelib.kit.amounts import plain_decimal
from chalicelib.kit.slips import slip


def out_of(value: Decimal | None, sentence: str, least: int = 0) -> PydanticCustomError:
    """What is no number, or one outside its bounds: at `least` and below it is too small."""
    if value is None:
        return slip("unreadable_number", sentence)
    if value <= least:
        return slip("number_too_small", sentence)
    return slip("number_too_large", sentence)


def _percent(text: str) -> str:
    _must_be_percent(plain_decimal(text))
    return text


def _percent_or_whole(said: object) -> int | str:
    if isinstance(said, str):
        value = plain_decimal(said)
    else:
        value = Decimal(said) if isinstance(said, int) and not isinstance(said, bool) else None
    whole = _must_be_percent(value)
    return int(whole) if whole == whole.to_integral_value() else str(said)


def _must_be_percent(value: Decimal | None) -> Decimal:
    if value is None or not 0 < value <= 100:
        raise out_of(value, 'a percentage must be a plain decimal above 0 and at most 100, such as "12.5"')
    return value


Percent = Annotated[str, AfterValidator(_percent)]
PercentOrWhole = Annotated[  # where whole ones are numbers
    int | str,
    PlainValidator(_percent_or_whole),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 100}, {"type": "string"}]}),
]
