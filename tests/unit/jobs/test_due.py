"""The due job: a schedule enqueues, messages settle, a missed day heals itself, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any, get_args

import pytest

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.accounts.store import DUE_SHARDS
from chalicelib.aws.errors import CloudError
from chalicelib.aws.memory_queues import MemoryQueues, Waiting
from chalicelib.events.due import due, due_in, message_of, schedule_due
from chalicelib.flows.settle_due_page import PAGE
from chalicelib.flows.what_is_due import (
    Due,
    DueAccount,
    DueAwards,
    DueCoupon,
    DueCriteria,
    DueInvitation,
    DueOccasion,
    DueQuota,
    DueStay,
)
from chalicelib.kit.caller import Caller, Grant
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import Kind, RandomIds, shown
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Absent, Attrs, Key, Page, Put, Query
from chalicelib.table.pulse import read_pulse
from tests.twins import at
from tests.twins.anniversaries import past_anniversaries
from tests.twins.bookshop import BookShop, card, fixed, open_shop, rule, sale
from tests.twins.faulty import FaultyTable
from tests.twins.faulty_cloud import FaultyQueues
from tests.twins.streamed import recorded
from tests.unit.logs.kept import kept

SYSTEM = Caller("org", "", "system", "tests", "tests", (), "test", "test")
DAY = "2027-07-01"
MESSAGES = DUE_SHARDS + 3  # a tenant: a page of each shard; rules on schedule, facts and the log into files


class OneShard(RandomIds):
    """Members who all fall into one shard of the due index."""

    def __init__(self) -> None:
        self.drawn = 0

    def entity(self, kind: Kind, at: Instant) -> str:
        self.drawn += DUE_SHARDS
        return shown(kind, self.drawn)


@pytest.fixture
def shop() -> BookShop:
    return registered("ours")


def registered(tenant: str, table: MemoryTable | None = None) -> BookShop:
    """A shop that the jobs know, because it has a key."""
    shop = open_shop(table, tenant=tenant)
    issue_api_key(shop.rt, SYSTEM, org="org", tenant=tenant, name="till", grants=[Grant("*", "modify")])
    return shop


def queues_of(rt: Runtime) -> MemoryQueues:
    assert isinstance(rt.queues, MemoryQueues)
    return rt.queues


def schedule(rt: Runtime, day: str = DAY) -> None:
    schedule_due(rt, {**recorded("schedule-due"), "time": f"{day}T00:05:00Z"})


def work(rt: Runtime, **how: Any) -> None:
    queues_of(rt).deliver("due", partial(due, rt), **how)


def expiries(shop: BookShop, member_id: str) -> int:
    lines = [line.type for entry in shop.statement(member_id) for line in entry.lines]
    return lines.count("points.expired")


def test_a_schedule_only_enqueues(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.clock.move_to(DAY)
    schedule_due(shop.rt, recorded("schedule-due"))
    sent = queues_of(shop.rt).sent["due"]
    [runs, *pages, facts, log] = [message.body for message in sent]
    assert runs == {"tenant": "ours", "rules_until": at(f"{DAY}T00:05:00Z")}
    assert pages == [{"tenant": "ours", "shard": shard, "day": DAY} for shard in range(DUE_SHARDS)]
    assert facts == {"tenant": "ours", "facts_before": DAY}
    assert log == {"tenant": "ours", "audit_before": "2027-06-30"}
    assert {message.request_id for message in sent} == {"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa"}
    assert shop.account(ada).version == 1
    work(shop.rt)
    assert (shop.account(ada).version, expiries(shop, ada)) == (2, 1)
    assert queues_of(shop.rt).dead["due"] == []


def test_every_other_hour_only_asks_for_rules_on_schedule(shop: BookShop) -> None:
    schedule_due(shop.rt, {**recorded("schedule-due"), "time": f"{DAY}T01:10:00Z"})
    assert queues_of(shop.rt).bodies("due") == [{"tenant": "ours", "rules_until": at(f"{DAY}T01:10:00Z")}]
    assert "DUE" not in read_pulse(shop.rt.table).marks


def test_a_day_that_could_not_be_enqueued_is_not_marked_as_done(shop: BookShop) -> None:
    """Else nobody would be told of it: the alarm asks how old the mark is."""
    schedule(shop.rt, "2027-06-30")
    before = read_pulse(shop.rt.table).marks["DUE"]
    shop.clock.move_to(DAY)
    trouble = FaultyTable(shop.rt.table, faults={0: "lost_before"})
    rt = replace(shop.rt, queues=FaultyQueues(shop.rt.queues, trouble))
    with pytest.raises(CloudError):
        schedule(rt)
    assert read_pulse(shop.rt.table).marks["DUE"] == before
    schedule(rt)
    assert read_pulse(shop.rt.table).marks["DUE"] == shop.clock.at > before


def test_every_tenant_with_a_key_is_served_and_keeps_to_itself() -> None:
    table = MemoryTable()
    shops = [registered(f"shop-{number}", table) for number in range(3)]
    members = [shop.buy(card("1"), sale("A1")).answer.member_id for shop in shops]
    for shop in shops:
        shop.clock.move_to(DAY)
    schedule(shops[0].rt)
    work(shops[0].rt)
    assert [expiries(shop, member_id) for shop, member_id in zip(shops, members, strict=True)] == [1, 1, 1]
    assert len(queues_of(shops[0].rt).sent["due"]) == 3 * MESSAGES


def test_more_than_a_page_goes_on_message_by_message(shop: BookShop) -> None:
    shop = replace(shop, rt=replace(shop.rt, ids=OneShard()))
    for number in range(2 * PAGE + 1):
        shop.buy(card(f"{number}"), sale(f"A{number}"))
    shop.clock.move_to(DAY)
    past_anniversaries(shop, DAY)
    schedule(shop.rt)
    work(shop.rt)
    assert len(queues_of(shop.rt).sent["due"]) == MESSAGES + 2
    assert all(expiries(shop, shop.member_with(f"{number}")) == 1 for number in range(2 * PAGE + 1))


def test_messages_twice_and_in_any_order_change_nothing_more(shop: BookShop) -> None:
    shop = replace(shop, rt=replace(shop.rt, ids=OneShard()))
    for number in range(PAGE + 5):
        shop.buy(card(f"{number}"), sale(f"A{number}"))
    shop.clock.move_to(DAY)
    dice = Random(7)

    def shuffled_twice(waiting: list[Waiting]) -> list[Waiting]:
        return dice.sample(waiting * 2, 2 * len(waiting))

    schedule(shop.rt)
    schedule(shop.rt)
    work(shop.rt, size=7, arrange=shuffled_twice)
    assert queues_of(shop.rt).dead["due"] == []
    assert all(shop.account(shop.member_with(f"{number}")).version == 2 for number in range(PAGE + 5))


def test_a_missed_day_heals_itself(shop: BookShop) -> None:
    months = ["2026-01-10", "2026-03-10", "2026-05-10"]
    ada, bob = (shop.buy(card(one), sale(f"{one}0", on=months[0])).answer.member_id for one in "12")
    for number, month in enumerate(months[1:], start=1):
        shop.buy(card("1"), sale(f"A{number}", on=month))
    shop.clock.move_to("2027-06-05")
    schedule(shop.rt, "2027-06-05")
    work(shop.rt)
    assert (shop.balance(ada), expiries(shop, ada)) == (0, 3)
    assert (shop.balance(bob), expiries(shop, bob)) == (0, 1)


def test_a_message_that_comes_late_means_its_own_day(shop: BookShop) -> None:
    """What falls due after the message's day is left to that day's own message."""
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.clock.move_to("2027-06-30")
    schedule(shop.rt, "2027-06-30")
    shop.clock.move_to("2027-07-05")
    work(shop.rt)
    assert expiries(shop, ada) == 0
    schedule(shop.rt, "2027-07-05")
    work(shop.rt)
    assert expiries(shop, ada) == 1


def test_recorded_messages_with_one_twice(shop: BookShop) -> None:
    members = [shop.buy(card(f"{number}"), sale(f"A{number}")).answer.member_id for number in range(20)]
    shop.clock.move_to(DAY)
    for _ in range(2):
        assert due(shop.rt, recorded("due")) == {"batchItemFailures": []}
        assert [expiries(shop, member_id) for member_id in members] == [1] * 20


def test_poison_messages_are_reported_and_their_neighbours_are_done(shop: BookShop) -> None:
    members = [shop.buy(card(f"{number}"), sale(f"A{number}")).answer.member_id for number in range(20)]
    shop.clock.move_to(DAY)
    event = recorded("due-poison")
    failures = due(shop.rt, event)["batchItemFailures"]
    poison = [event["Records"][0], *event["Records"][-2:]]
    assert failures == [{"itemIdentifier": record["messageId"]} for record in poison]
    assert [expiries(shop, member_id) for member_id in members] == [1] * 20


class Damaged(MemoryTable):
    """Gives back one item such that nobody can read it."""

    pk = ""

    def get(self, key: Key) -> Attrs | None:
        found = super().get(key)
        return {**found, "body": {"B": b"?"}} if found and key.pk == self.pk and key.sk.startswith("B#") else found


@pytest.fixture
def damaged() -> Iterator[tuple[BookShop, list[str]]]:
    table = Damaged()
    shop = registered("ours", table)
    shop = replace(shop, rt=replace(shop.rt, ids=OneShard()))
    members = [shop.buy(card(f"{number}"), sale(f"A{number}")).answer.member_id for number in range(PAGE + 3)]
    shop.clock.move_to(DAY)
    past_anniversaries(shop, DAY)
    table.pk = f"ours#M#{members[2]}"
    yield shop, members
    table.pk = ""


def test_an_account_that_cannot_be_settled_ends_alone_among_the_dead(damaged: tuple[BookShop, list[str]]) -> None:
    shop, members = damaged
    schedule(shop.rt)
    work(shop.rt)
    [dead] = queues_of(shop.rt).dead["due"]
    assert dead.body == {"tenant": "ours", "day": DAY, "member_id": members[2], "program_id": 1}
    assert len(queues_of(shop.rt).sent["due"]) == MESSAGES + 2
    assert [expiries(shop, member_id) for member_id in members if member_id != members[2]] == [1] * (PAGE + 2)


def test_the_line_of_a_page_counts_what_could_not_be_settled(damaged: tuple[BookShop, list[str]]) -> None:
    shop, _ = damaged
    schedule(shop.rt)
    with kept() as log:
        work(shop.rt)
    pages = [(line["done"], line["failed"]) for line in log.lines() if line["message"] == "event" and line["done"]]
    assert sorted(pages) == [(3, 0), (PAGE - 1, 1)]


class Unreadable(MemoryTable):
    """A member nobody of whom can be read."""

    pk = ""

    def query(self, query: Query) -> Page:
        page = super().query(query)
        if query.pk != self.pk:
            return page
        return replace(page, items=tuple({**attrs, "private": {"B": b"?"}} for attrs in page.items))


def test_a_birthday_that_cannot_be_settled_ends_alone_and_comes_with_its_message_after_the_repair() -> None:
    table = Unreadable()
    shop = registered("ours", table)
    shop = replace(shop, rt=replace(shop.rt, ids=OneShard()))
    shop.define(rule("cake", trigger={"on": "birthday"}, effects=[fixed(50)]))
    members = [shop.enrol(f"{number}", birth_date="1990-09-20").answer.member_id for number in range(3)]
    table.pk = f"ours#M#{members[1]}"
    shop.clock.move_to("2026-09-20T00:10:00Z")
    schedule_due(shop.rt, {"id": "night", "time": "2026-09-20T00:10:00Z"})
    work(shop.rt)
    [dead] = queues_of(shop.rt).dead["due"]
    assert dead.body == {"tenant": "ours", "day": "2026-09-20", "member_id": members[1], "occasion": True}
    table.pk = ""
    assert [shop.balance(member_id) for member_id in members] == [50, 0, 50]
    queues_of(shop.rt).send("due", queues_of(shop.rt).dead["due"])
    work(shop.rt)
    assert [shop.balance(member_id) for member_id in members] == [50, 50, 50]


MESSAGES_OF: dict[Due, dict[str, Any]] = {
    DueAccount("mem_1", 2): {"member_id": "mem_1", "program_id": 2},
    DueAwards("mem_1", 2): {"member_id": "mem_1", "program_id": 2, "awards": True},
    DueCoupon("mem_1", "cpn_1"): {"member_id": "mem_1", "coupon_id": "cpn_1"},
    DueStay("mem_1", "vip"): {"member_id": "mem_1", "segment_id": "vip"},
    DueCriteria("mem_1"): {"member_id": "mem_1", "criteria": True},
    DueOccasion("mem_1"): {"member_id": "mem_1", "occasion": True},
    DueQuota("budget#0001#tenth#EUR"): {"member_id": "", "quota": "budget#0001#tenth#EUR"},
    DueInvitation("anna7k2m"): {"member_id": "", "invitation": "anna7k2m"},
}


def test_whatever_is_due_has_a_message_of_its_own_which_older_releases_wrote_alike() -> None:
    assert {type(one) for one in MESSAGES_OF} == set(get_args(Due))
    for one, message in MESSAGES_OF.items():
        assert message_of(one) == message
        assert due_in({"tenant": "ours", "day": DAY, **message}) == one


def test_a_dead_message_sent_again_after_the_repair_settles_it(damaged: tuple[BookShop, list[str]]) -> None:
    shop, members = damaged
    schedule(shop.rt)
    work(shop.rt)
    table = shop.rt.table
    assert isinstance(table, Damaged)
    table.pk = ""
    queues_of(shop.rt).send("due", queues_of(shop.rt).dead["due"])
    work(shop.rt)
    assert expiries(shop, members[2]) == 1


def test_what_only_a_newer_release_settles_keeps_nothing_else_from_being_settled() -> None:
    """It lies in the index after a rollback, and waits there: the line of the page says so."""
    shop = registered("ours")
    shop = replace(shop, rt=replace(shop.rt, ids=OneShard()))
    members = [shop.buy(card(f"{number}"), sale(f"A{number}")).answer.member_id for number in range(2)]
    shop.clock.move_to(DAY)
    past_anniversaries(shop, DAY)
    place = {"gsi3pk": "ours#DUE#00", "gsi3sk": "2026-01-01#later#1"}
    item = {"pk": f"ours#M#{members[0]}", "sk": "Z#later", "kind": "later"} | place
    shop.rt.table.transact([Put({name: {"S": value} for name, value in item.items()}, Absent())], "c")
    schedule(shop.rt)
    with kept() as log:
        work(shop.rt)
    assert [expiries(shop, member_id) for member_id in members] == [1, 1]
    assert ["1 of what is due is of kinds" in str(line) for line in log.lines() if line["level"] == "ERROR"] == [True]
