"""What happened to a member, a group, an order: oldest first, every entry once, numbered without a gap."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.http.native.bookshop import NOBODY, PROGRAM, Json, Shop, answer, book, document, refusal

SOON = 11  # seconds: what happened before is told


def feed(shop: Shop, path: str, query: str = "") -> Json:
    return dict(answer(shop.api.get(f"/v1/{path}/feed{query}")))


def walked(shop: Shop, path: str, limit: int, cursor: str | None = None) -> tuple[list[Json], str]:
    """What there is from there on, page by page, and where it goes on."""
    events: list[Json] = []
    while True:
        begin = "" if cursor is None else f"&cursor={cursor}"
        page = feed(shop, path, f"?limit={limit}{begin}")
        cursor = str(page["next_cursor"])
        if not page["items"]:
            return events, cursor
        events += page["items"]


def told(events: list[Json]) -> list[tuple[int, str]]:
    return [(event["number"], event["operation"]) for event in events]


def test_a_member_s_feed_tells_all_their_programs_in_one_order(shop: Shop) -> None:
    answer(shop.api.post("/v1/programs", PROGRAM))
    ada = shop.enrol("1")
    bought = shop.buy(ada, "S1")
    shop.clock.pass_by(60)
    body = {"unit": "points", "amount": 7}
    answer(shop.api.post(f"/v1/members/{ada}/earnings?program_id=2", body))
    shop.clock.pass_by(60)
    answer(shop.api.patch(f"/v1/members/{ada}", {"newsletter": True}))
    shop.spend(ada, 3)
    shop.clock.pass_by(SOON)
    page = feed(shop, f"members/{ada}")
    operations = ["enrol_member", "record_order", "earn_points", "update_member", "spend_points"]
    assert told(page["items"]) == list(enumerate(operations, start=1))
    assert page["items"][1]["entry_id"] == bought["entry_id"]
    assert page["items"][1]["facts"] == answer(shop.api.get(f"/v1/members/{ada}/feed?limit=2"))["items"][1]["facts"]
    assert feed(shop, f"members/{ada}", f"?cursor={page['next_cursor']}") == {
        "items": [],
        "next_cursor": page["next_cursor"],
        "more": False,
    }


def test_nobody_else_s_is_in_it(shop: Shop, other: Shop) -> None:
    ada, bob = shop.enrol("1"), shop.enrol("2")
    shop.buy(bob, "S1")
    shop.clock.pass_by(SOON)
    assert told(feed(shop, f"members/{ada}")["items"]) == [(1, "enrol_member")]
    assert refusal(other.api.get(f"/v1/members/{ada}/feed")) == (404, "member_not_found", "member_id")
    assert refusal(shop.api.get(f"/v1/members/{NOBODY}/feed")) == (404, "member_not_found", "member_id")


def test_what_has_just_happened_comes_when_it_is_ten_seconds_old(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.clock.pass_by(SOON)
    events, cursor = walked(shop, f"members/{ada}", 5)
    assert told(events) == [(1, "enrol_member")]
    shop.earn(ada, 5)
    assert walked(shop, f"members/{ada}", 5, cursor) == ([], cursor)
    shop.clock.pass_by(SOON)
    assert told(walked(shop, f"members/{ada}", 5, cursor)[0]) == [(2, "earn_points")]


def test_pages_of_any_size_and_readers_at_any_time_tell_the_same(shop: Shop) -> None:
    """Some follow all the while, some come at the end; more entries than are read together, in three journals."""
    answer(shop.api.post("/v1/programs", PROGRAM))
    ada, chance = shop.enrol("1"), Random(5)
    followed: list[Json] = []
    cursor = None
    for number in range(90):
        shop.clock.pass_by(chance.choice([0, 0, 4]))
        program = chance.choice(["", "", "?program_id=2"])
        answer(shop.api.post(f"/v1/members/{ada}/earnings{program}", {"unit": "points", "amount": number + 1}))
        if chance.random() < 0.2:
            answer(shop.api.patch(f"/v1/members/{ada}", {"labels": [{"key": "n", "value": str(number)}]}))
        if chance.random() < 0.1:
            new, cursor = walked(shop, f"members/{ada}", chance.randint(1, 9), cursor)
            followed += new
    shop.clock.pass_by(SOON)
    followed += walked(shop, f"members/{ada}", 100, cursor)[0]
    whole = walked(shop, f"members/{ada}", 100)[0]
    assert [event["number"] for event in whole] == list(range(1, len(whole) + 1))
    assert len({event["entry_id"] for event in whole}) == len(whole) > 100
    assert followed == whole == walked(shop, f"members/{ada}", 7)[0]


def test_a_group_has_a_feed_as_well(shop: Shop) -> None:
    ada = shop.enrol("1")
    group = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": ada}))["group_id"]
    shop.buy(ada, "S1")
    shop.clock.pass_by(SOON)
    assert told(feed(shop, f"groups/{group}")["items"]) == [(1, "create_group"), (2, "record_order")]
    nobody = NOBODY.replace("mem", "grp")
    assert refusal(shop.api.get(f"/v1/groups/{nobody}/feed")) == (404, "group_not_found", "group_id")


def test_an_order_s_feed_tells_what_became_of_it(shop: Shop) -> None:
    ada = shop.enrol("1")
    order = shop.buy(ada, "S1", book(10_00), book(20_00))["order_id"]
    shop.buy(ada, "S2")
    first, cursor = walked(shop, f"orders/{order}", 5)
    assert told(first) == [(1, "record_order")]
    shop.bring_back(order, "R2", book(10_00))
    shop.bring_back(order, "R1", book(20_00))
    rest = walked(shop, f"orders/{order}", 1, cursor)[0]
    assert told(rest) == [(2, "return_order"), (3, "return_order")]
    assert [fact["number"] for event in rest for fact in event["facts"] if fact["type"] == "order.returned"] == [
        "R2",
        "R1",
    ]
    assert walked(shop, f"orders/{order}", 100)[0] == [*first, *rest]


def test_an_order_of_nobody_has_its_own_journal_first(shop: Shop) -> None:
    program = answer(shop.api.post("/v1/programs", PROGRAM | {"enrolment": "keep"}))["program_id"]
    kept = answer(shop.api.post(f"/v1/orders?program_id={program}", document("K1", book(10_00), book(10_00))))[
        "order_id"
    ]
    shop.bring_back(kept, "KR1", book(1_00))
    before = walked(shop, f"orders/{kept}", 100)[0]
    ada = shop.enrol("1")
    answer(shop.api.post(f"/v1/orders/{kept}/assign", {"member_id": ada}))
    shop.bring_back(kept, "KR2", book(1_00))
    events = walked(shop, f"orders/{kept}", 2)[0]
    assert events[: len(before)] == before
    assert [event["number"] for event in events] == [1, 2, 3, 4, 5]
    own = [event["entry_id"].startswith(f"O:{kept}:") for event in events]
    assert own == [True, True, True, False, False], events


def test_an_order_that_is_not_there_has_no_feed(shop: Shop, other: Shop) -> None:
    ada = shop.enrol("1")
    order = shop.buy(ada, "S1")["order_id"]
    assert refusal(other.api.get(f"/v1/orders/{order}/feed")) == (404, "order_not_found", "order_id")


def test_a_cursor_is_good_for_its_own_feed_only(shop: Shop) -> None:
    ada, bob = shop.enrol("1"), shop.enrol("2")
    order = shop.buy(ada, "S1")["order_id"]
    group = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": ada}))["group_id"]
    cursors: dict[str, Any] = {
        path: feed(shop, path)["next_cursor"]
        for path in (f"members/{ada}", f"members/{bob}", f"groups/{group}", f"orders/{order}")
    }
    for path in cursors:
        for elsewhere, cursor in cursors.items():
            status = shop.api.get(f"/v1/{path}/feed?cursor={cursor}").status
            assert status == (200 if path == elsewhere else 400)
