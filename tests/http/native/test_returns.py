"""Goods come back, all or some of them, and with them what was earned for them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.client import status_of_body
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, book, card, document, refusal


@pytest.fixture
def sale(shop: Shop, ada: str) -> str:
    """Two books for 199.99, half a pound of tea for 50.01: 250 points and silver."""
    order = shop.buy(ada, "S1", book(199_99, quantity=2), book(50_01, sku="TEA", quantity="0.5"))
    return str(order["order_id"])


def returns(sale: str) -> str:
    return f"/v1/orders/{sale}/returns"


def back(number: str = "B1", *lines: Json, **fields: Any) -> Json:
    """Nothing said is one of the books."""
    return document(number, *(lines or [book(99_99)]), **fields)


def test_a_part_comes_back_with_its_share(shop: Shop, ada: str, sale: str) -> None:
    reply = shop.api.post(returns(sale), back())
    entry_id = reply.json["entry_id"]
    assert entry_id.startswith("ent_")
    assert (reply.status, reply.json) == (
        201,
        {
            "order_id": sale,
            "number": "B1",
            "member_id": ada,
            "group_id": None,
            "entry_id": entry_id,
            "value": 99_99,
            "full": False,
            "cancelled": [{"unit": "points", "amount": 100, "short": 0, "rule_id": "base"}],
            "called_off": [],
            "given_back": [],
            "effects": [],
            "expired": [],
            "account": {"balances": {"points": 150}, "tier": "bronze"},
        },
    )
    order = answer(shop.api.get(f"/v1/orders/{sale}"))
    assert (order["returned_value"], order["fully_returned"]) == (99_99, False)
    shown = [(line["sku"], line["returned_quantity"], line["returned_value"]) for line in order["lines"]]
    assert shown == [("BOOK", "1", 99_99), ("TEA", "0", 0)]
    assert order["credits"] == [{"rule_id": "base", "unit": "points", "amount": 250, "taken_back": 100}]


def test_parts_add_up_to_the_whole(shop: Shop, ada: str, sale: str) -> None:
    parts = [
        [book(66_66, quantity="0.667")],
        [book(66_66, quantity="0.667")],
        [book(66_67, quantity="0.666"), book(25_00, sku="TEA", quantity="0.25")],
        [book(25_01, sku="TEA", quantity="0.25")],
    ]
    done = [shop.bring_back(sale, f"B{number}", *lines) for number, lines in enumerate(parts)]
    assert [one["full"] for one in done] == [False, False, False, True]
    assert sum(one["cancelled"][0]["amount"] for one in done) == 250
    assert sum(one["value"] for one in done) == 250_00
    order = answer(shop.api.get(f"/v1/orders/{sale}"))
    assert (order["returned_value"], order["fully_returned"]) == (250_00, True)
    assert [line["returned_quantity"] for line in order["lines"]] == ["2", "0.5"]
    account = shop.account(ada)
    assert (account["wallets"][0]["available"], account["orders"], account["spend"]) == (
        0,
        0,
        [{"currency": "EUR", "amount": 0}],
    )


def test_all_of_it_comes_back_at_once(shop: Shop, ada: str, sale: str) -> None:
    whole = shop.bring_back(sale, "B1", book(199_99, quantity=2), book(50_01, sku="TEA", quantity="0.5"))
    assert (whole["full"], whole["cancelled"][0]["amount"], whole["account"]["tier"]) == (True, 250, "bronze")


def test_what_was_spent_is_not_there_to_be_taken(shop: Shop, ada: str, sale: str) -> None:
    shop.spend(ada, 240)
    assert shop.bring_back(sale, "B1")["cancelled"] == [
        {"unit": "points", "amount": 10, "short": 90, "rule_id": "base"}
    ]
    assert shop.points(ada) == 0


def test_returns_are_listed_as_documents(shop: Shop, sale: str) -> None:
    assert answer(shop.api.get(returns(sale))) == {"items": []}
    shop.bring_back(sale, "B2", book(50_01, sku="TEA", quantity="0.5"), place="Berlin")
    shop.bring_back(sale, "B1", book(99_99), purchased_at="2026-01-15T10:00:00+01:00")
    assert answer(shop.api.get(returns(sale))) == {
        "items": [
            {
                "number": "B1",
                "purchased_at": "2026-01-15T09:00:00Z",
                "recorded_at": "2026-01-15T12:00:00Z",
                "currency": "EUR",
                "place": "",
                "lines": [{"line_no": 1, "quantity": "1", "gross_value": 99_99}],
            },
            {
                "number": "B2",
                "purchased_at": "2026-01-14T10:00:00Z",
                "recorded_at": "2026-01-15T12:00:00Z",
                "currency": "EUR",
                "place": "Berlin",
                "lines": [{"line_no": 2, "quantity": "0.5", "gross_value": 50_01}],
            },
        ]
    }


def test_goods_are_matched_over_all_lines_of_their_sku(shop: Shop, ada: str) -> None:
    order = shop.buy(ada, "S2", book(10_00), book(5_00, sku="TEA"), book(20_00, quantity=3))
    shop.bring_back(order["order_id"], "B1", book(15_00, quantity=2))
    taken = answer(shop.api.get(returns(order["order_id"])))["items"][0]["lines"]
    assert taken == [
        {"line_no": 1, "quantity": "1", "gross_value": 10_00},
        {"line_no": 3, "quantity": "1", "gross_value": 5_00},
    ]


def test_goods_may_name_their_line(shop: Shop, ada: str) -> None:
    order = shop.buy(ada, "S2", book(10_00, line_no=7), book(20_00, line_no=3))
    shop.bring_back(order["order_id"], "B1", book(15_00, line_no=3))
    taken = answer(shop.api.get(returns(order["order_id"])))["items"][0]["lines"]
    assert taken == [{"line_no": 3, "quantity": "1", "gross_value": 15_00}]
    other = back("B2", book(5_00, line_no=4))
    assert refusal(shop.api.post(returns(order["order_id"]), other)) == (422, "sku_not_sold", "lines")


@pytest.mark.parametrize(
    "lines",
    [
        [book(99_99, quantity=3)],
        [book(200_00, quantity=2)],
        [book(100_00), book(100_00)],
        [book(1, sku="TEA", quantity="0.501")],
    ],
    ids=["more pieces", "more money", "more in two lines", "a little more"],
)
def test_no_more_comes_back_than_was_bought(shop: Shop, ada: str, sale: str, lines: list[Json]) -> None:
    too_much = (422, "returned_more_than_bought", "lines")
    assert refusal(shop.api.post(returns(sale), back("B1", *lines))) == too_much
    assert shop.points(ada) == 250
    assert answer(shop.api.get(returns(sale))) == {"items": []}


def test_nothing_comes_back_twice(shop: Shop, sale: str) -> None:
    shop.bring_back(sale, "B1", book(199_99, quantity=2))
    assert refusal(shop.api.post(returns(sale), back("B2", book(0))))[1] == "returned_more_than_bought"


def test_only_what_was_sold_comes_back(shop: Shop, sale: str) -> None:
    assert refusal(shop.api.post(returns(sale), back("B1", book(1, sku="LAMP")))) == (422, "sku_not_sold", "lines")


def test_money_comes_back_in_the_currency_of_the_sale(shop: Shop, sale: str) -> None:
    dollars = back(currency="USD")
    assert refusal(shop.api.post(returns(sale), dollars)) == (422, "currency_differs", "currency")


def test_a_return_lies_in_the_past(shop: Shop, sale: str) -> None:
    later = back(purchased_at="2026-01-15T12:05:01Z")
    assert refusal(shop.api.post(returns(sale), later)) == (422, "future_purchase", "purchased_at")


def test_a_return_of_no_sale(shop: Shop, other: Shop, sale: str) -> None:
    theirs = other.buy(other.enrol("1"), "S1")["order_id"]
    for order_id in ("ord_00000000000", theirs, "S1", "o" * 3_000):
        missing = (404, "order_not_found", "order_id")
        assert refusal(shop.api.post(returns(order_id), back())) == missing
        assert refusal(shop.api.get(returns(order_id))) == missing


# --- whose it is ---------------------------------------------------------------------------------------------------------


def test_a_return_may_name_its_member(shop: Shop, ada: str, sale: str) -> None:
    assert shop.bring_back(sale, "B1", book(1, quantity="0.1"), member_id=ada)["member_id"] == ada
    assert shop.bring_back(sale, "B2", book(1, quantity="0.1"), identifier=card(" 1 "))["member_id"] == ada


def test_a_return_of_another_member_is_refused(shop: Shop, other: Shop, sale: str) -> None:
    bob, theirs = shop.enrol("2"), other.enrol("1")
    named: list[Json] = [
        {"member_id": bob},
        {"member_id": theirs},
        {"member_id": NOBODY},
        {"member_id": "nobody"},
        {"identifier": card("2")},
        {"identifier": card("unknown")},
    ]
    for member in named:
        reply = shop.api.post(returns(sale), back(**member))
        assert refusal(reply) == (422, "return_of_another_member", *member), member


def test_a_return_names_one_member_at_most(shop: Shop, ada: str, sale: str) -> None:
    twice = back(member_id=ada, identifier=card("1"))
    assert refusal(shop.api.post(returns(sale), twice)) == (400, "two_members", "identifier")
    unreadable = back(identifier={"type": "email", "value": "ada"})
    assert refusal(shop.api.post(returns(sale), unreadable)) == (400, "invalid_identifier", "identifiers")


def test_a_blocked_member_s_goods_come_back_like_anybody_s(shop: Shop, ada: str, sale: str) -> None:
    shop.block(ada)
    assert shop.bring_back(sale, "B1")["cancelled"][0]["amount"] == 100


# --- the same number again -----------------------------------------------------------------------------------------------


def test_a_return_sent_again_is_recorded_once(shop: Shop, ada: str, sale: str) -> None:
    first = shop.api.post(returns(sale), back())
    shop.earn(ada, 7)
    again = shop.api.post(returns(sale), back())
    assert (again.status, again.json, again.headers["Idempotent-Replayed"]) == (201, first.json, "true")
    assert shop.points(ada) == 157


@pytest.mark.parametrize(
    "other",
    [{"lines": [book(99_98)]}, {"purchased_at": "2026-01-14T10:00:01Z"}, {"place": "Berlin"}],
    ids=["value", "time", "place"],
)
def test_a_return_number_with_other_content_is_refused(shop: Shop, ada: str, sale: str, other: Json) -> None:
    shop.bring_back(sale, "B1", book(99_99))
    assert refusal(shop.api.post(returns(sale), back() | other)) == (409, "return_number_taken", "number")
    assert shop.points(ada) == 150


def test_each_sale_numbers_its_own_returns(shop: Shop, ada: str, sale: str) -> None:
    second = shop.buy(ada, "S2")["order_id"]
    shop.bring_back(sale, "B1")
    shop.bring_back(second, "B1")
    assert shop.points(ada) == 150


# --- bodies --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"lines": []}, "too_short", "lines"),
        ({"lines": [book(1)] * 1_001}, "too_long", "lines"),
        ({"lines": [book(-1)]}, "negative_amount", "lines.0.gross_value"),
        ({"lines": [book(1) | {"gross_value": 0.5}]}, "too_many_decimals", "lines.0.gross_value"),
        ({"lines": [book(1, quantity=0)]}, "number_too_small", "lines.0.quantity"),
        ({"lines": [book(1, quantity="-0.5")]}, "negative_amount", "lines.0.quantity"),
        ({"lines": [book(1) | {"quantity": 0.5}]}, "unreadable_number", "lines.0.quantity"),
        ({"lines": [book(1, quantity="0.0001")]}, "too_many_decimals", "lines.0.quantity"),
        ({"lines": [book(1, line_no=-1)]}, "number_too_small", "lines.0.line_no"),
        ({"lines": [book(1, name="Tea")]}, "unknown_field", "lines.0.name"),
        ({"currency": "eur"}, "invalid_currency", "currency"),
        ({"purchased_at": "yesterday"}, "unreadable_date", "purchased_at"),
        ({"purchased_at": "1969-12-31T23:59:59Z"}, "date_too_early", "purchased_at"),
        ({"purchased_at": "2026-01-14T10:00:00+23:59"}, "unreadable_date", "purchased_at"),
        ({"number": ""}, "too_short", "number"),
        ({"payments": []}, "unknown_field", "payments"),
    ],
)
def test_a_return_that_does_not_fit_is_refused(
    shop: Shop, ada: str, sale: str, change: Json, code: str, param: str
) -> None:
    assert refusal(shop.api.post(returns(sale), back() | change)) == (status_of_body(code), code, param)
    assert shop.account(ada)["version"] == 1


@pytest.mark.parametrize("field", ["number", "purchased_at", "currency", "lines"])
def test_what_a_return_needs(shop: Shop, sale: str, field: str) -> None:
    document_without = {name: value for name, value in back().items() if name != field}
    assert refusal(shop.api.post(returns(sale), document_without)) == (400, "missing_field", field)
