"""Where checkouts are kept.

access pattern                    | key                                   | items | cost          | by
a checkout, as it stands          | {t}#CHK#{checkout} / V#*              | 0–1   | 1 Query, 1 RU | latest_query, read
what a command made of a checkout | {t}#CHK#{checkout} / V#{version:08}   | 0–1   | 1 Get, 1 RU   | recall, read_version

item     | key                                 | in index | cost
checkout | {t}#CHK#{checkout} / V#{version:08} | –        | 2 WU

Every change is a version more, put only where there is none yet: so of two that change the same one, the second reads anew.
A version holds the whole checkout and what its command was answered. It is no entry of the journal: nobody follows a cart
that is left standing, and the versions are gone (TTL) some days after the checkout is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.checkouts.model import Checkout, no_checkout
from chalicelib.kit.command import Command
from chalicelib.kit.ids import is_id
from chalicelib.table.damaged import readable
from chalicelib.table.guards import recall_version
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.journal import Entry, Head, Header, Stream, new_entry
from chalicelib.table.protocol import Absent, Attrs, Key, Prefix, Put, Query, Table

KEPT_SECONDS = 30 * 24 * 3600  # after it has lapsed: as long as an Idempotency-Key is remembered


class CheckoutItem(StampbookItem):
    kind = UnicodeAttribute(default="checkout")
    body = BodyAttribute()
    hash = UnicodeAttribute()
    ttl = IntegerAttribute()


@dataclass(frozen=True, slots=True)
class Versions(Stream):
    """Of one checkout: the commit loop knows its own work by them, as it does by a journal's entries."""

    def key(self, sequence: int) -> Key:
        return Key(self.pk, f"V#{sequence:08}")


def versions(tenant: str, checkout: str) -> Versions:
    return Versions(tenant, f"{tenant}#CHK#{checkout}")


def latest_query(tenant: str, checkout: str) -> Query:
    return Query(versions(tenant, checkout).pk, Prefix("V#"), reverse=True, limit=1)


def read(table: Table, tenant: str, checkout: str) -> tuple[Checkout, Entry]:
    """As it stands, and the version that says so. NotFound `checkout_not_found`."""
    if not is_id("checkout", checkout):
        raise no_checkout(checkout)
    found = table.query(latest_query(tenant, checkout)).items
    if not found:
        raise no_checkout(checkout)
    version = version_from(versions(tenant, checkout), found[0])
    return checkout_of(version), version


def read_version(table: Table, tenant: str, checkout: str, number: int) -> Entry | None:
    stream = versions(tenant, checkout)
    attrs = table.get(stream.key(number))
    return None if attrs is None else version_from(stream, attrs)


def recall(table: Table, tenant: str, command: Command) -> Entry | None:
    """The version that an earlier run of this command made. The same id for another request is a conflict."""
    guarded = recall_version(table, tenant, command)
    if guarded is None:
        return None
    stream = Versions(tenant, guarded[0])
    attrs = table.get(stream.key(guarded[1]))
    return None if attrs is None else version_from(stream, attrs)


def new_version(tenant: str, head: Head, header: Header, checkout: Checkout, told: Mapping[str, Any]) -> Entry:
    """`told`: what else the command is answered."""
    after = {"checkout": checkout.model_dump(mode="json", exclude_defaults=True), "told": dict(told)}
    return new_entry(versions(tenant, checkout.checkout_id), head, header, (), after=after)


def version_put(version: Entry, checkout: Checkout) -> Put:
    key, ends = version.key, max(checkout.lapses_at, version.recorded_at) // 1000
    item = CheckoutItem(pk=key.pk, sk=key.sk, body=version.header, hash=version.hash, ttl=ends + KEPT_SECONDS)
    return Put(to_attrs(item), Absent())


def checkout_of(version: Entry) -> Checkout:
    return Checkout.model_validate(version.header["after"]["checkout"])


def told_of(version: Entry) -> Mapping[str, Any]:
    told: Mapping[str, Any] = version.header["after"]["told"]
    return told


def version_from(stream: Stream, attrs: Attrs) -> Entry:
    return readable(partial(_version, stream), attrs)


def _version(stream: Stream, attrs: Attrs) -> Entry:
    item = from_attrs(CheckoutItem, attrs)
    Checkout.model_validate(item.body["after"]["checkout"])
    return Entry(stream, int(item.sk.rsplit("#", 1)[1]), item.body, (), None, item.hash)
