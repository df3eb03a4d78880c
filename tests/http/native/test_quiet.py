"""What is changed quietly is changed, can be proved and is told to nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.kit.caller import Grant
from chalicelib.runtime import Runtime
from tests.http.client import Api
from tests.http.native.bookshop import Shop, answer, book, refusal, sale_by
from tests.http.native.test_audit import log
from tests.http.world import key_for
from tests.twins.streamed import StreamedTable
from tests.unit.relay.relayed import run

GRANT = {"unit": "points", "amount": 5, "reason": "goodwill"}


@pytest.fixture
def table() -> StreamedTable:
    return StreamedTable()


@pytest.fixture
def ada(shop: Shop) -> str:
    return shop.enrol("1")


def grant(ada: str, how: str = "") -> str:
    return f"/v1/members/{ada}/grants{how}"


def fed(shop: Shop, rt: Runtime, table: StreamedTable) -> list[str]:
    assert run(replace(rt, table=table.table), table.entries()) == []
    return [event["operation"] for event in answer(shop.api.get("/v1/feed"))["items"]]


def test_points_granted_quietly_are_there_and_in_the_log_and_in_no_feed(
    shop: Shop, rt: Runtime, table: StreamedTable, ada: str
) -> None:
    before = fed(shop, rt, table)
    answer(shop.api.post(grant(ada, "?quiet=true"), GRANT))
    assert shop.points(ada) == 5
    assert fed(shop, rt, table) == before
    [newest, *_] = log(shop)["items"]
    assert (newest["operation"], newest["entity"], newest["quiet"]) == ("grant_points", ada, True)
    answer(shop.api.post(grant(ada), GRANT))
    assert fed(shop, rt, table) == [*before, "grant_points"]
    assert log(shop)["items"][0]["quiet"] is False


def test_all_that_a_purchase_changes_is_quiet(shop: Shop, rt: Runtime, table: StreamedTable, ada: str) -> None:
    before = fed(shop, rt, table)
    answer(shop.api.post("/v1/orders?quiet=true", sale_by(ada, "S1", book(1000))))
    assert shop.points(ada) == 10
    assert fed(shop, rt, table) == before


def test_the_same_key_loud_is_another_request(shop: Shop, ada: str) -> None:
    key = {"Idempotency-Key": "once"}
    first = answer(shop.api.post(grant(ada, "?quiet=true"), GRANT, headers=key))
    assert answer(shop.api.post(grant(ada, "?quiet=true"), GRANT, headers=key)) == first
    assert refusal(shop.api.post(grant(ada), GRANT, headers=key))[:2] == (409, "idempotency_key_reused")
    assert shop.points(ada) == 5


def test_a_till_may_sell_and_not_be_quiet(shop: Shop, rt: Runtime, ada: str) -> None:
    till = Api(rt, key_for(rt, "ours", Grant("orders", "modify")))
    refused = till.post("/v1/orders?quiet=true", sale_by(ada, "S1", book(1000)))
    assert refusal(refused) == (403, "missing_grant", "quiet")
    assert shop.points(ada) == 0
    answer(till.post("/v1/orders?quiet=false", sale_by(ada, "S1", book(1000))))
    assert shop.points(ada) == 10
