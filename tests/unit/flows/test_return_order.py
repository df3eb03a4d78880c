"""Goods come back, and with them what was earned for them: never more than was bought, never more than was earned."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.orders.model import Return, ReturnLine
from chalicelib.areas.orders.operations import get_order, list_returns
from chalicelib.errors import Conflict, NotFound, Refused
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.update_member import update_member
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS
from chalicelib.table.commit import Committed
from chalicelib.table.memory import MemoryTable
from tests.twins import at, fresh
from tests.twins.bookshop import (
    FIRST,
    TODAY,
    BookShop,
    card,
    dry,
    fixed,
    goods_back,
    line,
    member,
    open_shop,
    refused,
    rule,
    sale,
)
from tests.twins.faulty import FaultyTable
from tests.unit.flows.seen import everything

BONUS = rule("bonus", effects=[fixed(10, stage="bonus")])


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


def two_books(shop: BookShop) -> str:
    """60.00 of one book in two copies, 40.00 of another: 100 points."""
    lines = (line(1, 60_00, sku="novel", quantity="2"), line(2, 40_00, sku="atlas"))
    return shop.buy(card("1"), sale("A1", *lines)).answer.order_id


def returned(number: str, *lines: tuple[str, str, int]) -> Return:
    """SKU, quantity, value."""
    back = tuple(ReturnLine(sku=sku, quantity=Decimal(quantity), gross_value=value) for sku, quantity, value in lines)
    return Return(number=number, purchased_at=at(TODAY), currency="EUR", lines=back)


def test_a_part_comes_back_and_takes_its_part(shop: BookShop) -> None:
    order_id = two_books(shop)
    answer = shop.bring_back(order_id, returned("R1", ("novel", "1", 30_00))).answer
    assert (answer.value, answer.full, answer.number, answer.order_id) == (30_00, False, "R1", order_id)
    [taken] = answer.cancelled
    assert (taken.unit, taken.amount, taken.short, taken.rule_id) == ("points", 30, 0, "base")
    assert answer.account.balances == {"points": 70}
    account = shop.account(answer.member_id)
    assert account.orders == 1
    assert [(spend.currency, spend.amount) for spend in account.spend] == [("EUR", 70_00)]


def test_parts_add_up_to_the_whole(shop: BookShop) -> None:
    order_id = shop.buy(card("1"), sale("A1", line(1, 99_99, quantity="3"))).answer.order_id
    back = [shop.bring_back(order_id, goods_back(f"R{part}", 33_33)).answer for part in range(3)]
    assert sum(taken.amount for answer in back for taken in answer.cancelled) == 99
    assert [answer.full for answer in back] == [False, False, True]
    account = shop.account(back[-1].member_id)
    assert (account.wallets[0].available, account.orders, account.tier) == (0, 0, "bronze")
    assert shop.proof(back[-1].member_id).matches


def test_a_return_is_kept_with_the_lines_it_took_from(shop: BookShop) -> None:
    lines = (line(1, 10_00, sku="pen", quantity="1"), line(2, 30_00, sku="pen", quantity="3"))
    order_id = shop.buy(card("1"), sale("A1", *lines)).answer.order_id
    shop.bring_back(order_id, returned("R1", ("pen", "2", 20_00)))
    [kept] = list_returns(shop.rt, shop.caller, order_id)
    assert kept.taken == ((1, Decimal(1), 10_00), (2, Decimal(1), 10_00))
    order = get_order(shop.rt, shop.caller, order_id)
    assert order.returned_value == 20_00
    assert [credit.due for credit in order.credits] == [20]
    assert order.version == 2


def test_a_bonus_for_the_order_falls_with_it_in_proportion() -> None:
    shop = open_shop(rules=[rule(), BONUS])
    order_id = two_books(shop)
    taken = shop.bring_back(order_id, returned("R1", ("atlas", "1", 40_00))).answer.cancelled
    assert {one.rule_id: one.amount for one in taken} == {"base": 40, "bonus": 4}
    rest = shop.bring_back(order_id, returned("R2", ("novel", "2", 60_00))).answer
    assert {one.rule_id: one.amount for one in rest.cancelled} == {"base": 60, "bonus": 6}
    assert rest.account.balances == {"points": 0}


def test_a_full_return_gives_back_the_first_purchase() -> None:
    shop = open_shop(rules=[rule("welcome", when=FIRST, effects=[fixed(50)])])
    first = shop.buy(card("1"), sale("A1")).answer
    assert shop.buy(card("1"), sale("A2")).answer.earned == ()
    shop.bring_back(first.order_id, goods_back("R1", 100_00))
    assert shop.buy(card("1"), sale("A3")).answer.earned == ()  # A2 is still a purchase


def test_what_was_spent_is_taken_from_other_points_and_then_no_more(shop: BookShop) -> None:
    order = shop.buy(card("1"), sale("A1", 100_00)).answer
    shop.earn(order.member_id, 10)
    shop.spend(order.member_id, 80)
    [taken] = shop.bring_back(order.order_id, goods_back("R1", 100_00)).answer.cancelled
    assert (taken.amount, taken.short) == (30, 70)
    assert shop.balance(order.member_id) == 0
    assert shop.proof(order.member_id).matches


def test_what_has_expired_is_not_taken_elsewhere(shop: BookShop) -> None:
    order = shop.buy(card("1"), sale("A1", 100_00)).answer
    shop.clock.move_to("2027-07-01")
    shop.earn(order.member_id, 40)
    answer = shop.bring_back(order.order_id, goods_back("R1", 100_00, on="2027-07-01")).answer
    assert [(taken.amount, taken.short) for taken in answer.cancelled] == [(0, 100)]
    assert answer.account.balances == {"points": 40}


def test_a_tier_falls_with_the_points_it_stood_on(shop: BookShop) -> None:
    order = shop.buy(card("1"), sale("A1", 250_00)).answer
    assert order.account.tier == "silver"
    assert shop.bring_back(order.order_id, goods_back("R1", 60_00)).answer.account.tier == "bronze"


def test_a_blocked_members_goods_come_back_like_anybodys(shop: BookShop) -> None:
    order_id = two_books(shop)
    ada = get_order(shop.rt, shop.caller, order_id).member_id
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    assert shop.bring_back(order_id, returned("R1", ("atlas", "1", 40_00))).answer.account.balances == {"points": 60}


# --- refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        [("novel", "3", 60_00)],
        [("novel", "2", 60_01)],
        [("atlas", "1.001", 40_00)],
        [("atlas", "1", 40_00), ("atlas", "1", 0)],
        [("novel", "1", 30_00), ("novel", "1", 30_01)],
    ],
    ids=["quantity", "value", "a thousandth", "twice in one document", "value in two lines"],
)
def test_no_more_comes_back_than_was_bought(shop: BookShop, lines: list[tuple[str, str, int]]) -> None:
    order_id = two_books(shop)
    there = everything(shop)
    with refused("returned_more_than_bought", "lines"):
        shop.bring_back(order_id, returned("R1", *lines))
    assert everything(shop) == there


def test_no_more_comes_back_than_is_still_out(shop: BookShop) -> None:
    order_id = two_books(shop)
    shop.bring_back(order_id, returned("R1", ("atlas", "1", 40_00)))
    with refused("returned_more_than_bought", "lines"):
        shop.bring_back(order_id, returned("R2", ("atlas", "1", 40_00)))


def test_what_was_not_sold_cannot_come_back(shop: BookShop) -> None:
    order_id = two_books(shop)
    with refused("sku_not_sold", "lines"):
        shop.bring_back(order_id, returned("R1", ("novel", "1", 30_00), ("globe", "1", 1_00)))
    wrong_line = ReturnLine(sku="atlas", quantity=Decimal(1), gross_value=1_00, line_no=1)
    with refused("sku_not_sold", "lines"):
        shop.bring_back(order_id, goods_back("R1", 1_00).model_copy(update={"lines": (wrong_line,)}))


def test_a_sale_comes_back_in_its_own_currency(shop: BookShop) -> None:
    order_id = two_books(shop)
    with refused("currency_differs", "currency"):
        shop.bring_back(order_id, goods_back("R1", 40_00, sku="atlas", currency="USD"))


def test_nothing_comes_back_tomorrow(shop: BookShop) -> None:
    order_id = two_books(shop)
    late = goods_back("R1", 40_00, sku="atlas").model_copy(update={"purchased_at": at(TODAY) + FUTURE_TOLERANCE_MS + 1})
    with refused("future_purchase", "purchased_at"):
        shop.bring_back(order_id, late)


def test_a_sale_is_brought_back_by_whom_it_was_made_to(shop: BookShop) -> None:
    order_id = two_books(shop)
    bob = shop.member("2")
    for buyer in (member(bob), card("2"), card("unknown"), Buyer(member_id="mem_00000000000")):
        with refused("return_of_another_member", "identifier" if buyer.identifier else "member_id"):
            shop.bring_back(order_id, returned("R1", ("atlas", "1", 40_00)), buyer=buyer)
    assert shop.bring_back(order_id, returned("R1", ("atlas", "1", 40_00)), buyer=card("1")).answer.value == 40_00


@pytest.mark.parametrize("order_id", ["ord_00000000000", "mem_00000000000", "nonsense", ""])
def test_a_sale_that_does_not_exist(shop: BookShop, order_id: str) -> None:
    with refused("order_not_found", "order_id", NotFound):
        shop.bring_back(order_id, returned("R1", ("atlas", "1", 40_00)))


def test_another_tenants_sale_does_not_exist(shop: BookShop) -> None:
    other = open_shop(shop.rt.table, tenant="other")
    with refused("order_not_found", "order_id", NotFound):
        shop.bring_back(two_books(other), returned("R1", ("atlas", "1", 40_00)))


@pytest.mark.parametrize(
    "other",
    [returned("R1", ("atlas", "1", 39_00)), returned("R1", ("novel", "1", 30_00))],
    ids=["that could be", "of another book"],
)
def test_a_number_comes_with_one_content(shop: BookShop, other: Return) -> None:
    order_id = two_books(shop)
    first = shop.bring_back(order_id, returned("R1", ("atlas", "1", 40_00))).answer
    there = everything(shop)
    with refused("return_number_taken", "number", Conflict):
        shop.bring_back(order_id, other)
    assert everything(shop) == there
    again = shop.bring_back(order_id, returned("R1", ("atlas", "1", 40_00)))
    assert again == Committed(first, replayed=True)


def test_a_return_number_is_each_sales_own(shop: BookShop) -> None:
    orders = [shop.buy(card("1"), sale(number)).answer.order_id for number in ("A1", "A2")]
    for order_id in orders:
        assert not shop.bring_back(order_id, goods_back("R1", 100_00)).replayed


# --- the policy of the day of purchase -------------------------------------------------------------------------------------


def test_a_policy_may_measure_by_the_whole_order() -> None:
    unit = {"code": "points", "name": "Points", "policies": [{"return_basis": "order_value"}]}
    novels = rule(lines={"skus": ["novel"]})
    shop = open_shop(rules=[novels], program={"units": [unit]})
    order_id = two_books(shop)
    [taken] = shop.bring_back(order_id, returned("R1", ("atlas", "1", 40_00))).answer.cancelled
    assert taken.amount == 24  # 60 points, and 40 of 100 came back


@pytest.mark.parametrize(
    ("negative", "limit", "balance", "taken", "short"), [("returns", None, -80, 100, 0), ("limit", 30, -30, 50, 50)]
)
def test_goods_that_come_back_take_the_balance_no_further_down_than_the_limit(
    negative: str, limit: int | None, balance: int, taken: int, short: int
) -> None:
    policy = {"return_policy": "negative", "negative": negative, "negative_limit": limit}
    shop = open_shop(program={"units": [{"code": "points", "name": "Points", "policies": [policy]}]})
    order = shop.buy(card("1"), sale("A1")).answer
    shop.spend(order.member_id, 80)
    back = shop.bring_back(order.order_id, goods_back("R1", 100_00)).answer
    assert [(one.amount, one.short) for one in back.cancelled] == [(taken, short)]
    assert back.account.balances == {"points": balance}
    assert shop.proof(order.member_id).matches


def test_the_policy_of_the_day_of_purchase_says_what_a_return_takes() -> None:
    """It changed in between: who bought before may go below zero, who bought after it may not."""
    policies = [
        {"return_policy": "negative", "negative": "returns"},
        {"effective_from": "2026-07-01", "return_policy": "clip"},
    ]
    shop = open_shop(now="2026-07-02", program={"units": [{"code": "points", "name": "Points", "policies": policies}]})
    for number, bought, balance in (("1", "2026-06-30", -80), ("2", "2026-07-01", 0)):
        order = shop.buy(card(number), sale(f"A{number}", on=bought)).answer
        shop.spend(order.member_id, 80)
        back = shop.bring_back(order.order_id, goods_back("R1", 100_00, on="2026-07-02")).answer
        assert back.account.balances == {"points": balance}


def test_without_it_the_lines_that_earned_count() -> None:
    shop = open_shop(rules=[rule(lines={"skus": ["novel"]})])
    assert shop.bring_back(two_books(shop), returned("R1", ("atlas", "1", 40_00))).answer.cancelled == ()


def test_a_gift_for_free_books_falls_when_all_has_come_back() -> None:
    shop = open_shop(rules=[rule("gift", lines={"skus": ["sample"]}, effects=[fixed(5)])])
    lines = (line(1, 0, sku="sample"), line(2, 10_00, sku="novel"))
    order_id = shop.buy(card("1"), sale("A1", *lines)).answer.order_id
    assert shop.bring_back(order_id, returned("R1", ("sample", "1", 0))).answer.cancelled == ()
    answer = shop.bring_back(order_id, returned("R2", ("novel", "1", 10_00))).answer
    assert answer.full
    assert [taken.amount for taken in answer.cancelled] == [5]


def test_a_return_sent_again_in_another_members_name_is_refused(shop: BookShop) -> None:
    order_id = two_books(shop)
    shop.buy(card("2"), sale("B1", line(1, 10_00)))
    document = returned("R1", ("novel", "1", 30_00))
    shop.bring_back(order_id, document, buyer=card("1"))
    assert shop.bring_back(order_id, document, buyer=card("1")).replayed
    assert shop.bring_back(order_id, document).replayed
    with refused("return_of_another_member", "identifier"):
        shop.bring_back(order_id, document, buyer=card("2"))


@pytest.mark.parametrize("call", range(4))  # the sale, the member, the sale again, and the look for a repeat
def test_who_only_tries_a_return_is_told_what_would_be_before_or_after_another(call: int) -> None:
    table = FaultyTable(table=MemoryTable())
    shop = open_shop(table)
    order_id = two_books(shop)

    def tried() -> str:
        try:
            return shop.bring_back(order_id, returned("R1", ("novel", "2", 60_00)), dry()).answer.model_dump_json()
        except Refused as refusal:
            return refusal.code

    came: list[int] = []

    def meanwhile(number: int) -> None:
        if number == call and not came:
            came.append(number)
            shop.bring_back(order_id, returned("R2", ("novel", "1", 30_00)))

    before = tried()
    table.start()
    table.interrupt = meanwhile
    during = tried()
    assert came == [call]
    assert during in (before, tried())
