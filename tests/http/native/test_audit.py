"""The audit log: who did what and when, newest first, by time, entity, type and actor."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from urllib.parse import urlencode

import pytest

from chalicelib.flows.fact_types import KNOWN
from chalicelib.runtime import Runtime
from infra.local.pages.facts import STREAMS
from tests.http.native.bookshop import NOBODY, PROGRAM, Json, Shop, answer, book, card, refusal
from tests.twins.streamed import StreamedTable
from tests.unit.relay.relayed import run

HOUR = 3_600


@pytest.fixture
def table() -> StreamedTable:
    return StreamedTable()


def log(shop: Shop, **query: object) -> Json:
    return dict(answer(shop.api.get(f"/v1/audit?{urlencode(query)}")))


def walked(shop: Shop, **query: object) -> list[Json]:
    """The whole log, page by page."""
    entries: list[Json] = []
    cursor: dict[str, object] = {}
    for _ in range(500):
        page = log(shop, **query, **cursor)
        entries += page["items"]
        if page["next_cursor"] is None:
            return entries
        cursor = {"cursor": page["next_cursor"]}
    raise AssertionError("a log without an end")


def operations(entries: list[Json]) -> list[str]:
    return [entry["operation"] for entry in entries]


def amounts(entries: list[Json]) -> list[int]:
    """Of what was earned."""
    return [fact["amount"] for entry in entries for fact in entry["facts"] if fact["type"] == "points.earned"]


def ids(entries: list[Json]) -> list[str]:
    return [entry["entry_id"] for entry in entries]


def test_the_log_tells_who_did_what_newest_first(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.clock.pass_by(HOUR)
    bought = shop.buy(ada, "S1")
    shop.clock.pass_by(HOUR)
    shop.spend(ada, 3)
    told = walked(shop)
    assert operations(told)[:3] == ["spend_points", "record_order", "enrol_member"]
    assert operations(told)[-1] == "create_program"
    order = told[1]
    assert order["entry_id"] == bought["entry_id"]
    assert (order["entity"], order["program_id"], order["quiet"]) == (ada, 1, False)
    assert {"order.recorded", "points.earned"} <= {*order["types"]}
    assert [fact["type"] for fact in order["facts"]] == [*order["types"]]
    assert order["actor"]["kind"] == "api_key"
    assert order["actor"]["id"].startswith("key_")
    assert order["request_id"]
    assert order["channel"] == "api"
    assert told[-1]["entity"] == "program:0001"
    assert told[-1]["program_id"] is None


def test_pages_of_any_size_tell_the_same(shop: Shop, rt: Runtime, table: StreamedTable) -> None:
    ada, chance = shop.enrol("1"), Random(7)
    for number in range(20):
        shop.clock.pass_by(chance.choice([0, 0, 1, 700, 9 * HOUR, 200 * HOUR]))
        shop.earn(ada, number + 1)
    assert run(replace(rt, table=table.table), table.entries()) == []
    whole = walked(shop, limit=100)
    assert operations(whole).count("earn_points") == 20
    assert [entry["recorded_at"] for entry in whole] == sorted((e["recorded_at"] for e in whole), reverse=True)
    for limit in (1, 7):
        assert ids(walked(shop, limit=limit)) == ids(whole)
    assert len(set(ids(whole))) == len(whole)


def test_what_is_new_does_not_move_the_pages_behind_it(shop: Shop) -> None:
    ada = shop.enrol("1")
    for amount in range(1, 6):
        shop.earn(ada, amount)
    first = log(shop, limit=2)
    shop.earn(ada, 9)
    second = log(shop, limit=2, cursor=first["next_cursor"])
    assert amounts(first["items"] + second["items"]) == [5, 4, 3, 2]


def test_by_time(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.clock.pass_by(HOUR)
    shop.earn(ada, 5)
    at = log(shop, limit=1)["items"][0]["recorded_at"]
    shop.clock.pass_by(HOUR)
    shop.earn(ada, 6)
    assert amounts(walked(shop, **{"from": at})) == [6, 5]
    assert amounts(walked(shop, **{"from": at, "until": at})) == [5]
    assert operations(walked(shop, until=at))[:2] == ["earn_points", "enrol_member"]
    reply = shop.api.get("/v1/audit?from=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z")
    assert refusal(reply) == (400, "invalid_span", "until")


def test_by_type_and_by_actor(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.buy(ada, "S1")
    shop.spend(ada, 3)
    assert operations(walked(shop, type="points.earned")) == ["record_order"]
    assert operations(walked(shop, type="points.spent", limit=1)) == ["spend_points"]
    assert walked(shop, type="points.sent") == []
    key = log(shop)["items"][0]["actor"]["id"]
    assert ids(walked(shop, actor=key)) == ids(walked(shop))
    assert walked(shop, actor="key_of_nobody") == []


def test_a_type_that_no_fact_is_of_is_refused_with_the_nearest_there_is(shop: Shop, ada: str) -> None:
    shop.earn(ada, 1)
    for wrong, nearest in (
        ("points.eraned", "points.earned"),
        ("Order.Recorded", "order.recorded"),
        ("acess.refused", "access.refused"),
    ):
        for path in (f"/v1/audit?type={wrong}", f"/v1/audit?type={wrong}&entity={ada}"):
            reply = shop.api.get(path)
            assert refusal(reply) == (400, "unknown_fact_type", "type")
            assert f"Did you mean {nearest}?" in reply.json["error"]["message"]
    assert "mean" not in shop.api.get("/v1/audit?type=xyz").json["error"]["message"]
    assert walked(shop, type="entry.unreadable") == []


def test_every_fact_there_is_can_be_asked_for() -> None:
    assert {fact for stream in STREAMS for fact in stream.facts.classes} < KNOWN


def test_hours_in_which_nothing_happened_end_a_page_with_a_cursor(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.clock.pass_by(20 * HOUR)
    page = log(shop)
    assert page["items"] == []
    assert page["next_cursor"] is not None
    assert page["reached"] < "2026-01-16T08:00:00"
    assert operations(walked(shop))[0] == "enrol_member"
    assert operations(walked(shop, entity=ada)) == ["enrol_member"]


def test_of_a_member_in_all_programs(shop: Shop) -> None:
    answer(shop.api.post("/v1/programs", PROGRAM))
    ada, bob = shop.enrol("1"), shop.enrol("2")
    shop.buy(bob, "S0")
    shop.buy(ada, "S1")
    shop.clock.pass_by(60)
    answer(shop.api.post(f"/v1/members/{ada}/earnings?program_id=2", {"unit": "points", "amount": 7}))
    shop.clock.pass_by(400 * 24 * HOUR)
    answer(shop.api.patch(f"/v1/members/{ada}", {"newsletter": True}))
    told = walked(shop, entity=ada)
    assert operations(told) == ["update_member", "earn_points", "record_order", "enrol_member"]
    assert [entry["program_id"] for entry in told] == [None, 2, 1, None]
    assert {entry["entity"] for entry in told} == {ada}
    for limit in (1, 3):
        assert ids(walked(shop, entity=ada, limit=limit)) == ids(told)
    assert operations(walked(shop, entity=ada, type="points.earned")) == ["earn_points", "record_order"]
    assert operations(walked(shop, entity=ada, until=told[1]["recorded_at"], limit=2))[0] == "earn_points"
    assert operations(walked(shop, entity=ada, **{"from": told[1]["recorded_at"]})) == ["update_member", "earn_points"]


def test_of_an_order_a_group_and_a_rule(shop: Shop) -> None:
    ada = shop.enrol("1")
    order = shop.buy(ada, "S1", book(10_00), book(20_00))["order_id"]
    shop.bring_back(order, "R1", book(10_00))
    told = walked(shop, entity=order, limit=1)
    assert operations(told) == ["return_order", "record_order"]
    group = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": ada}))["group_id"]
    assert operations(walked(shop, entity=group)) == ["create_group"]
    shop.define("base", name="Another name")
    rules = walked(shop, entity="rule:0001:base")
    assert operations(rules) == ["replace_rule", "create_rule"] or len(rules) == 2
    assert rules[0]["facts"][0]["body"]["name"] == "Another name"


def test_of_what_is_not_there(shop: Shop, other: Shop) -> None:
    ada = shop.enrol("1")
    order = shop.buy(ada, "S1")["order_id"]
    for entity in (NOBODY, "rule:0001:nothing", "ord_00000000000", NOBODY.replace("mem", "grp")):
        assert refusal(shop.api.get(f"/v1/audit?entity={entity}")) == (404, "entity_not_found", "entity")
    for entity in (ada, order):
        assert refusal(other.api.get(f"/v1/audit?entity={entity}")) == (404, "entity_not_found", "entity")
    for entity in ("ada", "mem_", "rule", "KEY:key_1", "rule:"):
        assert refusal(shop.api.get(f"/v1/audit?entity={entity}")) == (400, "invalid_entity", "entity")


def test_a_cursor_is_good_for_its_own_question_only(shop: Shop, other: Shop) -> None:
    ada = shop.enrol("1")
    shop.earn(ada, 1)
    shop.earn(ada, 2)
    by_time, by_entity = log(shop, limit=1)["next_cursor"], log(shop, limit=1, entity=ada)["next_cursor"]
    wrong = (400, "invalid_cursor", "cursor")
    assert refusal(shop.api.get(f"/v1/audit?cursor={by_entity}")) == wrong
    assert refusal(shop.api.get(f"/v1/audit?entity={ada}&cursor={by_time}")) == wrong
    assert refusal(shop.api.get(f"/v1/audit?type=points.earned&cursor={by_time}")) == wrong
    assert refusal(other.api.get(f"/v1/audit?cursor={by_time}")) == wrong


def test_it_tells_nobody_else_s_and_no_names_of_members(shop: Shop, other: Shop) -> None:
    email = {"type": "email", "value": "hypatia@example.com"}
    body = {"identifiers": [card("90817263"), email], "given_name": "Hypatia"}
    member = answer(shop.api.post("/v1/members", body))["member_id"]
    told = walked(shop)
    assert not any(text in str(told) for text in ("Hypatia", "hypatia", "90817263"))
    assert member in str(told)
    assert member not in str(walked(other))
