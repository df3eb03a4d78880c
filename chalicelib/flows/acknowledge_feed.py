"""A named consumer says up to which number it has taken the feed; who reads by its name goes on behind that.

reads    1 BatchGet of consumer and head, with an Idempotency-Key 1 Get; for a new one 1 Query of all there are
writes   the consumer (version): 2 units, + 2 with an Idempotency-Key; nothing where nothing is new
may      who may change `feed`

Numbers only grow, whoever says them late: two workers of one consumer, or a request that comes twice, take nothing back.
Backwards it goes if that is asked for (`back`), to read again from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model.consumers import (
    MAX_CONSUMERS,
    Consumer,
    ConsumerView,
    must_be_published,
    no_consumer,
    shown_consumer,
    too_many_consumers,
)
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.commit import Committed, settle
from chalicelib.table.guards import recall_told, told_puts
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Write


def acknowledge_feed(
    rt: Runtime, caller: Caller, command: Command, consumer_id: str, number: int, *, back: bool = False
) -> Committed[ConsumerView]:
    """Creates the consumer as well. Refused: `number_not_published`, `too_many_consumers`."""

    def decide() -> tuple[Committed[ConsumerView], tuple[Write, ...]]:
        told = recall_told(rt.table, caller.tenant, command).told
        if told is not None:
            return Committed(_unpacked(consumer_id, told), replayed=True), ()
        known, last_number = _standing(rt, caller.tenant, consumer_id)
        must_be_published(number, last_number)
        now = rt.clock.now()
        if known is None:
            _must_have_room(rt, caller.tenant)
            after = Consumer(consumer_id, number, now)
        else:
            after = known.acknowledged(number, back=back, now=now)
        view = shown_consumer(after, last_number)
        if command.dry_run:
            return Committed(view), ()
        puts = () if after == known else (store.consumer_put(caller.tenant, after),)
        return Committed(view), (*puts, *told_puts(caller.tenant, command, _packed(view), now))

    return settle(rt, decide)


def forget_consumer(rt: Runtime, caller: Caller, command: Command, consumer_id: str) -> Committed[ConsumerView]:
    """Answers how it stood. NotFound `consumer_not_found`."""
    met: list[ConsumerView] = []  # what goes while we ask, goes by us or for both

    def decide() -> tuple[Committed[ConsumerView], tuple[Write, ...]]:
        told = recall_told(rt.table, caller.tenant, command).told
        if told is not None:
            return Committed(_unpacked(consumer_id, told), replayed=True), ()
        known, last_number = _standing(rt, caller.tenant, consumer_id)
        if known is None:
            return _gone(rt, caller, command, consumer_id, met), ()
        view = shown_consumer(known, last_number)
        met.append(view)
        if command.dry_run:
            return Committed(view), ()
        puts = told_puts(caller.tenant, command, _packed(view), rt.clock.now())
        return Committed(view), (store.consumer_delete(caller.tenant, known), *puts)

    return settle(rt, decide)


def _gone(
    rt: Runtime, caller: Caller, command: Command, consumer_id: str, met: Sequence[ConsumerView]
) -> Committed[ConsumerView]:
    """By us, or by a repeat of this very request that came in between."""
    if met:
        return Committed(met[-1])
    told = recall_told(rt.table, caller.tenant, command).told
    if told is None:
        raise no_consumer(consumer_id)
    return Committed(_unpacked(consumer_id, told), replayed=True)


def _standing(rt: Runtime, tenant: str, consumer_id: str) -> tuple[Consumer | None, int]:
    keys = (store.consumer_key(tenant, consumer_id), feed.head_key(tenant))
    found = rt.table.batch_get(keys)
    return store.consumer_from(found.get(keys[0])), feed.head_from(found.get(keys[1])).next - 1


def _must_have_room(rt: Runtime, tenant: str) -> None:
    """Two that come at the same moment may both have it: one more than the limit harms nobody."""
    if sum(1 for _ in every_item(rt.table, store.consumers_query(tenant))) >= MAX_CONSUMERS:
        raise too_many_consumers()


def _packed(view: ConsumerView) -> list[int]:
    return [view.number, view.acknowledged_at, view.last_number]


def _unpacked(consumer_id: str, told: Any) -> ConsumerView:
    number, at, last_number = told
    return shown_consumer(Consumer(consumer_id, number, at), last_number)
