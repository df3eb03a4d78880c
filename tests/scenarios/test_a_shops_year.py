"""A book shop's year, told as the shop would tell it. Every figure can be checked with pencil and paper."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.update_member import update_member
from chalicelib.kit.periods import parse_day
from tests.twins import fresh
from tests.twins.bookshop import FIRST, BookShop, card, fixed, goods_back, keyed, line, open_shop, refused, rule, sale

TWICE = {"kind": "multiply", "unit": "points", "factor": "2"}
GOLD_TWICE = rule("gold-twice", effects=[TWICE], audience={"tiers": ["gold"]})
WELCOME = rule("welcome", when=FIRST, effects=[fixed(50, stage="bonus")])
ADA, BOB = card("0001"), card("0002")


@pytest.fixture
def shop() -> BookShop:
    """Opened on 1 January: a point a euro, 50 for a first purchase, twice the points for gold."""
    shop = open_shop(now="2026-01-01", rules=[rule(lines={"exclude_delivery": True}), GOLD_TWICE, WELCOME])
    shop.enrol("0001", given_name="Ada")
    return shop


def bought(shop: BookShop, buyer: Buyer, number: str, cents: int, day: str) -> dict[str, int]:
    """A purchase on its day: simulated at the till, then recorded, and the two agree. Answers what each rule gave."""
    shop.clock.move_to(day)
    told = shop.simulate(buyer, sale(number, cents, on=day))
    done = shop.buy(buyer, sale(number, cents, on=day)).answer
    nameless = [earning.model_copy(update={"earning_id": None}) for earning in done.earned]
    assert (list(told.earned), told.account, told.expired) == (nameless, done.account, done.expired)
    return {earning.rule_id or "": earning.amount for earning in done.earned}


def nightly_job(shop: BookShop, day: str) -> int:
    """How many accounts it settled, and anniversaries of members."""
    today = parse_day(day)
    assert today is not None
    return settle_due(shop.rt, shop.caller, today)


def adds_up(shop: BookShop, member_id: str) -> int:
    """The statement's amounts sum to the balance, each line says the balance after it, and the journal proves it all."""
    balance = 0
    for entry in shop.statement(member_id):
        for told in entry.lines:
            if told.unit == "points":
                assert told.amount is not None
                balance += told.amount
                assert told.balance == balance
    [wallet] = shop.account(member_id).wallets
    assert wallet.available == balance == sum(one.amount for one in wallet.expiring)
    assert wallet.earned == wallet.available + wallet.spent + wallet.cancelled + wallet.expired
    assert shop.proof(member_id).matches
    return balance


def test_a_customers_year(shop: BookShop) -> None:
    # January: the first book, and a welcome. Bronze to begin with.
    assert bought(shop, ADA, "1001", 120_00, "2026-01-10") == {"base": 120, "welcome": 50}
    ada = shop.member_with("0001")
    assert (shop.account(ada).tier, adds_up(shop, ada)) == ("bronze", 170)

    # February: over 200 points, so silver; and no second welcome.
    assert bought(shop, ADA, "1002", 80_99, "2026-02-14") == {"base": 80}
    assert (shop.account(ada).tier, adds_up(shop, ada)) == ("silver", 250)

    # March: a whole shelf makes gold. The order itself was placed by a silver customer: single points.
    assert bought(shop, ADA, "1003", 800_00, "2026-03-03") == {"base": 800}
    assert (shop.account(ada).tier, adds_up(shop, ada)) == ("gold", 1050)

    # April: gold counts twice. Delivery earns nothing.
    shop.clock.move_to("2026-04-01")
    lines = (line(1, 30_00, sku="novel", quantity="3"), line(2, 4_90, sku="post", delivery=True))
    april = shop.buy(ADA, sale("1004", *lines, on="2026-04-01")).answer
    assert {earning.rule_id: earning.amount for earning in april.earned} == {"base": 30, "gold-twice": 30}
    assert adds_up(shop, ada) == 1110

    # One of the three novels comes back: a third of each credit. Then the other two: all of it is gone again.
    shop.clock.move_to("2026-04-10")
    part = shop.bring_back(april.order_id, goods_back("R1", 10_00, sku="novel", on="2026-04-10"), buyer=ADA).answer
    assert {one.rule_id: one.amount for one in part.cancelled} == {"base": 10, "gold-twice": 10}
    rest = shop.bring_back(april.order_id, goods_back("R2", 20_00, sku="novel", quantity="2", on="2026-04-10")).answer
    assert {one.rule_id: one.amount for one in rest.cancelled} == {"base": 20, "gold-twice": 20}
    assert not rest.full  # the delivery was not refunded
    assert adds_up(shop, ada) == 1050
    with refused("returned_more_than_bought", "lines"):
        shop.bring_back(april.order_id, goods_back("R3", 1, sku="novel", on="2026-04-10"))

    # May: she pays with points. The till's connection breaks, so it sends the payment twice: paid once.
    shop.clock.move_to("2026-05-05")
    paid = shop.spend(ada, 400, keyed("receipt 77"))
    again = shop.spend(ada, 400, keyed("receipt 77"))
    assert (again.answer, again.replayed) == (paid.answer, True)
    assert (shop.account(ada).tier, adds_up(shop, ada)) == ("gold", 650)

    # June: the February book comes back; its points had been spent, so others are taken. Gold becomes silver.
    shop.clock.move_to("2026-06-01")
    february = shop.order_id("1002")
    assert shop.bring_back(february, goods_back("R1", 80_99, on="2026-06-01")).answer.full
    assert (shop.account(ada).tier, adds_up(shop, ada)) == ("silver", 570)

    # January again: the first month's points have been spent long ago, nothing is lost at its end.
    shop.clock.move_to("2027-02-01")
    assert shop.balance(ada) == 570
    # What is left of March goes on 1 April, without anybody touching the account; the nightly job books it.
    shop.clock.move_to("2027-03-31T23:59:59Z")
    assert shop.balance(ada) == 570
    shop.clock.move_to("2027-04-01T00:00:00Z")
    assert shop.balance(ada) == 0
    shop.clock.move_to("2027-04-01T00:10:00Z")
    assert nightly_job(shop, "2027-04-01") == 2  # and it is a year that she has been there
    assert (shop.account(ada).tier, adds_up(shop, ada)) == ("silver", 0)

    counted = Counter(told.type for entry in shop.statement(ada) for told in entry.lines)
    assert counted["order.recorded"] == 4
    assert counted["order.returned"] == 3
    assert counted["points.expired"] == 1


