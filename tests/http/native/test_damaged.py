"""What was damaged behind our back is told as such: nothing is written, and nobody else feels it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.kit.ids import entry_ref
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Key
from tests.http.native.bookshop import Shop, answer, refusal


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


SPEND = {"unit": "points", "amount": 1}
