"""The audit log as files: an export by the filters of the log, and an archive of each day as JSON lines and as XML."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from functools import partial
from typing import cast
from urllib.parse import urlencode

import pytest

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.events.due import due
from chalicelib.flows.enqueue_due import enqueue_due
from chalicelib.kit.caller import Grant
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from tests.http.client import Api
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, refusal
from tests.http.native.test_audit import HOUR, ids, walked
from tests.http.world import EVERYTHING, SYSTEM, key_for, stored
from tests.twins.archive_read import entries_in
from tests.twins.streamed import StreamedTable
from tests.unit.imports.desk import Desk
from tests.unit.relay.relayed import run

DAY = 24 * HOUR


@pytest.fixture
def table() -> StreamedTable:
    return StreamedTable()


@pytest.fixture
def desk(rt: Runtime) -> Desk:
    return Desk(rt)


def exported(shop: Shop, desk: Desk, **query: str) -> list[dict[str, str]]:
    begun = answer(shop.api.post(f"/v1/audit/exports?{urlencode(query)}"))
    desk.work()
    done = answer(shop.api.get(f"/v1/operations/{begun['operation_id']}"))
    rows = list(csv.DictReader(io.StringIO(desk.report(begun["operation_id"]), newline="")))
    assert (done["state"], done["counts"]) == ("done", {"entries": len(rows)})
    return rows


def archive(rt: Runtime, table: StreamedTable) -> None:
    """The relay is done, and it is the first hour of a day."""
    plain = replace(rt, table=table.table)
    assert run(plain, table.entries()) == []
    table.records.clear()
    queues = cast(MemoryQueues, rt.queues)
    enqueue_due(plain, local_day(rt.clock.now(), "UTC"), "night")
    queues.deliver("due", partial(due, plain))
    assert queues.dead["due"] == []


def want_an_archive(shop: Shop, *, wanted: bool = True) -> None:
    settings = answer(shop.api.get("/v1/tenant"))
    answer(shop.api.put("/v1/tenant", settings | {"audit_archive": wanted}))


def archives(shop: Shop) -> list[Json]:
    return list(answer(shop.api.get("/v1/audit/archives"))["items"])


def file_of(shop: Shop, rt: Runtime, day: str, form: str) -> str:
    told = answer(shop.api.get(f"/v1/audit/archives/{day}?format={form}"))
    [url] = told["urls"]
    key = url.removeprefix("https://files.invalid/").partition("?")[0]
    assert key == f"audit/ours/{day}.{form}"
    return cast(MemoryFiles, rt.files).objects[key].decode()


def test_an_export_has_a_line_for_each_entry_that_the_log_tells(shop: Shop, desk: Desk, ada: str) -> None:
    for amount in range(1, 4):
        shop.clock.pass_by(HOUR)
        shop.earn(ada, amount)
    shop.spend(ada, 2)
    asked: tuple[dict[str, str], ...] = (
        {},
        {"type": "points.earned"},
        {"entity": ada},
        {"entity": ada, "type": "points.spent"},
        {"from": "2026-01-15T14:00:00Z", "until": "2026-01-15T14:59:59Z"},
        {"actor": "key_of_nobody"},
    )
    for query in asked:
        told, rows = walked(shop, **query), exported(shop, desk, **query)
        assert [row["entry_id"] for row in rows] == ids(told), query
    told, rows = walked(shop, entity=ada), exported(shop, desk, entity=ada)
    for entry, row in zip(told, rows, strict=True):
        assert json.loads(row["facts"]) == entry["facts"]
        assert (row["actor_kind"], row["actor_id"], row["actor_name"]) == (*entry["actor"].values(),)
        same = ("entity", "operation", "recorded_at", "effective_at", "channel", "request_id")
        assert [row[name] for name in same] == [entry[name] for name in same]
        assert (row["types"].split(), row["quiet"]) == (entry["types"], "false")
    assert [row["program_id"] for row in rows][-2:] == ["1", ""]


def test_an_export_ends_where_it_began(shop: Shop, desk: Desk, ada: str) -> None:
    begun = answer(shop.api.post("/v1/audit/exports"))
    assert (begun["kind"], begun["state"], begun["rows"]["total"]) == ("export_audit", "running", None)
    shop.clock.pass_by(1)
    shop.earn(ada, 5)
    desk.work()
    assert "earn_points" not in desk.report(begun["operation_id"])
    done = answer(shop.api.get(f"/v1/operations/{begun['operation_id']}"))
    assert done["rows"]["total"] == done["rows"]["done"] == done["counts"]["entries"] > 1


def test_what_begins_as_a_formula_is_a_text_in_a_spreadsheet(shop: Shop, desk: Desk, rt: Runtime, ada: str) -> None:
    name = '=HYPERLINK("http://x.invalid")'
    key = issue_api_key(rt, SYSTEM, org="acme", tenant="ours", name=name, grants=EVERYTHING).credential
    body = {"unit": "points", "amount": 5}
    assert shop.api.post(f"/v1/members/{ada}/earnings", body, key=key).status == 201
    assert exported(shop, desk, entity=ada)[0]["actor_name"] == f"'{name}"
    assert walked(shop, entity=ada)[0]["actor"]["name"] == name


def test_what_cannot_be_exported_begins_nothing(shop: Shop, rt: Runtime) -> None:
    operations = answer(shop.api.get("/v1/operations"))["items"]
    for query, told in {
        f"entity={NOBODY}": (404, "entity_not_found", "entity"),
        "entity=ada": (400, "invalid_entity", "entity"),
        "type=order.recoreded": (400, "unknown_fact_type", "type"),
        "from=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z": (400, "invalid_span", "until"),
        "until=yesterday": (400, "invalid_parameter", "until"),
    }.items():
        assert refusal(shop.api.post(f"/v1/audit/exports?{query}")) == told
    assert shop.api.post("/v1/audit/exports", key=key_for(rt, "ours", Grant("audit", "view"))).status == 403
    assert shop.api.post("/v1/audit/exports?dry_run=true").status == 200
    assert answer(shop.api.get("/v1/operations"))["items"] == operations


def test_an_export_asked_for_twice_with_a_key_is_one(shop: Shop, desk: Desk, ada: str) -> None:
    key = {"Idempotency-Key": "june"}
    first, again = (shop.api.post(f"/v1/audit/exports?entity={ada}", headers=key) for _ in range(2))
    assert again.json["operation_id"] == first.json["operation_id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    desk.work()
    other = shop.api.post("/v1/audit/exports", headers=key)
    assert refusal(other)[:2] == (409, "idempotency_key_reused")


def test_who_looks_after_jobs_does_not_get_the_log_by_that(shop: Shop, desk: Desk, rt: Runtime) -> None:
    begun = answer(shop.api.post("/v1/audit/exports"))
    desk.work()
    path = f"/v1/operations/{begun['operation_id']}"
    jobs, both = (Grant("operations", "view"),), (Grant("operations", "view"), Grant("audit", "view"))
    told = answer(shop.api.get(path, key=key_for(rt, "ours", *jobs)))
    assert (told["state"], told["result"]) == ("done", None)
    assert answer(shop.api.get(path, key=key_for(rt, "ours", *both)))["result"]["url"]


def test_a_day_is_archived_as_the_log_tells_it_once_it_is_a_day_past(
    shop: Shop, rt: Runtime, table: StreamedTable, ada: str
) -> None:
    want_an_archive(shop)
    viewer = key_for(rt, "ours", Grant("members", "view"))
    shop.clock.pass_by(HOUR)
    shop.api.post("/v1/members", {}, key=viewer)
    shop.clock.pass_by(HOUR)
    shop.buy(ada, "S1")
    told = walked(shop)
    assert "access.refused" in [type_ for entry in told for type_ in entry["types"]]
    shop.clock.pass_by(DAY)
    archive(rt, table)
    assert archives(shop) == []
    shop.clock.pass_by(DAY)
    archive(rt, table)
    [day] = archives(shop)
    assert (day["day"], day["entries"], day["files"]) == ("2026-01-15", len(told), 1)
    lines = [json.loads(line) for line in file_of(shop, rt, "2026-01-15", "jsonl").splitlines()]
    assert lines == told[::-1]
    assert entries_in(file_of(shop, rt, "2026-01-15", "xml")) == lines
    assert walked(shop, until="2026-01-15T23:59:59Z") == told


def test_days_that_were_missed_are_archived_and_those_of_nothing_are_not_there(
    shop: Shop, rt: Runtime, table: StreamedTable, ada: str
) -> None:
    shop.clock.pass_by(3 * DAY)
    shop.earn(ada, 5)
    shop.clock.pass_by(3 * DAY)
    archive(rt, table)
    assert archives(shop) == []
    assert not [key for key in cast(MemoryFiles, rt.files).objects if key.startswith("audit/")]
    want_an_archive(shop)
    archive(rt, table)
    assert [day["day"] for day in archives(shop)] == ["2026-01-18", "2026-01-15"]
    want_an_archive(shop, wanted=False)
    shop.clock.pass_by(3 * DAY)
    archive(rt, table)
    assert [day["day"] for day in archives(shop)] == ["2026-01-18", "2026-01-15"]
    want_an_archive(shop)
    archive(rt, table)
    days = [day["day"] for day in archives(shop)]
    assert days == ["2026-01-21", "2026-01-18", "2026-01-15"]
    first = answer(shop.api.get("/v1/audit/archives?limit=2"))
    rest = answer(shop.api.get(f"/v1/audit/archives?limit=2&cursor={first['next_cursor']}"))
    assert [day["day"] for day in first["items"] + rest["items"]] == days
    assert rest["next_cursor"] is None


def test_of_a_day_that_is_not_archived_there_is_nothing(
    shop: Shop, other: Shop, rt: Runtime, table: StreamedTable
) -> None:
    want_an_archive(shop)
    shop.clock.pass_by(3 * DAY)
    archive(rt, table)
    assert answer(shop.api.get("/v1/audit/archives/2026-01-15"))["format"] == "jsonl"
    missing = (404, "archive_not_found", "day")
    for day in ("2026-01-14", "2026-01-16"):
        assert refusal(shop.api.get(f"/v1/audit/archives/{day}")) == missing
    for no_day in ("2026-02-30", "yesterday"):
        assert refusal(shop.api.get(f"/v1/audit/archives/{no_day}")) == (400, "unreadable_date", "day")
    assert refusal(other.api.get("/v1/audit/archives/2026-01-15")) == missing
    assert archives(other) == []
    wrong = shop.api.get("/v1/audit/archives/2026-01-15?format=pdf")
    assert refusal(wrong) == (400, "invalid_parameter", "format")
    for cursor in ("nonsense", answer(shop.api.get("/v1/audit?limit=1"))["next_cursor"]):
        assert refusal(shop.api.get(f"/v1/audit/archives?cursor={cursor}")) == (400, "invalid_cursor", "cursor")


def test_nothing_leaves_the_journal_for_the_archive(shop: Shop, rt: Runtime, table: StreamedTable, ada: str) -> None:
    want_an_archive(shop)
    shop.earn(ada, 5)
    before = {key: item for key, item in stored(replace(rt, table=table.table)).items() if "#J#" in f"#{key.sk}"}
    shop.clock.pass_by(3 * DAY)
    archive(rt, table)
    assert archives(shop)
    after = stored(replace(rt, table=table.table))
    assert before
    assert all(after[key] == item for key, item in before.items())
    assert Api(rt, shop.api.key).get(f"/v1/audit?entity={ada}").json["items"]
