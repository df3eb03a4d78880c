"""Where webhooks, their secrets and their deliveries are kept: webhooks are configuration aggregates (table/config.py).

access pattern                            | key                                                 | items | cost                   | by
a webhook, or all of a tenant             | {t}#CFG / webhook#0000#{webhook}                    | 0–200 | in the configuration   | webhook, webhooks, find
its secrets, and since when it fails      | {t}#WEBHOOK#{webhook} / A                           | 0–1   | 1 Get, 1 RU            | read_state
a delivery                                | {t}#WEBHOOK#{webhook} / D#{delivery}                | 0–1   | 1 Get, 1 RU            | find_delivery, read_delivery
the deliveries of a webhook, newest first | {t}#WEBHOOK#{webhook} / D#*                         | 0–n   | 1 Query a page, 1 RU   | deliveries_query
those that failed, oldest first           | gsi1 {t}#WEBHOOK#{webhook}#FAILED / {first_id}…{last_id} | 0–n   | 1 Query a page, 0.5 RU | failed_query
what is to be tried again by now          | gsi3 WEBHOOKS#DUE#{hook_shard:02} / < {hooks_until} | 0–n   | 1 Query a page, 0.5 RU | due_query

item             | key                                  | in index                                                        | cost
webhook          | {t}#CFG / webhook#0000#{webhook}     | –                                                               | 2 WU
webhook_state    | {t}#WEBHOOK#{webhook} / A            | –                                                               | 2 WU
webhook_delivery | {t}#WEBHOOK#{webhook} / D#{delivery} | –                                                               | 2 WU
webhook_delivery | {t}#WEBHOOK#{webhook} / D#{delivery} | gsi1 {t}#WEBHOOK#{webhook}#FAILED / {delivery}                  | 2 WU + 1 IU
webhook_delivery | {t}#WEBHOOK#{webhook} / D#{delivery} | gsi3 WEBHOOKS#DUE#{hook_shard:02} / {hook_due:013}#{delivery}   | 2 WU + 1 IU

An id of a delivery sorts by when its entry was recorded. What is due lies in one list of all tenants: so looking costs the same
however many there are. A delivery is gone (TTL) after 30 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple
from zlib import crc32

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.webhooks.model import (
    KEPT_SECONDS,
    Delivery,
    Happening,
    Secret,
    SecretState,
    Told,
    Webhook,
    is_delivery_id,
    no_delivery,
    no_webhook,
)
from chalicelib.errors import Refused
from chalicelib.kit.clock import Instant
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.damaged import readable
from chalicelib.table.defined import Defined
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Absent, Attrs, Below, Between, Condition, Equals, Key, Prefix, Put, Query, Table

MAX_WEBHOOKS = 20
MAX_NAMES = 200  # with those that were deleted
WEBHOOKS = Defined("webhook", Webhook, MAX_NAMES)
TENANT = 0  # webhooks are a tenant's, not a program's
DUE_SHARDS = 4
GRACE_MS = 15 * 60_000  # what a message is on its way for is looked for only when that is overdue
_DELIVERIES = "D#"
_LAST = "msg_~"


class StateItem(StampbookItem):
    kind = UnicodeAttribute(default="webhook_state")
    version = IntegerAttribute()
    body = BodyAttribute()


class DeliveryItem(StampbookItem):
    kind = UnicodeAttribute(default="webhook_delivery")
    version = IntegerAttribute()
    body = BodyAttribute()
    ttl = IntegerAttribute()
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    gsi3pk = UnicodeAttribute(null=True)
    gsi3sk = UnicodeAttribute(null=True)


class Place(NamedTuple):
    """Whose a delivery is, and which."""

    tenant: str
    webhook_id: str
    delivery_id: str


def webhooks(config: Config) -> tuple[Webhook, ...]:
    """By id; none that was deleted."""
    return tuple(one for one in WEBHOOKS.every(config, TENANT) if one.is_there)


def webhook(config: Config, webhook_id: str) -> Webhook:
    """NotFound `webhook_not_found`."""
    known = find(config, webhook_id)
    if known is None or not known.is_there:
        raise no_webhook(webhook_id)
    return known


def find(config: Config, webhook_id: str) -> Webhook | None:
    """A deleted one as well."""
    return WEBHOOKS.find(config, TENANT, webhook_id)


def webhook_of(name: Name, body: Mapping[str, Any]) -> Webhook:
    return WEBHOOKS.read(name, body)


def define(config: Config, after: Webhook) -> Change:
    """A new one, or another in its place. Refuses `too_many_webhooks` past 20 of a tenant."""
    too_many = Refused(
        "too_many_webhooks", f"A tenant has at most {MAX_WEBHOOKS} webhooks, and {MAX_NAMES} names of them."
    )
    others = [one for one in webhooks(config) if one.webhook_id != after.webhook_id]
    if len(others) >= MAX_WEBHOOKS:
        raise too_many
    return WEBHOOKS.change(config, TENANT, after.webhook_id, after, too_many)


def change(after: Webhook) -> Change:
    """Of one that is there, and was read."""
    return Change(WEBHOOKS.name(TENANT, after.webhook_id), after.model_dump(mode="json"))


def webhook_pk(tenant: str, webhook_id: str) -> str:
    return f"{tenant}#WEBHOOK#{webhook_id}"


def state_key(tenant: str, webhook_id: str) -> Key:
    return Key(webhook_pk(tenant, webhook_id), "A")


def read_state(table: Table, tenant: str, webhook_id: str) -> SecretState | None:
    attrs = table.get(state_key(tenant, webhook_id))
    return None if attrs is None else state_from(attrs)


def state_from(attrs: Attrs) -> SecretState:
    return readable(_state, attrs)


def _state(attrs: Attrs) -> SecretState:
    item = from_attrs(StateItem, attrs)
    secrets = tuple(Secret(*one) for one in item.body["secrets"])
    return SecretState(secrets, item.body["failing_since"], item.version)


def state_put(tenant: str, webhook_id: str, state: SecretState) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key = state_key(tenant, webhook_id)
    secrets = [[one.value, one.made_by, one.until] for one in state.secrets]
    body = {"secrets": secrets, "failing_since": state.failing_since}
    item = StateItem(pk=key.pk, sk=key.sk, version=state.version + 1, body=body)
    return Put(to_attrs(item), _as_it_was(state.version))


def delivery_key(place: Place) -> Key:
    return Key(webhook_pk(place.tenant, place.webhook_id), f"{_DELIVERIES}{place.delivery_id}")


def find_delivery(table: Table, place: Place) -> Delivery | None:
    if not is_delivery_id(place.delivery_id):
        return None
    attrs = table.get(delivery_key(place))
    return None if attrs is None else delivery_from(attrs)


def read_delivery(table: Table, place: Place) -> Delivery:
    """NotFound `delivery_not_found`."""
    known = find_delivery(table, place)
    if known is None:
        raise no_delivery(place.delivery_id)
    return known


def deliveries_query(tenant: str, webhook_id: str, limit: int, before: str | None) -> Query:
    pk = webhook_pk(tenant, webhook_id)
    start = None if before is None else {"pk": pk, "sk": f"{_DELIVERIES}{before}"}
    return Query(pk, Prefix(_DELIVERIES), limit=limit, reverse=True, start=start)


def failed_query(tenant: str, webhook_id: str, first: str, limit: int) -> Query:
    return Query(_failed_pk(tenant, webhook_id), Between(first, _LAST), index="gsi1", limit=limit)


def due_query(shard: int, now: Instant, limit: int) -> Query:
    return Query(_due_pk(shard), Below(f"{now + 1:013}"), index="gsi3", limit=limit)


def place_from(attrs: Attrs) -> Place:
    """Of what an index has of a delivery."""
    tenant, _, webhook_id = attrs["pk"]["S"].split("#", 2)
    return Place(tenant, webhook_id, attrs["sk"]["S"].removeprefix(_DELIVERIES))


def delivery_from(attrs: Attrs) -> Delivery:
    return readable(_delivery, attrs)


def _delivery(attrs: Attrs) -> Delivery:
    item = from_attrs(DeliveryItem, attrs)
    kept = dict(item.body)
    about, last = Happening(*kept.pop("about")), kept.pop("last")
    told = None if last is None else Told(**last)
    return Delivery(delivery_id=item.sk.removeprefix(_DELIVERIES), about=about, last=told, version=item.version, **kept)


def delivery_put(place: Place, one: Delivery) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key = delivery_key(place)
    kept = {
        "about": list(one.about),
        "created_at": one.created_at,
        "next_at": one.next_at,
        "state": one.state,
        "attempts": one.attempts,
        "begun_at": one.begun_at,
        "asked_by": one.asked_by,
        "last": None if one.last is None else asdict(one.last),
    }
    ttl = one.created_at // 1000 + KEPT_SECONDS
    item = DeliveryItem(pk=key.pk, sk=key.sk, version=one.version + 1, body=kept, ttl=ttl)
    if one.state == "failed":
        item.gsi1pk, item.gsi1sk = _failed_pk(place.tenant, place.webhook_id), one.delivery_id
    if one.state == "waiting":
        item.gsi3pk, item.gsi3sk = _due_pk(_shard_of(one.delivery_id)), f"{_wanted_at(one):013}#{one.delivery_id}"
    return Put(to_attrs(item), _as_it_was(one.version))


def by_message(one: Delivery) -> bool:
    """Whether a message may be on its way for so long; otherwise it is found when it is due."""
    tried_at = one.created_at if one.last is None else one.last.at
    return one.next_at - tried_at < GRACE_MS or one.attempts == one.begun_at


def _wanted_at(one: Delivery) -> Instant:
    return one.next_at + (GRACE_MS if by_message(one) else 0)


def _failed_pk(tenant: str, webhook_id: str) -> str:
    return f"{webhook_pk(tenant, webhook_id)}#FAILED"


def _due_pk(shard: int) -> str:
    return f"WEBHOOKS#DUE#{shard:02}"


def _shard_of(delivery_id: str) -> int:
    return crc32(delivery_id.encode()) % DUE_SHARDS


def _as_it_was(version: int) -> Condition:
    return Absent() if version == 0 else Equals("version", version)
