"""Files of members who are to join a segment: dropped like orders, done like by hand, 25 at a time, with a word on each line."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chalicelib.areas.imports.model import Drop, place_of
from chalicelib.areas.jobs.model import Operation
from chalicelib.areas.members import store as members
from chalicelib.areas.segments.operations import list_memberships
from chalicelib.aws.memory_queues import failed_of, sqs_event
from chalicelib.flows.import_members import COLUMNS
from chalicelib.flows.read_own_feed import read_own_feed
from chalicelib.flows.read_segment import read_segment
from chalicelib.kit.periods import DAY_MS
from chalicelib.table.memory import MemoryTable
from tests.twins import segmented
from tests.twins.faulty import FaultyTable
from tests.twins.killing import When
from tests.unit.imports.disk_files import DiskFiles
from tests.unit.imports.drops import Importing, importing

KEY = "imports/shop/segments/vip/june.csv"
JSONL = "imports/shop/segments/vip/june.jsonl"
JOINED = "member.joined_segment"


def shop_with_segment(people: int = 0, it: Importing | None = None, **fields: Any) -> Importing:
    it = it or importing()
    segmented.define(it.shop, "vip", **fields)
    for number in range(people):
        it.shop.member(f"{number:04}")
    it.kills.writes = 0
    return it


def imported(it: Importing, content: str | bytes, key: str = KEY, chunk_rows: int = 50) -> Operation:
    raw = content.encode() if isinstance(content, str) else content
    operation = it.start(it.put(raw, key), chunk_rows=chunk_rows)
    it.work()
    return it.operation(operation.operation_id)


def cards(count: int) -> str:
    return "".join(["loyalty_card\n", *(f"{number:04}\n" for number in range(count))])


def told(it: Importing, operation: Operation) -> list[str]:
    """`2 joined`, `3 refused member_not_found`."""
    assert operation.state == "done", operation
    rows = csv.DictReader(io.StringIO(it.objects.objects[operation.result].decode(), newline=""))
    return [" ".join(row[name] for name in ("line", "result", "code") if row[name]) for row in rows]


def in_segment(it: Importing) -> int:
    """As the list has them, and as they are counted."""
    listed = len(list_memberships(it.rt, it.shop.caller, "vip", 100, None).items)
    assert read_segment(it.rt, it.shop.caller, "vip").members == listed
    return listed


def facts_of(it: Importing, card: str) -> Counter[str]:
    """How often the member's feed tells what."""
    page = read_own_feed(it.rt, it.shop.caller, it.shop.member_with(card), 100, None)
    return Counter(fact["type"] for event in page.items for fact in event.facts)


def test_members_of_a_csv_file_join_by_whatever_names_them() -> None:
    it = shop_with_segment(3)
    ada = it.shop.member_with("0000")
    lines = [
        "﻿member_id, loyalty_card ,email",
        f"{ada},,",
        "",
        ',"0001",',
        ",0002,nobody@example.org",
        ",,nobody@example.org",
        ",,nonsense",
        ",,",
        ",0001",
        '"',
        "mem_nonsense,,",
        ",0000,",
    ]
    operation = imported(it, "\r\n".join(lines))
    assert (operation.kind, operation.name, operation.rows) == ("import_segment_members", "june.csv", 10)
    assert told(it, operation) == [
        "2 joined",
        "4 joined",
        "5 joined",
        "6 refused member_not_found",
        "7 refused invalid_identifier",
        "8 refused missing_member",
        "9 refused unreadable_line",
        "10 refused unreadable_line",
        "11 refused member_not_found",
        "12 unchanged",
    ]
    assert in_segment(it) == 3


