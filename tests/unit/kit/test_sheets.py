"""Cells of CSV that a spreadsheet takes for what they are."""

from __future__ import annotations

import csv
import io

import pytest

from chalicelib.kit.sheets import csv_rows


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_as_a_formula_does_has_an_apostrophe_before_it(begins: str) -> None:
    [row] = csv.reader(io.StringIO(csv_rows([[f"{begins}1+1", f"1{begins}1", ""]]).decode(), newline=""))
    assert row == [f"'{begins}1+1", f"1{begins}1", ""]


def test_numbers_stay_numbers_and_texts_come_back_as_they_were() -> None:
    written = csv_rows([("a", "b"), (-5, 'say "x", y\nz'), (0.5, "ü")])
    assert [*csv.reader(io.StringIO(written.decode(), newline=""))] == [
        *(["a", "b"], ["-5", 'say "x", y\nz'], ["0.5", "ü"]),
    ]
    assert csv_rows([]) == b""
