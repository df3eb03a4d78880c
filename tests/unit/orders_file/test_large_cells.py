"""Cells of megabytes: one refusal each, with a code that fits, and no document made up of what was in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.orders_file.csv_file import HEADER, file_of, line, peak_of, read, summary

MEGABYTES = 4 * 1024 * 1024
FILLINGS = ["n", "n, ", 'n ""n"", ', ",,,1,1.00,", "é\t;", "A-9,,sell,"]


def large(filling: str, lines: int, column: str = "name") -> list[str]:
    """A line of the document A-1, with one properly quoted cell over so many physical lines."""
    part = filling * (MEGABYTES // lines // len(filling.encode()))
    return line(**{column: '"' + "\n".join([part] * lines) + '"'}).split("\n")


@pytest.mark.parametrize("filling", FILLINGS)
@pytest.mark.parametrize(("lines", "code"), [(5, "line_too_long"), (200, "cell_too_large")])
def test_a_large_cell_is_one_refusal_of_its_own_document(filling: str, lines: int, code: str) -> None:
    cell = large(filling, lines)
    before, after = line(document_number="A-0"), line(document_number="A-2")
    documents = read(before, *cell, after)
    assert summary(documents) == ["sale A-0", f"{code} A-1 @3", "sale A-2"]
    assert documents[1].lines == lines
    assert summary(read(before, *cell)) == ["sale A-0", f"{code} A-1 @3"]
    assert summary(read(*cell[:-1])) == [f"{code} A-1 @2"]
    assert summary(read(*cell, line())) == [f"{code} A-1 @2"]
    assert summary(read(line(), *cell)) == [f"{code} A-1 @3"]


def test_a_large_cell_may_begin_with_a_short_line() -> None:
    first, *others = large("n, ", 5)
    told = summary(read(first[:-800_000], *others, line(document_number="A-2", name='"Mug\nblue"')))
    assert told == ["cell_too_large A-1 @2", "sale A-2"]


def test_large_cells_one_after_another_are_refused_one_by_one() -> None:
    cells = [large("n, ", 200), large("n, ", 5), large("n", 200)]
    told = summary(read(*(one.replace("A-1", f"B-{at}") for at, cell in enumerate(cells) for one in cell)))
    assert told == ["cell_too_large B-0 @2", "line_too_long B-1 @202", "cell_too_large B-2 @207"]


@pytest.mark.parametrize(("lines", "code"), [(5, "line_too_long"), (200, "cell_too_large")])
def test_the_end_of_a_large_cell_before_the_number_tells_whose_it_is(lines: int, code: str) -> None:
    """Nothing is sold under the last piece of the name, and no other line of the document is sold without this one."""
    columns = ["name", *(column for column in HEADER.split(",") if column != "name")]

    def turned(one: str) -> str:
        cells = dict(zip(HEADER.split(","), one.split(","), strict=True))
        return ",".join(cells[column] for column in columns)

    cell = turned(line(name='"' + "\n".join(["n" * (MEGABYTES // lines)] * (lines - 1)) + '\nn"')).split("\n")
    others = [turned(line(document_number=f"A-{at}", name="Mug")) for at in (0, 1, 2)]
    for own in ([], [others[1]]):
        documents = read(others[0], *cell, *own, others[2], header=",".join(columns))
        assert summary(documents) == ["sale A-0", f"{code} A-1 @3", "sale A-2"]
        assert documents[1].lines == lines + len(own)
    assert summary(read(others[1], *cell, header=",".join(columns))) == [f"{code} A-1 @3"]


def test_a_line_of_another_document_behind_a_large_cell_still_refuses_that_one() -> None:
    own = [line(document_number="A-2") + ",", line(document_number="A-2")]
    told = summary(read(*large("n", 200), *own, line(document_number="A-3")))
    assert told == ["cell_too_large A-1 @2", "wrong_column_count A-2 @202", "sale A-3"]


def test_an_unclosed_quote_before_a_thousand_rows_spoils_its_own_line_only() -> None:
    rows = [line(document_number=f"B-{at}") for at in range(1_000)]
    told = summary(read(line(name='"Mug'), *rows))
    assert told == ["bad_quoting A-1 @2", *(f"sale B-{at}" for at in range(1_000))]


@pytest.mark.parametrize(("width", "lines"), [(0, 10_000), (60, 10_000), (60_000, 300), (400_000, 50)])
def test_a_large_cell_is_refused_without_being_held(width: int, lines: int) -> None:
    def pieces() -> Iterator[bytes]:
        yield file_of([line(document_number="A-0")]) + line(name='"@').encode().split(b"@")[0]
        yield from (b"n" * width + b",\n" for _ in range(lines))
        yield b'",,,1,1.00,\n' + line(document_number="A-2").encode()

    peak, told = peak_of(pieces())
    assert (told[0], told[1][-6:], told[2:]) == ("sale A-0", "A-1 @3", ["sale A-2"])
    assert peak < 3_000_000
