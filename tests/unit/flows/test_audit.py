"""The log where there is much of it: what one page looks at, and that nothing is lost between pages."""

from __future__ import annotations

import pytest

from chalicelib.areas.audit.model import AuditEntry, AuditPage, Sought
from chalicelib.flows.audit_entries import LOOKED_AT
from chalicelib.flows.read_audit import HOURS, read_audit
from chalicelib.flows.read_own_audit import read_own_audit
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Meter
from chalicelib.table.recorded import HOUR_MS
from tests.twins.bookshop import BookShop, open_shop
from tests.twins.streamed import image_of
from tests.unit.relay.relayed import opened
from tests.unit.relay.test_placeholders import hushed

EVER = 10**13 - 1


def page(shop: BookShop, cursor: str | None = None, limit: int = 100, **sought: str | None) -> AuditPage:
    read = read_own_audit if sought.get("entity") else read_audit
    asked = Sought(0, min(EVER, shop.clock.at), **sought)
    return read(shop.rt, shop.caller.tenant, asked, limit, cursor)


def walked(shop: BookShop, limit: int = 100, **sought: str | None) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    cursor = None
    while True:
        one = page(shop, cursor, limit, **sought)
        entries += one.items
        if one.next_cursor is None:
            return entries
        cursor = one.next_cursor


@pytest.fixture(scope="module")
def busy() -> tuple[BookShop, str]:
    """Somebody who has earned more often than a page looks at, most of it at one instant."""
    shop = open_shop()
    ada = shop.member("1")
    for number in range(LOOKED_AT + 20):
        shop.clock.at += 1 if number % 50 == 0 else 0
        shop.earn(ada, 1)
    return shop, ada


def test_a_page_that_found_nothing_says_how_to_go_on(busy: tuple[BookShop, str]) -> None:
    shop, ada = busy
    for entity in (None, ada):
        first = page(shop, type="member.enrolled", entity=entity)
        assert first.items == ()
        assert first.next_cursor is not None
        [found] = walked(shop, type="member.enrolled", entity=entity)
        assert found.operation == "enrol_member"


def test_entries_of_one_instant_come_once_each(busy: tuple[BookShop, str]) -> None:
    shop, ada = busy
    whole = [entry.entry_id for entry in walked(shop)]
    assert len(whole) == len(set(whole)) > LOOKED_AT
    assert [entry.entry_id for entry in walked(shop, limit=33)] == whole
    own = [entry.entry_id for entry in walked(shop, limit=33, entity=ada)]
    assert len(own) == LOOKED_AT + 21
    assert set(own) < set(whole)


@pytest.mark.parametrize("hours", [9, 900])
def test_what_a_page_asks_for_does_not_grow_with_the_time_it_is_asked_about(hours: int) -> None:
    meter = Meter()
    shop = open_shop(MemoryTable(meter=meter))
    shop.clock.at += hours * HOUR_MS
    before = meter.cost.requests
    assert page(shop).items == ()
    assert meter.cost.requests - before == 16 * HOURS + 1


def test_days_long_ago_of_which_nothing_is_known_are_passed_over() -> None:
    shop = open_shop()
    shop.clock.at += 900 * HOUR_MS
    pages = 1
    cursor = page(shop).next_cursor
    while cursor is not None:
        cursor, pages = page(shop, cursor).next_cursor, pages + 1
    assert pages <= 7


def test_quiet_entries_are_in_the_log_and_said_to_be_quiet() -> None:
    shop, table = opened()
    ada = shop.member("1")
    shop.earn(ada, 5)
    last = image_of(table.entries()[-1])
    shop.rt.table.batch_put([hushed(last)])
    assert [entry.quiet for entry in walked(shop)][:2] == [True, False]
    assert [entry.quiet for entry in walked(shop, entity=ada)] == [True, False]


def test_the_cost_of_a_page_of_one_entity_is_a_query_and_its_entries(busy: tuple[BookShop, str]) -> None:
    shop, ada = busy
    table = shop.rt.table
    assert isinstance(table, MemoryTable)
    before = table.meter.cost
    assert page(shop, entity=ada).next_cursor
    assert (table.meter.cost - before).requests == 3
    cursor = page(shop, entity=ada, type="points.sent").next_cursor
    before = table.meter.cost
    page(shop, cursor, entity=ada, type="points.sent")
    assert (table.meter.cost - before).requests == 1  # what was left of it
