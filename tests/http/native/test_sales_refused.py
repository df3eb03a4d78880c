"""Sales that are not recorded, not simulated, and whose cart is not evaluated: to nobody, from the future, too much, or not readable."""

from __future__ import annotations

import pytest

from tests.http.client import status_of_body
from tests.http.native.bookshop import (
    NOBODY,
    Json,
    Shop,
    answer,
    at_till,
    book,
    card,
    document,
    fixed,
    refusal,
    sale_by,
)

PATHS, CARTS = ("/v1/orders", "/v1/orders/simulate"), "/v1/checkouts/evaluate"

both_ways = pytest.mark.parametrize("path", PATHS, ids=["recorded", "simulated"])
every_way = pytest.mark.parametrize("path", [*PATHS, CARTS], ids=["recorded", "simulated", "as a cart"])


# --- who buys ------------------------------------------------------------------------------------------------------------


@every_way
def test_a_sale_names_one_member(shop: Shop, ada: str, path: str) -> None:
    if path != CARTS:
        assert refusal(shop.api.post(path, document("S1"))) == (400, "missing_member", "member_id")
    named_twice = sale_by(ada, identifier=card("1"))
    assert refusal(shop.api.post(path, at_till(path, named_twice))) == (400, "two_members", "identifier")
    assert refusal(shop.api.post(path, at_till(path, document("S1", identifier=card("\n"))))) == (
        400,
        "invalid_identifier",
        "identifiers",
    )


@every_way
def test_a_sale_to_nobody_is_refused(shop: Shop, other: Shop, path: str) -> None:
    theirs = other.enrol("1")
    for member_id in (NOBODY, theirs, "nobody", "", "m" * 3_000):
        assert refusal(shop.api.post(path, at_till(path, sale_by(member_id)))) == (404, "member_not_found", "member_id")
    unknown = document("S1", identifier=card("unknown"))
    assert refusal(shop.api.post(path, at_till(path, unknown))) == (404, "member_not_found", "identifier")
    assert refusal(shop.api.get("/v1/orders?number=S1")) == (404, "order_not_found", "number")


@every_way
def test_a_blocked_member_earns_nothing(shop: Shop, ada: str, path: str) -> None:
    shop.block(ada)
    assert refusal(shop.api.post(path, at_till(path, sale_by(ada)))) == (422, "member_blocked", "member_id")
    assert refusal(shop.api.post(path, at_till(path, document("S1", identifier=card("1")))))[1] == "member_blocked"


@every_way
def test_a_sale_in_a_program_that_is_not_there(shop: Shop, ada: str, path: str) -> None:
    reply = shop.api.post(f"{path}?program_id=2", at_till(path, sale_by(ada)))
    assert refusal(reply) == (404, "program_not_found", "program_id")


# --- what is too much ----------------------------------------------------------------------------------------------------


@every_way
def test_a_purchase_lies_in_the_past(shop: Shop, ada: str, path: str) -> None:
    """Tills run fast: five minutes are allowed."""
    late = sale_by(ada, purchased_at="2026-01-15T12:05:00.001Z")
    assert refusal(shop.api.post(path, at_till(path, late))) == (422, "future_purchase", "purchased_at")
    assert shop.api.post(path, at_till(path, late | {"purchased_at": "2026-01-15T13:05:00+01:00"})).code is None


@every_way
def test_no_balance_goes_beyond_its_limit(shop: Shop, ada: str, path: str) -> None:
    shop.earn(ada, 10**12 - 99)
    assert refusal(shop.api.post(path, at_till(path, sale_by(ada)))) == (422, "balance_limit", "amount")
    assert shop.api.post(path, at_till(path, sale_by(ada, "S2", book(99_99)))).code is None


@every_way
def test_at_most_63_rules_give_something_for_one_order(shop: Shop, ada: str, path: str) -> None:
    for number in range(62):
        shop.define(f"bonus-{number}", fixed(1, stage="bonus"))
    assert len(answer(shop.api.post(path, at_till(path, sale_by(ada))))["earned"]) == 63
    shop.define("one-more", fixed(1, stage="bonus"))
    assert refusal(shop.api.post(path, at_till(path, sale_by(ada, "S2")))) == (422, "too_many_credits", None)


def test_an_order_takes_from_no_more_than_it_can_write(shop: Shop, ada: str) -> None:
    budget = {"in_all": 9, "budget": {"amount": 9, "unit": "points"}}
    for number in range(41):
        shop.define(f"bonus-{number}", fixed(1, stage="bonus"), limits=budget)
    assert refusal(shop.api.post("/v1/orders", sale_by(ada))) == (422, "too_many_limits", None)
    assert shop.points(ada) == 0


# --- bodies --------------------------------------------------------------------------------------------------------------


