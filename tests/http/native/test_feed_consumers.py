"""Consumers of the feed: who takes it by a name, up to where, and what waits for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.kit.caller import Grant
from chalicelib.runtime import Runtime
from tests.http.client import Api, Reply
from tests.http.native.bookshop import Shop, answer, refusal
from tests.http.world import key_for
from tests.twins.streamed import StreamedTable
from tests.unit.relay.relayed import run

LAKE = "/v1/feed/consumers/data-lake"


@pytest.fixture
def table() -> StreamedTable:
    return StreamedTable()


@pytest.fixture
def fed(shop: Shop, rt: Runtime, table: StreamedTable) -> Api:
    """Of a shop whose feed has come to 13."""
    ada = shop.enrol("1")
    for number in range(9):
        shop.earn(ada, number + 1)
    assert run(replace(rt, table=table.table), table.entries()) == []
    return shop.api


def take(api: Api, number: Any, key: str | None = None, **said: Any) -> Reply:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.put(LAKE, {"number": number, **said}, headers=headers)


def stands(api: Api) -> tuple[int, int]:
    now = answer(api.get(LAKE))
    return now["number"], now["behind"]


def numbers(api: Api, query: str) -> list[int]:
    return [event["number"] for event in answer(api.get(f"/v1/feed?consumer=data-lake{query}"))["items"]]


def test_a_consumer_takes_the_feed_piece_by_piece(fed: Api) -> None:
    new = answer(take(fed, 0))
    assert (new.pop("acknowledged_at"), new) == (
        "2026-01-15T12:00:00Z",
        {"consumer_id": "data-lake", "number": 0, "last_number": 13, "behind": 13},
    )
    taken: list[int] = []
    while page := numbers(fed, "&limit=5"):
        taken += page
        answer(take(fed, page[-1]))
        assert stands(fed) == (page[-1], 13 - page[-1])
    assert taken == list(range(1, 14))


def test_what_is_not_acknowledged_comes_again(fed: Api) -> None:
    answer(take(fed, 4))
    assert numbers(fed, "&limit=3") == numbers(fed, "&limit=3") == [5, 6, 7]
    cursor = answer(fed.get("/v1/feed?consumer=data-lake&limit=3"))["next_cursor"]
    assert [event["number"] for event in answer(fed.get(f"/v1/feed?cursor={cursor}"))["items"]][:1] == [8]


def test_who_says_it_late_takes_nothing_back(fed: Api) -> None:
    first = answer(take(fed, 9))
    assert answer(take(fed, 5)) == first
    assert stands(fed) == (9, 4)


def test_it_goes_back_when_that_is_asked_for(fed: Api) -> None:
    answer(take(fed, 9))
    assert answer(take(fed, 5, back=True))["number"] == 5
    assert numbers(fed, "&limit=1") == [6]


def test_a_repeat_is_answered_as_the_first_was_and_moves_nothing(fed: Api) -> None:
    answer(take(fed, 9))
    first = take(fed, 5, "once", back=True)
    answer(take(fed, 8))
    again = take(fed, 5, "once", back=True)
    assert (again.json, again.headers.get("Idempotent-Replayed")) == (first.json, "true")
    assert stands(fed)[0] == 8
    assert refusal(take(fed, 6, "once"))[:2] == (409, "idempotency_key_reused")


def test_so_is_one_that_changed_nothing(fed: Api) -> None:
    answer(take(fed, 5))
    first = take(fed, 5, "once", back=True)
    answer(take(fed, 8))
    assert take(fed, 5, "once", back=True).json == first.json
    assert stands(fed)[0] == 8


def test_nothing_is_taken_that_has_not_happened(fed: Api) -> None:
    assert refusal(take(fed, 14)) == (422, "number_not_published", "number")
    assert refusal(fed.get(LAKE)) == (404, "consumer_not_found", "consumer_id")
    wrong = {"number_too_small": (-1,), "too_many_decimals": (1.5,), "number_too_large": (10**13,)}
    for code, many in {**wrong, "unreadable_number": ("5",), "wrong_type": (None, True)}.items():
        for number in many:
            assert (number, refusal(take(fed, number))[1:]) == (number, (code, "number"))


def test_a_name_that_no_consumer_may_have_is_told_by_its_place(fed: Api) -> None:
    wrong = fed.put("/v1/feed/consumers/data.lake", {"number": 1})
    assert refusal(wrong) == (400, "wrong_format", "consumer_id")
    assert "consumer_id" in wrong.json["error"]["message"]


def test_a_dry_run_moves_nothing(fed: Api) -> None:
    answer(take(fed, 2))
    tried = fed.put(f"{LAKE}?dry_run=true", {"number": 7})
    assert (tried.json["number"], tried.headers["Dry-Run"]) == (7, "true")
    assert fed.call("DELETE", f"{LAKE}?dry_run=true").status == 200
    assert stands(fed) == (2, 11)


def test_a_misspelt_name_is_no_consumer_that_begins_anew(fed: Api) -> None:
    assert refusal(fed.get("/v1/feed?consumer=data-lak")) == (404, "consumer_not_found", "consumer")
    assert fed.put("/v1/feed/consumers/data%20lake", {"number": 0}).status == 400


def test_a_cursor_and_a_consumer_are_two_beginnings(fed: Api) -> None:
    answer(take(fed, 2))
    cursor = answer(fed.get("/v1/feed"))["next_cursor"]
    assert refusal(fed.get(f"/v1/feed?consumer=data-lake&cursor={cursor}")) == (400, "two_beginnings", "consumer")


def test_consumers_do_not_know_of_each_other(fed: Api, other: Shop) -> None:
    answer(take(fed, 9))
    answer(fed.put("/v1/feed/consumers/crm", {"number": 3}))
    told = answer(fed.get("/v1/feed/consumers"))["items"]
    assert [(one["consumer_id"], one["number"], one["behind"]) for one in told] == [("crm", 3, 10), ("data-lake", 9, 4)]
    assert answer(other.api.get("/v1/feed/consumers"))["items"] == []
    assert refusal(other.api.get(LAKE))[0] == 404


def test_a_deleted_consumer_begins_anew(fed: Api) -> None:
    was = answer(take(fed, 9))
    gone = fed.call("DELETE", LAKE, headers={"Idempotency-Key": "gone"})
    assert gone.json == was
    assert refusal(fed.get("/v1/feed?consumer=data-lake"))[0] == 404
    answer(take(fed, 0))
    assert fed.call("DELETE", LAKE, headers={"Idempotency-Key": "gone"}).json == was
    assert numbers(fed, "&limit=1") == [1]
    assert fed.call("DELETE", LAKE).status == 200
    assert refusal(fed.call("DELETE", LAKE)) == (404, "consumer_not_found", "consumer_id")


def test_a_feed_has_fifty_consumers_at_most(fed: Api) -> None:
    for number in range(50):
        answer(fed.put(f"/v1/feed/consumers/c{number}", {"number": 0}))
    assert refusal(take(fed, 0))[:2] == (422, "too_many_consumers")
    assert answer(fed.put("/v1/feed/consumers/c7", {"number": 3}))["number"] == 3


def test_to_acknowledge_is_to_change_the_feed(rt: Runtime, fed: Api) -> None:
    reader = Api(rt, key_for(rt, "ours", Grant("feed", "view")))
    assert take(reader, 1).status == 403
    answer(take(fed, 1))
    assert reader.get("/v1/feed?consumer=data-lake&limit=1").json["items"][0]["number"] == 2
