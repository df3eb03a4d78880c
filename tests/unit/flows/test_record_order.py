"""Recording a sale: what it earns, whom it enrols, and every way in which it is refused."""

from __future__ import annotations

from random import Random

import pytest

from chalicelib.areas.members.model import Identifier, MemberUpdate
from chalicelib.areas.members.operations import find_member
from chalicelib.areas.orders.model.order import Order
from chalicelib.areas.orders.operations import find_order, get_order
from chalicelib.areas.orders.store import MAX_PROBES, id_for, order_put
from chalicelib.errors import Conflict, InvalidInput, NotFound
from chalicelib.flows.happening import MAX_CREDITS
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.record_order import record_order
from chalicelib.flows.update_member import update_member
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS
from chalicelib.kit.ids import entry_ref
from chalicelib.table.commit import Committed
from chalicelib.table.memory import MemoryTable
from tests.twins import at, fresh
from tests.twins.bookshop import (
    TODAY,
    BookShop,
    card,
    fixed,
    goods_back,
    line,
    member,
    open_shop,
    per_euro,
    refused,
    rule,
    sale,
)
from tests.unit.flows.seen import everything, members_of


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


def test_a_sale_earns_by_the_rules_and_says_what_and_until_when(shop: BookShop) -> None:
    ada = shop.member("1")
    answer = shop.buy(member(ada), sale("A1", 100_50, 49_99)).answer
    [earning] = answer.earned
    assert (earning.unit, earning.amount, earning.rule_id) == ("points", 150, "base")
    assert earning.expires_on == at("2027-06-30") // 86_400_000
    assert [(one.line_no, one.amount) for one in earning.lines] == [(1, 101), (2, 49)]
    entry, fact = entry_ref(answer.entry_id), entry_ref(earning.earning_id or "")
    assert (fact.owner, fact.program, fact.sequence) == (entry.owner, entry.program, entry.sequence)
    assert (entry.fact, fact.fact) == (0, 1)
    assert answer.account.balances == {"points": 150}
    assert answer.account.tier == "bronze"
    assert (answer.number, answer.member_id, answer.expired) == ("A1", ada, ())


def test_the_order_is_kept_with_what_it_earned(shop: BookShop) -> None:
    answer = shop.buy(card("1"), sale("A1", 100_00, place="till 1")).answer
    order = get_order(shop.rt, shop.caller, answer.order_id)
    assert order.sale == sale("A1", 100_00, place="till 1")
    assert order.member_id == answer.member_id
    assert [(credit.rule, credit.amount, credit.due) for credit in order.credits] == [("base", 100, 0)]
    assert find_order(shop.rt, shop.caller, "A1") == order


def test_a_sale_that_earns_nothing_is_recorded_all_the_same(shop: BookShop) -> None:
    answer = shop.buy(card("1"), sale("A1", 99)).answer
    assert answer.earned == ()
    assert shop.account(answer.member_id).orders == 1


def test_an_unknown_card_is_enrolled_with_its_first_purchase(shop: BookShop) -> None:
    answer = shop.buy(card(" 0001 "), sale("A1")).answer
    known = find_member(shop.rt, shop.caller, Identifier(type="card", value="0001"))
    assert known.member_id == answer.member_id
    assert known.status == "active"
    assert shop.buy(card("0001"), sale("A2")).answer.member_id == answer.member_id
    assert members_of(shop) == [answer.member_id]


def test_a_shop_that_does_not_enrol_refuses_an_unknown_card() -> None:
    shop = open_shop(program={"enrolment": "refuse"})
    with refused("member_not_found", "identifier", NotFound):
        shop.buy(card("1"), sale("A1"))
    assert members_of(shop) == []


@pytest.mark.parametrize("value", ["", "no address", "a@b"])
def test_what_cannot_be_an_address_enrols_nobody(shop: BookShop, value: str) -> None:
    buyer = Buyer(identifier=Identifier.model_construct(type="email", value=value))
    with refused("invalid_identifier", "identifiers", InvalidInput):
        shop.buy(buyer, sale("A1"))
    assert members_of(shop) == []


def test_a_sale_to_nobody(shop: BookShop) -> None:
    with refused("missing_member", "member_id", InvalidInput):
        shop.buy(Buyer(), sale("A1"))


