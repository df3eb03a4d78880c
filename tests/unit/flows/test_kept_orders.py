"""Orders of whoever is no member: what an assigned one comes to is what it would have come to, had the member been named."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.orders.operations import get_order
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.record_document import record_document
from tests.twins import fresh, kept, perked
from tests.twins.bookshop import BookShop, card, goods_back, line, member, open_shop, rule, sale
from tests.unit.orders_file.csv_file import line as row
from tests.unit.orders_file.csv_file import read, return_line

QUARTERS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2)), max_size=3)


def came_back(shop: BookShop, order_id: str, quarters: list[tuple[int, int]], first: int) -> int:
    """As many quarters of the two books as there are; how many came back."""
    left = {1: 4, 2: 4}
    for number, (some, book) in enumerate(quarters, first):
        part = min(some, left[book])
        left[book] -= part
        if part:
            back = goods_back(f"R{number}", part * 25_00, sku=f"book-{book}", quantity=str(part))
            shop.bring_back(order_id, back)
    return 8 - sum(left.values())


@settings(max_examples=25)
@given(QUARTERS)
def test_it_comes_to_the_same_whenever_it_is_known_whose_it_is(quarters: list[tuple[int, int]]) -> None:
    lines = (line(1, 100_00, quantity="4"), line(2, 100_00, quantity="4"))
    at_once, later = open_shop(), kept.keeping(open_shop())
    ada, eve = at_once.member("1"), later.member("1")
    bought = at_once.buy(member(ada), sale("A1", *lines)).answer.order_id
    order_id = kept.kept(later, sale("A1", *lines))
    for shop, which in ((at_once, bought), (later, order_id)):
        came_back(shop, which, quarters, 1)
    kept.assign(later, order_id, eve)
    assert later.balance(eve) == at_once.balance(ada)
    known, then = get_order(at_once.rt, at_once.caller, bought), get_order(later.rt, later.caller, order_id)
    assert (known.credits, known.returned, known.times_returned) == (then.credits, then.returned, then.times_returned)
    assert later.proof(eve).matches


def test_a_file_has_sales_of_nobody_where_the_program_keeps_them() -> None:
    documents = read(row(loyalty_card=""), return_line(loyalty_card="", quantity="1", gross_value="7.65"))
    elsewhere = open_shop(now="2026-01-01")
    found = [record_document(elsewhere.rt, elsewhere.caller, fresh(), one) for one in documents]
    assert [(one.result, one.code) for one in found] == [("refused", "missing_identity"), ("refused", "unknown_sale")]
    shop = kept.keeping(open_shop(now="2026-01-01"))
    for result in ("recorded", "repeated"):
        found = [record_document(shop.rt, shop.caller, fresh(), one) for one in documents]
        assert [(one.result, one.member_id, one.code) for one in found] == [(result, "", "")] * 2
    ada = shop.member("0042")
    order_id = shop.order_id("A-1")
    kept.assign(shop, order_id, ada)
    assert shop.balance(ada) == 15 - 8
    found = [record_document(shop.rt, shop.caller, fresh(), one) for one in documents]
    assert [one.result for one in found] == ["repeated", "repeated"]


def test_whoever_was_unknown_by_their_card_is_kept_and_known_ones_are_recorded() -> None:
    shop = kept.keeping(open_shop())
    ada = shop.member("1")
    assert shop.buy(card("1"), sale("A1")).answer.member_id == ada
    assert shop.buy(card("2"), sale("A2")).answer.member_id is None
    shop.enrol("2")
    assert shop.buy(card("2"), sale("A2")).replayed


def test_what_rules_give_beside_points_is_given_to_whom_it_is_assigned() -> None:
    shop = kept.keeping(open_shop(rules=()))
    perked.offer(shop, "treat", perked.TREAT)
    shop.define(rule("gives", effects=[{"kind": "grant_perk", "perk": "treat"}]))
    ada, order_id = shop.member("1"), kept.kept(shop, sale("A1"))
    told = kept.assign(shop, order_id, ada).answer
    assert [(one.what, one.given, one.award_id) for one in told.effects] == [("treat", True, "treat.1")]
    assert [(one.award_id, one.state) for one in list_awards(shop.rt, shop.caller, ada)] == [("treat.1", "active")]
    again = kept.assign(shop, order_id, ada)
    assert (again.answer, again.replayed) == (told, True)
    assert len(list_awards(shop.rt, shop.caller, ada)) == 1
    assert shop.proof(ada).matches
