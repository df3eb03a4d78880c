"""What is read: an account now and later, its statement, its proof, simulations, a member's orders."""

from __future__ import annotations

import pytest

from chalicelib.areas.accounts.store import account_key
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.orders.model.order import OrderCard
from chalicelib.areas.orders.operations import find_order, list_returns
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.list_member_orders import list_member_orders
from chalicelib.flows.prove_account import prove_account
from chalicelib.flows.read_account import read_account
from chalicelib.flows.read_statement import read_statement
from chalicelib.flows.simulate_order import simulate_order
from chalicelib.flows.update_member import update_member
from chalicelib.table.journal import Stream
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete
from tests.twins import at, fresh
from tests.twins.bookshop import BookShop, card, goods_back, member, open_shop, over, per_euro, refused, rule, sale
from tests.unit.flows.seen import everything, members_of


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


def strangers(shop: BookShop) -> list[str]:
    """Ids of no member of this shop; the last is a member of another."""
    other = open_shop(shop.rt.table, tenant="other")
    return ["mem_00000000000", "nonsense", "", other.buy(card("1"), sale("A1")).answer.member_id]


# --- account -------------------------------------------------------------------------------------------------------------


def test_a_new_member_has_an_empty_account_on_the_first_tier(shop: BookShop) -> None:
    account = shop.account(shop.member("1"))
    assert (account.version, account.tier, account.orders, account.spend) == (0, "bronze", 0, ())
    assert [(one.unit, one.decimals, one.available, one.expiring) for one in account.wallets] == [("points", 0, 0, ())]
    assert account.next_tier is not None
    assert (account.next_tier.tier, account.next_tier.missing) == ("silver", 200)


