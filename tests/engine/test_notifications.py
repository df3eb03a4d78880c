"""Sixteen workers and apps at once at what members are told: each page is sent by one, a phone is one member's, what was cancelled is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.jobs.operations import get_operation
from chalicelib.areas.notifications.model import Notice
from chalicelib.areas.notifications.store import notices
from chalicelib.areas.notifications.store.notices import DueNotice
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.errors import Busy, Conflict
from chalicelib.flows.change_notice import cancel_notice
from chalicelib.flows.job_messages import Step
from chalicelib.flows.notify_chunk import notify_chunk
from chalicelib.flows.register_device import list_devices, register_device
from chalicelib.flows.start_notification import Asked, Cut, start_notification
from chalicelib.flows.tell_one import Wanted, tell_one, tell_waiting
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, StoppedAt, a_shop, at_once, done, refusals
from tests.twins import at, fresh, told
from tests.twins.bookshop import TODAY, BookShop

READERS = 5


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    made = a_shop(engine_table)
    made = replace(made, rt=replace(made.rt, queues=MemoryQueues(), senders=MemorySenders()))
    told.template(made)
    return made


def tokens_told(shop: BookShop) -> list[str]:
    pushed: Any = shop.rt.senders
    return [endpoint.rpartition("/")[2] for endpoint, _ in pushed.pushed]


def test_a_page_is_sent_by_one_of_sixteen(shop: BookShop) -> None:
    readers = tuple(shop.member(str(number)) for number in range(READERS))
    for number, reader in enumerate(readers):
        told.phone(shop, reader, f"token-{number}")
    asked = Asked("transactional", "hello", members=readers)
    begun = start_notification(shop.rt, shop.caller, fresh(), asked, Cut(1, 2 * READERS)).answer.operation

    def work(_: int) -> Committed[str]:
        try:
            notify_chunk(shop.rt, Step("chunk", begun.tenant, begun.operation_id, job="notification"))
        except Busy:
            return Committed("left to whoever is at it")
        return Committed("done")

    assert "done" in {one.answer for one in done(at_once(work))}
    assert sorted(tokens_told(shop)) == [f"token-{number}" for number in range(READERS)]
    assert get_operation(shop.rt, shop.caller, begun.operation_id).counts == {"rows": READERS, "sent": READERS}


def test_a_phone_that_two_members_are_on_by_turns_is_one_of_theirs(shop: BookShop) -> None:
    both = shop.member("1"), shop.member("2")

    def register(number: int) -> Committed[Any]:
        member = both[number % 2]
        return register_device(shop.rt, shop.caller, fresh(), member, f"phone-{number % 4}", "apple", told.TOKEN)

    assert refusals(at_once(register)) == []
    assert sum(len(list_devices(shop.rt, shop.caller, one)) for one in both) == 1
    asked = Asked("transactional", "hello", members=both)
    begun = start_notification(shop.rt, shop.caller, fresh(), asked, Cut(1, 9)).answer.operation
    notify_chunk(shop.rt, Step("chunk", begun.tenant, begun.operation_id, job="notification"))
    assert tokens_told(shop) == [told.TOKEN]


def test_what_is_cancelled_as_its_time_comes_is_either_cancelled_or_sent(shop: BookShop) -> None:
    ada, now = shop.member("1"), at(TODAY)
    told.phone(shop, ada)
    tenant = shop.caller.tenant
    waits = tell_one(shop.rt, tenant, Wanted(ada, "an entry", now, now + told.HOUR, "hello", "transactional", {}))
    assert waits is not None
    later = replace(shop, rt=replace(shop.rt, clock=StoppedAt(now + told.HOUR)))
    due = DueNotice(tenant, ada, waits.notice_id)

    def act(number: int) -> Committed[Notice | None]:
        if number % 2:
            return Committed(tell_waiting(later.rt, due))
        return Committed(cancel_notice(later.rt, later.caller, fresh(), ada, waits.notice_id).answer)

    results = at_once(act)
    [kept] = shop.rt.table.query(notices.notices_query(tenant, ada, 5, None)).items
    became = notices.notice_from(kept).state
    refused = refusals(results)
    assert refused == [(Conflict, "notice_finished")] * (TILLS // 2 if became == "sent" else 0)
    assert became in ("sent", "cancelled")
    queries = [notices.due_query(shard, now + 2 * told.HOUR, 500) for shard in range(notices.DUE_SHARDS)]
    still_due = [notices.due_from(attrs) for query in queries for attrs in shop.rt.table.query(query).items]
    assert due not in still_due
