"""Sixteen workers of one consumer acknowledge at once; and a member's feed is read while sixteen tills write what is in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from chalicelib.areas.feeds.operations import get_consumer
from chalicelib.areas.members.model import Member, MemberUpdate
from chalicelib.flows.acknowledge_feed import acknowledge_feed
from chalicelib.flows.keep_published import keep_published
from chalicelib.flows.read_feed import FeedEvent
from chalicelib.flows.read_own_feed import SETTLED_MS, read_own_feed
from chalicelib.flows.update_member import update_member
from chalicelib.kit.periods import local_day
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.feed import FeedHead, head_put, page_puts, reference_to
from chalicelib.table.journal import entries_query, entry_from
from chalicelib.table.keys import owner_stream
from tests.engine.test_concurrency import TILLS, StoppedAt, a_shop, at_once, done, insisted
from tests.twins import fresh
from tests.twins.bookshop import BookShop, keyed


def test_the_greatest_number_stands_whoever_says_it_last(engine_table: DynamoTable) -> None:
    shop = a_shop(engine_table)
    rt, caller = shop.rt, shop.caller
    rt.table.transact([head_put(caller.tenant, FeedHead(), FeedHead(next=1_000, version=1))], "head")
    answers = done(at_once(lambda till: acknowledge_feed(rt, caller, keyed(f"{till % 8}"), "lake", till % 8 * 10)))
    assert len(answers) == TILLS
    assert get_consumer(rt, caller, "lake").number == 70


def test_passes_at_once_write_every_entry_into_one_file(engine_table: DynamoTable) -> None:
    shop = a_shop(engine_table)
    ada = shop.enrol("1").answer.member_id
    for number in range(30):
        shop.earn(ada, number + 1)
    tenant, now = shop.caller.tenant, shop.rt.clock.now()
    journal = owner_stream(tenant, ada, 1)
    entries = [entry_from(journal, one) for one in shop.rt.table.query(entries_query(journal, 1, 30)).items]
    pages = page_puts(tenant, FeedHead(), "P", None, [reference_to(one) for one in entries], now)
    shop.rt.table.transact([head_put(tenant, FeedHead(), FeedHead(next=31, version=1)), *pages], "fed")
    tomorrow = local_day(now, "UTC") + 1
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keep_published(shop.rt, tenant, tomorrow, entries=4), range(8)))
    files = shop.rt.files.objects  # type: ignore[attr-defined]
    assert [len(files[name].splitlines()) for name in sorted(files)] == [4, 4, 4, 4, 4, 4, 4, 2]


def test_a_member_s_feed_misses_nothing_that_is_written_meanwhile(engine_table: DynamoTable) -> None:
    """Whoever follows has a clock that is ahead, so that nothing is old enough to be sure of its place: it comes once all the same."""
    shop = a_shop(engine_table)
    ada = shop.enrol("1").answer.member_id
    later = replace(shop, rt=replace(shop.rt, clock=StoppedAt(shop.rt.clock.now() + SETTLED_MS)))
    written = False

    def follow(limit: int) -> list[FeedEvent]:
        seen, cursor = list[FeedEvent](), None
        while True:
            last = written
            page = read_own_feed(later.rt, later.caller, ada, limit, cursor)
            if last and not page.items:
                return seen
            seen, cursor = [*seen, *page.items], page.next_cursor

    with ThreadPoolExecutor(2) as readers:
        following = [readers.submit(follow, limit) for limit in (2, 100)]
        try:
            assert len(done(at_once(partial(_writes, shop, ada)))) == TILLS
        finally:
            written = True
        for one in following:
            events = one.result()
            assert [event.number for event in events] == list(range(1, 2 + TILLS * 4))
            assert {event.entry_id for event in events} == {event.entry_id for event in follow(100)}
            assert len({event.entry_id for event in events}) == len(events)


def _writes(shop: BookShop, ada: str, till: int) -> Committed[Member]:
    """Three times into the account, once into the profile."""
    for number in range(3):
        insisted(partial(shop.earn, ada, till * 10 + number + 1))
    update = MemberUpdate.model_validate({"labels": [{"key": "till", "value": f"{till}"}]})
    changed = insisted(lambda: update_member(shop.rt, shop.caller, fresh(), ada, update))
    assert isinstance(changed, Committed)
    return changed