def test_members_of_a_file_of_json_lines_are_named_as_the_api_names_them() -> None:
    it = shop_with_segment(2)
    ada = it.shop.member_with("0000")
    lines: list[object] = [
        {"member_id": ada},
        {"identifier": {"type": "card", "value": " 0001 "}},
        {"identifier": {"type": "email", "value": "nonsense"}},
        {"member_id": ada, "identifier": {"type": "card", "value": "0001"}},
        {},
        [],
        {"identifier": {"type": "fax", "value": "0001"}},
        {"member_id": 7},
    ]
    content = "".join(f"{json.dumps(line)}\n" for line in lines) + "{nonsense\n"
    assert told(it, imported(it, content, JSONL)) == [
        "1 joined",
        "2 joined",
        "3 refused invalid_identifier",
        *(f"{number} refused unreadable_line" for number in range(4, 10)),
    ]
    assert in_segment(it) == 2


def test_a_line_that_is_too_long_or_no_text_keeps_back_no_other() -> None:
    it = shop_with_segment(2)
    content = b"loyalty_card\n0000\n" + b"x" * 10_000 + b"\n\xff\xfe\n" + b"9" * 300 + b"\n0001\n"
    operation = imported(it, content, chunk_rows=2)
    assert told(it, operation) == [
        *("2 joined", "3 refused unreadable_line", "4 refused unreadable_line"),
        *("5 refused invalid_identifier", "6 joined"),
    ]
    counts = it.progress(operation.operation_id).counts
    assert {name: counts[name] for name in ("rows", "joined", "refused")} == {"rows": 5, "joined": 2, "refused": 3}
    report = it.objects.objects[operation.result].decode()
    assert report.splitlines()[0] == ",".join(COLUMNS)
    assert "Nobody" not in report
    assert "The line is no UTF-8 text, or longer than 4 KB." in report


def test_dropping_it_again_changes_nothing() -> None:
    it = shop_with_segment(30)
    first = imported(it, cards(30))
    again = imported(it, cards(30))
    assert (first.operation_id, in_segment(it)) == (again.operation_id, 30)
    assert len(told(it, imported(it, cards(30), "imports/shop/segments/vip/other.csv"))) == 30
    it.shop.clock.at += DAY_MS
    assert facts_of(it, "0000")[JOINED] == 1


def test_all_join_as_of_when_the_file_was_dropped_and_a_member_of_two_lines_has_one_stay() -> None:
    it = shop_with_segment(3, **segmented.ROLLING)
    twice = cards(3) + cards(3).removeprefix("loyalty_card\n")
    operation = imported(it, twice, chunk_rows=2)  # minutes pass from chunk to chunk
    assert told(it, operation) == [
        *(f"{line} joined" for line in (2, 3, 4)),
        *(f"{line} unchanged" for line in (5, 6, 7)),
    ]
    page = list_memberships(it.rt, it.shop.caller, "vip", 10, None)
    dropped = operation.created_at
    assert {(one.since, one.leaves_at) for one in page.items} == {(dropped, dropped + 10 * DAY_MS)}
    it.shop.clock.at += DAY_MS
    later = imported(it, cards(3), "imports/shop/segments/vip/july.csv")
    assert told(it, later) == [f"{line} renewed" for line in (2, 3, 4)]
    assert facts_of(it, "0000")[JOINED] == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(14))
def test_a_worker_that_dies_leaves_everybody_in_it_once_and_tells_the_same(at: int, when: When) -> None:
    it = shop_with_segment(60, **segmented.ROLLING)
    drop = it.put(cards(60).encode(), KEY)
    it.kills.at, it.kills.when = at, when
    operation = it.start(drop, chunk_rows=40)
    it.work()
    done = it.operation(operation.operation_id)
    assert (in_segment(it), told(it, done)) == (60, [f"{line} joined" for line in range(2, 62)])
    assert {facts_of(it, card)["member.renewed_segment"] for card in ("0000", "0030", "0059")} == {0}
    assert it.kills.writes > at


