"""What has happened to a member's profile gives something once: enrolled, filled in, the newsletter; and a first purchase."""

from __future__ import annotations

from datetime import date
from typing import Any

from chalicelib.areas.members.model import Member, MemberUpdate
from chalicelib.areas.members.operations import get_member
from chalicelib.areas.perks.model import PerkDefinition
from chalicelib.areas.programs.model import ProgramDefinition, TenantSettings
from chalicelib.areas.programs.operations import create_program, put_tenant
from chalicelib.areas.rules.model import Rule
from chalicelib.flows.define_perk import define_perk
from chalicelib.flows.define_rule import define_rule
from chalicelib.flows.follow_coupons import MOST_WRITES
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.member_moments import MOST_PROGRAMS, OF_EACH
from chalicelib.flows.read_account import read_account
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.update_member import update_member
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.periods import local_day
from chalicelib.table.journal import entries_query, entry_from
from chalicelib.table.keys import owner_stream, partition_query
from tests.twins import fresh, perked
from tests.twins.bookshop import PROGRAM, BookShop, card, dry, fixed, goods_back, keyed, open_shop, rule, sale
from tests.twins.bookshop import member as by_id
from tests.twins.grouped import household
from tests.unit.logs.kept import kept

COMPLETE = ("given_name", "birth_date", "email", "fields.size")


def on(moment: str, amount: int = 50, **fields: Any) -> Rule:
    return rule(moment, **{"trigger": {"on": moment}, "effects": [fixed(amount)]} | fields)


def shop_with(*rules: Rule) -> BookShop:
    shop = open_shop(rules=rules)
    settings = {"name": "Books", "member_fields": {"size": "text"}, "complete_profile": COMPLETE}
    put_tenant(shop.rt, shop.caller, fresh(), TenantSettings.model_validate(settings))
    return shop


def change(shop: BookShop, member_id: str, **fields: Any) -> Member:
    update = MemberUpdate.model_validate(fields)
    return update_member(shop.rt, shop.caller, fresh(), member_id, update).answer


def test_whoever_is_enrolled_is_welcomed_once() -> None:
    shop = shop_with(on("enrolled"))
    ada = shop.enrol("ada", keyed("k")).answer.member_id
    assert shop.enrol("ada", keyed("k")).replayed
    assert shop.balance(ada) == 50
    assert shop.proof(ada).matches
    assert [entry.operation for entry in shop.statement(ada)] == ["enrol_member"]


def test_trying_to_enrol_gives_nothing() -> None:
    shop = shop_with(on("enrolled"))
    ada = shop.enrol("ada", dry()).answer.member_id
    assert list(shop.rt.table.query(partition_query(shop.caller.tenant, ada)).items) == []


def test_an_order_that_enrols_welcomes_as_well_and_its_return_takes_no_welcome_back() -> None:
    shop = shop_with(rule(), on("enrolled"))
    bought = shop.buy(card("new"), sale("A-1", 100_00)).answer
    assert {one.rule_id: one.amount for one in bought.earned} == {"enrolled": 50, "base": 100}
    shop.bring_back(bought.order_id, goods_back("R-1", 100_00))
    assert shop.balance(bought.member_id) == 50
    assert shop.proof(bought.member_id).matches


def test_every_program_of_the_tenant_welcomes() -> None:
    shop = shop_with(rule(), on("enrolled"))
    create_program(shop.rt, shop.caller, fresh(), ProgramDefinition.model_validate(PROGRAM))
    define_rule(shop.rt, shop.caller, fresh(), 2, on("enrolled", 7))
    for member_id in (shop.member("ada"), shop.buy(card("new"), sale("A-1", 100_00)).answer.member_id):
        assert read_account(shop.rt, shop.caller, member_id, 2).wallets[0].available == 7
        assert shop.balance(member_id) in (50, 150)


def test_programs_for_which_there_is_no_room_are_named_in_the_log_and_counted() -> None:
    shop = shop_with(rule(), on("enrolled"))
    for program_id in range(2, MOST_PROGRAMS + 4):
        create_program(shop.rt, shop.caller, fresh(), ProgramDefinition.model_validate(PROGRAM))
        define_rule(shop.rt, shop.caller, fresh(), program_id, on("enrolled", 7))
    with kept() as log:
        shop.enrol("ada", dry())
        assert log.lines() == []
        shop.member("ada")
        [line] = log.lines()
    assert (line["level"], line["tenant"], line["programs_left_out"]) == ("WARNING", "shop", 3)
    [measured] = line["_aws"]["CloudWatchMetrics"]
    assert [one["Name"] for one in measured["Metrics"]] == ["programs_left_out"]


MANY = 10


def many_programs(shop: BookShop, *moments: str) -> None:
    """As many programs, each of which gives points and ten perks for these: far more than one transaction writes."""
    perks = [
        PerkDefinition.model_validate({"name": "Treat", "what": perked.TREAT}).named(f"treat-{n}") for n in range(10)
    ]
    gives = [fixed(7), *({"kind": "grant_perk", "perk": one.perk_id} for one in perks)]
    for program_id in range(1, MANY + 1):
        if program_id > 1:
            create_program(shop.rt, shop.caller, fresh(), ProgramDefinition.model_validate(PROGRAM))
        for one in perks:
            define_perk(shop.rt, shop.caller, fresh(), program_id, one)
        for moment in moments:
            define_rule(shop.rt, shop.caller, fresh(), program_id, on(moment, effects=gives))


def had_of_many(shop: BookShop, member_id: str) -> tuple[set[int], int]:
    """The points in the programs, and how many perks in all of them."""
    had = [list_awards(shop.rt, shop.caller, member_id, program_id) for program_id in range(1, MANY + 1)]
    balances = {read_account(shop.rt, shop.caller, member_id, at).wallets[0].available for at in range(1, MANY + 1)}
    return balances, sum(map(len, had))


