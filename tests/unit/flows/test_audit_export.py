"""An export of the audit log in chunks: the same whole, however it is cut and whoever is cut off."""

from __future__ import annotations

import csv
import io
import json
from functools import partial
from typing import cast

import pytest

from chalicelib.areas.audit.model import Sought
from chalicelib.areas.jobs.operations import get_operation
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.events.imports import imports
from chalicelib.flows.audit_chunk import audit_chunk
from chalicelib.flows.job_messages import Step
from chalicelib.flows.start_audit_export import start_audit_export
from chalicelib.kit.command import Command
from chalicelib.table.recorded import HOUR_MS
from tests.twins import fresh
from tests.twins.bookshop import BookShop, keyed, open_shop
from tests.unit.flows.test_audit import walked


@pytest.fixture
def shop() -> BookShop:
    shop = open_shop()
    ada = shop.member("1")
    for number in range(9):
        shop.clock.at += 5 * HOUR_MS if number % 4 == 0 else 0
        shop.earn(ada, 1 + number)
    return shop


def begun(shop: BookShop, most: int = 1_000, command: Command | None = None, **filters: str | None) -> str:
    sought = Sought(0, shop.clock.at, **filters)
    return start_audit_export(shop.rt, shop.caller, command or fresh(), sought, most).answer.operation.operation_id


def work(shop: BookShop) -> None:
    cast(MemoryQueues, shop.rt.queues).deliver("imports", partial(imports, shop.rt), size=1)


def rows(shop: BookShop, operation_id: str) -> list[list[str]]:
    text = cast(MemoryFiles, shop.rt.files).objects[f"results/shop/{operation_id}.csv"].decode()
    return list(csv.reader(io.StringIO(text, newline="")))


def test_however_it_is_cut_an_export_is_the_log(shop: BookShop) -> None:
    ada = walked(shop)[0].entity
    for filters in ({}, {"entity": ada}, {"type": "points.earned"}):
        told = [entry.entry_id for entry in walked(shop, 100, **filters)]
        for most in (1, 4, 1_000):
            one = begun(shop, most, None, **filters)
            work(shop)
            assert [row[0] for row in rows(shop, one)][1:] == told
            progress = get_operation(shop.rt, shop.caller, one)
            assert (progress.operation.state, progress.operation.rows) == ("done", len(told))
    assert sorted(cast(MemoryFiles, shop.rt.files).objects) == sorted(
        key for key in cast(MemoryFiles, shop.rt.files).objects if key.startswith("results/")
    )


def test_a_chunk_that_comes_again_changes_nothing(shop: BookShop) -> None:
    one = begun(shop, 4)
    for chunk in (0, 0, 1, 0, 1):
        audit_chunk(shop.rt, Step("chunk", "shop", one, 0, chunk, "audit"))
    work(shop)
    assert [row[0] for row in rows(shop, one)][1:] == [entry.entry_id for entry in walked(shop)]


def test_work_that_was_deleted_fails_the_export(shop: BookShop) -> None:
    one = begun(shop, 4)
    audit_chunk(shop.rt, Step("chunk", "shop", one, 0, 0, "audit"))
    files = cast(MemoryFiles, shop.rt.files)
    files.delete(list(files.objects))
    work(shop)
    failed = get_operation(shop.rt, shop.caller, one).operation
    assert failed.failure is not None
    assert (failed.state, failed.failure.code) == ("failed", "work_lost")


def test_an_export_of_nothing_has_the_names_of_its_columns(shop: BookShop) -> None:
    one = begun(shop, type="points.sent")
    work(shop)
    [head] = rows(shop, one)
    assert head[0] == "entry_id"
    assert get_operation(shop.rt, shop.caller, one).counts["entries"] == 0


def test_the_facts_are_json(shop: BookShop) -> None:
    one = begun(shop, 4, keyed("k"), type="points.earned")
    work(shop)
    facts = [fact for row in rows(shop, one)[1:] for fact in json.loads(row[-1]) if fact["type"] == "points.earned"]
    assert [fact["amount"] for fact in facts] == list(range(9, 0, -1))
