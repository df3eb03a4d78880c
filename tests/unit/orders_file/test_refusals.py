"""Every code, the line it is told for and a sentence a person can act on."""

from __future__ import annotations

from typing import get_args

import pytest

from chalicelib.areas.orders import file as orders_file
from chalicelib.areas.orders.file import Code
from chalicelib.errors import InvalidInput
from tests.unit.orders_file.csv_file import HEADER, line, read, read_bytes, return_line, summary, the_refusal, the_sale

BAD_CELLS: list[tuple[Code, str, str]] = [
    ("value_too_long", "document_number", "9" * 129),
    ("bad_character", "document_number", "A\x00B"),
    ("missing_value", "document_number", ""),
    ("missing_value", "document_number", "  "),
    ("missing_value", "document_type", ""),
    ("bad_document_type", "document_type", "Sell"),
    ("bad_document_type", "document_type", "refund"),
    ("value_too_long", "revised_document", "9" * 129),
    ("missing_value", "purchased_at", ""),
    ("unreadable_date", "purchased_at", "yesterday"),
    ("unreadable_date", "purchased_at", "2025-06-01"),
    ("unreadable_date", "purchased_at", "2025-06-01T12:00:00"),
    ("unreadable_date", "purchased_at", "2025-06-01 12:00:00Z"),
    ("unreadable_date", "purchased_at", "2025-06-01T12:00Z"),
    ("unreadable_date", "purchased_at", "2025-02-29T12:00:00Z"),
    ("unreadable_date", "purchased_at", "2025-13-01T12:00:00Z"),
    ("unreadable_date", "purchased_at", "2025-06-01T24:00:00Z"),
    ("unreadable_date", "purchased_at", "2016-12-31T23:59:60Z"),
    ("unreadable_date", "purchased_at", "2025-06-01T12:00:00+0200"),
    ("unreadable_date", "purchased_at", "2025-06-01T12:00:00+18:01"),
    ("unreadable_date", "purchased_at", "2025-06-01T12:00:00+01:60"),
    ("unreadable_date", "purchased_at", "0000-01-01T00:00:00Z"),
    ("unreadable_date", "purchased_at", "0001-01-01T00:00:00+18:00"),
    ("date_too_early", "purchased_at", "1969-12-31T23:59:59Z"),
    ("unreadable_date", "purchased_at", "٢٠٢٥-06-01T12:00:00Z"),  # Arabic digits
    ("future_purchase", "purchased_at", "2026-01-01T00:05:00.001Z"),
    ("unreadable_date", "purchased_at", "9999-12-31T23:59:59-18:00"),
    ("future_purchase", "purchased_at", "9999-12-28T23:59:59-18:00"),
    ("value_too_long", "loyalty_card", "4" * 255),
    ("bad_character", "loyalty_card", "4\x1b4"),
    ("value_too_long", "location", "l" * 501),
    ("missing_value", "currency", ""),
    ("invalid_currency", "currency", "gbp"),
    ("invalid_currency", "currency", "POUND"),
    ("missing_value", "sku", ""),
    ("value_too_long", "sku", "s" * 129),
    ("bad_character", "sku", '"A\nB"'),
    ("value_too_long", "name", "n" * 501),
    ("cell_too_large", "name", "n" * 8193),
    ("cell_too_large", "quantity", "1" * 8193),
    ("bad_character", "name", "n\x07"),
    ("bad_category", "category", "a > > b"),
    ("bad_category", "category", ">".join("abcdefghijk")),
    ("bad_category", "category", "c" * 501),
    ("value_too_long", "brand", "b" * 501),
    ("missing_value", "quantity", ""),
    ("unreadable_number", "quantity", "two"),
    ("unreadable_number", "quantity", "+2"),
    ("unreadable_number", "quantity", "--2"),
    ("unreadable_number", "quantity", "٢"),
    ("negative_amount", "quantity", "-2"),
    ("zero_quantity", "quantity", "0.000"),
    ("too_many_decimals", "quantity", "0.0001"),
    ("number_too_large", "quantity", "1000000001"),
    ("number_too_large", "quantity", "99999999999999999"),
    ("too_many_decimals", "quantity", "1.00000000000000001"),
    ("missing_value", "gross_value", ""),
    ("unreadable_number", "gross_value", "1e3"),
    ("unreadable_number", "gross_value", "NaN"),
    ("unreadable_number", "gross_value", "Infinity"),
    ("unreadable_number", "gross_value", "+5"),
    ("unreadable_number", "gross_value", "1 000"),
    ("unreadable_number", "gross_value", '"1,000.00"'),
    ("unreadable_number", "gross_value", ".5"),
    ("unreadable_number", "gross_value", "1_000"),
    ("unreadable_number", "gross_value", "15.30 GBP"),
    ("unreadable_number", "gross_value", "-"),
    ("negative_amount", "gross_value", "-15.30"),
    ("too_many_decimals", "gross_value", "15.301"),
    ("number_too_large", "gross_value", "10000000000.01"),
    ("number_too_large", "gross_value", "99999999999999999"),
    ("number_too_large", "gross_value", "9" * 5000 + ".50"),
    ("negative_amount", "gross_value", "-99999999999999999"),
    ("bad_labels", "labels", "summer"),
    ("bad_labels", "labels", ":summer"),
    ("bad_labels", "labels", "a:b;"),
    ("bad_labels", "labels", "k" * 65 + ":v"),
    ("bad_labels", "labels", "k:" + "v" * 257),
    ("bad_labels", "labels", ";".join(["k:v"] * 51)),
    ("bad_flag", "delivery", "yes"),
    ("bad_flag", "excluded_from_tiers", "TRUE"),
    ("bad_flag", "excluded_from_tiers", "1"),
]