def reasons(shop: BookShop, member_id: str) -> list[str | None]:
    """Why perks were not given, over all programs."""
    entries = [
        entry_from(stream, attrs)
        for stream in (owner_stream("shop", member_id, program_id) for program_id in range(1, MANY + 1))
        for attrs in shop.rt.table.query(entries_query(stream, 1, 10)).items
    ]
    told = [(entry.private or entry.header["after"]).get("effects", ()) for entry in entries]
    return [one.get("reason") for effects in told for one in effects]


def test_what_many_programs_give_at_once_is_cut_with_a_reason_and_nobody_is_refused() -> None:
    """Points come from each of them, perks as far as there is room in the one transaction."""
    shop = shop_with(rule())
    many_programs(shop, "enrolled", "newsletter")
    ada = shop.member("ada")
    room = MOST_WRITES - OF_EACH * MANY
    assert had_of_many(shop, ada) == ({7}, room)
    assert [reasons(shop, ada).count(reason) for reason in (None, "too_many_effects")] == [room, 10 * MANY - room]
    change(shop, ada, newsletter=True)
    assert had_of_many(shop, ada)[0] == {14}
    bought = shop.buy(card("new"), sale("A-1", 100_00)).answer
    assert had_of_many(shop, bought.member_id)[0] == {7, 107}
    found = verify_members(shop.rt, "shop", [ada, bought.member_id])
    assert [one.what for each in found for one in each.differences] == []


def test_the_daily_job_settles_a_birthday_that_many_programs_give_something_for() -> None:
    shop = shop_with()
    many_programs(shop, "birthday")
    ada = shop.enrol("ada", birth_date="1990-06-16").answer.member_id
    for year in ("2026", "2027"):
        shop.clock.move_to(f"{year}-06-16T00:10:00Z")
        assert settle_due(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"))
    coming = get_member(shop.rt, shop.caller, ada).occasions
    assert coming is not None
    assert coming.birthday == date(2028, 6, 16)
    assert had_of_many(shop, ada)[0] == {14}


def test_who_has_filled_in_everything_is_thanked_once() -> None:
    shop = shop_with(on("profile_completed"))
    ada = shop.member("ada")
    change(shop, ada, given_name="Ada", birth_date="1990-03-14", fields={"size": "M"})
    assert shop.statement(ada) == []
    done = change(shop, ada, identifiers=[{"type": "email", "value": "ada@example.org"}])
    assert done.milestones == ("profile_completed",)
    assert shop.balance(ada) == 50
    change(shop, ada, birth_date=None)
    change(shop, ada, birth_date="1990-03-14")
    assert shop.balance(ada) == 50
    assert get_member(shop.rt, shop.caller, ada).milestones == ("profile_completed",)
    assert shop.proof(ada).matches


def test_the_newsletter_pays_once_however_often_it_is_ordered() -> None:
    shop = shop_with(on("newsletter"))
    ada = shop.member("ada")
    for wanted in (True, False, True):
        change(shop, ada, newsletter=wanted)
    assert shop.balance(ada) == 50
    assert shop.enrol("bob", newsletter=True).answer.milestones == ("newsletter",)
    assert shop.balance(shop.member_with("bob")) == 50


def test_a_rule_comes_too_late_for_whom_it_has_happened_already() -> None:
    shop = shop_with()
    ada = shop.member("ada")
    change(shop, ada, newsletter=True)
    shop.define(on("newsletter"))
    change(shop, ada, newsletter=False)
    change(shop, ada, newsletter=True)
    assert shop.statement(ada) == []


def test_conditions_ask_about_the_member_as_they_are_then() -> None:
    shop = shop_with(on("enrolled", when={"ask": "member.locale", "is": "de"}))
    assert shop.balance(shop.enrol("ada", locale="de").answer.member_id) == 50
    assert shop.statement(shop.enrol("bob", locale="en").answer.member_id) == []


def test_who_is_in_a_group_earns_it_for_the_group() -> None:
    shop = shop_with(on("newsletter"))
    ada = shop.member("ada")
    group_id = household(shop, ada)
    change(shop, ada, newsletter=True)
    assert shop.balance(group_id) == 50
    assert shop.proof(group_id).matches


def test_whoever_cannot_be_given_anything_is_changed_all_the_same() -> None:
    shop = shop_with(on("newsletter"))
    ada = shop.member("ada")
    assert change(shop, ada, newsletter=True, status="blocked").milestones == ("newsletter",)
    assert shop.statement(ada) == []


def test_a_first_purchase_is_one_besides() -> None:
    shop = shop_with(
        rule(), on("first_purchase", effects=[{"kind": "per_value", "unit": "points", "amount": 10, "per": "1.00"}])
    )
    ada = shop.member("ada")
    first = shop.buy(by_id(ada), sale("A-1", 2_00)).answer
    assert {one.rule_id: one.amount for one in first.earned} == {"base": 2, "first_purchase": 20}
    second = shop.buy(by_id(ada), sale("A-2", 2_00)).answer
    assert {one.rule_id: one.amount for one in second.earned} == {"base": 2}


def test_a_first_purchase_that_came_back_was_none() -> None:
    shop = shop_with(on("first_purchase"))
    ada = shop.member("ada")
    first = shop.buy(by_id(ada), sale("A-1", 2_00)).answer
    shop.bring_back(first.order_id, goods_back("R-1", 2_00))
    assert shop.balance(ada) == 0
    shop.buy(by_id(ada), sale("A-2", 2_00))
    assert shop.balance(ada) == 50
