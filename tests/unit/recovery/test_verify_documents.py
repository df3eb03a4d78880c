"""What `make verify` says of a document that says something else than its entry, or than what was taken for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Return, ReturnLine
from chalicelib.table.items import unpack
from tests.twins import at
from tests.twins.bookshop import TODAY, card, line, sale
from tests.unit.recovery.books import Books, small_books
from tests.unit.recovery.test_verify_members import returned


@pytest.mark.parametrize(
    "changed", [{"purchased_at": 1}, {"currency": "USD"}, {"place": "Elsewhere"}, {"number": "R2"}]
)
def test_a_return_s_document_says_what_its_entry_says(books: Books, changed: dict[str, Any]) -> None:
    whose, order, key = returned(books)
    books.change(key, lambda body: body | {"document": body["document"] | changed})
    assert books.told() == [(f"{whose}", f"order {order} return R1 is not what its entry says")]


@pytest.mark.parametrize("changed", [{"gross_value": 39_99}, {"quantity": "0.9"}, {"sku": "book-2"}, {"line_no": 2}])
def test_a_return_has_taken_what_its_lines_say(books: Books, changed: dict[str, Any]) -> None:
    whose, order, key = returned(books)
    lines = books.item(key)
    line = {**unpack(lines["body"]["B"])["document"]["lines"][0], **changed}
    books.change(key, lambda body: body | {"document": body["document"] | {"lines": [line]}})
    assert books.told() == [(f"{whose}", f"order {order} return R1 has not taken what its lines say")]


def test_a_return_of_one_sku_from_several_lines_is_as_it_must_be() -> None:
    """First the line that it names, then what is left of the others."""
    books = small_books()
    both = line(1, 20_00, sku="mug", quantity="2"), line(2, 10_00, sku="mug")
    order = books.shop.buy(card("1"), sale("A2", *both)).answer.order_id
    back = [
        ReturnLine(sku="mug", quantity=Decimal(2), gross_value=20_00),
        ReturnLine(sku="mug", quantity=Decimal(1), gross_value=10_00, line_no=1),
    ]
    books.shop.bring_back(order, Return(number="R2", purchased_at=at(TODAY), currency="EUR", lines=tuple(back)))
    assert told_of(books, order) == []
    books.change(orders.return_key("shop", order, "R2"), lambda body: body | {"taken": [[2, "3", 30_00]]})
    assert f"order {order} return R2 has not taken what its lines say" in told_of(books, order)


def told_of(books: Books, order: str) -> list[str]:
    return [what for _, what in books.told() if order in what]


@pytest.mark.parametrize("changed", [{"purchased_at": 1}, {"currency": "USD"}, {"place": "Elsewhere"}])
def test_an_order_bought_elsewhere_than_its_entry_says(books: Books, changed: dict[str, Any]) -> None:
    books.change(orders.order_key("shop", books.order), lambda body: body | {"sale": body["sale"] | changed})
    said = "order A2 was bought at another time or place, or in another currency, than its entry says"
    assert ("2", said) in books.told()
