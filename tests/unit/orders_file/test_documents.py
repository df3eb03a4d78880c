"""What a good file says: documents, their header, their lines."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from chalicelib.areas.orders.file import Identity, read_documents
from chalicelib.areas.orders.file.rows import Cells
from chalicelib.areas.orders.model import Line, ReturnLine
from chalicelib.kit.clock import rfc3339
from chalicelib.kit.labels import Label
from tests.unit.orders_file.csv_file import (
    HEADER,
    NOW,
    file_of,
    line,
    read,
    read_bytes,
    return_line,
    summary,
    the_return,
    the_sale,
)


def test_a_line_becomes_a_sale() -> None:
    row = the_sale(
        line(name="Mug", category="kitchen > cups", brand="Acme", labels="season:summer;note:a:b", quantity="1.50")
    )
    assert (row.first_line, row.lines, row.identity) == (2, 1, Identity("card", "0042"))
    assert (row.sale.number, row.sale.currency, row.sale.place) == ("A-1", "GBP", "Leeds")
    assert row.sale.labels == ()
    assert row.sale.lines == (
        Line(
            line_no=1,
            sku="MUG",
            quantity=Decimal("1.5"),
            gross_value=1530,
            name="Mug",
            category=("kitchen", "cups"),
            brand="Acme",
            labels=(Label(key="season", value="summer"), Label(key="note", value="a:b")),
        ),
    )


def test_lines_with_one_number_are_one_sale_and_its_header_is_that_of_the_first() -> None:
    row = the_sale(
        line(),
        line(sku="JUG", purchased_at="2025-06-02T09:00:00Z", loyalty_card="7", location="York", currency="EUR"),
        line(sku="CUP", purchased_at="", loyalty_card="", location="", currency=""),
    )
    assert row.lines == 3
    assert [(one.line_no, one.sku) for one in row.sale.lines] == [(1, "MUG"), (2, "JUG"), (3, "CUP")]
    assert (rfc3339(row.sale.purchased_at), row.sale.place) == ("2025-06-01T12:00:00Z", "Leeds")
    assert row.identity is not None
    assert (row.identity.value, row.sale.currency) == ("0042", "GBP")


def test_a_return_names_its_sale_and_needs_no_customer() -> None:
    row = the_return(return_line(loyalty_card=""), return_line(sku="JUG", quantity="1", gross_value="0"))
    assert row.identity is None
    assert (row.document.number, row.sale_number) == ("R-1", "A-1")
    assert row.document.lines == (
        ReturnLine(sku="MUG", quantity=Decimal(2), gross_value=1530),
        ReturnLine(sku="JUG", quantity=Decimal(1), gross_value=0),
    )


def test_a_return_may_bear_the_number_of_its_sale() -> None:
    assert summary(read(line(), return_line(document_number="A-1"))) == ["sale A-1", "return A-1"]


def test_a_number_that_comes_back_later_is_another_document() -> None:
    assert summary(read(line(), line(document_number="A-2"), line())) == ["sale A-1", "sale A-2", "sale A-1"]


def test_the_number_of_another_document_says_nothing_to_a_sale() -> None:
    assert summary(read(line(revised_document="A-0"))) == ["sale A-1"]


@pytest.mark.parametrize(
    ("cells", "identity"),
    [
        ({"loyalty_card": "1", "email": "a@b.example", "phone": "+44 1"}, Identity("card", "1")),
        ({"loyalty_card": "", "email": "a@b.example", "phone": "+44 1"}, Identity("email", "a@b.example")),
        ({"loyalty_card": " ", "email": "", "phone": "+44 1"}, Identity("phone", "+44 1")),
    ],
)
def test_the_customer_is_the_first_of_card_email_and_phone(cells: dict[str, str], identity: Identity) -> None:
    assert the_sale(line(**cells)).identity == identity


@pytest.mark.parametrize(
    ("written", "instant", "offset"),
    [
        ("2025-06-01T12:00:00Z", "2025-06-01T12:00:00Z", 0),
        ("2025-06-01t12:00:00z", "2025-06-01T12:00:00Z", 0),
        ("2025-06-01T00:30:00+02:00", "2025-05-31T22:30:00Z", 120),
        ("2025-06-01T12:00:00-03:30", "2025-06-01T15:30:00Z", -210),
        ("2025-06-01T12:00:00.1239Z", "2025-06-01T12:00:00.123Z", 0),
        ("2025-06-01T12:00:00.5-00:00", "2025-06-01T12:00:00.500Z", 0),
        ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z", 0),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 0),
        ("2026-01-01T00:05:00Z", "2026-01-01T00:05:00Z", 0),
    ],
)
def test_times_are_read_with_their_offset(written: str, instant: str, offset: int) -> None:
    sale = the_sale(line(purchased_at=written)).sale
    assert (rfc3339(sale.purchased_at), sale.utc_offset) == (instant, offset)


@pytest.mark.parametrize(
    ("currency", "written", "parts"),
    [("GBP", "15.3", 1530), ("GBP", "15.300", 1530), ("JPY", "1500", 1500), ("KWD", "1.234", 1234), ("GBP", "0", 0)],
)
def test_values_count_the_smallest_part_of_their_currency(currency: str, written: str, parts: int) -> None:
    assert the_sale(line(currency=currency, gross_value=written)).sale.gross_value == parts


@pytest.mark.parametrize(
    ("written", "quantity"),
    [("1", "1"), ("10", "10"), ("1.500", "1.5"), ("0.001", "0.001"), ("1000000000", "1000000000")],
)
def test_quantities_are_kept_in_their_shortest_form(written: str, quantity: str) -> None:
    assert str(the_sale(line(quantity=written)).sale.lines[0].quantity) == quantity


def test_texts_may_be_as_long_as_the_order_keeps_them() -> None:
    row = the_sale(
        line(
            document_number="9" * 128,
            sku="s" * 128,
            name="ü" * 500,
            brand="b" * 500,
            location="l" * 500,
            category=">".join(["c" * 500] * 10),
            labels=";".join(f"{at:064}:{'v' * 60}" for at in range(50)),
            gross_value="10000000000.00",
        )
    )
    assert len(row.sale.lines[0].category) == 10
    assert len(row.sale.lines[0].labels) == 50


def test_a_document_may_have_a_thousand_lines() -> None:
    assert len(the_sale(*[line()] * 1000).sale.lines) == 1000


# --- the file as such ------------------------------------------------------------------------------------------------


def test_columns_stand_in_any_order() -> None:
    header = ",".join(reversed(HEADER.split(",")))
    turned = ",".join(reversed(line(name="Mug").split(",")))
    assert read(turned, header=header) == read(line(name="Mug"))


def test_byte_order_mark_carriage_returns_and_blank_lines_change_nothing() -> None:
    plain = read(line(), line(sku="JUG"), return_line())
    lines = [HEADER, line(), "", "   ", line(sku="JUG"), return_line()]
    dressed = read_bytes("\ufeff\r\n".encode() + "\r\n".join(lines).encode())
    assert [row.lines for row in dressed] == [2, 1]
    assert [row.first_line for row in dressed] == [3, 7]
    assert summary(dressed) == summary(plain) == ["sale A-1", "return R-1"]


def test_the_last_line_needs_no_end() -> None:
    assert read_bytes(file_of([line()])[:-1]) == read(line())


def test_spaces_around_a_cell_are_not_part_of_it() -> None:
    spaced = " , ".join(f" {cell}\t" for cell in line(name="Mug", labels="a : b ; c:d").split(","))
    assert read(spaced, header=" , ".join(Cells._fields)) == read(line(name="Mug", labels="a:b;c:d"))


def test_quoted_cells_hold_commas_quotes_and_line_breaks() -> None:
    (row, after) = read(line(name='"Mug, ""blue""\r\nlarge\n\n, really"'), line(document_number="A-2"))
    assert (row.first_line, row.lines, after.first_line) == (2, 4, 6)
    (sold,) = read(line(name='"Mug, ""blue""\r\nlarge\n\n, really"'))
    assert sold == the_sale(line(name='"Mug, ""blue""\nlarge\n\n, really"'))
    assert the_sale(line(name='"Mug, ""blue""\nlarge"')).sale.lines[0].name == 'Mug, "blue"\nlarge'


def test_a_quote_inside_a_plain_cell_is_a_letter() -> None:
    assert the_sale(line(name='DISK 3.5"')).sale.lines[0].name == 'DISK 3.5"'


def test_a_quoted_first_column_may_run_over_lines() -> None:
    columns = ["name", *(column for column in HEADER.split(",") if column != "name")]
    cells = dict(zip(HEADER.split(","), line(name='"Mug\nblue"').split(","), strict=True))
    (row,) = read(",".join(cells[column] for column in columns), header=",".join(columns))
    assert row == the_sale(line(name='"Mug\nblue"'))


def test_a_stream_may_give_its_bytes_in_any_pieces() -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(7, size or 0))

    content = file_of([line(), line(sku="JUG"), return_line(name='"a\r\nb"'), "junk"])
    assert list(read_documents(Trickle(content), now=NOW)) == read_bytes(content)


def test_documents_come_as_soon_as_they_are_complete() -> None:
    class Watched(io.BytesIO):
        position = 0

        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            self.position += len(piece)
            return piece

    stream = Watched(file_of(line(document_number=f"A-{at}") for at in range(20_000)))
    documents = read_documents(stream, now=NOW)
    next(documents)
    assert stream.position < 100_000 < len(stream.getvalue())