@pytest.mark.parametrize("member_id", ["mem_00000000000", "mem_0000", "ord_00000000000", "nonsense", ""])
def test_a_member_that_does_not_exist(shop: BookShop, member_id: str) -> None:
    with refused("member_not_found", "member_id", NotFound):
        shop.buy(member(member_id), sale("A1"))


def test_another_tenants_member_does_not_exist(shop: BookShop) -> None:
    other = open_shop(shop.rt.table, tenant="other")
    with refused("member_not_found", "member_id", NotFound):
        shop.buy(member(other.member("1")), sale("A1"))


def test_a_program_that_does_not_exist(shop: BookShop) -> None:
    with refused("program_not_found", "program_id", NotFound):
        record_order(shop.rt, shop.caller, fresh(), card("1"), sale("A1"), program_id=2)


def test_a_blocked_member_earns_nothing(shop: BookShop) -> None:
    ada = shop.member("1")
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    there = everything(shop)
    with refused("member_blocked", "member_id"):
        shop.buy(card("1"), sale("A1"))
    assert everything(shop) == there
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="active"))
    assert shop.buy(card("1"), sale("A1")).answer.account.balances == {"points": 100}


def test_a_till_may_run_five_minutes_fast_but_no_more(shop: BookShop) -> None:
    soon = at(TODAY) + FUTURE_TOLERANCE_MS
    assert shop.buy(card("1"), sale("A1").model_copy(update={"purchased_at": soon})).answer.earned
    with refused("future_purchase", "purchased_at"):
        shop.buy(card("2"), sale("A2").model_copy(update={"purchased_at": soon + 1}))
    assert len(members_of(shop)) == 1


def test_a_rule_that_gives_more_than_an_account_can_hold_gives_nothing() -> None:
    shop = open_shop(rules=[rule(effects=[per_euro(MAX_AMOUNT, rounding=None)])])
    assert shop.buy(card("1"), sale("A1", 2_00)).answer.earned == ()


def test_a_balance_has_an_end() -> None:
    shop = open_shop(rules=[rule(effects=[fixed(MAX_AMOUNT)])])
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    with refused("balance_limit", "amount"):
        shop.buy(card("1"), sale("A2"))
    assert shop.balance(ada) == MAX_AMOUNT


def test_so_many_rules_may_give_something_for_one_order_and_no_more() -> None:
    rules = [rule(f"rule-{number:02}", effects=[fixed(1)]) for number in range(MAX_CREDITS)]
    shop = open_shop(rules=rules)
    earned = shop.buy(card("1"), sale("A1")).answer.earned
    assert len({earning.earning_id for earning in earned}) == MAX_CREDITS == 63
    shop.define(rule("one-more", effects=[fixed(1)]))
    with refused("too_many_credits"):
        shop.buy(card("1"), sale("A2"))


def test_an_order_that_cannot_be_kept_whole_is_refused(shop: BookShop) -> None:
    """A thousand lines are fine; with a long text of pure chance in each they are more than an item holds."""
    dice = Random(1)
    texts = [dice.randbytes(250).hex() for _ in range(1000)]
    with refused("too_large"):
        shop.buy(card("1"), sale("A1", *(line(no, 1_00, name=text) for no, text in enumerate(texts, start=1))))
    assert members_of(shop) == []
    order = shop.buy(card("1"), sale("A1", *(line(no, 1_00, name=f"book {no}") for no in range(1, 1001)))).answer
    assert order.account.balances == {"points": 1000}
    for no in range(1, 1001, 50):
        shop.bring_back(order.order_id, goods_back(f"R{no}", 1_00, sku=f"book-{no}"))
    assert shop.balance(order.member_id) == 980


@pytest.mark.parametrize(
    "other",
    [
        sale("A1", 100_01),
        sale("A1", on="2026-06-14"),
        sale("A1", currency="USD"),
        sale("A1", 50_00, 50_00),
        sale("A1", line(1, 100_00, sku="another book")),
        sale("A1", line(1, 100_00, quantity="2")),
        sale("A1", place="till 2"),
    ],
    ids=["value", "day", "currency", "lines", "sku", "quantity", "place"],
)
def test_a_number_comes_with_one_content(shop: BookShop, other: object) -> None:
    first = shop.buy(card("1"), sale("A1")).answer
    there = everything(shop)
    with refused("order_number_taken", "number", Conflict):
        shop.buy(card("1"), other)  # type: ignore[arg-type] # each is a sale
    assert everything(shop) == there
    assert shop.buy(card("1"), sale("A1")) == Committed(first, replayed=True)