DAMAGED: list[tuple[Code, str | bytes]] = [
    ("wrong_column_count", line() + ","),
    ("wrong_column_count", line().removesuffix(",")),
    ("wrong_column_count", "A-1"),
    ("bad_encoding", line(name="Caf@").encode().replace(b"@", b"\xe9")),
    ("bad_quoting", line(name='"Mug')),
    ("bad_quoting", line(name='"Mug" blue')),
    ("bad_quoting", line(name="Mug\rblue")),
    ("line_too_long", line(labels="x" * 70_000)),
]


@pytest.mark.parametrize(("code", "column", "value"), BAD_CELLS)
def test_a_bad_cell_refuses_its_document_and_is_named(code: Code, column: str, value: str) -> None:
    refusal = the_refusal(line(**{column: value}))
    assert (refusal.code, refusal.first_line, refusal.line) == (code, 2, 2)
    assert column in refusal.message
    assert refusal.message.endswith(".")
    assert len(refusal.message) < 200
    assert refusal.message.isprintable()
    assert refusal.number.isprintable()


@pytest.mark.parametrize(("code", "bad"), DAMAGED)
def test_a_damaged_line_refuses_its_document(code: Code, bad: str | bytes) -> None:
    refusal = the_refusal(bad)
    assert (refusal.code, refusal.line, refusal.lines, refusal.number) == (code, 2, 1, "A-1")
    assert refusal.message.endswith(".")


def test_a_document_has_a_thousand_lines_and_no_more() -> None:
    refusal = the_refusal(*[line()] * 1002)
    assert (refusal.code, refusal.first_line, refusal.line, refusal.lines) == ("too_many_lines", 2, 1002, 1002)


def test_no_code_is_left_untested_and_all_are_explained() -> None:
    codes = set(get_args(Code))
    assert {code for code, *_ in BAD_CELLS} | {code for code, _ in DAMAGED} | {"too_many_lines"} == codes
    page = orders_file.__doc__ or ""
    assert {code for code in codes | {"empty_file", "bad_header"} if f"\n    {code} " not in page} == set()


def test_a_return_needs_its_sale() -> None:
    refusal = the_refusal(return_line(revised_document=""))
    assert (refusal.code, refusal.number) == ("missing_value", "R-1")
    assert "revised_document" in refusal.message


def test_decimals_are_those_of_the_currency_of_the_first_line() -> None:
    assert the_refusal(line(currency="JPY", gross_value="15.3")).code == "too_many_decimals"
    refusal = the_refusal(line(), line(currency="KWD", gross_value="1.234"))
    assert (refusal.code, refusal.line) == ("too_many_decimals", 3)


