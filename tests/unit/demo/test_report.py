"""What the demo says: the report on its lines whatever the file holds, the JSON in its order, the progress."""

from __future__ import annotations

import io

from infra.local.demo.report import json_line, report
from infra.local.progress import Progress
from tests.unit.demo.shop_file import demo, sale


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_last_line_is_compact_json_in_its_order() -> None:
    assert json_line(demo(sale("1", "250.00"))) == (
        '{"members":1,"orders":1,"returns":0,"refused":0,'
        '"points":{"earned":250,"cancelled":0,"expired":0,"available":250},'
        '"tiers":{"bronze":0,"silver":1,"gold":0}}'
    )


def test_the_report_groups_refusals_by_reason_with_their_lines() -> None:
    told = report("my.csv", demo(sale("1", "1.00"), *(sale(f"bad{number}", "x") for number in range(5))))
    assert "unreadable_number" in told
    assert 'line 3, document bad0: gross_value "x" is not a plain number' in told
    assert "document bad2" in told
    assert "document bad3" not in told
    assert "… and 2 more" in told


def test_the_report_mentions_repeats_only_when_there_are_some() -> None:
    once, twice = (
        report("my.csv", demo(*lines))
        for lines in ([sale("1", "1.00")], [sale("1", "1.00"), sale("2", "1.00"), sale("1", "1.00")])
    )
    assert "Repeated" not in once
    assert "Repeated                             1" in twice


def test_a_document_cannot_write_on_other_lines_of_the_report() -> None:
    told = report("my.csv", demo(f"R,return,no\u2028such\u202esale,{sale('1', '1.00').split(',,', 1)[1]}"))
    assert "\\u2028such\\u202esale" in told
    assert "\u2028" not in told
    assert "\u202e" not in told


def test_off_a_terminal_progress_is_a_few_plain_lines() -> None:
    out = io.StringIO()
    progress = Progress(out, "Importing")
    for done in range(1001):
        progress.reach(done, 1000)
    assert out.getvalue().splitlines() == [f"Importing {percent} %" for percent in range(0, 101, 10)]


def test_on_a_terminal_it_is_a_bar_on_one_line() -> None:
    out = Terminal()
    progress = Progress(out, "Importing")
    for done in (1, 1, 2, 2):
        progress.reach(done, 2)
    assert out.getvalue() == (f"\rImporting [{'#' * 20}{'.' * 20}]  50 %\rImporting [{'#' * 40}] 100 %\n")


def test_nothing_to_do_is_done() -> None:
    out = io.StringIO()
    Progress(out, "Importing").reach(0, 0)
    assert out.getvalue() == "Importing 100 %\n"
