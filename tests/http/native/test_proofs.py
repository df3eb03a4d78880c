"""A shop has everything proven that its members have: started over HTTP, followed like any long job, with a result."""

from __future__ import annotations

import csv
import io

import pytest

from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Delete, Key
from tests.http.native.bookshop import Json, Shop, answer, card, refusal
from tests.unit.imports.desk import Desk


@pytest.fixture
def desk(rt: Runtime) -> Desk:
    return Desk(rt)


def operation(shop: Shop, operation_id: str) -> Json:
    return dict(answer(shop.api.get(f"/v1/operations/{operation_id}")))


def test_a_proof_is_followed_from_its_start_to_its_result(shop: Shop, desk: Desk, ada: str) -> None:
    shop.earn(ada, 100)
    shop.spend(ada, 30)
    shop.buy(shop.enrol("2"), "S1")
    begun = answer(shop.api.post("/v1/proofs"))
    assert (begun["kind"], begun["state"], begun["program_id"]) == ("prove_accounts", "running", None)
    assert begun == operation(shop, begun["operation_id"])
    shop.clock.pass_by(2)
    desk.work()
    done = operation(shop, begun["operation_id"])
    assert done == {
        "operation_id": begun["operation_id"],
        "kind": "prove_accounts",
        "name": "accounts",
        "state": "done",
        "program_id": None,
        "created_at": "2026-01-15T12:00:00Z",
        "started_at": "2026-01-15T12:00:00Z",
        "finished_at": "2026-01-15T12:00:02Z",
        "rows": {"total": 2, "done": 2, "percent": 100, "per_second": 1.0},
        "counts": {
            "groups": 0,
            "accounts": 2,
            "proven": 2,
            "entries": 5,
            "orders": 1,
            "differing": 0,
            "differences": 0,
        },
        "failure": None,
        "result": {
            "url": f"https://files.invalid/results/ours/{begun['operation_id']}.csv?seconds=900",
            "json_url": None,
            "expires_at": "2026-01-15T12:15:02Z",
        },
    }
    [listed] = answer(shop.api.get("/v1/operations"))["items"]
    assert (listed["operation_id"], listed["kind"]) == (begun["operation_id"], "prove_accounts")


def test_an_entry_that_was_removed_is_named_in_the_result(shop: Shop, desk: Desk, rt: Runtime, ada: str) -> None:
    for _ in range(3):
        shop.earn(ada, 100)
    rt.table.transact([Delete(Key(f"ours#M#{ada}", "J#0001#00000002"))], "a hand")
    begun = answer(shop.api.post("/v1/proofs"))
    desk.work()
    done = operation(shop, begun["operation_id"])
    counts = done["counts"]
    assert (counts["accounts"], counts["proven"], counts["entries"], counts["differing"]) == (1, 0, 3, 1)
    found = list(csv.DictReader(io.StringIO(desk.report(begun["operation_id"]))))
    assert counts["differences"] == len(found)
    assert found[0] == {
        "member_id": ada,
        "group_id": "",
        "program_id": "1",
        "entry": "2",
        "difference": "account 1: entry 2 is missing",
    }


def test_groups_are_proven_as_well_and_named_in_the_result(shop: Shop, desk: Desk, rt: Runtime, ada: str) -> None:
    home = answer(shop.api.post("/v1/groups", {"name": "The Lovelaces", "primary_member_id": ada}))["group_id"]
    for _ in range(3):
        shop.earn(ada, 100)
    begun = answer(shop.api.post("/v1/proofs"))
    desk.work()
    done = operation(shop, begun["operation_id"])
    assert (done["rows"]["done"], done["counts"]["groups"], done["counts"]["proven"]) == (2, 1, 1)
    rt.table.transact([Delete(Key(f"ours#G#{home}", "J#0001#00000002"))], "a hand")
    begun = answer(shop.api.post("/v1/proofs"))
    desk.work()
    assert operation(shop, begun["operation_id"])["counts"]["proven"] == 0
    found = list(csv.DictReader(io.StringIO(desk.report(begun["operation_id"]))))
    assert (found[0]["member_id"], found[0]["group_id"]) == ("", home)
    assert found[0]["difference"] == "account 1: entry 2 is missing"


def test_nothing_to_prove_is_all_proven(shop: Shop, desk: Desk) -> None:
    begun = answer(shop.api.post("/v1/proofs"))
    assert begun["rows"] == {"total": 0, "done": 0, "percent": 0, "per_second": None}
    desk.work()
    assert operation(shop, begun["operation_id"])["rows"]["percent"] == 100


def test_another_tenant_s_members_are_no_part_of_it(shop: Shop, other: Shop, desk: Desk, ada: str) -> None:
    other.earn(other.enrol("9"), 5)
    begun = answer(shop.api.post("/v1/proofs"))
    desk.work()
    assert operation(shop, begun["operation_id"])["rows"]["done"] == 1
    assert refusal(other.api.get(f"/v1/operations/{begun['operation_id']}"))[:2] == (404, "operation_not_found")
    assert ada


def test_the_same_key_is_the_same_proof(shop: Shop, desk: Desk) -> None:
    first = shop.api.post("/v1/proofs", headers={"Idempotency-Key": "spring"})
    again = shop.api.post("/v1/proofs", headers={"Idempotency-Key": "spring"})
    assert answer(again) == answer(first)
    assert (first.headers.get("Idempotent-Replayed"), again.headers.get("Idempotent-Replayed")) == (None, "true")
    desk.work()
    reused = shop.api.post("/v1/members", {"identifiers": [card("7")]}, headers={"Idempotency-Key": "spring"})
    assert refusal(reused)[:2] == (409, "idempotency_key_reused")
    assert len(answer(shop.api.get("/v1/operations"))["items"]) == 1


def test_a_proof_can_be_cancelled_and_a_dry_run_starts_none(shop: Shop, desk: Desk, ada: str) -> None:
    assert answer(shop.api.post("/v1/proofs?dry_run=true"))["rows"]["total"] in (0, 1)
    assert answer(shop.api.get("/v1/operations"))["items"] == []
    begun = answer(shop.api.post("/v1/proofs"))
    path = f"/v1/operations/{begun['operation_id']}"
    assert answer(shop.api.post(f"{path}/cancel"))["state"] == "cancelled"
    desk.work()
    ended = answer(shop.api.get(path))
    assert (ended["state"], ended["counts"]["accounts"], ended["result"], bool(ada)) == ("cancelled", 0, None, True)
    assert refusal(shop.api.post(f"{path}/cancel?surprise=1"))[:2] == (400, "unknown_parameter")
