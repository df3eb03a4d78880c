"""The archive of the audit log: every entry once, in files of a size, whoever is killed meanwhile; and what XML makes of odd texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
from xmlschema import XMLSchemaValidationError

from chalicelib.areas.audit.archive_xml import CLOSING, entry_xml, opening
from chalicelib.areas.audit.model import AuditActor, AuditEntry
from chalicelib.areas.audit.operations import list_archives
from chalicelib.areas.audit.refusals import RefusalCounts
from chalicelib.areas.programs.model import TenantSettings
from chalicelib.areas.programs.operations import put_tenant
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.queues import Message
from chalicelib.events.due import due
from chalicelib.flows.archive_audit import archive_audit
from chalicelib.flows.keep_published import Kept
from chalicelib.flows.note_refusal import note_refusal
from chalicelib.kit.periods import Day, iso_day, local_day
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Meter
from chalicelib.table.protocol import Attrs, Key, Page, Query, Write
from tests.twins import fresh
from tests.twins.archive_read import ROOT, entries_in
from tests.twins.bookshop import BookShop, open_shop
from tests.unit.flows.test_audit import walked

GOLDEN = ROOT / "tests/golden/facts"
OPENED = "2026-06-15"
BEFORE = 20_620  # 2026-06-16


def wanted(shop: BookShop) -> BookShop:
    put_tenant(shop.rt, shop.caller, fresh(), TenantSettings(name="Books", audit_archive=True))
    return shop


def busy(entries: int = 7) -> BookShop:
    """Somebody earned so often on the day, some of it at one instant, and a key was refused."""
    shop = wanted(open_shop())
    ada = shop.member("1")
    for number in range(entries):
        shop.clock.at += 60_000 if number % 3 == 0 else 0
        shop.earn(ada, 1 + number)
    note_refusal(shop.rt, shop.caller, "missing_grant", "get_tenant", RefusalCounts(), "here")
    return shop


def files(rt: Runtime) -> dict[str, str]:
    assert isinstance(rt.files, MemoryFiles)
    return {name.removeprefix("audit/shop/"): data.decode() for name, data in rt.files.objects.items()}


def lines(rt: Runtime) -> list[dict[str, object]]:
    """Of all files, in their order."""
    found = sorted((name for name in files(rt) if name.endswith(".jsonl")), key=_turn)
    return [json.loads(line) for name in found for line in files(rt)[name].splitlines()]


def _turn(name: str) -> tuple[str, int]:
    day, *number = name.removesuffix(".jsonl").split(".")
    return day, int(number[0]) if number else 1


def whole(shop: BookShop) -> list[dict[str, object]]:
    return [entry.model_dump(mode="json") for entry in walked(shop)][::-1]


def archived(shop: BookShop, before: Day = BEFORE, most: int = 10_000, rt: Runtime | None = None) -> Kept:
    return archive_audit(rt or shop.rt, shop.caller.tenant, before, most)


def test_the_day_of_these_tests_is_the_one_before() -> None:
    assert iso_day(BEFORE - 1) == OPENED == iso_day(local_day(open_shop().clock.at, "UTC"))


@pytest.mark.parametrize("most", [1, 3, 100])
def test_however_it_is_cut_every_entry_is_in_one_file(most: int) -> None:
    shop = busy()
    told = whole(shop)
    assert archived(shop, most=most) == Kept(len(told), more=False)
    assert lines(shop.rt) == told
    [day] = list_archives(shop.rt, shop.caller, 25, None).items
    assert (day.day, day.entries, day.files) == (BEFORE - 1, len(told), -(-len(told) // most))
    documents = sorted((name for name in files(shop.rt) if name.endswith(".xml")), key=lambda name: _turn(name[:-4]))
    assert [entry for name in documents for entry in entries_in(files(shop.rt)[name])] == told
    assert archived(shop, most=most) == Kept(0, more=False)


def test_a_day_that_is_not_over_waits() -> None:
    shop = busy()
    assert archived(shop, BEFORE - 1) == Kept(0, more=False)
    assert files(shop.rt) == {}


def test_a_shop_of_which_nothing_is_known_has_no_archive() -> None:
    """Not even the relay has come to it."""
    shop = wanted(open_shop())
    assert archived(shop) == Kept(0, more=False)
    assert files(shop.rt) == {}


def test_long_work_goes_on_by_a_message() -> None:
    shop = busy(30)
    shop.clock.at += 3 * 24 * 3_600_000
    shop.earn(shop.member_with("1"), 1)
    queues = cast(MemoryQueues, shop.rt.queues)

    class Slow(MemoryFiles):
        def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
            super().put(key, data, content_type)
            shop.clock.sleep(10)

    rt = replace(shop.rt, files=Slow())
    told = whole(shop)
    assert archived(shop, most=10, rt=rt) == Kept(10, more=True)
    queues.send("due", [Message({"tenant": "shop", "audit_before": iso_day(BEFORE + 3)}, "night")])
    assert queues.deliver("due", partial(due, rt)) == 2
    assert lines(rt) == told


@pytest.mark.parametrize("at", range(5))
def test_a_pass_that_is_killed_anywhere_is_made_good_by_the_next(at: int) -> None:
    """Before a file, between one format and the other, between file and mark."""
    shop = busy()

    class Killed(BaseException):
        pass

    class Dying(MemoryTable):
        """Nothing is done any more from some write on, of the table's or of the bucket's."""

        left = at

        def live(self) -> None:
            self.left -= 1
            if self.left < 0:
                raise Killed

        def get(self, key: Key) -> Attrs | None:
            return shop.rt.table.get(key)

        def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
            return shop.rt.table.batch_get(keys)

        def query(self, query: Query) -> Page:
            return shop.rt.table.query(query)

        def transact(self, writes: Sequence[Write], token: str) -> None:
            self.live()
            shop.rt.table.transact(writes, token)

    table = Dying()

    class Files(MemoryFiles):
        def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
            table.live()
            shop.rt.files.put(key, data, content_type)

    with pytest.raises(Killed):
        archived(shop, most=4, rt=replace(shop.rt, table=table, files=Files()))
    archived(shop, most=4)
    assert lines(shop.rt) == whole(shop)


def test_two_at_once_write_the_same_files() -> None:
    """The slower one stops between its file and its mark, while the faster one does all of it."""
    shop = busy()

    class Slow(MemoryFiles):
        busy = True

        def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
            shop.rt.files.put(key, data, content_type)
            if self.busy:
                self.busy = False
                archived(shop, most=4)

    archived(shop, most=4, rt=replace(shop.rt, files=Slow()))
    assert lines(shop.rt) == whole(shop)
    assert len(list_archives(shop.rt, shop.caller, 25, None).items) == 1


def test_what_cannot_be_read_is_not_written_down_for_good() -> None:
    shop = busy()
    owner = next(entry.entity for entry in walked(shop) if entry.operation == "earn_points")
    key = Key(f"shop#M#{owner}", "J#0001#00000002")
    kept = shop.rt.table.get(key)
    assert kept is not None
    queues = cast(MemoryQueues, shop.rt.queues)
    for spoilt in ({**kept, "v": {"N": "99"}}, {**kept, "body": {"B": b"?"}}):
        shop.rt.table.batch_put([spoilt])
        queues.send("due", [Message({"tenant": "shop", "audit_before": iso_day(BEFORE)}, "night")])
        queues.deliver("due", partial(due, shop.rt))
        assert files(shop.rt) == {}
    assert len(queues.dead["due"]) == 1 + 1
    shop.rt.table.batch_put([kept])
    archived(shop)
    assert lines(shop.rt) == whole(shop)


def test_what_a_day_costs_grows_by_a_read_for_every_hundred_entries() -> None:
    """Of configuration, mark and first day some; of each hour 16 Queries; of refusals one; the mark, and what is told of the day."""
    costs = []
    for entries in (7, 97):
        meter = Meter()
        shop = busy(entries)
        shop.rt.table.meter = meter  # type: ignore[attr-defined]
        archived(shop)
        costs.append((meter.cost.requests, meter.cost.write_units))
    (few, units), (many, more_units) = costs
    assert units == more_units == 4
    assert many - few == 1
    assert 16 * 24 < few < 16 * 24 + 16


def entry_with(*facts: dict[str, Any], **fields: Any) -> AuditEntry:
    told: dict[str, Any] = {
        "entry_id": "M:mem_1:1",
        "entity": "mem_1",
        "program_id": 1,
        "operation": "record_order",
        "types": ("order.recorded",),
        "recorded_at": 0,
        "effective_at": 0,
        "actor": AuditActor(kind="api_key", id="key_1", name="Till"),
        "channel": "",
        "request_id": "",
        "quiet": True,
        "facts": facts,
    }
    return AuditEntry(**told | fields)


def document(*entries: AuditEntry) -> str:
    return f"{opening('shop', BEFORE, 1)}{''.join(map(entry_xml, entries))}{CLOSING}"


def test_every_fact_that_was_ever_written_is_by_the_schema() -> None:
    facts = [fact for path in sorted(GOLDEN.glob("*.json")) for fact in json.loads(path.read_text("utf-8"))]
    assert entries_in(document(*map(entry_with, facts)))[-1]["facts"] == [facts[-1]]


@pytest.mark.parametrize(
    ("known", "wrong"),
    [
        (' id="M:mem_1:1"', ""),
        ('quiet="true"', 'quiet="maybe"'),
        ('program="1"', 'program="0"'),
        ('day="2026-06-16"', 'day="16.6."'),
        ("<actor", "<fact/><actor"),
        ("<number", "<float"),
    ],
)
def test_what_the_schema_does_not_know_is_found(known: str, wrong: str) -> None:
    whole = document(entry_with({"type": "order.recorded", "v": 2, "value": 5}))
    assert len(entries_in(whole)) == whole.count(known) == 1
    with pytest.raises(XMLSchemaValidationError):
        entries_in(whole.replace(known, wrong).replace("</number>", "</float>" if "float" in wrong else "</number>"))


def test_xml_holds_whatever_a_fact_says() -> None:
    odd = "a<b>&\"c'\r\n\td\x00\x1b\ufffe\u00e9\U0001f4da]]>"
    fact = {
        "type": "order.recorded",
        "v": 2,
        "text": odd,
        odd: [None, True, False, -5, 0.25, "", [], {}, {"deep": [odd]}],
    }
    entry = entry_with(fact, actor=AuditActor(kind="api_key", id="key_1", name=odd))
    [told] = entries_in(document(entry))
    possible = odd.translate(dict.fromkeys((0x00, 0x1B, 0xFFFE), "\ufffd"))
    expected = entry.model_dump(mode="json")
    expected["facts"][0] = {
        "type": "order.recorded",
        "v": 2,
        "text": possible,
        possible: [None, True, False, -5, 0.25, "", [], {}, {"deep": [possible]}],
    }
    expected["actor"]["name"] = possible
    assert told == expected