def test_a_balance_is_right_at_any_moment_though_nobody_touched_the_account(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1", 150_00)).answer.member_id
    for now, available in [("2027-06-30T23:59:59Z", 150), ("2027-07-01T00:00:00Z", 0)]:
        shop.clock.move_to(now)
        account = shop.account(ada)
        assert (account.wallets[0].available, account.wallets[0].expired) == (available, 150 - available)
        assert account.version == 1


def test_the_future_is_told_and_changes_nothing(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1", 150_00)).answer.member_id
    there = everything(shop)
    assert shop.account(ada, "2027-07-01").wallets[0].available == 0
    assert shop.account(ada, "2027-06-30").wallets[0].available == 150
    assert everything(shop) == there


def test_accounts_of_strangers_and_programs_that_are_not_there(shop: BookShop) -> None:
    for member_id in strangers(shop):
        with refused("member_not_found", "member_id", NotFound):
            shop.account(member_id)
    with refused("program_not_found", "program_id", NotFound):
        read_account(shop.rt, shop.caller, shop.member("1"), 2)


def test_a_program_without_tiers(shop: BookShop) -> None:
    plain = open_shop(tenant="plain", tiers=None)
    answer = plain.buy(card("1"), sale("A1")).answer
    account = plain.account(answer.member_id)
    assert (answer.account.tier, account.tier, account.next_tier) == (None, None, None)


# --- statement -----------------------------------------------------------------------------------------------------------


def test_a_statement_tells_every_change_newest_first_and_adds_up(shop: BookShop) -> None:
    order = shop.buy(card("1"), sale("A1", 300_00)).answer
    shop.spend(order.member_id, 50)
    shop.bring_back(order.order_id, goods_back("R1", 150_00))
    page = read_statement(shop.rt, shop.caller, (order.member_id, 1), 100, None)
    assert page.next_cursor is None
    assert [(entry.sequence, entry.operation) for entry in page.items] == [
        (3, "return_order"),
        (2, "spend_points"),
        (1, "record_order"),
    ]
    assert page.items[2].entry_id == order.entry_id
    lines = [line for entry in reversed(page.items) for line in entry.lines]
    assert [(line.type, line.unit, line.amount, line.balance) for line in lines] == [
        ("order.recorded", "EUR", 300_00, None),
        ("points.earned", "points", 300, 300),
        ("tier.changed", None, None, None),
        ("points.spent", "points", -50, 250),
        ("order.returned", "EUR", 150_00, None),
        ("points.cancelled", "points", -150, 100),
        ("tier.changed", None, None, None),
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 100])
def test_a_statement_is_paged_without_loss_or_repeat(shop: BookShop, limit: int) -> None:
    ada = shop.member("1")
    for amount in range(1, 6):
        shop.earn(ada, amount)
    sequences: list[int] = []
    cursor = None
    pages = 0
    while True:
        page = read_statement(shop.rt, shop.caller, (ada, 1), limit, cursor)
        pages += 1
        sequences += [entry.sequence for entry in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        shop.earn(ada, 1)  # what is added meanwhile is newer than the page
    assert sequences == [5, 4, 3, 2, 1]
    assert pages == max(1, -(-5 // limit))


def test_statements_of_strangers_programs_and_cursors_that_are_not_there(shop: BookShop) -> None:
    for member_id in strangers(shop):
        with refused("member_not_found", "member_id", NotFound):
            read_statement(shop.rt, shop.caller, (member_id, 1), 10, None)
    ada, bob = shop.member("1"), shop.member("2")
    with refused("program_not_found", "program_id", NotFound):
        read_statement(shop.rt, shop.caller, (ada, 2), 10, None)
    assert read_statement(shop.rt, shop.caller, (ada, 1), 10, None).items == ()
    shop.earn(bob, 1)
    shop.earn(bob, 1)
    cursor = read_statement(shop.rt, shop.caller, (bob, 1), 1, None).next_cursor
    for wrong in (cursor, "nonsense", "", "WyJhIiwgMV0"):
        with refused("invalid_cursor", "cursor", InvalidInput):
            read_statement(shop.rt, shop.caller, (ada, 1), 10, wrong)


# --- simulation ----------------------------------------------------------------------------------------------------------


def test_a_simulation_is_what_recording_then_does(shop: BookShop) -> None:
    shop.define(rule("bonus", when=over("150.00"), effects=[per_euro(stage="bonus")]))
    shop.member("1")
    for number, cents in (("A1", 100_00), ("A2", 200_00)):
        there = everything(shop)
        simulated = shop.simulate(card("1"), sale(number, cents))
        assert everything(shop) == there
        recorded = shop.buy(card("1"), sale(number, cents)).answer
        earned = tuple(earning.model_copy(update={"earning_id": None}) for earning in recorded.earned)
        assert simulated.earned == earned
        assert (simulated.account, simulated.expired) == (recorded.account, recorded.expired)
        assert simulated.member_id == recorded.member_id
        given = {earning.rule_id for earning in earned}
        assert {skipped.rule_id for skipped in simulated.skipped} == {"base", "bonus"} - given


def test_a_simulation_says_why_a_rule_gave_nothing(shop: BookShop) -> None:
    shop.define(rule("off", state="paused"))
    shop.define(rule("big", when=over("150.00")))
    skipped = shop.simulate(card("1"), sale("A1")).skipped
    assert {one.rule_id: one.reason for one in skipped} == {"big": "condition_not_met", "off": "paused"}
    assert all(one.message for one in skipped)


def test_a_simulation_enrols_nobody_and_names_nobody(shop: BookShop) -> None:
    simulated = shop.simulate(card("new"), sale("A1"))
    assert simulated.member_id is None
    assert simulated.account.balances == {"points": 100}
    assert members_of(shop) == []


def test_a_recorded_number_may_be_simulated_again(shop: BookShop) -> None:
    shop.buy(card("1"), sale("A1"))
    assert shop.simulate(card("1"), sale("A1", 5_00)).account.balances == {"points": 105}


def test_a_simulation_is_refused_like_the_recording(shop: BookShop) -> None:
    for member_id in strangers(shop):
        with refused("member_not_found", "member_id", NotFound):
            shop.simulate(member(member_id), sale("A1"))
    with refused("future_purchase", "purchased_at"):
        shop.simulate(card("1"), sale("A1", on="2026-06-16"))
    with refused("program_not_found", "program_id", NotFound):
        simulate_order(shop.rt, shop.caller, fresh(), card("1"), sale("A1"), 2)
    ada = shop.member("1")
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    with refused("member_blocked", "member_id"):
        shop.simulate(card("1"), sale("A1"))


# --- orders --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_members_orders_are_listed_newest_purchase_first(shop: BookShop, limit: int) -> None:
    days = ["2026-03-01", "2026-05-01", "2026-04-01"]
    for number, day in enumerate(days):
        shop.buy(card("1"), sale(f"A{number}", on=day))
    shop.buy(card("2"), sale("B1"))
    ada = find_order(shop.rt, shop.caller, "A0").member_id
    shop.bring_back(find_order(shop.rt, shop.caller, "A1").order_id, goods_back("R1", 25_00))
    found: list[OrderCard] = []
    cursor = None
    while True:
        page = list_member_orders(shop.rt, shop.caller, ada, limit, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [(one.number, one.gross_value, one.returned_value) for one in found] == [
        ("A1", 100_00, 25_00),
        ("A2", 100_00, 0),
        ("A0", 100_00, 0),
    ]
    assert [one.purchased_at for one in found] == [at(day) for day in ("2026-05-01", "2026-04-01", "2026-03-01")]
    with refused("invalid_cursor", "cursor", InvalidInput):
        list_member_orders(shop.rt, shop.caller, ada, 1, "nonsense")


def test_orders_that_are_not_there(shop: BookShop) -> None:
    with refused("order_not_found", "number", NotFound):
        find_order(shop.rt, shop.caller, "A1")
    for member_id in strangers(shop):
        with refused("member_not_found", "member_id", NotFound):
            list_member_orders(shop.rt, shop.caller, member_id, 10, None)
    assert list_member_orders(shop.rt, shop.caller, shop.member("2"), 10, None).items == ()
    with refused("order_not_found", "order_id", NotFound):
        list_returns(shop.rt, shop.caller, "ord_00000000000")


# --- proof ---------------------------------------------------------------------------------------------------------------


def test_an_account_is_what_its_journal_says(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.spend(ada, 10)
    proof = shop.proof(ada)
    assert (proof.matches, proof.entries, proof.version, proof.broken_at, proof.differences) == (True, 2, 2, None, ())
    with refused("account_not_found", "member_id", NotFound):
        prove_account(shop.rt, shop.caller, shop.member("2"))
    with refused("program_not_found", "program_id", NotFound):
        prove_account(shop.rt, shop.caller, ada, 2)
    for member_id in strangers(shop):
        with refused("member_not_found", "member_id", NotFound):
            prove_account(shop.rt, shop.caller, member_id)


def test_a_lost_entry_shows(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.spend(ada, 10)
    shop.spend(ada, 10)
    shop.rt.table.transact([Delete(Stream("shop", f"shop#M#{ada}", 1).key(2))], "t")
    proof = shop.proof(ada)
    assert (proof.matches, proof.entries, proof.broken_at, proof.differences) == (False, 2, 2, ("wallet points",))


def test_an_account_set_back_shows(shop: BookShop) -> None:
    table = shop.rt.table
    assert isinstance(table, MemoryTable)
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    before = table.get(account_key("shop", ada, 1))
    assert before is not None
    shop.buy(card("1"), sale("A2"))
    after = table.get(account_key("shop", ada, 1))
    assert after is not None
    table.batch_put([{**after, "body": before["body"]}])
    proof = shop.proof(ada)
    assert (proof.matches, proof.broken_at) == (False, None)
    assert proof.differences == ("orders", "spend", "counted", "months", "tier", "standing", "wallet points")