@pytest.mark.parametrize(
    ("key", "content", "code"),
    [
        ("imports/shop/segments/none/x.csv", cards(1), "segment_not_found"),
        ("imports/shop/segments/over/x.csv", cards(1), "segment_ended"),
        ("imports/shop/segments/sorted/x.csv", cards(1), "segment_by_criteria"),
        (KEY, "\n \n", "empty_file"),
        (KEY, cards(0), "empty_file"),
        (JSONL, "\n", "empty_file"),
        (KEY, "0000\n0001\n", "bad_header"),
        (KEY, "loyalty_card,loyalty_card\n0000,0000\n", "bad_header"),
        (KEY, "loyalty_card,until\n0000,2026-01-01\n", "bad_header"),
        (KEY, '"loyalty_card\n0000\n', "bad_header"),
        (KEY, b"\xff\n0000\n", "bad_header"),
    ],
)
def test_what_cannot_be_imported_at_all_says_why(key: str, content: str | bytes, code: str) -> None:
    it = shop_with_segment(1)
    segmented.define(it.shop, "over", state="ended")
    segmented.define(it.shop, "sorted", criteria={"when": {"ask": "account.orders", "at_least": 2}})
    failure = imported(it, content, key).failure
    assert failure is not None
    assert (failure.code, in_segment(it)) == (code, 0)


def test_a_segment_that_ends_meanwhile_fails_what_is_left_and_says_so() -> None:
    it = shop_with_segment(60)
    operation = it.start(it.put(cards(60).encode(), KEY), chunk_rows=25)
    for _ in ("the route", "the first chunk"):
        (first,) = it.queues.waiting["imports"]
        it.queues.waiting["imports"] = []
        assert failed_of(it.consume, sqs_event("imports", [first])) == set()
    segmented.define(it.shop, "vip", state="ended")
    it.work()
    done = it.operation(operation.operation_id)
    assert (done.state, done.failure and done.failure.code) == ("failed", "segment_ended")
    segmented.define(it.shop, "vip")
    assert in_segment(it) == 25


def test_a_file_that_lay_there_for_longer_than_a_stay_lasts_says_so() -> None:
    it = shop_with_segment(1, **segmented.SCHEDULED)
    operation = it.start(it.put(cards(1).encode(), KEY))
    it.shop.clock.at += 11 * DAY_MS
    it.work()
    failure = it.operation(operation.operation_id).failure
    assert (failure and failure.code, in_segment(it)) == ("stay_over", 0)


def test_what_is_kept_of_one_that_cannot_be_read_keeps_back_no_other() -> None:
    it = shop_with_segment(30)
    damaged = it.shop.member_with("0007")
    damage(it, damaged)
    assert told(it, imported(it, cards(30))) == [
        f"{line} refused unreadable" if line == 9 else f"{line} joined" for line in range(2, 32)
    ]


def damage(it: Importing, member: str) -> None:
    """What no code of ours ever wrote."""
    key = members.profile_key(it.shop.caller.tenant, member)
    stored = it.rt.table.get(key)
    assert stored is not None
    it.rt.table.batch_put([{**stored, "private": {"B": b"damaged"}}])


def test_it_asks_for_no_more_than_by_hand() -> None:
    """25 lines: their owners, profiles and memberships, a transaction. Beside them the job's own, for a thousand lines."""
    asked = []
    for lines in (50, 75):
        table = FaultyTable(MemoryTable())
        it = shop_with_segment(lines, importing(table))
        table.start()
        imported(it, cards(lines), chunk_rows=1_000)
        asked.append((table.calls, len(table.transactions)))
    assert (asked[1][0] - asked[0][0], asked[1][1] - asked[0][1]) == (3, 1)


def test_ten_times_the_lines_take_no_more_memory(tmp_path: Path) -> None:
    """Lines of nobody, so that what is weighed is the import and not the twin of the table."""
    peaks = []
    for lines in (2_000, 20_000):
        files = DiskFiles(tmp_path / str(lines))
        it = shop_with_segment(it=importing(files=files))
        files.path(KEY).write_bytes(b"email\n" + b"no address\n" * lines)
        tracemalloc.start()
        operation = it.start(Drop("bucket", KEY, "etag"), chunk_rows=1_000)
        it.work()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert it.progress(operation.operation_id).counts["refused"] == lines
    assert peaks[1] - peaks[0] < 300_000, peaks


def test_where_a_file_of_members_lies_says_whom_they_join() -> None:
    assert place_of("imports/shop/segments/vip/june.csv") == ("shop", 1, "june.csv", None, "vip")
