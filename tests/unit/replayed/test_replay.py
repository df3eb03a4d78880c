"""What rules would have given, order by order: by the account as it stood, in whatever pieces and however often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import cast

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues, Waiting
from chalicelib.flows.update_member import update_member
from chalicelib.flows.verify_tenant import TOGETHER
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Delete, Key, Page, Query, Table, Write
from tests.twins import at, fresh
from tests.twins.bookshop import (
    FIRST,
    POINTS,
    TODAY,
    BookShop,
    card,
    fixed,
    goods_back,
    line,
    member,
    open_shop,
    per_euro,
    rule,
    sale,
)
from tests.twins.grouped import household, leave
from tests.unit.recovery.proving import each_deal
from tests.unit.replayed.trying import asked, credited, lines, of_rule, replayed, seen, started, work

CART = {"on": "cart"}


def half_a_year() -> BookShop:
    """Ada rises to silver with her second order; her third and last comes months later."""
    shop = open_shop(now="2026-03-01")
    shop.buy(card("ada"), sale("A1", 150_00, on="2026-01-10"))
    shop.buy(card("ada"), sale("A2", 100_00, on="2026-02-10"))
    shop.buy(card("bob"), sale("B1", 30_00, on="2026-02-20"))
    shop.clock.at = at(TODAY)
    shop.buy(card("ada"), sale("A3", 50_00, on="2026-06-01"))
    return shop


def test_an_order_is_judged_with_the_account_as_it_stood_before_it() -> None:
    shop = half_a_year()
    shop.earn(shop.member_with("ada"), 5_000)  # what comes later is not seen
    seen_then = (
        rule("first", when=FIRST, effects=[fixed(1)]),
        rule("silver", audience={"tiers": ["silver"]}, effects=[fixed(1)]),
        rule("rich", when={"ask": "balance.points", "at_least": 200}, effects=[fixed(1)]),
        rule("again", when={"times": "orders", "per": "year", "at_least": 2}, effects=[fixed(1)]),
    )
    report = replayed(shop, asked(*seen_then))
    found = {one.rule_id: credited(report, one.rule_id)["points"] for one in seen_then}
    assert found == {"first": 2, "silver": 1, "rich": 1, "again": 1}


def test_what_rules_that_are_tried_would_have_given_changes_nothing_later() -> None:
    """A gift of a thousand points with the first order would have made silver of everybody, and it does not."""
    shop = half_a_year()
    gift = rule("gift", when=FIRST, effects=[fixed(1_000)])
    report = replayed(shop, asked(gift, rule("silver", audience={"tiers": ["silver"]}, effects=[fixed(1)])))
    assert (credited(report, "gift"), credited(report, "silver")) == ({"points": 2_000}, {"points": 1})
    assert [one["tier"] for one in report["tiers"]] == ["bronze", "silver"]


def test_the_period_is_of_days_of_purchase_both_included() -> None:
    shop = half_a_year()
    for first, last, orders in (
        ("2026-02-10", "2026-02-20", 2),
        ("2026-02-11", "2026-02-19", 0),
        ("2026-01-10", "2026-01-10", 1),
        ("2025-06-15", TODAY, 4),
    ):
        report = replayed(shop, asked(first=first, last=last))
        assert report["in_all"]["sold"].get("orders", 0) == orders, (first, last)


def test_days_are_those_of_the_program() -> None:
    shop = open_shop(program={"zone": "Pacific/Auckland"})
    shop.buy(card("ada"), sale("A1", on="2026-02-10"))  # at noon in London: it is tomorrow in Auckland
    for on, orders in (("2026-02-10", 0), ("2026-02-11", 1)):
        assert replayed(shop, asked(first=on, last=on))["in_all"]["sold"].get("orders", 0) == orders


def test_drafts_are_tried_by_id_and_an_active_rule_gives_way_to_one_of_its_name() -> None:
    shop = half_a_year()
    shop.define(rule("late", state="draft", effects=[fixed(7)]))
    shop.define(rule("off", state="paused", effects=[fixed(100)]))
    report = replayed(shop, asked(rule("base", effects=[per_euro(2)]), rule_ids=("late",)))
    assert (credited(report, "base"), credited(report, "base", "active")) == ({"points": 660}, {"points": 330})
    assert (credited(report, "late"), credited(report, "late", "active")) == ({"points": 28}, {})
    assert sorted(report["simulated"]) == ["base", "late"]
    alone = replayed(shop, asked(rule_ids=("late",), with_active=False))
    assert alone["in_all"]["simulated"]["credited"] == {"points": 28}
    assert alone["in_all"]["active"]["credited"] == alone["in_all"]["recorded"]["credited"] == {"points": 330}


def test_discounts_are_judged_as_of_a_cart_and_points_that_nobody_said_are_told() -> None:
    shop = open_shop()
    lines = line(1, 80_00, category=("books",)), line(2, 4_90, "parcel", delivery=True)
    shop.buy(card("ada"), sale("A1", *lines))
    rules = (
        rule(
            "free", trigger=CART, when={"ask": "order.value", "at_least": "50.00"}, effects=[{"kind": "free_delivery"}]
        ),
        rule(
            "pay", trigger=CART, effects=[{"kind": "pay_with_points", "unit": "points", "points": 1, "value": "1.00"}]
        ),
        rule(
            "dear", trigger=CART, when={"ask": "order.value", "at_least": "500.00"}, effects=[{"kind": "free_delivery"}]
        ),
    )
    report = replayed(shop, asked(*rules))
    assert of_rule(report, "free")["simulated"]["discounted"] == {"EUR": 490}
    never = {"not_replayed": {"pay_with_points": 0}}
    assert (of_rule(report, "pay")["simulated"], of_rule(report, "dear")["simulated"]) == (never, {})
    together = report["in_all"]["simulated"]
    assert (together["credited"], together["credited_after_discounts"]) == ({"points": 84}, {"points": 80})
    [told] = report["not_replayed"]
    assert (told["rule_id"], told["reason"], told["times"]) == ("pay", "needs_points_to_pay", 0)


def test_what_a_group_bought_is_judged_with_its_account_and_whoever_bought() -> None:
    shop = open_shop()
    ada, bob = shop.member("ada"), shop.member("bob")
    home = household(shop, ada, bob)
    shop.buy(member(ada), sale("A1"))
    shop.buy(member(bob), sale("B1"))
    leave(shop, home, bob)
    shop.buy(member(bob), sale("B2"))
    together = rule("together", when={"ask": "member.group", "is": True}, effects=[fixed(1)])
    first, hers = (
        rule("first", when=FIRST, effects=[fixed(1)]),
        rule("hers", audience={"members": [ada]}, effects=[fixed(1)]),
    )
    report = replayed(shop, asked(together, first, hers))
    assert [credited(report, name) for name in ("together", "first", "hers")] == [
        {"points": 2},
        {"points": 2},
        {"points": 1},
    ]
    assert report["in_all"]["sold"]["accounts"] == 2


def test_profiles_are_those_of_today_and_the_report_says_which_rules_ask_for_them() -> None:
    shop = open_shop()
    shop.buy(card("ada"), sale("A1"))
    change = MemberUpdate.model_validate({"labels": [{"key": "vip", "value": "yes"}]})
    update_member(shop.rt, shop.caller, fresh(), shop.member_with("ada"), change)
    vip = rule("vip", audience={"labels": [{"key": "vip"}]}, effects=[fixed(1)])
    young = rule("young", when={"ask": "member.age", "at_most": 30}, effects=[fixed(1)])
    report = replayed(shop, asked(vip, young))
    assert (credited(report, "vip"), credited(report, "young")) == ({"points": 1}, {})
    assert report["by_profiles_of_today"] == ["vip", "young"]


def test_caps_and_returns_are_left_out_of_what_rules_give_and_caps_are_told() -> None:
    capped = POINTS | {"policies": [{"expiry": {"type": "never"}, "caps": {"per_transaction": 60}}]}
    shop = open_shop(program={"units": [capped]})
    shop.buy(card("ada"), sale("A1"))
    shop.bring_back(shop.order_id("A1"), goods_back("R1", 100_00))
    base = of_rule(replayed(shop, asked()), "base")
    assert base["recorded"] == {"accounts": 1, "orders": 1, "credited": {"points": 100}, "capped": {"points": 40}}
    assert base["active"]["credited"] == base["simulated"]["credited"] == {"points": 100}


def test_what_a_rules_own_budget_cut_off_was_given_by_nobody() -> None:
    shop = open_shop()
    shop.define(rule("points", effects=[fixed(50)], limits={"budget": {"amount": 87, "unit": "points"}}))
    for number in range(4):
        shop.buy(card("ada"), sale(f"A{number}"))
    points = of_rule(replayed(shop, asked()), "points")
    assert points["recorded"] == {"accounts": 1, "orders": 2, "credited": {"points": 87}}
    assert points["active"]["credited"] == {"points": 87}
    assert points["active"]["orders"] == 2


def test_each_account_is_counted_once_however_many_are_looked_at_together() -> None:
    shop = open_shop()
    for number in range(TOGETHER + 3):
        shop.buy(card(f"{number}"), sale(f"A{number}"))
    shop.buy(card("0"), sale("B0"))
    report = replayed(shop, asked(), parts=1)
    told = [report["in_all"][side] for side in ("sold", "active", "recorded")]
    assert {(one["accounts"], one["orders"]) for one in told} == {(TOGETHER + 3, TOGETHER + 4)}
    assert of_rule(report, "base")["simulated"]["accounts"] == TOGETHER + 3


def test_limits_for_each_member_are_those_of_the_replay() -> None:
    shop = half_a_year()
    shop.buy(card("ada"), sale("A4", 10_00, on="2026-06-02"))
    monthly = rule("monthly", effects=[fixed(1)], limits={"per_member": [{"per": "month", "times": 1}]})
    once = rule("once", effects=[fixed(1)], limits={"per_member": [{"per": "ever", "times": 1}]})
    most = rule("most", effects=[per_euro()], limits={"per_member": [{"per": "year", "amount": 160, "unit": "points"}]})
    report = replayed(shop, asked(monthly, once, most))
    found = [credited(report, name)["points"] for name in ("monthly", "once", "most")]
    assert found == [4, 2, 160 + 30]
    euros = {"per_member": [{"per": "year", "amount": 160_00, "currency": "EUR"}]}
    all_of_it = [{"kind": "percent_off", "percent": "100"}]
    report = replayed(shop, asked(rule("off", trigger={"on": "cart"}, effects=all_of_it, limits=euros)))
    assert of_rule(report, "off")["simulated"]["discounted"] == {"EUR": 160_00 + 30_00}


def test_what_nobody_could_hold_is_not_given_and_the_other_rules_give() -> None:
    shop = half_a_year()
    report = replayed(shop, asked(rule("much", effects=[per_euro(10**12)])))
    assert report["in_all"]["simulated"]["credited"] == report["in_all"]["active"]["credited"] == {"points": 330}
    assert of_rule(report, "much")["simulated"] == {}


def test_an_order_or_a_journal_that_nobody_can_read_is_counted_and_the_rest_goes_on() -> None:
    shop = half_a_year()
    table = cast(MemoryTable, shop.rt.table)
    table.transact([Delete(Key(f"shop#O#{shop.order_id('A1')}", "S"))], "a hand")
    bob = Key(f"shop#M#{shop.member_with('bob')}", "J#0001#00000001")
    entry = table.get(bob)
    assert entry is not None
    table.batch_put([{**entry, "body": {"B": b"z?"}}])
    operation_id = started(shop, asked()).answer.operation.operation_id
    work(shop)
    counts = seen(shop, operation_id).counts
    assert (counts["orders"], counts["unreadable"], counts["rows"]) == (2, 2, 2)


@pytest.mark.parametrize(("parts", "members"), [(1, 1), (3, 2), (16, 1_000)])
def test_the_outcome_does_not_depend_on_how_it_is_cut_up(parts: int, members: int) -> None:
    shop = half_a_year()
    what = asked(rule("first", when=FIRST, effects=[fixed(1)]))
    known = replayed(shop, what)
    again = replayed(shop, what, parts, members)
    assert {**again, "operation_id": ""} == {**known, "operation_id": ""}


@each_deal
def test_in_whatever_order_and_however_often_messages_come(deal: Callable[[list[Waiting]], list[Waiting]]) -> None:
    shop = half_a_year()
    known = replayed(shop, asked())
    operation_id = started(shop, asked(), members=1).answer.operation.operation_id
    work(shop, deal)
    queues = cast(MemoryQueues, shop.rt.queues)
    queues.send("imports", list(queues.sent["imports"]))
    work(shop)
    assert seen(shop, operation_id).operation.state == "done"
    told = {(one["rule_id"], one["tier"], one["measure"], one["of"]): one for one in lines(shop, operation_id)}
    assert len(told) == len(lines(shop, operation_id))
    assert told["base", "", "credited", "points"]["active"] == str(known["in_all"]["active"]["credited"]["points"])


def test_what_it_judges_by_is_what_there_was_when_it_was_cut_up() -> None:
    shop = half_a_year()
    operation_id = started(shop, asked(), parts=1, members=1).answer.operation.operation_id
    changed: list[object] = []

    def define_meanwhile(waiting: list[Waiting]) -> list[Waiting]:
        if not changed and waiting[0].message.body["do"] == "chunk":
            changed.append(shop.define(rule("base", effects=[per_euro(50)])))
        return waiting

    work(shop, define_meanwhile)
    [base] = [
        one
        for one in lines(shop, operation_id)
        if (one["rule_id"], one["tier"], one["measure"]) == ("base", "", "credited")
    ]
    assert (base["active"], base["simulated"], len(changed)) == ("330", "330", 1)


def test_one_whose_work_files_were_deleted_fails_and_says_so() -> None:
    shop = half_a_year()
    operation_id = started(shop, asked(), parts=1).answer.operation.operation_id

    def lose(waiting: list[Waiting]) -> list[Waiting]:
        files = cast(MemoryFiles, shop.rt.files).objects
        for name in [name for name in files if name.endswith("/rules")]:
            del files[name]
        return waiting

    work(shop, lose)
    failed = seen(shop, operation_id).operation
    assert (failed.state, failed.failure is not None and failed.failure.code) == ("failed", "work_lost")


def test_nothing_is_written_but_the_operation_and_its_files() -> None:
    shop = half_a_year()
    watched = Watched(shop.rt.table)
    trying = replace(shop, rt=replace(shop.rt, table=watched))
    operation_id = started(trying, asked(rule("first", effects=[fixed(1)]))).answer.operation.operation_id
    work(trying)
    assert watched.written == {f"shop#OP#{operation_id}"}
    names = [f"results/shop/{operation_id}.{kind}" for kind in ("csv", "json")]
    assert sorted(cast(MemoryFiles, shop.rt.files).objects) == names


class Watched:
    """In whose partitions anything is written."""

    def __init__(self, table: Table) -> None:
        self._table, self.written = table, set[str]()

    def get(self, key: Key) -> Attrs | None:
        return self._table.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        return self._table.batch_get(keys)

    def query(self, query: Query) -> Page:
        return self._table.query(query)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self.written |= {write.key.pk for write in writes}
        self._table.transact(writes, token)

    def batch_put(self, items: Iterable[Attrs]) -> None:
        raise AssertionError("nothing is put beside transactions")
