"""Birthdays and anniversaries: rules on them give what they give on the day, once, however late the daily job is."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from chalicelib.areas.members import store as members
from chalicelib.areas.members.facts import MemberOccasion
from chalicelib.areas.members.model import Member, MemberUpdate
from chalicelib.areas.members.operations import get_member
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import create_program
from chalicelib.areas.rules.model import Rule
from chalicelib.flows.define_rule import define_rule
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.read_account import read_account
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.flows.update_member import update_member
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.facts import encode
from chalicelib.kit.periods import day_of, day_starts, local_day
from chalicelib.table.items import from_attrs, to_attrs
from chalicelib.table.journal import Entry, entries_query, entry_from
from chalicelib.table.keys import owner_stream
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Put
from tests.twins import fresh, hooked, perked, segmented
from tests.twins.bookshop import POINTS, PROGRAM, BookShop, fixed, open_shop, rule, sale
from tests.twins.bookshop import member as by_id
from tests.twins.faulty import FaultyTable
from tests.twins.grouped import household
from tests.twins.limited import taken

BORN = "1990-09-20"
BIRTHDAY = "2026-09-20"
KEPT = {"code": "kept", "name": "Kept"}


def on(occasion: str, amount: int = 50, **fields: Any) -> Rule:
    return rule(occasion, **{"trigger": {"on": occasion}, "effects": [fixed(amount)]} | fields)


def shop_with(*rules: Rule, **fields: Any) -> BookShop:
    return open_shop(rules=rules, **fields)


def born(shop: BookShop, number: str = "ada", **fields: Any) -> str:
    return shop.enrol(number, **{"birth_date": BORN} | fields).answer.member_id


def change(shop: BookShop, member_id: str, **fields: Any) -> Member:
    return update_member(shop.rt, shop.caller, fresh(), member_id, MemberUpdate.model_validate(fields)).answer


def day_after_day(shop: BookShop, moment: str) -> int:
    """The daily job, at a moment: how much was settled."""
    shop.clock.move_to(moment)
    return settle_due(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"))


def occasions(shop: BookShop, member_id: str) -> list[tuple[list[str], list[str]]]:
    """What has come, and what of it was given something for."""
    told = [entry for entry in journal(shop, member_id, 0) if [*entry.facts] == [encode(MemberOccasion())]]
    private = [entry.private["occasions"] for entry in told if entry.private is not None]
    return [(occasions["come"], occasions["given"]) for occasions in private]


def journal(shop: BookShop, owner: str, program: int) -> list[Entry]:
    stream = owner_stream(shop.caller.tenant, owner, program)
    return [entry_from(stream, attrs) for attrs in shop.rt.table.query(entries_query(stream, 1, 1_000)).items]


def verified(shop: BookShop, *some: str) -> list[str]:
    return [one.what for found in verify_members(shop.rt, shop.caller.tenant, some) for one in found.differences]


def test_a_birthday_is_given_something_on_the_day_and_once() -> None:
    shop = shop_with(on("birthday"))
    ada = born(shop)
    assert day_after_day(shop, "2026-09-19T00:10:00Z") == 0
    assert day_after_day(shop, "2026-09-20T00:10:00Z") == 1
    assert day_after_day(shop, "2026-09-20T00:10:00Z") == 0
    assert day_after_day(shop, "2026-09-21T00:10:00Z") == 0
    assert shop.balance(ada) == 50
    assert day_after_day(shop, "2027-09-20T00:10:00Z") == 1  # and the anniversary, which passed in June
    assert shop.balance(ada) == 100
    assert occasions(shop, ada) == [
        (["birthday"], ["birthday"]),
        (["anniversary"], []),
        (["birthday"], ["birthday"]),
    ]
    assert shop.proof(ada).matches
    assert verified(shop, ada) == []


GIVES: list[dict[str, Any]] = [
    fixed(50),
    {"kind": "grant_perk", "perk": "treat"},
    {"kind": "set_tier", "tier": "gold"},
    {"kind": "join_segment", "segment": "vip"},
    {"kind": "webhook", "webhook_id": "till"},
]


def with_everything(*occasions: str) -> BookShop:
    """Rules give points, what is too much of them, a perk, a tier and a segment for these, and tell a webhook."""
    caps = {"policies": [{"caps": {"per_transaction": 3}}]}
    shop = shop_with(program={"units": [POINTS, {"code": "few", "name": "Few"} | caps]})
    perked.offer(shop, "treat", perked.TREAT)
    segmented.define(shop)
    hooked.define(shop)
    for occasion in occasions:
        limits = {"in_all": 100, "budget": {"amount": 500, "unit": "points"}}
        shop.define(rule(f"on-{occasion}", trigger={"on": occasion}, effects=[*GIVES, fixed(5, "few")], limits=limits))
    return shop


def told_to_all(shop: BookShop, member_id: str) -> list[Entry]:
    """What the ledger keeps for ever, and feeds and webhooks tell, of a member who did nothing but enrol."""
    return [*journal(shop, member_id, 0)[1:], *journal(shop, member_id, 1)]


def test_no_entry_tells_whether_it_was_a_birthday_and_by_which_rule() -> None:
    """One was born on a day, the other enrolled on one."""
    told = list[list[Entry]]()
    for occasion, day, birth_date in (("birthday", BIRTHDAY, BORN), ("anniversary", "2027-06-15", None)):
        shop = with_everything(occasion)
        ada = born(shop, birth_date=birth_date)
        day_after_day(shop, f"{day}T00:10:00Z")
        assert verified(shop, ada) == []
        assert taken(shop, f"on-{occasion}") == {"rule_limit": 1, "budget": 50}
        told.append(told_to_all(shop, ada))
    shapes = [[(one.header["operation"], [sorted(fact) for fact in one.facts]) for one in entries] for entries in told]
    assert shapes[0] == shapes[1]
    said = json.dumps([[one.header, one.facts] for entries in told for one in entries])
    assert [word for word in ("birthday", "anniversary", "on-") if word in said] == []
    assert {fact["kind"] for entries in told for one in entries for fact in one.facts if "kind" in fact} == {"occasion"}


def test_a_statement_has_the_rule_as_long_as_the_private_part_is_there() -> None:
    shop = with_everything("birthday")
    ada = born(shop)
    day_after_day(shop, "2026-09-20T00:10:00Z")

    def rules() -> set[str | None]:
        return {
            line.rule_id for entry in shop.statement(ada) for line in entry.lines if line.type.startswith("points.")
        }

    assert rules() == {"on-birthday"}
    [entry] = journal(shop, ada, 1)
    assert entry.private is not None
    assert entry.private["occasions"] == ["birthday"]
    assert {one["rule_id"] for one in entry.private["effects"]} == {"on-birthday"}
    attrs = {name: value for name, value in (shop.rt.table.get(entry.key) or {}).items() if name != "private"}
    shop.rt.table.transact([Put(attrs, None)], "erasure")
    assert rules() == {None}
    assert shop.proof(ada).matches
    assert verified(shop, ada) == []


def test_an_anniversary_is_given_something_each_year_and_conditions_ask_about_the_day() -> None:
    second = {"ask": "member.years_enrolled", "is": 2}
    shop = shop_with(on("anniversary"), rule("again", trigger={"on": "anniversary"}, when=second, effects=[fixed(7)]))
    ada = shop.member("ada")
    for year, points in (("2027", 50), ("2028", 57)):
        day_after_day(shop, f"{year}-06-15T00:10:00Z")
        assert shop.balance(ada) == points
        shop.spend(ada, points)


def test_a_job_that_was_down_catches_up_with_the_days_own_value_time() -> None:
    shop = shop_with(on("birthday"))
    in_time, late = born(shop, "ada"), born(shop, "bob")
    shop.clock.move_to("2026-09-20T00:10:00Z")
    assert settle_occasions(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), in_time)
    assert day_after_day(shop, "2026-10-03T00:10:00Z") == 1
    for ada in (in_time, late):
        [entry] = shop.statement(ada)
        assert (entry.operation, entry.effective_at) == ("settle_occasions", shop_day(BIRTHDAY))
    assert shop.account(in_time).wallets == shop.account(late).wallets


def shop_day(text: str) -> int:
    return day_starts(day_of(date.fromisoformat(text)), "UTC")


def test_a_job_that_was_down_for_years_gives_each_of_them() -> None:
    shop = shop_with(on("birthday", effects=[fixed(50, "kept")]), program={"units": [POINTS, KEPT]})
    ada = born(shop)
    day_after_day(shop, "2028-09-20T00:10:00Z")
    assert {one.unit: one.available for one in shop.account(ada).wallets}["kept"] == 150
    assert len(occasions(shop, ada)) == 5


def test_a_message_that_comes_twice_does_nothing_the_second_time() -> None:
    shop = shop_with(on("birthday"))
    ada = born(shop)
    shop.clock.move_to("2026-09-20T06:00:00Z")
    day = local_day(shop.clock.now(), "UTC")
    assert [settle_occasions(shop.rt, shop.caller, day, ada) for _ in range(2)] == [True, False]
    assert shop.balance(ada) == 50


@pytest.mark.parametrize("to", ["1990-12-01", "1990-09-20", "1990-09-21"])
def test_another_birth_date_is_no_second_birthday_in_a_year(to: str) -> None:
    shop = shop_with(on("birthday"))
    ada = born(shop)
    day_after_day(shop, "2026-09-20T00:10:00Z")
    change(shop, ada, birth_date=None)
    change(shop, ada, birth_date=to)
    day_after_day(shop, "2026-12-31T00:10:00Z")
    assert shop.balance(ada) == 50
    day_after_day(shop, "2027-12-31T00:10:00Z")
    assert [given for _, given in occasions(shop, ada)].count(["birthday"]) == 2


def test_a_birthday_for_which_nothing_was_given_leaves_room_for_the_right_one() -> None:
    shop = shop_with(on("birthday", when={"ask": "member.locale", "is": "de"}))
    ada = born(shop)
    day_after_day(shop, "2026-09-20T00:10:00Z")
    change(shop, ada, birth_date="1990-10-20", locale="de")
    day_after_day(shop, "2026-10-20T00:10:00Z")
    assert shop.balance(ada) == 50


def test_a_birth_date_that_becomes_known_brings_the_next_birthday_and_none_that_has_passed() -> None:
    shop = shop_with(on("birthday"))
    ada = shop.member("ada")
    change(shop, ada, birth_date="1990-03-14")
    assert day_after_day(shop, "2026-06-16T00:10:00Z") == 0
    day_after_day(shop, "2027-03-14T00:10:00Z")
    assert shop.balance(ada) == 50


def test_the_day_begins_where_the_program_is() -> None:
    """In Los Angeles it is seven hours later: the job of the next night comes in the afternoon of the birthday."""
    shop = shop_with(on("birthday"), program={"zone": "America/Los_Angeles"})
    ada = born(shop)
    assert day_after_day(shop, "2026-09-20T00:10:00Z") == 0
    assert day_after_day(shop, "2026-09-20T07:04:59Z") == 0
    assert day_after_day(shop, "2026-09-20T07:05:00Z") == 1
    assert shop.statement(ada)[0].effective_at == day_starts(day_of(date(2026, 9, 20)), "America/Los_Angeles")


def test_enrolled_by_night_the_anniversary_is_on_the_day_that_the_shop_had() -> None:
    shop = shop_with(on("anniversary"), program={"zone": "Pacific/Auckland"})
    shop.clock.move_to("2026-06-15T20:00:00Z")
    ada = get_member(shop.rt, shop.caller, shop.member("ada"))
    assert ada.occasions is not None
    assert ada.occasions.anniversary == date(2027, 6, 16)


def test_every_program_gives_what_its_rules_give() -> None:
    shop = shop_with(on("birthday"))
    create_program(shop.rt, shop.caller, fresh(), ProgramDefinition.model_validate(PROGRAM | {"zone": "Asia/Tokyo"}))
    define_rule(shop.rt, shop.caller, fresh(), 2, on("birthday", 7))
    ada = born(shop)
    assert day_after_day(shop, "2026-09-20T00:10:00Z") == 1
    assert (shop.balance(ada), read_account(shop.rt, shop.caller, ada, 2).wallets[0].available) == (50, 7)


def test_without_a_rule_only_the_next_day_is_looked_for() -> None:
    shop = shop_with(on("birthday", state="paused"))
    ada = born(shop)
    assert day_after_day(shop, "2026-09-20T00:10:00Z") == 1
    assert shop.statement(ada) == []
    assert occasions(shop, ada) == [(["birthday"], [])]


def test_whoever_is_blocked_is_given_nothing() -> None:
    shop = shop_with(on("birthday"))
    ada = born(shop)
    change(shop, ada, status="blocked")
    day_after_day(shop, "2026-09-20T00:10:00Z")
    change(shop, ada, status="active")
    day_after_day(shop, "2026-09-21T00:10:00Z")
    assert shop.statement(ada) == []


def test_whoever_is_in_a_group_has_it_for_the_group() -> None:
    shop = shop_with(on("birthday"))
    ada = born(shop)
    group_id = household(shop, ada)
    day_after_day(shop, "2026-09-20T00:10:00Z")
    assert shop.balance(group_id) == 50
    assert shop.proof(group_id).matches
    assert verified(shop, ada, group_id) == []


def test_a_perk_is_given_as_of_the_day() -> None:
    shop = shop_with()
    perked.offer(shop, "cake", perked.TREAT, valid_days=10)
    shop.define(on("birthday", effects=[{"kind": "grant_perk", "perk": "cake"}]))
    ada = born(shop)
    day_after_day(shop, "2026-09-22T00:10:00Z")
    [award] = list_awards(shop.rt, shop.caller, ada)
    assert award.expires_at == day_starts(day_of(date(2026, 10, 1)), "UTC")


def test_an_order_meanwhile_is_met() -> None:
    table = FaultyTable(MemoryTable())
    shop = open_shop(table, rules=(rule(), on("birthday")))
    ada = born(shop)
    shop.clock.move_to("2026-09-20T12:00:00Z")
    other = shop.at_another_till(table.table)
    table.start()
    table.meanwhile = lambda transactions: transactions == 0 and other.buy(by_id(ada), sale("A-1", 3_00))
    assert settle_occasions(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), ada)
    assert shop.balance(ada) == 53
    assert shop.proof(ada).matches


def test_whoever_was_enrolled_before_birthdays_were_looked_for_has_them_from_their_next_update_on() -> None:
    shop = shop_with(on("birthday"))
    ada = born(shop)
    forget(shop, ada)
    assert day_after_day(shop, "2026-09-20T00:10:00Z") == 0
    change(shop, ada, given_name="Ada")
    assert day_after_day(shop, "2026-09-20T00:10:00Z") == 1
    assert shop.balance(ada) == 50


def forget(shop: BookShop, member_id: str) -> None:
    """The profile as an older version kept it."""
    key = members.profile_key(shop.caller.tenant, member_id)
    attrs = dict(shop.rt.table.get(key) or {})
    item = from_attrs(members.ProfileItem, attrs)
    item.private = {name: value for name, value in item.private.items() if name != "occasions"}
    item.v, item.gsi3pk, item.gsi3sk = 1, None, None
    shop.rt.table.transact([Put(to_attrs(item), None)], "older")


def test_a_profile_that_the_index_has_on_another_day_is_named() -> None:
    shop = shop_with(on("birthday"))
    ada = born(shop)
    key = members.profile_key(shop.caller.tenant, ada)
    attrs = dict(shop.rt.table.get(key) or {})
    attrs.pop("gsi3sk")
    shop.rt.table.transact([Put(attrs, None)], "damage")
    assert verified(shop, ada) == ["profile: the index has another day for its next birthday or anniversary"]


def test_a_birthday_that_was_given_nothing_but_a_reason_leaves_room_for_the_right_one() -> None:
    shop = shop_with()
    perked.offer(shop, "treat", perked.TREAT)
    shop.define(on("birthday", effects=[{"kind": "grant_perk", "perk": "treat"}]))
    perked.offer(shop, "treat", perked.TREAT, state="paused")
    ada = born(shop)
    assert day_after_day(shop, "2026-09-20T00:10:00Z") == 1
    assert occasions(shop, ada) == [(["birthday"], [])]
    perked.offer(shop, "treat", perked.TREAT)
    change(shop, ada, birth_date="1990-10-20")
    assert day_after_day(shop, "2026-10-20T00:10:00Z") == 1
    assert occasions(shop, ada)[1:] == [(["birthday"], ["birthday"])]


def test_years_of_a_member_are_counted_from_the_day_that_anniversaries_go_by() -> None:
    """In Tokyo it is the next day already."""
    shop = shop_with(tiers=None, program={"zone": "Europe/Berlin"})
    create_program(shop.rt, shop.caller, fresh(), ProgramDefinition.model_validate(PROGRAM | {"zone": "Asia/Tokyo"}))
    first = {"ask": "member.years_enrolled", "is": 1}
    define_rule(shop.rt, shop.caller, fresh(), 2, on("anniversary", when=first))
    shop.clock.move_to("2026-06-15T20:00:00Z")
    ada = shop.member("ada")
    day_after_day(shop, "2027-06-17T00:10:00Z")
    assert [wallet.available for wallet in read_account(shop.rt, shop.caller, ada, 2).wallets] == [50]
