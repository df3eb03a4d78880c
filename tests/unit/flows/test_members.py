"""Enrolling and changing members: identifiers are unique, fields are those the tenant has declared."""

from __future__ import annotations

import pytest

from chalicelib.areas.members.model import Enrolment, Identifier, MemberUpdate
from chalicelib.areas.members.operations import find_member, get_member, list_members
from chalicelib.areas.programs.model import TenantSettings
from chalicelib.areas.programs.operations import put_tenant
from chalicelib.errors import Conflict, InvalidInput, NotFound
from chalicelib.flows.enrol_member import enrol_member
from chalicelib.flows.update_member import update_member
from chalicelib.table.memory import MemoryTable
from tests.twins import fresh
from tests.twins.bookshop import BookShop, open_shop, refused
from tests.twins.faulty import FaultyTable
from tests.unit.flows.seen import everything, members_of

FIELDS = {"shoe_size": "number", "vegan": "boolean", "since": "date", "motto": "text"}


@pytest.fixture
def shop() -> BookShop:
    shop = open_shop()
    settings = TenantSettings.model_validate({"name": "Shop", "member_fields": FIELDS})
    put_tenant(shop.rt, shop.caller, fresh(), settings)
    return shop


def update(shop: BookShop, member_id: str, **fields: object) -> object:
    return update_member(shop.rt, shop.caller, fresh(), member_id, MemberUpdate.model_validate(fields)).answer


def test_a_member_is_found_by_any_identifier(shop: BookShop) -> None:
    identifiers = (
        Identifier(type="card", value="0001"),
        Identifier(type="email", value="Ada@Example.org"),
        Identifier(type="phone", value="+49 30 / 12345"),
    )
    ada = enrol_member(shop.rt, shop.caller, fresh(), Enrolment(identifiers=identifiers, given_name="Ada")).answer
    for kind, value in (("card", " 0001"), ("email", "ada@example.ORG"), ("phone", "+493012345")):
        wanted = Identifier.model_validate({"type": kind, "value": value})
        assert find_member(shop.rt, shop.caller, wanted) == ada
    assert get_member(shop.rt, shop.caller, ada.member_id) == ada
    with refused("member_not_found", "identifier", NotFound):
        find_member(shop.rt, shop.caller, Identifier(type="external_id", value="0001"))


def test_a_card_belongs_to_one_member(shop: BookShop) -> None:
    shop.member("1")
    there = everything(shop)
    with refused("identifier_taken", "identifiers", Conflict):
        shop.enrol("1")
    assert everything(shop) == there
    bob = shop.member("2")
    with refused("identifier_taken", "identifiers", Conflict):
        update(shop, bob, identifiers=[{"type": "card", "value": "1"}])
    assert open_shop(shop.rt.table, tenant="other").member("1")


def test_two_enrolled_at_once_with_one_card_are_one() -> None:
    table = FaultyTable(MemoryTable())
    shop = open_shop(table)
    other = shop.at_another_till(table.table)
    table.start()
    table.meanwhile = lambda transactions: transactions == 0 and other.enrol("1")
    with refused("identifier_taken", "identifiers", Conflict):
        shop.enrol("1")
    assert len(members_of(shop)) == 1


def test_an_identifier_given_up_is_free_for_another(shop: BookShop) -> None:
    ada = shop.member("1")
    update(shop, ada, identifiers=[{"type": "card", "value": "2"}])
    bob = shop.member("1")
    assert bob != ada
    assert find_member(shop.rt, shop.caller, Identifier(type="card", value="2")).member_id == ada


@pytest.mark.parametrize(("kind", "value"), [("email", "ada"), ("phone", "12"), ("card", "\x07"), ("card", "   ")])
def test_an_identifier_must_be_one(shop: BookShop, kind: str, value: str) -> None:
    wrong = Identifier.model_validate({"type": kind, "value": value})
    with refused("invalid_identifier", "identifiers", InvalidInput):
        enrol_member(shop.rt, shop.caller, fresh(), Enrolment(identifiers=(wrong,)))
    with refused("invalid_identifier", "identifiers", InvalidInput):
        update(shop, shop.member("1"), identifiers=[wrong])


def test_declared_fields_are_kept_and_merged(shop: BookShop) -> None:
    fields = {"shoe_size": 42.5, "vegan": True, "since": "2020-02-29", "motto": "onward"}
    ada = shop.enrol("1", fields=fields).answer
    assert ada.fields == fields
    update(shop, ada.member_id, fields={"motto": None, "vegan": False})
    kept = get_member(shop.rt, shop.caller, ada.member_id).fields
    assert kept == {"shoe_size": 42.5, "vegan": False, "since": "2020-02-29"}


def test_a_field_nobody_declared(shop: BookShop) -> None:
    with refused("undeclared_field", "fields.colour"):
        shop.enrol("1", fields={"colour": "red"})
    with refused("undeclared_field", "fields.colour"):
        update(shop, shop.member("1"), fields={"colour": "red"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("shoe_size", "42"), ("shoe_size", True), ("vegan", 1), ("since", "2021-02-29"), ("since", 5), ("motto", 5)],
)
def test_a_field_of_another_type(shop: BookShop, name: str, value: object) -> None:
    with refused("wrong_field_type", f"fields.{name}"):
        shop.enrol("1", fields={name: value})
    ada = shop.member("1")
    with refused("wrong_field_type", f"fields.{name}"):
        update(shop, ada, fields={name: value})


def test_a_member_that_does_not_exist(shop: BookShop) -> None:
    other = open_shop(shop.rt.table, tenant="other").member("1")
    for member_id in ("mem_00000000000", "nonsense", other):
        with refused("member_not_found", "member_id", NotFound):
            update(shop, member_id, given_name="Ada")
        with refused("member_not_found", "member_id", NotFound):
            get_member(shop.rt, shop.caller, member_id)


def test_two_changes_of_one_profile_at_once_both_last() -> None:
    table = FaultyTable(MemoryTable())
    shop = open_shop(table)
    ada = shop.member("1")
    other = shop.at_another_till(table.table)
    table.start()
    table.meanwhile = lambda transactions: transactions == 0 and update(other, ada, given_name="Ada")
    update(shop, ada, family_name="Lovelace")
    kept = get_member(shop.rt, shop.caller, ada)
    assert (kept.given_name, kept.family_name) == ("Ada", "Lovelace")


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_the_directory_lists_everybody_once(shop: BookShop, limit: int) -> None:
    enrolled = {shop.member(f"{number}") for number in range(7)}
    listed: list[str] = []
    cursor = None
    while True:
        page = list_members(shop.rt, shop.caller, limit, cursor)
        assert len(page.items) <= limit
        listed += [one.member_id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(listed) == sorted(enrolled)


def test_a_cursor_of_another_list(shop: BookShop) -> None:
    other = open_shop(shop.rt.table, tenant="other")
    other.member("1")
    shop.member("1")
    shop.member("2")
    cursor = list_members(shop.rt, shop.caller, 1, None).next_cursor
    for wrong in (cursor, "nonsense", "", "AAAA"):
        with refused("invalid_cursor", "cursor", InvalidInput):
            list_members(other.rt, other.caller, 1, wrong)
