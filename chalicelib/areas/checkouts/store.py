"""Where checkouts are kept.

access pattern                    | key                                   | items | cost          | by
a checkout, as it stands          | {t}#CHK#{checkout} / V#*              | 0–1   | 1 Query, 1 RU | latest_query, read
what a command made of a checkout | {t}#CHK#{checkout} / V#{version:08}   | 0–1   | 1 Get, 1 RU   | recall, read_version
open checkouts of a member        | {t}#M#{payer} / L#{latest}…{ahead:013} | 0–n  | 1 Query a page, 1 RU | open_query
past checkouts of a member        | {t}#M#{payer} / L#{ahead:013}…{earliest} | 0–n  | 1 Query a page, 1 RU | past_query

item            | key                                      | in index | cost
checkout        | {t}#CHK#{checkout} / V#{version:08}      | –        | 2 WU
member_checkout | {t}#M#{member} / L#{ahead:013}#{checkout} | –       | 2 WU

A member's list goes by when a checkout is over, told backwards from the end of time: so those that are open come first, and what
has lapsed lies behind them without anybody moving it. It is written with each version.

Every change is a version more, put only where there is none yet: so of two that change the same one, the second reads anew.
A version holds the whole checkout and what its command was answered. It is no entry of the journal: nobody follows a cart
that is left standing, and the versions are gone (TTL) some days after the checkout is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.checkouts.model import Checkout, Listed, no_checkout
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import is_id
from chalicelib.table.damaged import readable
from chalicelib.table.guards import recall_version
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.journal import Entry, Head, Header, Stream, new_entry
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Between, Delete, Key, Prefix, Put, Query, Table, Write

KEPT_SECONDS = 30 * 24 * 3600  # after it has lapsed: as long as an Idempotency-Key is remembered


END_OF_TIME = 9_999_999_999_999
LIST = "L#"


class CheckoutItem(StampbookItem):
    kind = UnicodeAttribute(default="checkout")
    body = BodyAttribute()
    hash = UnicodeAttribute()
    ttl = IntegerAttribute()


class MemberCheckoutItem(StampbookItem):
    kind = UnicodeAttribute(default="member_checkout")
    body = BodyAttribute()
    ttl = IntegerAttribute()


class ListPlace(NamedTuple):
    """When a checkout is over, and which."""

    over_at: Instant
    checkout_id: str


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
    key = version.key
    item = CheckoutItem(pk=key.pk, sk=key.sk, body=version.header, hash=version.hash, ttl=_gone_by(version, checkout))
    return Put(to_attrs(item), Absent())


def list_writes(tenant: str, version: Entry, checkout: Checkout, before: Checkout | None) -> tuple[Write, ...]:
    """Its place in the list of the member who is known to it, with a version of it, and not where it was `before`."""
    if checkout.member_id is None:
        return ()
    key = list_key(tenant, checkout.member_id, checkout)
    body = checkout.listed(version.recorded_at).model_dump(mode="json", exclude={"state"})
    ended = "cancelled" if checkout.cancelled else "committed" if checkout.paid is not None else ""
    kept = {**body, "ended": ended}
    put = Put(to_attrs(MemberCheckoutItem(pk=key.pk, sk=key.sk, body=kept, ttl=_gone_by(version, checkout))))
    if before is None or before.member_id is None:
        return (put,)
    was = list_key(tenant, before.member_id, before)
    return (put,) if was == key else (put, Delete(was))


def list_key(tenant: str, member: str, checkout: Checkout) -> Key:
    return Key(owner_pk(tenant, member), _place(checkout.over_at, checkout.checkout_id))


def open_query(tenant: str, member: str, now: Instant, limit: int, after: ListPlace | None) -> Query | None:
    """The last to lapse first, behind a place. None where all behind it have lapsed since."""
    first, last = _behind(after), f"{LIST}{END_OF_TIME - now:013}"
    return None if first > last else Query(owner_pk(tenant, member), Between(first, last), limit=limit)


def past_query(tenant: str, member: str, now: Instant, limit: int, after: ListPlace | None) -> Query:
    """The last to be over first."""
    first = max(_behind(after), f"{LIST}{END_OF_TIME - now:013}")
    return Query(owner_pk(tenant, member), Between(first, f"{LIST}~"), limit=limit)


def listed_from(attrs: Attrs, at: Instant) -> tuple[Listed, ListPlace]:
    """As it stands, and where in the list."""
    return readable(partial(_listed, at), attrs)


def _listed(at: Instant, attrs: Attrs) -> tuple[Listed, ListPlace]:
    item = from_attrs(MemberCheckoutItem, attrs)
    body = dict(item.body)
    ended, lapses_at = body.pop("ended"), Listed.model_validate({**body, "state": "open"}).lapses_at
    state = ended or ("open" if at < lapses_at else "lapsed")
    one = Listed.model_validate({**body, "state": state})
    return one, ListPlace(END_OF_TIME - int(item.sk.split("#")[1]), one.checkout_id)


def _place(over_at: Instant, checkout: str) -> str:
    return f"{LIST}{END_OF_TIME - over_at:013}#{checkout}"


def _behind(after: ListPlace | None) -> str:
    return f"{LIST}0" if after is None else f"{_place(after.over_at, after.checkout_id)}0"


def _gone_by(version: Entry, checkout: Checkout) -> int:
    return max(checkout.lapses_at, version.recorded_at) // 1000 + KEPT_SECONDS


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
