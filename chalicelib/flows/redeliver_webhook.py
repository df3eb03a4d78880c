"""Ask for a delivery once more, for all that failed, or for one that is about nothing: a test.

reads    1 Query of the configuration; of a delivery 1 Get; of all that failed, a page at a time by the queue, 1 Query and 1 BatchGet
writes   the delivery, 3 units; of all that failed a page in one transaction; + 2 with an Idempotency-Key
sends    a message for each; whatever becomes of that, it waits in the list of what is due as well (wake_webhooks)
repeats  the same key asks once. Without one asking again asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalicelib.areas.webhooks import store
from chalicelib.areas.webhooks.model import Delivery, Happening, delivery_id, no_delivery, tried_again
from chalicelib.areas.webhooks.model.delivery import TESTS, first_id
from chalicelib.areas.webhooks.store import Place
from chalicelib.aws.queues import Message
from chalicelib.errors import Refused
from chalicelib.flows.webhook_messages import QUEUE, failed_from, kept_delivery, send_kept
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently, settle
from chalicelib.table.config import read_config
from chalicelib.table.guards import place_puts, recall_place
from chalicelib.table.protocol import Write

PAGE = 25  # of one transaction
ON_ITS_WAY_SECONDS = 3


def redeliver_webhook(
    rt: Runtime, caller: Caller, command: Command, webhook_id: str, delivery: str
) -> Committed[Delivery]:
    """Whatever came of it. NotFound `webhook_not_found`, `delivery_not_found`; Refused `webhook_disabled`."""
    _must_be_told(rt, caller, webhook_id)
    now, place = rt.clock.now(), Place(caller.tenant, webhook_id, delivery)

    def ask(kept: Delivery | None) -> Delivery:
        if kept is None:
            raise no_delivery(delivery)
        return tried_again(kept, command.id, now)

    return _asked(rt, caller, command, place, ask, now)


def send_test(rt: Runtime, caller: Caller, command: Command, webhook_id: str) -> Committed[Delivery]:
    """A delivery with the one fact `webhook.test`. NotFound `webhook_not_found`; Refused `webhook_disabled`."""
    _must_be_told(rt, caller, webhook_id)
    now = rt.clock.now()
    about = Happening(TESTS, 0, 0, f"{TESTS}:{command.id}", now)
    place = Place(caller.tenant, webhook_id, delivery_id(caller.tenant, webhook_id, about))
    return _asked(
        rt, caller, command, place, lambda _: Delivery(place.delivery_id, about, now, now, asked_by=command.id), now
    )


def redeliver_failed(
    rt: Runtime, caller: Caller, command: Command, webhook_id: str, since: Instant
) -> Committed[Instant]:
    """All that failed and whose entries were recorded since then, oldest first; the answer is until when. NotFound
    `webhook_not_found`; Refused `webhook_disabled`, `since_future`."""
    _must_be_told(rt, caller, webhook_id)
    now = rt.clock.now()
    if since > now:
        raise Refused("since_future", "Nothing has failed since then: the time lies in the future.", param="since")

    def decide() -> tuple[Committed[Instant], tuple[Write, ...]]:
        before = recall_place(rt.table, caller.tenant, command)
        if before is not None:
            return Committed(int(_named(before)), replayed=True), ()
        asked = f"{store.webhook_pk(caller.tenant, webhook_id)}#{now}"
        puts = () if command.dry_run else place_puts(caller.tenant, command, asked, now)
        return Committed(now), puts

    done = settle(rt, decide)
    if not command.dry_run:
        body = failed_from(caller.tenant, webhook_id, first_id(since), done.answer)
        rt.queues.send(QUEUE, [Message(body, caller.request_id)])
    return done


def redeliver_page(
    rt: Runtime, tenant: str, webhook_id: str, first: str, until: Instant, request_id: str, page: int = PAGE
) -> int:
    """A page of what failed by then, from this id on, and a message for the rest. How many are asked for."""
    found = read_patiently(rt, lambda: rt.table.query(store.failed_query(tenant, webhook_id, first, page)))
    places = [store.place_from(attrs) for attrs in found.items]
    asked = settle(rt, lambda: _failed(rt, places, until)) if places else ()
    messages = [Message(kept_delivery(place), request_id) for place in asked]
    if found.next is not None and places:
        rest = failed_from(tenant, webhook_id, f"{places[-1].delivery_id}~", until)
        messages.append(Message(rest, request_id))
    if messages:
        rt.queues.send(QUEUE, messages)
    return len(asked)


def _failed(rt: Runtime, places: Sequence[Place], until: Instant) -> tuple[tuple[Place, ...], tuple[Write, ...]]:
    """An index may be behind: what has been asked for since is left as it is, but for its message."""
    kept = rt.table.batch_get([store.delivery_key(place) for place in places])
    known = [(place, store.delivery_from(kept[key])) for place in places if (key := store.delivery_key(place)) in kept]
    failed = [
        (place, one) for place, one in known if one.state == "failed" and (one.last is None or one.last.at <= until)
    ]
    waiting = [place for place, one in known if one.state == "waiting"]
    now = rt.clock.now()
    writes = tuple(store.delivery_put(place, tried_again(one, "", now)) for place, one in failed)
    return (*waiting, *(place for place, _ in failed)), writes


def _asked(
    rt: Runtime,
    caller: Caller,
    command: Command,
    place: Place,
    ask: Callable[[Delivery | None], Delivery],
    now: Instant,
) -> Committed[Delivery]:
    """Sent, and then kept as waiting: by this command once. The message is on its way for longer than a commit may take, and is
    about nothing where nothing came of that."""

    def decide() -> tuple[Committed[Delivery], tuple[Write, ...]]:
        before = recall_place(rt.table, place.tenant, command)
        kept = store.find_delivery(rt.table, place if before is None else place._replace(delivery_id=_named(before)))
        if kept is not None and (before is not None or kept.asked_by == command.id):
            return Committed(kept, replayed=before is not None), ()  # else only the answer was lost
        asked = ask(kept)
        if command.dry_run:
            return Committed(asked), ()
        send_kept(rt, place, caller.request_id, ON_ITS_WAY_SECONDS)
        guarded = f"{store.webhook_pk(place.tenant, place.webhook_id)}#{place.delivery_id}"
        return Committed(asked), (store.delivery_put(place, asked), *place_puts(place.tenant, command, guarded, now))

    return settle(rt, decide)


def _named(guarded: str) -> str:
    """What the command was about, behind the webhook's own name."""
    return guarded.rpartition("#")[2]


def _must_be_told(rt: Runtime, caller: Caller, webhook_id: str) -> None:
    known = read_patiently(rt, lambda: store.webhook(read_config(rt.table, caller.tenant), webhook_id))
    known.must_be_told()