def test_the_value_is_shown_short_and_the_customer_never() -> None:
    assert '"2025-02-30T12:00:00Z"' in the_refusal(line(purchased_at="2025-02-30T12:00:00Z")).message
    assert '"' + "9" * 39 + '…"' in the_refusal(line(gross_value="9" * 5000)).message
    assert "jo@" not in the_refusal(line(email="jo@" + "x" * 260)).message


def test_the_first_fault_is_the_one_told() -> None:
    """In a line by the format's columns, then line by line."""
    assert the_refusal(line(gross_value="x", purchased_at="y")).code == "unreadable_date"
    refusal = the_refusal(line(), line(quantity="-1"), line(gross_value="x"), line(purchased_at="y"))
    assert (refusal.code, refusal.line, refusal.lines) == ("negative_amount", 3, 4)


def test_what_a_later_line_says_of_the_document_must_be_readable() -> None:
    for cells in (
        {"purchased_at": "2999-01-30T12:00:00Z"},
        {"purchased_at": "2025-02-30T12:00:00Z"},
        {"currency": "pounds"},
        {"phone": "1" * 300},
    ):
        assert the_refusal(line(), line(**cells)).line == 3
    assert summary(read(line(), line(purchased_at="2001-01-01T00:00:00Z"))) == ["sale A-1"]


# --- which document a bad line refuses -------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [line(quantity="x"), line(document_type="x"), *(damaged for _, damaged in DAMAGED)])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_line_refuses_its_whole_document_wherever_it_stands(bad: str | bytes, place: int) -> None:
    own: list[str | bytes] = [line(), line()]
    own.insert(place, bad)
    documents = read(line(document_number="A-0"), *own, line(document_number="A-2"))
    told = summary(documents)
    assert (told[0], told[-1], len(told)) == ("sale A-0", "sale A-2", 3)
    assert told[1].endswith(f" A-1 @{3 + place}")
    assert documents[1].lines == 3


def test_lines_without_a_number_are_one_document() -> None:
    nameless = line(document_number="")
    documents = read(line(), nameless, nameless, line(document_number="A-2"), nameless)
    assert summary(documents) == ["sale A-1", "missing_value  @3", "sale A-2", "missing_value  @6"]
    assert [document.lines for document in documents] == [1, 2, 1, 1]


@pytest.mark.parametrize("unreadable", [line(document_number=""), "," * 15, ",x", b"," + b"\xff" * 70_000])
def test_a_line_without_a_number_inside_a_document_refuses_it(unreadable: str | bytes) -> None:
    (document,) = read(line(), unreadable, line())
    assert (document.first_line, document.lines, summary([document])[0][-6:]) == (2, 3, "A-1 @3")


def test_numbers_that_are_no_utf_8_still_tell_documents_apart() -> None:
    bad = [line(document_number="A@").encode().replace(b"@", byte) for byte in (b"\xe9", b"\xe9", b"\xe8")]
    documents = read(*bad)
    assert summary(documents) == ["bad_encoding A\\xe9 @2", "bad_encoding A\\xe8 @4"]


def test_a_damaged_return_with_the_number_of_its_sale_leaves_the_sale_alone() -> None:
    assert summary(read(line(), return_line(document_number="A-1") + ",")) == ["sale A-1", "wrong_column_count A-1 @3"]


# --- a broken quote --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("following", [line(document_number="A-2"), line(document_number="A-2", name='"x, ""y"""')])
@pytest.mark.parametrize("count", [1, 3, 200])
def test_an_unclosed_quote_spoils_its_own_line_only(following: str, count: int) -> None:
    others = [following.replace("A-2", f"B-{at}") for at in range(count)]
    told = summary(read(line(name='"Mug'), *others))
    assert told == ["bad_quoting A-1 @2", *(f"sale B-{at}" for at in range(count))]


