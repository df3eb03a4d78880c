"""What the log as files costs: exactly, and the same however much of it there is."""

from __future__ import annotations

from functools import partial

from chalicelib.areas.audit.archives import ArchivedDay
from chalicelib.areas.audit.model import Sought
from chalicelib.areas.audit.operations import get_archive, list_archives
from chalicelib.areas.audit.store import archived_put
from chalicelib.flows.audit_chunk import audit_chunk
from chalicelib.flows.job_messages import Step
from chalicelib.flows.join_audit_export import join_audit_export
from chalicelib.flows.start_audit_export import start_audit_export
from tests.twins import fresh
from tests.unit.budgets.priced import Till, till


def begin(at: Till, entity: str | None = None) -> str:
    sought = Sought(0, at.shop.clock.at, entity=entity)
    return start_audit_export(at.shop.rt, at.shop.caller, fresh(), sought).answer.operation.operation_id


def test_to_begin_an_export_is_a_read_and_a_write_and_of_one_entity_two_reads_more() -> None:
    at = till()
    cost = at.price(partial(begin, at))
    assert (cost.requests, cost.write_units, cost.index_units) == (2, 4, 1)
    cost = at.price(partial(begin, at, at.ada))
    assert (cost.requests, cost.write_units, cost.index_units) == (4, 4, 1)


def test_a_chunk_of_an_entity_s_log_is_a_read_or_two_for_every_hundred_entries() -> None:
    """One for what its other journals have meanwhile; beside the Query of its journals, and two reads and a write each for lease and
    count."""
    for more, batches in ((0, 1), (150, 3)):
        at = till()
        for _ in range(more):
            at.shop.earn(at.ada, 1)
        one = begin(at, at.ada)
        cost = at.price(lambda at=at, one=one: audit_chunk(at.shop.rt, Step("chunk", "shop", one, job="audit")))  # type: ignore[misc]
        assert (more, cost.requests) == (more, 4 + 1 + batches)
        joined = at.price(partial(join_audit_export, at.shop.rt, "shop", one))
        assert (joined.requests, joined.write_units) == (3, 2)


def test_the_archive_is_listed_by_one_read_a_page_however_many_days_it_has() -> None:
    at = till()
    for day in range(20_000, 20_060):
        one = ArchivedDay(day=day, entries=1, files=1, archived_at=at.shop.clock.at)
        at.shop.rt.table.transact([archived_put("shop", one)], str(day))
    assert at.price(partial(list_archives, at.shop.rt, at.shop.caller, 25, None)).requests == 1
    assert at.price(partial(get_archive, at.shop.rt, at.shop.caller, "2024-10-04")).requests == 1
