"""What an import is made of: which lines are whose, who goes with whom, and how results come together again."""

from __future__ import annotations

import csv
import io
from typing import BinaryIO, cast

import pytest

from chalicelib.areas.imports.lines import Span, WatchedLines
from chalicelib.areas.imports.report import COLUMNS, Reported, merged, reported, write_report
from chalicelib.areas.imports.router import Router
from chalicelib.areas.orders.file import read_documents
from chalicelib.aws.files import Writer
from chalicelib.flows.import_documents import packed, unpacked
from chalicelib.flows.route_import import placed_documents
from tests.unit.imports.drops import brought_back, sold
from tests.unit.orders_file.csv_file import NOW, file_of


def lines_of(content: bytes) -> list[list[int]]:
    """The lines of every document, one list each."""
    watched = WatchedLines(io.BytesIO(content))
    documents = read_documents(cast(BinaryIO, watched), now=NOW)
    return [
        [line for span in placed.spans for line in range(span.first, span.last + 1)]
        for placed in placed_documents(documents, watched)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_are_nobodys_wherever_they_are(end: str) -> None:
    one, other = sold("A-1", "1"), sold("A-2", "2")
    content = end.join([file_of([]).decode().strip(), "", one, " ", "", one, "", other, "", ""]).encode()
    assert lines_of(content) == [[3, 6], [8]]
    assert lines_of(content.rstrip()) == [[3, 6], [8]]


def test_a_blank_line_inside_a_quoted_cell_belongs_to_it() -> None:
    quoted = sold("A-1", "1", name='"two\n\nlines"')
    assert lines_of(file_of([quoted, "", sold("A-2", "1")])) == [[2, 3, 4], [6]]


def test_a_document_comes_out_of_its_part_as_it_went_in() -> None:
    lines = [sold("A-1", "1", "3.50", labels="a:b", category="x > y", name="Zoë"), brought_back("R-1", "A-1")]
    lines += [brought_back("R-2", "A-1", "7"), sold("A-2", "", email="a@example.org", quantity="0.5"), sold("A-3")]
    watched = WatchedLines(io.BytesIO(file_of(lines)))
    for placed in placed_documents(read_documents(cast(BinaryIO, watched), now=NOW), watched):
        assert unpacked(packed(placed)) == placed


def test_a_return_goes_where_its_sale_goes_and_rivals_for_a_number_stay_together() -> None:
    with Router() as router:
        for number in range(40):
            router.tell_sale(f"S{number}", f"card:{number}")
            router.keep_of_owner(f"card:{number}", f"sale {number}".encode())
        for number in range(40):
            router.keep_of_sale(f"S{number}", f"return {number}".encode())
        router.tell_sale("S1", "card:2")
        router.tell_sale("S2", "card:3")
        router.keep_of_sale("LATER", b"early")
        router.tell_sale("LATER", "card:5")
        parts = {body.decode(): part for part, body in router.routed(16)}
    assert all(parts[f"sale {number}"] == parts[f"return {number}"] for number in range(40))
    assert parts["sale 1"] == parts["sale 2"] == parts["sale 3"]
    assert parts["early"] == parts["sale 5"]
    assert len(set(parts.values())) > 8


def test_what_was_told_of_an_identity_stays() -> None:
    with Router() as router:
        assert router.owner("card:1") is None
        router.tell_owner("card:1", "card:1")
        router.tell_owner("card:1", "mem_1")
        assert router.owner("card:1") == "card:1"
        assert (router.asked_for_sale("A"), router.asked_for_sale("A")) == (False, True)


def test_results_come_together_in_the_order_of_the_file() -> None:
    def one(line: int, message: str = "", fault: int = 0) -> Reported:
        return Reported((Span(line, line + 1),), 'a"b,c\nd', "sell", "refused", "", "", "code", message, fault)

    sink = io.BytesIO()
    parts = [[one(2), one(8, "Bad.", 9)], [one(4), one(6)]]
    write_report(cast(Writer, sink), merged(iter([reported(known.kept()) for known in part]) for part in parts))
    rows = list(csv.reader(io.StringIO(sink.getvalue().decode(), newline="")))
    assert rows[0] == list(COLUMNS)
    assert [row[0] for row in rows[1:]] == ["2", "3", "4", "5", "6", "7", "8", "9"]
    assert [row[7] for row in rows[-2:]] == ["Line 9: Bad.", "Bad."]
    assert rows[1][1] == 'a"b,c\nd'
