"""A profile names what a case calls, what takes longest first, and leaves out the client of the table."""

from __future__ import annotations

from botocore.utils import percent_encode

from tests.bench.profiled import TIMES, profiled, told


def outer() -> None:
    for _ in range(2):
        inner()


def inner() -> None:
    percent_encode("a name with spaces" * 20)


def test_what_is_called_is_told_with_how_often_and_the_client_is_left_out() -> None:
    lines = told(profiled(outer))
    first, second = sorted(lines[:2], key=lambda line: line.endswith("inner"))
    assert (first.split()[1], first.split()[-1]) == (str(TIMES), "outer")
    assert (second.split()[1], second.split()[-1]) == (str(2 * TIMES), "inner")
    assert not [line for line in lines if "botocore" in line]
