"""What is shown as the number of a refused document: short, and never another cell of its line."""

from __future__ import annotations

import pytest

from tests.unit.orders_file.csv_file import HEADER, line, read, summary, the_refusal

CARD = "4000123412341234"
SECRETS = (CARD, "jo@shop.example")


def secret(**cells: str) -> str:
    return line(**{"loyalty_card": CARD, "email": "jo@shop.example"} | cells)


@pytest.mark.parametrize(
    "damaged",
    [
        secret(document_number='"A-1'),
        secret(document_number='"A-1', name='DISK 3.5"'),
        secret(document_number='"A-1', name='"Mug"'),
        secret(document_number='"A-1', name='"Mug" blue'),
        secret(document_number='"A-1') + "x" * 70_000,
        secret(document_number='"A-1').replace("Leeds", "L\udce9ds"),
        secret().replace(",", ";"),
        secret().replace(",", "\t"),
    ],
)
def test_a_number_that_cannot_be_told_is_not_shown(damaged: str) -> None:
    refusal = the_refusal(damaged.encode("utf-8", "surrogateescape"))
    assert refusal.number == ""
    assert not any(one in refusal.message for one in SECRETS)


@pytest.mark.parametrize("first", ["name", "loyalty_card", "email", "document_type", "currency"])
@pytest.mark.parametrize("damage", ['"{}', '"{}" x', "{},", "{}\r", "\udce9{}"])
@pytest.mark.parametrize("damaged_column", HEADER.split(","))
def test_no_other_cell_is_shown_whatever_the_order_of_the_columns(first: str, damage: str, damaged_column: str) -> None:
    columns = [first, *(column for column in HEADER.split(",") if column != first)]
    cells = dict(zip(HEADER.split(","), secret().split(","), strict=True))
    cells[damaged_column] = damage.format(cells[damaged_column])
    damaged = ",".join(cells[column] for column in columns).encode("utf-8", "surrogateescape")
    refusal, *_ = read(damaged, header=",".join(columns))
    (told,) = summary([refusal])
    assert not any(one in told for one in SECRETS)


def test_a_number_with_a_comma_is_still_one() -> None:
    assert the_refusal(line(document_number='"A,1"', quantity="x")).number == "A,1"
    refusal = the_refusal(line(document_number='"A,1"'), line(document_number='"A,1"') + ",")
    assert (refusal.code, refusal.number) == ("wrong_column_count", "A,1")


@pytest.mark.parametrize("number", ["9" * 5_000, "\x00" * 5_000, "\U000e0001" * 200])
def test_a_shown_number_is_short(number: str) -> None:
    for damaged in (line(document_number=number), line(document_number=number) + ","):
        shown = the_refusal(damaged).number
        assert len(shown) <= 128
        assert shown.isprintable()


def test_a_line_whose_number_is_lost_in_a_quote_goes_with_the_document_around_it() -> None:
    assert summary(read(line(), line(document_number='"A-1'), line())) == ["bad_quoting A-1 @3"]
