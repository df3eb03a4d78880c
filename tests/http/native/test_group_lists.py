"""The directory of groups and the orders of one, as a client sees them."""

from __future__ import annotations

import pytest

from tests.http.native.bookshop import NOBODY, Shop, answer, refusal


def founded(shop: Shop, primary: str, name: str) -> str:
    return str(answer(shop.api.post("/v1/groups", {"name": name, "primary_member_id": primary}))["group_id"])


def test_the_directory_of_groups_goes_by_pages(shop: Shop, ada: str) -> None:
    assert answer(shop.api.get("/v1/groups")) == {"items": [], "next_cursor": None}
    made = {founded(shop, ada, "The Lovelaces"), founded(shop, shop.enrol("2"), "The Byrons")}
    pages = shop.pages("/v1/groups", 1)
    assert all(len(page) <= 1 for page in pages)
    listed = [group for page in pages for group in page]
    assert {group["group_id"] for group in listed} == made
    assert all(group == answer(shop.api.get(f"/v1/groups/{group['group_id']}")) for group in listed)


def test_what_was_bought_for_a_group_goes_by_pages(shop: Shop, ada: str) -> None:
    home = founded(shop, ada, "The Lovelaces")
    bought = [shop.buy(ada, f"A{number}") for number in range(3)]
    listed = [order for page in shop.pages(f"/v1/groups/{home}/orders", 2) for order in page]
    assert {order["order_id"] for order in listed} == {order["order_id"] for order in bought}
    assert {order["member_id"] for order in listed} == {ada}
    [theirs, *_] = answer(shop.api.get(f"/v1/members/{ada}/orders"))["items"]
    assert listed[0] == theirs | {"member_id": ada}


@pytest.mark.parametrize("path", ["/v1/groups", "/v1/groups/{home}/orders"])
def test_bad_pages_are_refused(shop: Shop, ada: str, path: str) -> None:
    at = path.format(home=founded(shop, ada, "The Lovelaces"))
    assert refusal(shop.api.get(f"{at}?cursor=abc")) == (400, "invalid_cursor", "cursor")
    for limit in ("0", "101", "many"):
        assert refusal(shop.api.get(f"{at}?limit={limit}")) == (400, "invalid_parameter", "limit")


@pytest.mark.parametrize("stranger", ["grp_00000000000", "group", NOBODY])
def test_orders_of_no_group(shop: Shop, stranger: str) -> None:
    assert refusal(shop.api.get(f"/v1/groups/{stranger}/orders")) == (404, "group_not_found", "group_id")
