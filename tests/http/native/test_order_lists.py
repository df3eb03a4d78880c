"""Orders are found by id and by number, and listed by member."""

from __future__ import annotations

from tests.http.native.bookshop import NOBODY, YESTERDAY, Shop, answer, book, refusal


def test_an_order_that_is_not_there_is_not_found(shop: Shop) -> None:
    for order_id in ("ord_00000000000", "ord_1", NOBODY, "S1", "o" * 3_000):
        assert refusal(shop.api.get(f"/v1/orders/{order_id}")) == (404, "order_not_found", "order_id")
    assert refusal(shop.api.get("/v1/orders?number=S1")) == (404, "order_not_found", "number")
    assert refusal(shop.api.get("/v1/orders")) == (400, "missing_parameter", "number")
    assert refusal(shop.api.get("/v1/orders?number=")) == (400, "invalid_parameter", "number")


def test_a_member_s_orders_are_listed_newest_purchase_first(shop: Shop, ada: str) -> None:
    for day in (12, 14, 11, 13):
        shop.buy(ada, f"S{day}", book(day), purchased_at=f"2026-01-{day}T10:00:00Z")
    last = answer(shop.api.get("/v1/orders?number=S14"))
    shop.bring_back(last["order_id"], "B1", book(4, quantity="0.4"))
    path = f"/v1/members/{ada}/orders"
    assert answer(shop.api.get(f"{path}?limit=1"))["items"] == [
        {
            "order_id": last["order_id"],
            "number": "S14",
            "purchased_at": "2026-01-14T10:00:00Z",
            "currency": "EUR",
            "gross_value": 14,
            "returned_value": 4,
        }
    ]
    for limit in (1, 3, 4, 100):
        listed = [order["number"] for page in shop.pages(path, limit) for order in page]
        assert listed == ["S14", "S13", "S12", "S11"]


def test_orders_of_one_instant_are_all_listed(shop: Shop, ada: str) -> None:
    for number in range(5):
        shop.buy(ada, f"S{number}")
    listed = [order["number"] for page in shop.pages(f"/v1/members/{ada}/orders", 2) for order in page]
    assert sorted(listed) == ["S0", "S1", "S2", "S3", "S4"]


def test_a_member_without_orders_has_an_empty_list_and_nobody_has_none(shop: Shop, other: Shop, ada: str) -> None:
    assert answer(shop.api.get(f"/v1/members/{ada}/orders")) == {"items": [], "next_cursor": None}
    theirs = other.enrol("1")
    other.buy(theirs, "S1")
    for member_id in (NOBODY, theirs, "nobody", "m" * 3_000):
        reply = shop.api.get(f"/v1/members/{member_id}/orders")
        assert refusal(reply) == (404, "member_not_found", "member_id")


def test_a_cursor_is_good_for_its_own_list_only(shop: Shop, other: Shop, ada: str) -> None:
    bob, theirs = shop.enrol("2"), other.enrol("1")
    for number in range(2):
        shop.buy(ada, f"A{number}")
        shop.buy(bob, f"B{number}", purchased_at=YESTERDAY)
        other.buy(theirs, f"T{number}")
    foreign = [
        answer(shop.api.get(f"/v1/members/{bob}/orders?limit=1"))["next_cursor"],
        answer(other.api.get(f"/v1/members/{theirs}/orders?limit=1"))["next_cursor"],
        answer(shop.api.get(f"/v1/members/{ada}/statement?limit=1"))["next_cursor"],
    ]
    assert None not in foreign
    for cursor in (*foreign, "nonsense", ""):
        refused = shop.api.get(f"/v1/members/{ada}/orders?cursor={cursor}")
        assert refusal(refused) == (400, "invalid_cursor", "cursor")
