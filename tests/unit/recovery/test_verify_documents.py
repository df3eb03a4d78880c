"""What `make verify` says of a document that says something else than its entry, or than what was taken for it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Return, ReturnLine
from chalicelib.flows.verify_orders import RecordedOrders
from chalicelib.table.items import unpack
from chalicelib.table.journal import entries_query, entry_from
from chalicelib.table.keys import owner_stream
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


def shifted(books: Books, path: tuple[Any, ...], value: Any) -> list[str]:
    """What is told of the order with this in its place."""

    def change(body: Any) -> Any:
        inner = body
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        return body

    books.change(orders.order_key("shop", books.order), change)
    return [what for _, what in books.told()]


@pytest.mark.parametrize(("number", "line_no"), [(0, 9), (1, 9)])
def test_the_lines_of_an_order_are_those_that_it_gave_points_for(number: int, line_no: int) -> None:
    """Or what comes back of them takes nothing back."""
    said = "order A2 has given for lines that its document does not have, or not with that value"
    assert said in shifted(small_books(), ("sale", "lines", number, "line_no"), line_no)


def test_a_return_takes_back_in_proportion_to_what_the_lines_came_to() -> None:
    said = "order A2 has given for lines that its document does not have, or not with that value"
    assert shifted(small_books(), ("credits", 0, 4), 100_00) == [said]


@pytest.mark.parametrize("period", ["2026-05", ""])
def test_what_an_order_gave_counts_in_the_period_that_its_entry_says(period: str) -> None:
    """A return makes room in it again."""
    books = small_books()
    assert unpack(books.item(orders.order_key("shop", books.order))["body"]["B"])["credits"][0][7] == "2026-06"
    assert shifted(books, ("credits", 0, 7), period) == ["order A2 has not given what its entry says"]


@pytest.mark.parametrize(("version", "told"), [(2, []), (3, ["order A2 has not given what its entry says"])])
def test_an_order_of_an_older_release_knew_no_period(version: int, told: list[str]) -> None:
    books = small_books()
    key = orders.order_key("shop", books.order)
    books.change(key, lambda body: body | {"credits": [credit[:7] for credit in body["credits"]]})
    recorded = RecordedOrders("shop", books.members[0], listed={books.order})
    for attrs in books.table.query(entries_query(owner_stream("shop", books.members[0], 1), 1, 99)).items:
        entry = entry_from(owner_stream("shop", books.members[0], 1), attrs)
        older = [fact | {"v": version} if fact["type"] == "points.earned" else fact for fact in entry.facts]
        recorded.see(replace(entry, facts=tuple(older)))
    found = books.table.batch_get(list(recorded.wanted()))
    assert [what.replace(books.order, "A2") for what in recorded.differences(books.table, found)] == told
