"""What happened in a tenant, oldest first, by cursor; and nothing of anybody else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.kit.caller import Grant
from chalicelib.runtime import Runtime
from tests.http.client import Api, Reply
from tests.http.native.bookshop import Shop, answer, book, open_shop, refusal
from tests.http.world import HandClock, key_for
from tests.twins.streamed import StreamedTable
from tests.unit.relay.relayed import run


@pytest.fixture
def table() -> StreamedTable:
    return StreamedTable()


def relay(rt: Runtime, table: StreamedTable) -> None:
    assert run(replace(rt, table=table.table), table.entries()) == []


def feed(api: Api, query: str = "") -> Reply:
    return api.get(f"/v1/feed{query}")


def test_an_empty_feed_has_a_cursor_that_goes_on(api: Api, rt: Runtime, table: StreamedTable, clock: HandClock) -> None:
    empty = answer(feed(api))
    assert empty["items"] == []
    shop = open_shop(api, clock)
    assert answer(feed(api, f"?cursor={empty['next_cursor']}")) == empty
    relay(rt, table)
    page = answer(feed(api, f"?cursor={empty['next_cursor']}"))
    assert [event["operation"] for event in page["items"]] == ["create_program", "define_tiers", "define_rule"]
    last = page["next_cursor"]
    assert answer(feed(api, f"?cursor={last}")) == {"items": [], "next_cursor": last}
    shop.enrol("1")
    relay(rt, table)
    [event] = answer(feed(api, f"?cursor={last}"))["items"]
    assert (event["number"], event["operation"]) == (4, "enrol_member")


def test_an_event_tells_what_an_order_made_true(shop: Shop, rt: Runtime, table: StreamedTable) -> None:
    ada = shop.enrol("1")
    bought = shop.buy(ada, "S1", book(1000))
    relay(rt, table)
    event = answer(feed(shop.api))["items"][-1]
    facts = {fact["type"]: fact for fact in event.pop("facts")}
    assert event == {
        "number": 5,
        "entry_id": bought["entry_id"],
        "operation": "record_order",
        "recorded_at": "2026-01-15T12:00:00Z",
        "effective_at": event["effective_at"],
        "actor": {"kind": "api_key", "id": shop.api.key.partition(".")[0] if shop.api.key else ""},
    }
    assert facts["order.recorded"] == {
        "type": "order.recorded",
        "v": 2,
        "order": bought["order_id"],
        "number": "S1",
        "currency": "EUR",
        "value": 1000,
        "counts_on": "2026-01-14",
    }
    earned = facts["points.earned"]
    assert (earned["amount"], earned["balance"]) == (10, 10)
    assert earned["expires_on"] == bought["earned"][0]["expires_on"]
    assert facts["account.advanced"]["to"].endswith("Z")


def test_no_name_address_or_number_of_a_person_is_in_the_feed(api: Api, rt: Runtime, table: StreamedTable) -> None:
    private = {"given_name": "Augusta", "family_name": "Lovelace", "birth_date": "1990-12-10"}
    identifiers = [{"type": "email", "value": "ada@example.org"}, {"type": "phone", "value": "+4930123456"}]
    member_id = answer(api.post("/v1/members", {"identifiers": identifiers, **private}))["member_id"]
    answer(api.patch(f"/v1/members/{member_id}", {"family_name": "King"}))
    relay(rt, table)
    page = answer(feed(api))
    assert [event["operation"] for event in page["items"]] == ["enrol_member", "update_member"]
    told = json.dumps(page)
    for value in ("ada@", "4930123456", "Lovelace", "King", "1990", "Augusta", "ours till"):
        assert value not in told


def test_pages_of_any_size_tell_the_same(shop: Shop, rt: Runtime, table: StreamedTable) -> None:
    ada = shop.enrol("1")
    for number in range(110):
        shop.earn(ada, number + 1)
    relay(rt, table)
    for limit in (1, 7, 25, 100):
        numbers, cursor = [], ""
        while items := (page := answer(feed(shop.api, f"?limit={limit}{cursor}")))["items"]:
            assert len(items) <= limit
            numbers += [event["number"] for event in items]
            cursor = f"&cursor={page['next_cursor']}"
        assert numbers == list(range(1, 115))


def test_a_tenant_sees_its_own_feed_only(shop: Shop, other: Shop, rt: Runtime, table: StreamedTable) -> None:
    ada, bob = shop.enrol("1"), other.enrol("2")
    relay(rt, table)
    ours, theirs = feed(shop.api), feed(other.api)
    assert len(ours.json["items"]) == len(theirs.json["items"]) == 4
    assert {event["entry_id"] for event in ours.json["items"]} & {
        event["entry_id"] for event in theirs.json["items"]
    } <= {
        "CFG:program:0001:0:1",
        "CFG:tiers:0001:0:1",
        "CFG:rule:0001:base:0:1",
    }
    assert ada not in theirs.text
    assert bob not in ours.text


def test_a_cursor_is_good_for_its_own_feed_only(shop: Shop, other: Shop, rt: Runtime, table: StreamedTable) -> None:
    relay(rt, table)
    ada = shop.enrol("1")
    shop.earn(ada, 1)
    shop.earn(ada, 1)
    statement = answer(shop.api.get(f"/v1/members/{ada}/statement?limit=1"))["next_cursor"]
    for cursor in (answer(feed(other.api))["next_cursor"], statement, "nonsense", ""):
        assert refusal(feed(shop.api, f"?cursor={cursor}")) == (400, "invalid_cursor", "cursor")


def test_the_feed_needs_its_own_grant(rt: Runtime, api: Api) -> None:
    assert feed(Api(rt, key_for(rt, "ours", Grant("members", "modify")))).status == 403
    assert feed(Api(rt, key_for(rt, "ours", Grant("feed", "view")))).status == 200