@pytest.mark.parametrize("buyer", ["2", "unknown"])
def test_a_number_comes_with_one_buyer(shop: BookShop, buyer: str) -> None:
    shop.buy(card("1"), sale("A1"))
    shop.member("2")
    there = everything(shop)
    with refused("order_number_taken", "number", Conflict):
        shop.buy(card(buyer), sale("A1"))
    assert everything(shop) == there


def test_a_buyer_is_the_same_by_id_and_by_card(shop: BookShop) -> None:
    first = shop.buy(card("1"), sale("A1")).answer
    assert shop.buy(member(first.member_id), sale("A1")) == Committed(first, replayed=True)


def test_the_same_quantity_written_otherwise_is_the_same_content(shop: BookShop) -> None:
    shop.buy(card("1"), sale("A1", line(1, 10_00, quantity="2.0")))
    assert shop.buy(card("1"), sale("A1", line(1, 10_00, quantity="2"))).replayed


def test_a_number_is_each_tenants_own(shop: BookShop) -> None:
    other = open_shop(shop.rt.table, tenant="other")
    shop.buy(card("1"), sale("A1"))
    assert not other.buy(card("1"), sale("A1", 5_00)).replayed


# --- numbers that hash alike ------------------------------------------------------------------------------------------


def occupied(shop: BookShop, number: str, probes: int) -> None:
    """Other numbers stand where this one would be kept, at so many probes."""
    table = shop.rt.table
    assert isinstance(table, MemoryTable)
    for probe in range(probes):
        other = Order(id_for("shop", number, probe), "mem_00000000001", 1, 1, 0, sale(f"other-{probe}"))
        table.batch_put([order_put("shop", other).item])


@pytest.mark.parametrize("probes", range(1, MAX_PROBES))
def test_a_number_that_hashes_like_others_finds_another_place(shop: BookShop, probes: int) -> None:
    occupied(shop, "A1", probes)
    first = shop.buy(card("1"), sale("A1"))
    assert not first.replayed
    assert first.answer.order_id == id_for("shop", "A1", probes)
    assert find_order(shop.rt, shop.caller, "A1").order_id == first.answer.order_id
    assert shop.buy(card("1"), sale("A1")) == Committed(first.answer, replayed=True)
    with refused("order_number_taken", "number", Conflict):
        shop.buy(card("1"), sale("A1", 1))
    assert shop.balance(first.answer.member_id) == 100
    assert shop.proof(first.answer.member_id).matches


def test_a_number_without_any_place_left_is_refused(shop: BookShop) -> None:
    occupied(shop, "A1", MAX_PROBES)
    with refused("order_number_unusable", "number"):
        shop.buy(card("1"), sale("A1"))
    assert members_of(shop) == []


# --- value time ----------------------------------------------------------------------------------------------------------


def test_a_purchase_lets_what_was_due_before_it_happen_first(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1", 300_00)).answer.member_id
    shop.clock.move_to("2027-07-01")
    answer = shop.buy(card("1"), sale("A2", 10_00, on="2027-07-01")).answer
    assert [(expired.unit, expired.amount) for expired in answer.expired] == [("points", 300)]
    assert answer.account.balances == {"points": 10}
    assert shop.proof(ada).matches


def test_a_late_arrival_has_the_expiry_of_its_own_day(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    answer = shop.buy(card("1"), sale("A0", 40_00, on="2025-12-24")).answer
    [earning] = answer.earned
    assert earning.expires_on == at("2026-12-31") // 86_400_000
    assert answer.account.balances == {"points": 140}
    assert shop.proof(ada).matches


def test_a_very_late_arrival_is_earned_and_expired_in_one_entry(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    answer = shop.buy(card("1"), sale("A0", 40_00, on="2024-12-24")).answer
    assert [earning.amount for earning in answer.earned] == [40]
    assert [expired.amount for expired in answer.expired] == [40]
    assert answer.account.balances == {"points": 100}
    assert shop.statement(ada)[-1].sequence == 2
    assert shop.proof(ada).matches
