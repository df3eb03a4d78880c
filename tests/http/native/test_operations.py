"""A shop follows its imports: how far they are, what they count, where the result lies, and how to stop one."""

from __future__ import annotations

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer, refusal
from tests.unit.imports.desk import Desk
from tests.unit.imports.drops import brought_back, sold
from tests.unit.orders_file.csv_file import file_of

NOBODY = "opr_000000000000000000000000"
FILE = file_of([sold("A-1", "1", "30.00"), sold("A-2", "2"), brought_back("R-1", "A-1", value="10.00"), sold("A-3")])


@pytest.fixture
def desk(rt: Runtime, shop: Shop) -> Desk:
    answer(shop.api.put("/v1/programs/1", program_that_enrols(shop)))
    return Desk(rt)


def program_that_enrols(shop: Shop) -> Json:
    known = answer(shop.api.get("/v1/programs/1"))
    return {name: value for name, value in known.items() if name != "program_id"} | {"enrolment": "enrol"}


def operation(shop: Shop, operation_id: str) -> Json:
    found: Json = answer(shop.api.get(f"/v1/operations/{operation_id}"))
    return found


def test_an_import_is_followed_from_its_queue_to_its_result(shop: Shop, desk: Desk) -> None:
    operation_id = desk.drop("june.csv", FILE)
    queued = operation(shop, operation_id)
    assert (queued["state"], queued["rows"]["total"], queued["result"]) == ("queued", None, None)
    desk.work_one()
    desk.work_one()
    shop.clock.pass_by(2)
    running = operation(shop, operation_id)
    assert running["state"] == "running"
    assert running["rows"] == {"total": 4, "done": 2, "percent": 50, "per_second": 1.0}
    desk.work()
    done = operation(shop, operation_id)
    assert done == {
        "operation_id": operation_id,
        "kind": "import_orders",
        "name": "june.csv",
        "state": "done",
        "program_id": 1,
        "created_at": "2026-01-15T12:00:00Z",
        "started_at": "2026-01-15T12:00:00Z",
        "finished_at": "2026-01-15T12:00:02Z",
        "rows": {"total": 4, "done": 4, "percent": 100, "per_second": 2.0},
        "counts": {"documents": 4, "sales": 2, "returns": 1, "repeated": 0, "refused": 1},
        "failure": None,
        "result": {
            "url": f"https://files.invalid/results/ours/{operation_id}.csv?seconds=900",
            "json_url": None,
            "expires_at": "2026-01-15T12:15:02Z",
        },
    }


def test_an_import_that_fails_says_why(shop: Shop, desk: Desk) -> None:
    operation_id = desk.drop("june.csv", b"")
    desk.work()
    failed = operation(shop, operation_id)
    assert (failed["state"], failed["failure"]["code"], failed["result"]) == ("failed", "empty_file", None)
    assert failed["failure"]["message"].endswith(".")
    assert failed["rows"] == {"total": None, "done": 0, "percent": 0, "per_second": None}


def test_what_was_cancelled_has_no_speed(shop: Shop, desk: Desk) -> None:
    operation_id = desk.drop("june.csv", FILE)
    desk.work_one()
    desk.work_one()
    shop.clock.pass_by(1)
    cancelled = answer(shop.api.post(f"/v1/operations/{operation_id}/cancel"))
    assert cancelled["rows"]["done"] == 2
    assert cancelled["rows"]["per_second"] is None


def test_a_file_with_only_a_header_is_all_done(shop: Shop, desk: Desk) -> None:
    operation_id = desk.drop("june.csv", file_of([]))
    desk.work()
    assert operation(shop, operation_id)["rows"] == {"total": 0, "done": 0, "percent": 100, "per_second": None}


def test_operations_are_listed_newest_first_page_by_page(shop: Shop, other: Shop, desk: Desk) -> None:
    ids = []
    for number in range(5):
        ids.append(desk.drop(f"{number}.csv", FILE))
        shop.clock.pass_by(1)
    desk.drop("june.csv", FILE, "theirs")
    desk.work()
    assert answer(shop.api.get("/v1/operations?limit=1"))["items"] == [
        {
            "operation_id": ids[4],
            "kind": "import_orders",
            "name": "4.csv",
            "state": "done",
            "created_at": "2026-01-15T12:00:04Z",
            "finished_at": "2026-01-15T12:00:05Z",
        }
    ]
    for limit in (1, 2, 5, 100):
        listed = [item["operation_id"] for page in shop.pages("/v1/operations", limit) for item in page]
        assert listed == ids[::-1]


def test_a_cursor_of_another_list_or_tenant_is_refused(shop: Shop, other: Shop, desk: Desk) -> None:
    for tenant in ("ours", "theirs"):
        desk.drop("1.csv", FILE, tenant)
        desk.drop("2.csv", FILE, tenant)
    theirs = answer(other.api.get("/v1/operations?limit=1"))["next_cursor"]
    assert theirs is not None
    for cursor in (theirs, "nonsense"):
        assert refusal(shop.api.get(f"/v1/operations?cursor={cursor}")) == (400, "invalid_cursor", "cursor")


def test_cancelling_stops_it_and_once_is_enough(shop: Shop, desk: Desk) -> None:
    operation_id = desk.drop("june.csv", FILE)
    path = f"/v1/operations/{operation_id}/cancel"
    assert answer(shop.api.post(f"{path}?dry_run=true"))["state"] == "cancelled"
    desk.work_one()
    desk.work_one()
    assert operation(shop, operation_id)["state"] == "running"
    first = shop.api.post(path, headers={"Idempotency-Key": "stop"})
    assert (answer(first)["state"], answer(first)["counts"]["documents"]) == ("cancelled", 2)
    again = shop.api.post(path, headers={"Idempotency-Key": "stop"})
    assert (answer(again), again.headers.get("Idempotent-Replayed")) == (answer(first), "true")
    assert answer(shop.api.post(path)) == answer(first)
    desk.work()
    assert operation(shop, operation_id)["counts"]["documents"] == 2


def test_what_has_ended_cannot_be_cancelled(shop: Shop, desk: Desk) -> None:
    done, failed = desk.drop("june.csv", FILE), desk.drop("empty.csv", b"")
    desk.work()
    for operation_id in (done, failed):
        reply = shop.api.post(f"/v1/operations/{operation_id}/cancel")
        assert refusal(reply) == (409, "operation_finished", None)


def test_an_operation_that_is_not_there_is_not_found(shop: Shop, desk: Desk) -> None:
    for operation_id in (NOBODY, "opr_1", "mem_00000000000", "o" * 3_000):
        for reply in (
            shop.api.get(f"/v1/operations/{operation_id}"),
            shop.api.post(f"/v1/operations/{operation_id}/cancel"),
        ):
            assert refusal(reply) == (404, "operation_not_found", "operation_id")
