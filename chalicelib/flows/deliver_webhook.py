"""Deliver a webhook: one call to one server about one journal entry, and what came of it.

reads    the tenant's configuration, at most every five seconds; 1 BatchGet of entry, secrets and what is known of the delivery
         (for one that is kept already 1 Get before it)
writes   the delivery, 2 units (+ 1 where it failed or waits); with the first failure, and the first success after one, the
         webhook's state with it, 2 more

The call comes before its record: whoever dies in between calls once more, under the same id. Two who have the same message may
both call, and one of them records. What is tried again within a quarter of an hour comes by a message, anything later by the list
of what is due (wake_webhooks), where it stands even if the message is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.areas.webhooks import store
from chalicelib.areas.webhooks.model import (
    FAILING_MS,
    GONE,
    Delivery,
    Happening,
    SecretState,
    Tried,
    Webhook,
    WebhookDisabled,
    delivery_id,
    given_up,
    signed_headers,
    tried,
)
from chalicelib.areas.webhooks.store import Place
from chalicelib.aws.outside import TargetError, UnreachableError, target_of
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.define_webhook import disable_webhook
from chalicelib.flows.webhook_body import body_of, stream_of
from chalicelib.flows.webhook_messages import send_kept
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.protocol import Attrs, Write

_ORG = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a call is made of."""

    delivery: Delivery
    state: SecretState
    entry: Attrs | None


def deliver_first(rt: Runtime, tenant: str, webhook_id: str, about: Happening, request_id: str) -> Delivery | None:
    """As deliver_kept, of what may not be kept yet."""
    place = Place(tenant, webhook_id, delivery_id(tenant, webhook_id, about))
    return _deliver(rt, place, about, request_id)


def deliver_kept(rt: Runtime, place: Place, request_id: str) -> Delivery | None:
    """What became of it; None where there is nothing to do: it was done, is not due yet, or has nobody to go to."""
    try:
        about = read_patiently(rt, lambda: store.read_delivery(rt.table, place)).about
    except NotFound:  # its thirty days are over
        return None
    return _deliver(rt, place, about, request_id)


def _deliver(rt: Runtime, place: Place, about: Happening, request_id: str) -> Delivery | None:
    config = read_patiently(rt, lambda: rt.config.load(rt.table, place.tenant))
    webhook = store.find(config, place.webhook_id)
    if webhook is None:
        return None
    found = read_patiently(rt, lambda: _found(rt, place, about))
    if not found.delivery.is_due(rt.clock.now()):
        return None
    body = body_of(place.tenant, webhook, found.delivery, found.entry) if webhook.state == "active" else None
    if body is None:
        return _gave_up(rt, place, found.delivery)
    came = _called(rt, webhook, place.delivery_id, found.state, body)
    after = tried(found.delivery, came, body)
    if not _disabled_with(rt, place, found, after, came, request_id):
        _recorded(rt, place, found, after, came)
    if after.state == "waiting" and store.by_message(after):
        send_kept(rt, place, request_id, max(0, -(-(after.next_at - rt.clock.now()) // 1000)))
    return after


def _found(rt: Runtime, place: Place, about: Happening) -> Found:
    keys = [store.delivery_key(place), store.state_key(place.tenant, place.webhook_id)]
    entry = None if about.is_test else stream_of(place.tenant, about).key(about.sequence)
    read = rt.table.batch_get([*keys, *([entry] if entry else [])])
    kept, state = read.get(keys[0]), read.get(keys[1])
    now = rt.clock.now()
    return Found(
        Delivery(place.delivery_id, about, now, now) if kept is None else store.delivery_from(kept),
        SecretState(()) if state is None else store.state_from(state),
        None if entry is None else read.get(entry),
    )


def _called(rt: Runtime, webhook: Webhook, delivery: str, state: SecretState, body: bytes) -> Tried:
    now, began = rt.clock.now(), rt.clock.monotonic()

    def came(status: int | None, error: str | None, answer: str = "") -> Tried:
        return Tried(now, round((rt.clock.monotonic() - began) * 1000), status, error, answer)

    if not any(one.is_good(now) for one in state.secrets):
        return came(None, "no_secret")
    try:
        target = target_of(webhook.url, local=rt.outside.local)
        reply = rt.outside.post(target, signed_headers(delivery, body, state.secrets, now), body)
    except TargetError:
        return came(None, "forbidden_target")
    except UnreachableError as why:
        return came(None, why.code)
    return came(reply.status, None, reply.text)


def _recorded(rt: Runtime, place: Place, found: Found, after: Delivery, came: Tried) -> None:
    """With the beginning or the end of failing, where this is one. What was read for the call is read anew only when the first
    try to write fails."""
    known: list[SecretState | None] = [found.state]

    def decide() -> tuple[None, tuple[Write, ...]]:
        put: tuple[Write, ...] = (store.delivery_put(place, after),) if known else _unrecorded(rt, place, found, after)
        state = known.pop() if known else store.read_state(rt.table, place.tenant, place.webhook_id)
        since = None if came.went_well else came.at
        if not put or state is None or (state.failing_since is None) == (since is None):
            return None, put
        failing = replace(state, failing_since=since)
        return None, (*put, store.state_put(place.tenant, place.webhook_id, failing))

    settle(rt, decide)


def _unrecorded(rt: Runtime, place: Place, found: Found, after: Delivery) -> tuple[Write, ...]:
    """Nothing where somebody has recorded it: another who had the message, or this very call."""
    stands = store.find_delivery(rt.table, place)
    same = (0 if stands is None else stands.version) == found.delivery.version
    return (store.delivery_put(place, after),) if same else ()


def _disabled_with(rt: Runtime, place: Place, found: Found, after: Delivery, came: Tried, request_id: str) -> bool:
    """Whether its webhook was disabled by this call, which is recorded in the same transaction."""
    since = came.at if found.state.failing_since is None else found.state.failing_since
    if came.went_well or not (came.status == GONE or came.at - since >= FAILING_MS):
        return False
    told = WebhookDisabled(place.webhook_id, "gone" if came.status == GONE else "failing", since)
    caller = Caller(_ORG, place.tenant, "system", "webhooks", "webhooks", (), request_id, "job")
    command = Command(rt.ids.command())
    try:
        disable_webhook(rt, caller, command, place.webhook_id, told, lambda: _unrecorded(rt, place, found, after))
    except (NotFound, Refused):  # somebody was faster
        rt.config.forget(place.tenant)
        return False
    return True


def _gave_up(rt: Runtime, place: Place, known: Delivery) -> Delivery | None:
    """Its webhook is disabled or gone, or wants it no more: what waits for it has failed, and what never began is not kept at all."""
    if known.version == 0:
        return None
    after = given_up(known)

    def decide() -> tuple[None, tuple[Write, ...]]:
        stands = store.read_delivery(rt.table, place)
        return None, () if stands.version != known.version else (store.delivery_put(place, after),)

    settle(rt, decide)
    return after