@pytest.mark.parametrize("name", ['DISK 3.5"', 'DISK 3.5" disk', '"DISK, 3.5"""', '4" x 6"'])
def test_an_unclosed_quote_that_a_later_line_seems_to_close_spoils_its_own_line_only(name: str) -> None:
    told = summary(read(line(name='"Mug'), line(document_number="A-2", name=name), line(document_number="A-3")))
    assert told == ["bad_quoting A-1 @2", "sale A-2", "sale A-3"]


def test_unclosed_quotes_in_every_line_are_told_for_every_line() -> None:
    bad = [line(document_number=f"B-{at}", name='"Mug') for at in range(150)]
    assert summary(read(*bad)) == [f"bad_quoting B-{at} @{at + 2}" for at in range(150)]


def test_the_rest_of_a_failed_record_goes_with_its_document() -> None:
    """One cell too few, and the name runs over three lines: one refusal, not three."""
    broken = line(name='"Mug\nblue, large\nand\nround"').removesuffix(",")
    documents = read(broken, line(document_number="A-2"))
    assert summary(documents) == ["wrong_column_count A-1 @2", "sale A-2"]
    assert documents[0].lines == 4
    (document,) = read(broken, line())
    assert document.lines == 5


def test_the_rest_of_a_failed_record_may_have_as_many_cells_as_a_row() -> None:
    documents = read(line(name='"Mug\n' + "and a" + "," * 15 + '\n"') + ",", line(document_number="A-2"))
    assert summary(documents) == ["wrong_column_count A-1 @2", "sale A-2"]
    assert documents[0].lines == 3


def test_a_quoted_cell_is_bounded_in_lines_and_bytes() -> None:
    assert the_sale(line(name='"' + "\n" * 99 + '"')).lines == 100
    wide = "\n".join(["x" * 20_000] * 5)
    for refusal in (the_refusal(line(name='"' + "\n" * 100 + '"')), the_refusal(line(name=f'"{wide}"'))):
        assert (refusal.code, refusal.number, refusal.line) == ("cell_too_large", "A-1", 2)
        assert "100 lines and 64 KB" in refusal.message


@pytest.mark.parametrize("name", ['"Mug\n@"', '"Mug\n@\nblue, and\nround"', '"M@g\nblue, and\nround"'])
def test_a_quoted_cell_that_is_no_utf_8_refuses_its_document_alone(name: str) -> None:
    broken = line(name=name).encode().replace(b"@", b"\xe9")
    documents = read(line(document_number="A-0"), *broken.split(b"\n"), line(document_number="A-2"))
    assert summary(documents) == ["sale A-0", "bad_encoding A-1 @3", "sale A-2"]
    assert documents[1].lines == name.count("\n") + 1


@pytest.mark.parametrize("labels", ["Caf@", "x" * 70_000])
def test_a_quote_before_a_row_that_cannot_be_read_is_what_is_wrong_with_its_line(labels: str) -> None:
    following = line(document_number="A-2", labels=labels).encode().replace(b"@", b"\xe9")
    assert summary(read(line(name='"Mug'), following))[0] == "bad_quoting A-1 @2"


# --- the whole file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_bytes(content)
    assert refused.value.code == "empty_file"


def test_a_file_with_a_header_only_holds_no_documents() -> None:
    assert read() == []


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (HEADER.replace(",labels", ""), "missing: labels"),
        (HEADER + ",tags", "unknown: tags"),
        (HEADER + ",", "unknown: (no name)"),
        (HEADER + ",sku", "there twice: sku"),
        (HEADER.replace("sku", "SKU"), "unknown: SKU"),
        (HEADER.replace("sku", '"sku'), "quote"),
        (line(), "missing: document_number"),
        ("x" * 70_000, "UTF-8 text of a sensible length"),
    ],
)
def test_a_header_with_other_columns_is_refused(header: str, says: str) -> None:
    with pytest.raises(InvalidInput, match="header") as refused:
        read(line(), header=header)
    assert refused.value.code == "bad_header"
    assert says in refused.value.message
    assert len(refused.value.message) < 1200


@pytest.mark.parametrize("encoding", ["utf-16", "cp037"])
def test_a_header_in_another_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_bytes(f"{HEADER}\n{line()}\n".encode(encoding))
    assert refused.value.code == "bad_header"
