"""What a line of a statement says besides its amount: who did it, with whom, what it goes back to, on which day it took effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import facts as f
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.read_statement import PAGE, PAGES, StatementEntry, Wanted, read_statement
from chalicelib.flows.refund_spend import FreshPart, refund_spend
from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.statement_lines import StatementLine, lines_of
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.periods import iso_day
from chalicelib.table.journal import Entry, entries_query, entry_from
from chalicelib.table.memory import MemoryTable
from tests.twins import by_hand, fresh, grouped
from tests.twins.bookshop import POINTS, TIERS, BookShop, card, goods_back, member, open_shop, sale
from tests.unit.flows.by_hand import spent_below_zero

THIRTY_DAYS = {**POINTS, "policies": [{"expiry": {"type": "days", "days": 30}}]}


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("1")


@pytest.fixture
def bob(shop: BookShop) -> str:
    return shop.member("2")


def entries(shop: BookShop, owner: str, wanted: Wanted, limit: int = 100) -> Iterator[StatementEntry]:
    """Newest first, of all pages."""
    cursor = None
    while True:
        page = read_statement(shop.rt, shop.caller, (owner, 1), limit, cursor, wanted)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def lines(shop: BookShop, owner: str, limit: int = 100, **wanted: Any) -> list[StatementLine]:
    """Oldest entry first."""
    found = list(entries(shop, owner, Wanted(**wanted), limit))
    return [line for entry in reversed(found) for line in entry.lines]


def journal(shop: BookShop, owner: str) -> list[Entry]:
    stream = accounts.stream(shop.caller.tenant, owner, 1)
    return [entry_from(stream, attrs) for attrs in shop.rt.table.query(entries_query(stream, 1, 1_000)).items]


def only(shop: BookShop, owner: str, kind: str) -> StatementLine:
    [line] = lines(shop, owner, type=kind)
    return line


def days(shop: BookShop, owner: str, limit: int = 100, **wanted: Any) -> list[tuple[str, str, int | None]]:
    return [(iso_day(one.value_day), one.type, one.amount) for one in lines(shop, owner, limit, **wanted)]


def between(shop: BookShop, owner: str, first: str, last: str, limit: int = 100) -> list[tuple[str, str, int | None]]:
    return days(shop, owner, limit, first=by_hand.day(first), last=by_hand.day(last))


# --- who ---------------------------------------------------------------------------------------------------------------


def test_a_group_s_statement_says_which_member_did_it(shop: BookShop, ada: str, bob: str) -> None:
    home = grouped.household(shop, ada, bob)
    shop.buy(member(bob), sale("A1", 100_00))
    shop.earn(ada, 10)
    by_hand.promise(shop, bob, 5, event="later")
    shop.spend(bob, 20)
    held = by_hand.hold(shop, ada, 7).answer.hold_id
    by_hand.capture(shop, bob, held, 6, keep_rest=True)
    grouped.send_for(shop, home, bob, ada, 3)
    by_hand.grant(shop, home, 9)
    assert [(line.type, line.by) for line in lines(shop, home)] == [
        ("order.recorded", bob),
        ("points.earned", bob),
        ("tier.changed", None),
        ("points.earned", ada),
        ("points.promised", bob),
        ("points.spent", bob),
        ("points.held", ada),
        ("points.captured", ada),  # as it was hers to spend
        ("points.sent", bob),
        ("points.granted", None),
    ]


def test_who_acts_for_themselves_is_not_told_again(shop: BookShop, ada: str) -> None:
    shop.buy(member(ada), sale("A1"))
    shop.spend(ada, 20)
    assert {line.by for line in lines(shop, ada)} == {None}


def test_an_entry_says_who_asked_for_it(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    [entry] = entries(shop, ada, Wanted())
    assert (entry.actor.kind, entry.actor.id, entry.actor.name) == ("api_key", "key_1", "till")


# --- with whom, and what it goes back to -----------------------------------------------------------------------------------


def test_both_sides_of_a_transfer_name_each_other_and_the_transfer(shop: BookShop, ada: str, bob: str) -> None:
    home = grouped.household(shop, bob)
    shop.earn(ada, 50)
    transfer_id = shop.send(ada, home, 20).answer.transfer_id
    sent, received = only(shop, ada, "points.sent"), only(shop, home, "points.received")
    assert (sent.peer_id, received.peer_id) == (home, ada)
    assert (sent.transfer_id, received.transfer_id, sent.id) == (transfer_id, transfer_id, transfer_id)
    shop.undo_transfer(ada, transfer_id)
    assert only(shop, ada, "points.refunded").undoes_id == sent.id
    assert only(shop, home, "points.deducted").undoes_id == received.id


def test_what_went_back_to_where_it_had_been_has_no_last_day_of_its_own() -> None:
    shop = open_shop(program={"units": [THIRTY_DAYS]})
    ada, bob = shop.member("1"), shop.member("2")
    shop.earn(ada, 50)
    spend_id = shop.spend(ada, 20).answer.spend_id
    transfer_id = shop.send(ada, bob, 10).answer.transfer_id
    shop.clock.move_to("2026-07-01")
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 5)
    shop.undo_transfer(ada, transfer_id)
    stored = [body for entry in journal(shop, ada) for body in entry.facts if body["type"] == "points.refunded"]
    assert [body.keys() & {"fresh", "expires_on", "expires_at"} for body in stored] == [set(), set()]
    assert [line.expires_on for line in lines(shop, ada, type="points.refunded")] == [None, None]
    shop.clock.move_to("2026-08-01")
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 5)
    assert [line.expires_on for line in lines(shop, ada, type="points.refunded")] == [
        None,
        None,
        by_hand.day("2026-08-31"),
    ]


def test_what_came_back_in_part_as_new_points_has_a_last_day_where_all_of_it_has_the_same() -> None:
    """What had been taken below zero, and what has passed meanwhile; the rest goes back to where it was."""
    kept = {"expiry": {"type": "end_of_month", "months": 1}, "negative": "limit", "negative_limit": 100}
    shop = open_shop(program={"units": [{**POINTS, "policies": [kept]}]})
    ada = shop.member("1")
    shop.earn(ada, 30)
    spend_id = spent_below_zero(shop, ada, 60)
    shop.earn(ada, 30)
    same = refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 31).answer
    shop.clock.move_to("2026-07-10")
    shop.earn(ada, 30)
    other = spent_below_zero(shop, ada, shop.balance(ada) + 10)
    shop.clock.move_to("2026-08-02")
    again = refund_spend(shop.rt, shop.caller, fresh(), ada, other).answer
    assert (same.fresh, again.fresh) == (
        FreshPart(amount=30, expires_on=by_hand.day("2026-07-31")),
        FreshPart(amount=41, expires_on=by_hand.day("2026-09-30")),
    )
    told = [line.expires_on for line in lines(shop, ada, type="points.refunded")]
    assert told == [by_hand.day("2026-07-31"), None]


def test_a_last_day_that_an_older_release_wrote_down_for_nothing_is_not_told(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 50)
    [entry] = journal(shop, ada)
    back = f.PointsRefunded("points", 5, ((1, 0, 5, 20_000),), 55, None, 20_100, 20_101 * 86_400_000)
    new = f.PointsRefunded("points", 5, (), 55, (2, 0, 5), 20_100, 20_101 * 86_400_000)
    assert [line.expires_on for fact in (back, new) for line in lines_of(entry, 1, fact, 20_000)] == [None, 20_100]


def test_what_is_received_has_a_last_day_where_all_of_it_has_the_same() -> None:
    shop = open_shop(program={"units": [THIRTY_DAYS]})
    ada, bob = shop.member("1"), shop.member("2")
    shop.earn(ada, 50)
    shop.send(ada, bob, 10)
    shop.clock.move_to("2026-07-01")
    shop.earn(ada, 50)
    shop.send(ada, bob, 60)
    told = [line.expires_on for line in lines(shop, bob, type="points.received")]
    assert told == [shop.account(bob).wallets[0].expiring[0].expires_on, None]


def test_what_is_undone_is_named_by_what_undoes_it(shop: BookShop, ada: str) -> None:
    rt, caller = shop.rt, shop.caller
    for amount in (10, 20, 30, 40):
        shop.earn(ada, amount)
    by_hand.grant(shop, ada, 5)
    promise = by_hand.promised(shop, ada, 7, event="later")
    spend_id = shop.spend(ada, 10).answer.spend_id
    hold_id = by_hand.hold(shop, ada, 1).answer.hold_id
    _, second, third, _ = (line.id for line in lines(shop, ada, type="points.earned"))
    assert second is not None
    assert third is not None
    gift, held = only(shop, ada, "points.granted").id, only(shop, ada, "points.held").id
    assert gift is not None
    assert held is not None
    refund_spend(rt, caller, fresh(), ada, spend_id, 4)
    cancel_earning(rt, caller, fresh(), ada, second)
    expire_earning(rt, caller, fresh(), ada, third)
    cancel_earning(rt, caller, fresh(), ada, promise)
    undo_entry(rt, caller, fresh(), ada, gift)
    undo_entry(rt, caller, fresh(), ada, held)
    told = {line.type: line for line in lines(shop, ada) if line.undoes_id is not None}
    assert {kind: line.undoes_id for kind, line in told.items()} == {
        "points.refunded": spend_id,
        "points.cancelled": second,
        "points.expired": third,
        "promise.cancelled": promise,
        "points.deducted": gift,
        "points.released": held,
    }
    assert (told["points.released"].hold_id, told["promise.cancelled"].unmoved) == (hold_id, 7)


def test_a_return_goes_back_to_its_order_and_rule_and_a_capture_to_its_hold(shop: BookShop, ada: str) -> None:
    order_id = shop.buy(member(ada), sale("A1", 100_00)).answer.order_id
    hold_id = by_hand.hold(shop, ada, 30).answer.hold_id
    by_hand.capture(shop, ada, hold_id, 20)
    shop.bring_back(order_id, goods_back("R1", 50_00))
    cancelled, captured = only(shop, ada, "points.cancelled"), only(shop, ada, "points.captured")
    assert (cancelled.order_id, cancelled.rule_id, cancelled.undoes_id) == (order_id, "base", None)
    assert (captured.hold_id, captured.amount, captured.unmoved) == (hold_id, 0, 20)


# --- what moves nothing -------------------------------------------------------------------------------------------------


def test_a_line_says_what_each_cap_cut_off() -> None:
    caps = {"per_transaction": 60, "per_period": {"every": "month", "amount": 100}, "balance": 75}
    shop = open_shop(program={"units": [{**POINTS, "policies": [{"caps": caps}]}]})
    ada = shop.member("1")
    for number in range(3):
        shop.buy(card("1"), sale(f"A{number}", 70_00))
        if number == 1:
            shop.spend(ada, 70)
    capped = lines(shop, ada, type="points.capped")
    assert [(line.cap, line.unmoved, line.amount, line.rule_id) for line in capped] == [
        ("transaction", 10, 0, "base"),
        ("transaction", 10, 0, "base"),
        ("period", 20, 0, "base"),
        ("balance", 25, 0, "base"),
        ("transaction", 10, 0, "base"),
        ("period", 35, 0, "base"),
    ]
    assert sum(line.amount or 0 for line in lines(shop, ada, unit="points")) == shop.balance(ada)


def test_what_moves_a_balance_says_so_once(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    by_hand.promise(shop, ada, 5, event="later")
    assert [(line.type, line.amount, line.unmoved) for line in lines(shop, ada, unit="points")] == [
        ("points.earned", 10, None),
        ("points.promised", 0, 5),
    ]


# --- on which day -----------------------------------------------------------------------------------------------------------


def test_what_happened_in_january_and_was_settled_in_april_stands_in_january() -> None:
    shop = open_shop(now="2026-01-01", program={"units": [THIRTY_DAYS]}, tiers=None)
    ada = shop.member("1")
    shop.earn(ada, 10)
    by_hand.hold(shop, ada, 4, after_seconds=5 * 86_400)
    by_hand.promise(shop, ada, 3, available_after_days=20)
    shop.clock.move_to("2026-04-10")
    shop.earn(ada, 1)
    told = [
        ("2026-01-01", "points.earned", 10),
        ("2026-01-01", "points.held", -4),
        ("2026-01-01", "points.promised", 0),
        ("2026-01-06", "points.released", 4),
        ("2026-01-21", "points.activated", 3),
        ("2026-02-01", "points.expired", -13),
        ("2026-04-10", "points.earned", 1),
    ]
    assert days(shop, ada) == told
    for limit in (1, 2, 100):
        assert between(shop, ada, "2026-01-02", "2026-01-31", limit) == told[3:5]
        assert between(shop, ada, "2026-01-06", "2026-02-01", limit) == told[3:6]
        assert between(shop, ada, "2026-02-02", "2026-04-09", limit) == []
        assert between(shop, ada, "2026-04-10", "2026-12-31", limit) == told[6:]


def test_a_day_does_not_depend_on_when_the_job_ran(shop: BookShop) -> None:
    late, told = open_shop(), []
    for one in (shop, late):
        one.buy(card("9"), sale("A1", 250_00))
        by_hand.hold(one, one.member_with("9"), 40, after_seconds=86_400)
        one.pin(one.member_with("9"), "gold", "2026-08-31")
        if one is shop:
            for day in ("2026-06-17", "2026-09-01", "2027-07-02"):
                one.clock.move_to(day)
                assert settle_account(one.rt, one.caller, by_hand.day(day), one.member_with("9"), 1)
        one.clock.move_to("2027-09-09")
        one.earn(one.member_with("9"), 1)
        told.append(days(one, one.member_with("9")))
    assert told[0] == told[1]
    assert [one for one in told[0] if one[0] > "2026-06-15"] == [
        ("2026-06-16", "points.released", 40),
        ("2026-09-01", "tier.unpinned", None),
        ("2026-09-01", "tier.changed", None),
        ("2027-07-01", "points.expired", -250),
        ("2027-09-09", "points.earned", 1),
    ]


def test_a_purchase_is_of_its_own_day_and_its_return_of_the_day_it_came_back() -> None:
    shop = open_shop(tiers=None)
    ada = shop.member("1")
    order_id = shop.buy(member(ada), sale("A1", 10_00, on="2026-03-03")).answer.order_id
    shop.bring_back(order_id, goods_back("R1", 5_00, on="2026-06-14"))
    assert days(shop, ada) == [
        ("2026-03-03", "order.recorded", 10_00),
        ("2026-03-03", "points.earned", 10),
        ("2026-06-14", "order.returned", 5_00),
        ("2026-06-14", "points.cancelled", -5),
    ]


def test_what_comes_too_late_to_be_used_expires_on_the_day_after_its_own_last() -> None:
    shop = open_shop(now="2026-04-10", program={"units": [THIRTY_DAYS]}, tiers=None)
    ada = shop.member("1")
    shop.earn(ada, 5)
    shop.buy(member(ada), sale("A1", 10_00, on="2026-01-05"))
    assert days(shop, ada)[1:] == [
        ("2026-01-05", "order.recorded", 10_00),
        ("2026-01-05", "points.earned", 10),
        ("2026-02-05", "points.expired", -10),
    ]


def test_nothing_expires_before_it_came_back() -> None:
    shop = open_shop(now="2026-01-01", program={"units": [THIRTY_DAYS]}, tiers=None)
    ada = shop.member("1")
    shop.earn(ada, 10)
    by_hand.hold(shop, ada, 10, after_seconds=60 * 86_400)
    by_hand.promise(shop, ada, 3, available_after_days=70)
    shop.clock.move_to("2026-04-10")
    shop.earn(ada, 1)
    assert [one for one in days(shop, ada) if one[0] > "2026-01-01"] == [
        ("2026-03-02", "points.released", 10),
        ("2026-03-02", "points.expired", -10),
        ("2026-03-12", "points.activated", 3),
        ("2026-03-12", "points.expired", -3),
        ("2026-04-10", "points.earned", 1),
    ]


def test_a_debt_is_paid_on_the_day_on_which_there_is_something_to_pay_with() -> None:
    policy = {"negative": "limit", "negative_limit": 50}
    shop = open_shop(now="2026-01-01", program={"units": [{**POINTS, "policies": [policy]}]}, tiers=None)
    ada = shop.member("1")
    by_hand.promise(shop, ada, 3, available_after_days=20)
    by_hand.deduct(shop, ada, 5, below_zero=True)
    shop.clock.move_to("2026-04-10")
    shop.earn(ada, 9)
    assert days(shop, ada)[2:] == [
        ("2026-01-21", "points.activated", 3),
        ("2026-01-21", "debt.settled", 0),
        ("2026-04-10", "points.earned", 9),
        ("2026-04-10", "debt.settled", 0),
    ]
    assert [line.unmoved for line in lines(shop, ada, type="debt.settled")] == [3, 2]


def test_a_look_at_the_tier_moves_no_day() -> None:
    """A year ends while nobody looks: the tier is judged and kept. Then points expire."""
    tiers = {**TIERS, "window": {"type": "calendar_year"}, "downgrade": {"type": "period_end"}}
    shop = open_shop(now="2026-06-15", tiers=tiers)
    ada = shop.buy(card("1"), sale("A1", 250_00)).answer.member_id
    shop.clock.move_to("2027-09-09")
    shop.earn(ada, 1)
    assert days(shop, ada)[3:] == [("2027-07-01", "points.expired", -250), ("2027-09-09", "points.earned", 1)]


def test_what_somebody_lets_expire_is_of_that_day(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    earning_id = only(shop, ada, "points.earned").id
    assert earning_id is not None
    shop.clock.move_to("2026-07-07")
    expire_earning(shop.rt, shop.caller, fresh(), ada, earning_id)
    assert days(shop, ada, type="points.expired") == [("2026-07-07", "points.expired", -10)]


def test_days_are_those_of_the_program() -> None:
    shop = open_shop(now="2026-01-01", program={"units": [THIRTY_DAYS], "zone": "Pacific/Auckland"}, tiers=None)
    ada = shop.member("1")
    shop.clock.move_to("2026-01-04T12:00:00Z")  # already the fifth
    shop.earn(ada, 10)
    by_hand.promise(shop, ada, 3, available_after_days=2)
    shop.clock.move_to("2026-04-10")
    shop.earn(ada, 1)
    told = days(shop, ada)
    assert told == [
        ("2026-01-05", "points.earned", 10),
        ("2026-01-05", "points.promised", 0),
        ("2026-01-07", "points.activated", 3),
        ("2026-02-05", "points.expired", -13),
        ("2026-04-11", "points.earned", 1),
    ]
    assert between(shop, ada, "2026-01-07", "2026-01-07") == told[2:3]


def test_a_period_is_read_from_its_first_day_on_and_no_further() -> None:
    """Whatever took effect in it was written down in it or later; how much later nobody knows, so a page looks through four
    hundred entries at most and says how far it came."""
    table = MemoryTable()
    shop = open_shop(table, now="2026-01-01")
    ada = shop.member("1")
    for _ in range(PAGE + 30):
        shop.earn(ada, 1)
    shop.clock.move_to("2026-02-10")
    shop.earn(ada, 7)
    shop.clock.move_to("2026-03-10")
    for _ in range(PAGE * PAGES + 20):
        shop.earn(ada, 1)
    shop.rt.config.load(table, shop.caller.tenant)

    def asked(first: str, last: str, cursor: str | None = None) -> tuple[int, int, str | None]:
        before = table.meter.cost.requests
        wanted = Wanted(first=by_hand.day(first), last=by_hand.day(last))
        page = read_statement(shop.rt, shop.caller, (ada, 1), 10, cursor, wanted)
        return table.meter.cost.requests - before, len(page.items), page.next_cursor

    assert asked("2026-03-09", "2026-03-10")[:2] == (1, 10)
    requests, items, cursor = asked("2026-02-01", "2026-02-28")
    assert (requests, items, cursor is not None) == (PAGES, 0, True)
    assert asked("2026-02-01", "2026-02-28", cursor) == (1, 1, None)
