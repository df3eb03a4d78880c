"""What a till sends as a number or a SKU is written in one way: two orders never differ by a blank that nobody sees."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from chalicelib.areas.orders.model import Line, Sale
from chalicelib.kit.amounts import plain

LINE = Line(line_no=1, sku="MUG", quantity=Decimal(1), gross_value=100)


@pytest.mark.parametrize("number", [" X", "X ", "\u00a0X", "\x00", "A\nB", "A\tB", "\x7f"])
def test_a_number_with_blanks_around_it_or_control_characters_is_refused(number: str) -> None:
    with pytest.raises(ValidationError, match="must have no control characters, and no blanks at its ends"):
        Sale(number=number, purchased_at=0, currency="EUR", lines=(LINE,))


@pytest.mark.parametrize("sku", [" MUG", "MU\x07G"])
def test_so_is_a_sku(sku: str) -> None:
    with pytest.raises(ValidationError, match="no blanks at its ends"):
        Line(line_no=1, sku=sku, quantity=Decimal(1), gross_value=100)


def test_a_name_may_have_several_lines_and_nothing_stranger() -> None:
    assert LINE.model_copy(update={"name": "a"}).name == "a"
    assert Line.model_validate({**dict(LINE), "name": "Mug\n\tblue "}).name == "Mug\n\tblue "
    with pytest.raises(ValidationError, match="control characters but line breaks and tabs"):
        Line.model_validate({**dict(LINE), "name": "Mug\x07"})


@pytest.mark.parametrize(
    ("amount", "decimals", "told"), [(1012, 2, "10.12"), (100000, 2, "1000.00"), (5, 2, "0.05"), (7, 0, "7")]
)
def test_an_amount_is_told_in_whole_units(amount: int, decimals: int, told: str) -> None:
    assert plain(amount, decimals) == told
