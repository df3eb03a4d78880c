"""What was damaged behind our back is told as such: nothing is written, and nobody else feels it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.kit.ids import entry_ref
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete, Key
from tests.http.native.bookshop import Shop, answer, refusal, sale_by


def damaged(rt: Runtime, key: Key, **attributes: Any) -> int:
    """The item with another attribute, and how much has been written so far."""
    assert isinstance(rt.table, MemoryTable)
    rt.table.batch_put([{**(rt.table.get(key) or {}), **attributes}])
    return rt.table.meter.cost.write_units


@pytest.mark.parametrize("mark", ["x", "1:41", ""])
def test_a_damaged_mark_is_refused_by_name_and_proven(shop: Shop, ada: str, rt: Runtime, mark: str) -> None:
    shop.earn(ada, 100)
    spend_id = shop.spend(ada, 40)["spend_id"]
    answer(shop.api.post(f"/v1/members/{ada}/refunds", {"spend_id": spend_id, "amount": 5}))
    key = accounts.stream("ours", ada, 1).key(entry_ref(spend_id).sequence)
    written = damaged(rt, key, undone={"S": mark})
    for path, body in (("refunds", {"spend_id": spend_id}), ("undo", {"entry_id": spend_id})):
        reply = shop.api.post(f"/v1/members/{ada}/{path}", body)
        assert refusal(reply) == (500, "damaged_data", None)
        assert "Retry-After" not in reply.headers
        assert ada not in reply.text
    assert isinstance(rt.table, MemoryTable)
    assert rt.table.meter.cost.write_units == written
    assert answer(shop.api.get(f"/v1/members/{ada}/account/proof"))["matches"] is False
    bo = shop.enrol("2")
    shop.earn(bo, 10)


def test_a_damaged_account_is_told_and_its_neighbour_served(shop: Shop, ada: str, rt: Runtime) -> None:
    shop.earn(ada, 100)
    damaged(rt, accounts.account_key("ours", ada, 1), body={"B": b"?"})
    for reply in (shop.api.get(f"/v1/members/{ada}/account"), shop.api.post(f"/v1/members/{ada}/spends", SPEND)):
        assert refusal(reply) == (500, "damaged_data", None)
    shop.earn(shop.enrol("2"), 10)


READS = ("account", "account?as_of=2026-01-14T00:00:00Z", "account/proof", "holds", "pending", "expiries", "histogram")
WRITES: dict[str, dict[str, Any]] = {
    "earnings": {"unit": "points", "amount": 1},
    "spends": {"unit": "points", "amount": 1},
    "grants": {"unit": "points", "amount": 1, "reason": "goodwill"},
    "holds/1/capture": {},
    "pending/activate": {"event": "e"},
    "tier/unpin": {},
}


@pytest.fixture
def lost(shop: Shop, ada: str, rt: Runtime) -> str:
    """Ada's account is gone, and its journal is there: the id of what she has spent."""
    shop.earn(ada, 100)
    spend_id = str(shop.spend(ada, 40)["spend_id"])
    rt.table.transact([Delete(accounts.account_key("ours", ada, 1))], "gone")
    return spend_id


def test_an_account_that_is_gone_passes_for_no_new_one(
    shop: Shop, ada: str, lost: str, caplog: pytest.LogCaptureFixture
) -> None:
    bo, path = shop.enrol("2"), f"/v1/members/{ada}"
    replies = [shop.api.get(f"{path}/{what}") for what in (*READS, "statement?state=any", f"spends/{lost}/trace")]
    asked = WRITES | {"undo": {"entry_id": lost}, "transfers": SPEND | {"to": bo}}
    replies += [shop.api.post(f"{path}/{what}", body) for what, body in asked.items()]
    replies.append(shop.api.post(f"{path}/earnings?dry_run=true", SPEND))
    replies += [shop.api.post(f"/v1/orders{how}", sale_by(ada)) for how in ("", "?dry_run=true", "/simulate")]
    shop.earn(bo, 10)
    replies += [
        shop.api.post(f"/v1/members/{bo}/transfers{how}", SPEND | {"to": ada, "amount": amount})
        for how, amount in (("", 1), ("?dry_run=true", 1), ("", 1000))
    ]
    assert [refusal(reply) for reply in replies] == [(500, "damaged_data", None)] * len(replies)
    assert all(ada not in reply.text for reply in replies)
    told = [record.exc_text or str(record.exc_info) for record in caplog.records if record.exc_info]
    assert len(told) == len(replies)
    assert all(f"ours#M#{ada} " in one for one in told)
    assert any(f"ours#M#{ada} B#0001 is gone" in one for one in told)
    assert shop.points(bo) == 10


def test_an_account_that_was_put_back_as_it_was_before_is_written_no_more(shop: Shop, ada: str, rt: Runtime) -> None:
    """What it has lost would be overwritten by nobody, and asked for in vain for ever."""
    shop.earn(ada, 100)
    key = accounts.account_key("ours", ada, 1)
    before = rt.table.get(key)
    assert before is not None
    shop.earn(ada, 10)
    rt.table.batch_put([before])
    assert refusal(shop.api.post(f"/v1/members/{ada}/spends", SPEND)) == (500, "damaged_data", None)
    bo = shop.enrol("2")
    shop.earn(bo, 5)
    assert refusal(shop.api.post(f"/v1/members/{bo}/transfers", SPEND | {"to": ada})) == (500, "damaged_data", None)
    assert shop.points(bo) == 5


def test_whoever_has_no_account_is_told_so(shop: Shop) -> None:
    nobody = shop.enrol("3")
    assert shop.account(nobody)["version"] == 0
    proof = shop.api.get(f"/v1/members/{nobody}/account/proof")
    assert refusal(proof) == (404, "account_not_found", "member_id")
    assert refusal(shop.api.post(f"/v1/members/{nobody}/spends", SPEND))[1] == "insufficient_balance"
    answer(shop.api.post(f"/v1/members/{nobody}/earnings?dry_run=true", SPEND))
    for how in ("?dry_run=true", "/simulate"):
        assert answer(shop.api.post(f"/v1/orders{how}", sale_by(nobody)))["account"]["balances"] == {"points": 100}


SPEND = {"unit": "points", "amount": 1}
