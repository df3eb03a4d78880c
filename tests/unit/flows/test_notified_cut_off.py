"""A worker of a notification dies, or its carrier does, anywhere between sending and writing that down: nobody is left out, and nobody
counts twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from chalicelib.areas.jobs.operations import get_operation
from chalicelib.areas.notifications.store import notices
from chalicelib.aws.errors import CloudError
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.senders import Pushed
from chalicelib.events.notify import notify
from chalicelib.flows.start_notification import Asked, Cut, start_notification
from chalicelib.runtime import Runtime
from tests.twins import fresh, told
from tests.twins.bookshop import BookShop, open_shop
from tests.twins.killing import Killed, KillingFiles, KillingQueues, KillingSenders, KillingTable, Kills, When

READERS = 3
CUT = Cut(1, 2)  # a chunk of two and one of one


@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_a_worker_dies_everybody_is_told_and_counted_once(when: When) -> None:
    """At every write and every sending; who was sent to, but not written down, is sent to once more, and nobody else."""
    for number in range(1_000):
        shop, operation = begun()
        kills = Kills(number, when)
        on_the_way = work_off(shop, mortal(shop, kills))
        pushed = Counter(message.notice_id for _, message in phones(shop).pushed)
        assert len(pushed) == READERS
        assert {one for one, times in pushed.items() if times > 1} == on_the_way
        assert set(pushed.values()) <= {1, 2}
        assert written_down(shop) == dict.fromkeys(pushed, "sent")
        assert counts(shop, operation) == {"rows": READERS, "sent": READERS}
        if number >= kills.writes:
            break
    assert number > 12


@dataclass
class Stumbling(MemorySenders):
    """Gives no answer once, after so many pushes."""

    after: int | None = None

    def push(self, endpoint: str, message: Pushed) -> None:
        if len(self.pushed) == self.after:
            self.after = None
            raise CloudError("no answer")
        super().push(endpoint, message)


@pytest.mark.parametrize("after", range(READERS))
def test_when_a_carrier_gives_up_on_the_way_nobody_is_told_twice(after: int) -> None:
    shop, operation = begun(Stumbling(after=after))
    work_off(shop, shop.rt)
    assert len({message.notice_id for _, message in phones(shop).pushed}) == len(phones(shop).pushed) == READERS
    assert counts(shop, operation) == {"rows": READERS, "sent": READERS}


def begun(senders: MemorySenders | None = None) -> tuple[BookShop, str]:
    """A notification for some readers with phones; and which."""
    shop = open_shop(rules=[])
    shop = replace(shop, rt=replace(shop.rt, senders=senders or MemorySenders()))
    told.template(shop)
    readers = tuple(shop.member(f"reader {number}") for number in range(READERS))
    for reader in readers:
        told.phone(shop, reader, f"token of {reader}")
    asked = Asked("transactional", "hello", members=readers)
    return shop, start_notification(shop.rt, shop.caller, fresh(), asked, CUT).answer.operation.operation_id


def mortal(shop: BookShop, kills: Kills) -> Runtime:
    return replace(
        shop.rt,
        table=KillingTable(shop.rt.table, kills),
        files=KillingFiles(shop.rt.files, kills),
        queues=KillingQueues(shop.rt.queues, kills),
        senders=KillingSenders(shop.rt.senders, kills),
    )


def work_off(shop: BookShop, first: Runtime) -> set[str]:
    """By a worker who may die; what it was at comes again, to another, once its lease is over. Which notices it had sent, but not
    written down."""
    rt, on_the_way = first, set[str]()

    def work(event: dict[str, Any]) -> dict[str, Any]:
        nonlocal rt, on_the_way
        try:
            return notify(rt, event)
        except Killed:
            rt = shop.rt
            on_the_way = {message.notice_id for _, message in phones(shop).pushed} - written_down(shop).keys()
            raise RuntimeError("nobody answers") from None
        finally:
            shop.clock.at += 300_000

    cast(MemoryQueues, shop.rt.queues).deliver("notify", work, size=1)
    return on_the_way


def phones(shop: BookShop) -> MemorySenders:
    return cast(MemorySenders, shop.rt.senders)


def written_down(shop: BookShop) -> dict[str, str]:
    """What became of each notice, as its reader has it."""
    table, tenant = shop.rt.table, shop.caller.tenant
    queries = [notices.notices_query(tenant, owner, 5, None) for owner in readers(shop)]
    found = [notices.notice_from(attrs) for query in queries for attrs in table.query(query).items]
    return {one.notice_id: one.state for one in found}


def readers(shop: BookShop) -> list[str]:
    return [endpoint.rpartition(" ")[2] for endpoint in phones(shop).endpoints]


def counts(shop: BookShop, operation_id: str) -> dict[str, int]:
    progress = get_operation(shop.rt, shop.caller, operation_id)
    assert progress.operation.state == "done"
    return dict(progress.counts)