def test_a_stranger_becomes_a_member_with_a_first_purchase(shop: BookShop) -> None:
    assert bought(shop, BOB, "2001", 20_00, "2026-01-05") == {"base": 20, "welcome": 50}
    bob = shop.member_with("0002")
    assert adds_up(shop, bob) == 70
    assert shop.account(bob).orders == 1


def test_a_blocked_customer_neither_earns_nor_spends_but_loses_nothing(shop: BookShop) -> None:
    bought(shop, ADA, "1001", 100_00, "2026-01-10")
    ada, order_id = shop.member_with("0001"), shop.order_id("1001")
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    with refused("member_blocked", "member_id"):
        shop.buy(ADA, sale("1002", on="2026-01-10"))
    with refused("member_blocked", "member_id"):
        shop.simulate(ADA, sale("1002", on="2026-01-10"))
    with refused("member_blocked", "member_id"):
        shop.spend(ada, 1)
    assert shop.balance(ada) == 150
    shop.bring_back(order_id, goods_back("R1", 40_00, on="2026-01-10"))
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="active"))
    assert bought(shop, ADA, "1003", 10_00, "2026-01-11") == {"base": 10}
    assert adds_up(shop, ada) == 100  # 40 of the base and 20 of the welcome went back


def test_a_forgotten_receipt_is_entered_late(shop: BookShop) -> None:
    """Its points last as long as if it had been entered in time, and what was decided since then stays."""
    bought(shop, ADA, "1001", 250_00, "2026-06-10")
    ada = shop.member_with("0001")
    late = shop.buy(ADA, sale("0999", 100_00, on="2026-01-31")).answer
    assert [earning.rule_id for earning in late.earned] == ["base"]  # the welcome was for the June purchase
    assert adds_up(shop, ada) == 400
    shop.clock.move_to("2027-02-01")
    assert (nightly_job(shop, "2027-02-01"), adds_up(shop, ada)) == (2, 300)
    # Entered so late that its points have passed: earned and expired at once, and it still counts for the tier.
    very_late = shop.buy(ADA, sale("0998", 700_00, on="2026-01-30")).answer
    assert [expired.amount for expired in very_late.expired] == [700]
    assert (very_late.account.balances, very_late.account.tier) == ({"points": 300}, "gold")
    assert adds_up(shop, ada) == 300


def test_two_tills_sending_one_receipt_book_it_once(shop: BookShop) -> None:
    first = shop.buy(ADA, sale("1001", on="2026-01-01"))
    second = shop.at_another_till(shop.rt.table).buy(ADA, sale("1001", on="2026-01-01"))
    assert (second.answer, second.replayed, first.replayed) == (first.answer, True, False)
    assert adds_up(shop, first.answer.member_id) == 150
