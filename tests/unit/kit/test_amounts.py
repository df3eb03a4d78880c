"""Amounts: nothing is lost in sharing, nothing is blurred in reading, halves go up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kit.amounts import currency_decimals, plain_decimal, rounded, shared_out, smallest_parts, split

weights = st.lists(st.integers(0, 10_000), max_size=8)


@given(st.integers(0, 10**12), weights)
def test_what_is_shared_out_sums_to_what_there_was(total: int, weights: list[int]) -> None:
    shares = split(total, weights)
    assert len(shares) == len(weights)
    assert sum(shares) == (total if weights else 0)
    assert all(share >= 0 for share in shares)


@given(st.integers(0, 10**6), st.lists(st.integers(1, 10_000), min_size=1, max_size=8))
def test_each_share_is_its_proportion_but_for_the_largest_which_takes_the_rest(total: int, weights: list[int]) -> None:
    for place, (share, weight) in enumerate(zip(split(total, weights), weights, strict=True)):
        exact = Fraction(total * weight, sum(weights))
        if place == weights.index(max(weights)):
            assert exact - share < 1
            assert share - exact < len(weights)
        else:
            assert share <= exact < share + 1


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (10, [1, 1, 1], (4, 3, 3)),
        (10, [1, 2, 1], (2, 6, 2)),
        (1, [1, 3, 3], (0, 1, 0)),
        (10, [0, 0], (10, 0)),
        (10, [0, 5, 0], (0, 10, 0)),
        (0, [1, 2], (0, 0)),
        (10, [], ()),
    ],
)
def test_the_remainder_goes_to_the_first_of_the_largest(
    total: int, weights: list[int], shares: tuple[int, ...]
) -> None:
    assert split(total, weights) == shares


@pytest.mark.parametrize(
    ("value", "down", "half_up"),
    [("0.49", 0, 0), ("0.5", 0, 1), ("1.5", 1, 2), ("2.5", 2, 3), ("2.999", 2, 3), ("7", 7, 7)],
)
def test_halves_go_up_and_down_is_down(value: str, down: int, half_up: int) -> None:
    assert (rounded(Fraction(value), "down"), rounded(Fraction(value), "half_up")) == (down, half_up)


@given(st.integers(0, 10**12), st.integers(0, 4))
def test_money_reads_as_its_smallest_parts(parts: int, decimals: int) -> None:
    written = f"{parts // 10**decimals}.{parts % 10**decimals:0{decimals}}" if decimals else str(parts)
    value = plain_decimal(written)
    assert value is not None
    assert smallest_parts(value, decimals) == parts


@given(st.integers(0, 10**16 - 1), st.integers(0, 10**16 - 1), st.integers(0, 4))
def test_a_number_finer_than_its_unit_is_never_rounded_into_it(whole: int, fraction: int, decimals: int) -> None:
    value = plain_decimal(f"{whole}.{fraction:016}")
    assert value is not None
    fits = fraction % 10 ** (16 - decimals) == 0
    assert smallest_parts(value, decimals) == (
        whole * 10**decimals + fraction // 10 ** (16 - decimals) if fits else None
    )


def test_sixteen_digits_on_either_side_are_not_blurred() -> None:
    assert smallest_parts(Decimal("1000000000000.0000000000000001"), 0) is None
    assert smallest_parts(Decimal("9999999999999999.0000000000000000"), 4) == 99_999_999_999_999_990_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "+1",
        "1e3",
        "1.",
        ".5",
        "1,5",
        "1 000",
        "0x10",
        "NaN",
        "Infinity",
        "١",
        "1_000",
        " 1",
        "1\n",
        "1" * 17,
        "1." + "0" * 17,
    ],
)
def test_what_is_no_plain_number_is_none(text: str) -> None:
    assert plain_decimal(text) is None


def test_currencies_have_their_own_decimals() -> None:
    assert {code: currency_decimals(code) for code in ("EUR", "JPY", "KWD", "CLF", "XXX")} == {
        "EUR": 2,
        "JPY": 0,
        "KWD": 3,
        "CLF": 4,
        "XXX": 2,
    }


@given(st.data(), weights)
def test_a_discount_shared_out_sums_to_it_and_takes_from_nobody_more_than_they_have(
    data: st.DataObject, weights: list[int]
) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    shares = shared_out(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert 0 <= share <= weight
        assert abs(share - Fraction(total * weight, sum(weights) or 1)) < 1


def test_what_remains_goes_to_those_cut_most_and_of_equals_to_the_first() -> None:
    assert shared_out(2, [1, 1, 1]) == (1, 1, 0)
    assert shared_out(5, [3, 3, 4]) == (2, 1, 2)
    assert shared_out(1, [1, 2, 3]) == (0, 0, 1)
    assert shared_out(0, []) == ()
    assert shared_out(0, [0, 0]) == (0, 0)


@pytest.mark.parametrize(("total", "weights"), [(7, [1, 5]), (-1, [1, 5]), (1, [])])
def test_more_than_there_is_cannot_be_shared_out(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="more is shared out than there is"):
        shared_out(total, weights)
