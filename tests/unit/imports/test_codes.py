"""Files of coupon codes: dropped like orders, added a thousand at a time, once, with a report of what was not."""

from __future__ import annotations

import csv
import io

import pytest

from chalicelib.areas.imports.model import place_of
from chalicelib.areas.jobs.model import Operation
from chalicelib.flows.coupon_quotas import get_series
from tests.twins import coupons
from tests.twins.killing import When
from tests.unit.imports.drops import Importing, importing

KEY = "imports/shop/coupon_codes/pool/june.txt"


def shop_with_pool() -> Importing:
    it = importing()
    coupons.series(it.shop, "pool", codes={"kind": "pool"})
    return it


def imported(it: Importing, content: bytes, key: str = KEY, chunk_rows: int = 50) -> Operation:
    operation = it.start(it.put(content, key), chunk_rows=chunk_rows)
    it.work()
    return it.operation(operation.operation_id)


def free(it: Importing) -> int:
    return get_series(it.rt, it.shop.caller, 1, "pool")[1].free_codes


def not_added(it: Importing, operation: Operation) -> list[tuple[str, str, str]]:
    assert operation.state == "done", operation
    rows = csv.DictReader(io.StringIO(it.objects.objects[operation.result].decode(), newline=""))
    return [(row["line"], row["code"], row["result"]) for row in rows]


def file_of(count: int) -> bytes:
    return "".join(f"code-{number:05}\r\n" for number in range(count)).encode()


def test_a_file_of_codes_comes_into_the_pool_and_its_codes_are_given() -> None:
    it = shop_with_pool()
    operation = imported(it, b"\xef\xbb\xbfAAA-1\n\n bbb-2 \nCCC-3")
    assert (operation.kind, operation.rows, operation.state, not_added(it, operation)) == (
        *("import_coupon_codes", 3, "done"),
        [],
    )
    ada = it.shop.member("1")
    assert {coupons.issue(it.shop, ada, "pool").code for _ in range(3)} == {"AAA-1", "BBB-2", "CCC-3"}


def test_bad_lines_and_codes_that_there_are_already_are_told_and_the_rest_is_added() -> None:
    it = shop_with_pool()
    coupons.upload(it.shop, "pool", "OLD-1")
    long = b"X" * 10_000
    lines = [b"NEW-1", b"old-1", b"no code!", b"", b"new-1", long, b"\xff\xfe\xfd", b"NEW-2", *[b"NEW-1"] * 60]
    operation = imported(it, b"\n".join(lines), chunk_rows=7)
    told = not_added(it, operation)
    assert told[:5] == [
        ("2", "old-1", "duplicate"),
        ("3", "no code!", "refused"),
        ("5", "new-1", "duplicate"),
        ("6", "", "refused"),
        ("7", "", "refused"),
    ]
    assert {result for _, _, result in told[5:]} == {"duplicate"}
    counts = it.progress(operation.operation_id).counts
    assert (counts["added"], counts["duplicates"], counts["refused"]) == (2, 62, 3)
    assert free(it) == 3


def test_dropping_it_again_changes_nothing() -> None:
    it = shop_with_pool()
    first = imported(it, file_of(120))
    again = imported(it, file_of(120))
    assert (first.operation_id, free(it)) == (again.operation_id, 120)
    other = imported(it, file_of(120), key="imports/shop/coupon_codes/1/pool/other.txt")
    assert (len(not_added(it, other)), free(it)) == (120, 120)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(12))
def test_a_worker_that_dies_leaves_every_code_once(at: int, when: When) -> None:
    it = shop_with_pool()
    drop = it.put(file_of(90), KEY)
    it.kills.at, it.kills.when = it.kills.writes + at, when
    operation = it.start(drop, chunk_rows=45)
    it.work()
    done = it.operation(operation.operation_id)
    assert (done.state, free(it), not_added(it, done)) == ("done", 90, [])
    assert it.kills.writes > it.kills.at


@pytest.mark.parametrize(
    ("key", "content", "code"),
    [
        ("imports/shop/coupon_codes/none/x.txt", b"AAA-1", "coupon_series_not_found"),
        ("imports/shop/coupon_codes/made/x.txt", b"AAA-1", "no_pool"),
        ("imports/shop/coupon_codes/9/pool/x.txt", b"AAA-1", "program_not_found"),
        (KEY, b"\n \n", "empty_file"),
    ],
)
def test_what_cannot_be_imported_at_all_says_why(key: str, content: bytes, code: str) -> None:
    it = shop_with_pool()
    coupons.series(it.shop, "made")
    failure = imported(it, content, key).failure
    assert failure is not None
    assert (failure.code, free(it)) == (code, 0)


def test_where_a_file_of_codes_lies_says_whose_they_are() -> None:
    assert place_of("imports/shop/coupon_codes/pool/june.txt") == ("shop", 1, "june.txt", "pool", None)
    assert place_of("imports/shop/coupon_codes/7/pool/june.txt") == ("shop", 7, "june.txt", "pool", None)
    assert place_of("imports/shop/coupon_codes/7/june.txt") == ("shop", 1, "june.txt", "7", None)