@every_way
@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"lines": [book(-1)]}, "negative_amount", "lines.0.gross_value"),
        ({"lines": [book(1), book(-1)]}, "negative_amount", "lines.1.gross_value"),
        ({"lines": [book(10**12 + 1)]}, "number_too_large", "lines.0.gross_value"),
        ({"lines": [book(1) | {"gross_value": 1.5}]}, "too_many_decimals", "lines.0.gross_value"),
        ({"lines": [book(1) | {"gross_value": 10.0}]}, "too_many_decimals", "lines.0.gross_value"),
        ({"lines": [book(1) | {"gross_value": "100"}]}, "unreadable_number", "lines.0.gross_value"),
        ({"lines": [book(1) | {"gross_value": None}]}, "wrong_type", "lines.0.gross_value"),
        ({"lines": [{"sku": "BOOK", "quantity": 1}]}, "missing_field", "lines.0.gross_value"),
        ({"lines": [book(1, quantity=0)]}, "number_too_small", "lines.0.quantity"),
        ({"lines": [book(1, quantity="-1")]}, "negative_amount", "lines.0.quantity"),
        ({"lines": [book(1, quantity="0.0005")]}, "too_many_decimals", "lines.0.quantity"),
        ({"lines": [book(1, quantity="1,5")]}, "unreadable_number", "lines.0.quantity"),
        ({"lines": [book(1, quantity="1e2")]}, "unreadable_number", "lines.0.quantity"),
        ({"lines": [book(1, quantity="")]}, "unreadable_number", "lines.0.quantity"),
        ({"lines": [book(1) | {"quantity": 0.5}]}, "unreadable_number", "lines.0.quantity"),
        ({"lines": [book(1) | {"quantity": True}]}, "unreadable_number", "lines.0.quantity"),
        ({"lines": [book(1, quantity=10**9 + 1)]}, "number_too_large", "lines.0.quantity"),
        ({"lines": [book(1, sku="")]}, "too_short", "lines.0.sku"),
        ({"lines": [book(1, sku="S" * 129)]}, "too_long", "lines.0.sku"),
        ({"lines": [book(1) | {"sku": 978}]}, "wrong_type", "lines.0.sku"),
        ({"lines": [book(1, colour="red")]}, "unknown_field", "lines.0.colour"),
        ({"lines": [book(1, line_no=0)]}, "number_too_small", "lines.0.line_no"),
        ({"lines": [book(1, line_no="1")]}, "unreadable_number", "lines.0.line_no"),
        ({"lines": [book(1, line_no=1), book(1)]}, "line_numbers_mixed", "lines"),
        ({"lines": [book(1, line_no=1), book(1, line_no=1)]}, "invalid_body", None),
        ({"lines": []}, "too_short", "lines"),
        ({"lines": [book(1)] * 1_001}, "too_long", "lines"),
        ({"lines": book(1)}, "wrong_type", "lines"),
        ({"currency": "eur"}, "invalid_currency", "currency"),
        ({"currency": "EURO"}, "invalid_currency", "currency"),
        ({"currency": "EUR\n"}, "invalid_currency", "currency"),
        ({"purchased_at": "2026-01-14"}, "unreadable_date", "purchased_at"),
        ({"purchased_at": "2026-01-14T10:00:00"}, "unreadable_date", "purchased_at"),
        ({"purchased_at": "2026-02-30T10:00:00Z"}, "unreadable_date", "purchased_at"),
        ({"purchased_at": "14.01.2026"}, "unreadable_date", "purchased_at"),
        ({"purchased_at": 1_768_384_800}, "unreadable_date", "purchased_at"),
        ({"purchased_at": "1969-12-31T23:59:59Z"}, "date_too_early", "purchased_at"),
        ({"purchased_at": "0001-01-01T00:00:00+01:00"}, "unreadable_date", "purchased_at"),
        ({"purchased_at": "2026-01-14T10:00:00+18:01"}, "unreadable_date", "purchased_at"),
        ({"purchased_at": "2026-01-14T10:00:00-23:59"}, "unreadable_date", "purchased_at"),
        ({"number": ""}, "too_short", "number"),
        ({"number": "N" * 129}, "too_long", "number"),
        ({"number": 417}, "wrong_type", "number"),
        ({"place": "P" * 501}, "too_long", "place"),
        ({"payments": [{"kind": "cash", "amount": -1}]}, "negative_amount", "payments.0.amount"),
        ({"payments": [{"kind": "cash", "amount": 0.01}]}, "too_many_decimals", "payments.0.amount"),
        ({"payments": [{"kind": "cash", "amount": 1}] * 21}, "too_long", "payments"),
        ({"identifier": {"type": "card"}}, "missing_field", "identifier.value"),
        ({"member_id": 7}, "wrong_type", "member_id"),
        ({"total": 100}, "unknown_field", "total"),
    ],
)
def test_a_sale_that_does_not_fit_is_refused(
    shop: Shop, ada: str, path: str, change: Json, code: str, param: str | None
) -> None:
    if "number" in change and path == CARTS:
        code, param = "unknown_field", "number"
    assert refusal(shop.api.post(path, at_till(path, sale_by(ada)) | change)) == (status_of_body(code), code, param)
    assert shop.account(ada)["version"] == 0


@both_ways
@pytest.mark.parametrize("field", ["number", "purchased_at", "currency", "lines"])
def test_what_a_sale_needs(shop: Shop, ada: str, path: str, field: str) -> None:
    sale = {name: value for name, value in sale_by(ada).items() if name != field}
    assert refusal(shop.api.post(path, at_till(path, sale))) == (400, "missing_field", field)


@every_way
def test_a_till_may_stand_in_any_zone(shop: Shop, ada: str, path: str) -> None:
    for number, offset in enumerate(("+14:00", "-12:00", "+05:45", "-18:00")):
        sale = sale_by(ada, f"S{number}", purchased_at=f"2026-01-13T10:00:00{offset}")
        assert shop.api.post(path, at_till(path, sale)).code is None
