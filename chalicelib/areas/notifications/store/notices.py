"""Where it is kept what members were told: with each of them, and under the notification that it was part of.

access pattern                          | key                                                 | items | cost                   | by
what a member was told, but in the inbox | {t}#M#{their_member} / N#R#*                        | 0–n   | 1 Query a page, 1 RU   | notices_query
what is in a member's inbox             | {t}#M#{their_member} / N#I#*                        | 0–n   | 1 Query a page, 1 RU   | inbox_query
one of them                             | {t}#M#{their_member} / N#I#{notice} + N#R#{notice}  | 0–1   | 1 BatchGet, 1 RU each  | notice_keys
whom a notification was for, by shard   | gsi1 {t}#NOTE#{operation}#{note_shard:02} / *       | 0–n   | 1 Query a page, 0.5 RU | receipts_query
what is to be sent by now               | gsi3 NOTICES#DUE#{wake_shard:02} / < {notes_until}  | 0–n   | 1 Query a page, 0.5 RU | due_query

item             | key                          | in index                                                    | cost
notice           | {t}#M#{member} / N#I#{notice} | gsi1 {t}#NOTE#{operation}#{note_shard:02} / {member}        | 2 WU + 1 IU
notice           | {t}#M#{member} / N#R#{notice} | gsi1 {t}#NOTE#{operation}#{note_shard:02} / {member}        | 2 WU + 1 IU
notice           | {t}#M#{member} / N#R#{notice} | gsi3 NOTICES#DUE#{wake_shard:02} / {note_due:013}#{notice}  | 2 WU + 1 IU
notification_due | {t}#NOTE#{operation} / A     | gsi3 NOTICES#DUE#{wake_shard:02} / {note_due:013}#{operation} | 2 WU + 1 IU
invitation_due   | {t}#REF#{referral_code} / A  | gsi3 NOTICES#DUE#{wake_shard:02} / {note_due:013}#{referral_code} | 2 WU + 1 IU

Those of a notification are put 25 at a time, for 1 WU each. All of it is private, and gone (TTL) after 45 days. What is due lies in
one list of all tenants: so looking costs the same however many there are. An id of a notice sorts by when it came about.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple
from zlib import crc32

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.notifications.model import KEPT_SECONDS, Notice
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import number_of
from chalicelib.table.damaged import readable
from chalicelib.table.indexes import behind
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Below, Delete, Equals, Key, Prefix, Put, Query

INBOX, TOLD = "N#I#", "N#R#"
_BEHIND_ALL = "N#~"
LIST_SHARDS = 4
DUE_SHARDS = 4
_BESIDE = ("notice_id", "member_id", "version")  # in the key, or an attribute of its own


class NoticeItem(StampbookItem):
    kind = UnicodeAttribute(default="notice")
    version = IntegerAttribute()
    private = BodyAttribute()
    ttl = IntegerAttribute()
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    gsi3pk = UnicodeAttribute(null=True)
    gsi3sk = UnicodeAttribute(null=True)
    card = BodyAttribute(null=True)


class DueItem(StampbookItem):
    kind = UnicodeAttribute(default="notification_due")
    gsi3pk = UnicodeAttribute()
    gsi3sk = UnicodeAttribute()


class InvitationDueItem(StampbookItem):
    kind = UnicodeAttribute(default="invitation_due")
    gsi3pk = UnicodeAttribute()
    gsi3sk = UnicodeAttribute()


class Receipt(NamedTuple):
    """What became of a notification for one member, as its list has it."""

    member_id: str
    state: str
    reason: str | None
    at: Instant


class DueNotice(NamedTuple):
    tenant: str
    member_id: str
    notice_id: str


class DueNotification(NamedTuple):
    tenant: str
    operation_id: str


class DueSending(NamedTuple):
    """An invitation that waits for the end of quiet hours."""

    tenant: str
    code: str


def notice_key(tenant: str, one: Notice) -> Key:
    """In the inbox is what was told in the app; all else, and what is not told yet, lies beside it."""
    kept = INBOX if one.channel == "in_app" and one.state == "sent" else TOLD
    return Key(owner_pk(tenant, one.member_id), f"{kept}{one.notice_id}")


def notice_keys(tenant: str, member: str, notice_id: str) -> tuple[Key, Key]:
    """Where it may be."""
    pk = owner_pk(tenant, member)
    return Key(pk, f"{INBOX}{notice_id}"), Key(pk, f"{TOLD}{notice_id}")


def notice_from(attrs: Attrs) -> Notice:
    return readable(_notice, attrs)


def notice_put(tenant: str, one: Notice) -> Put:
    """One version on, only if nobody changed it since it was read."""
    return Put(notice_item(tenant, one), Equals("version", one.version) if one.version else Absent())


def waiting_delete(tenant: str, one: Notice) -> Delete:
    """Of one that goes into the inbox."""
    return Delete(notice_keys(tenant, one.member_id, one.notice_id)[1], Equals("version", one.version))


def notice_item(tenant: str, one: Notice) -> Attrs:
    """One version on."""
    key, created = notice_key(tenant, one), int(one.notice_id[4:16], 16)
    told = {field.name: (getattr(one, field.name), field.default) for field in fields(one)}
    kept = {name: value for name, (value, usual) in told.items() if value not in (usual, {}) and name not in _BESIDE}
    item = NoticeItem(
        pk=key.pk,
        sk=key.sk,
        version=one.version + 1,
        private=kept,
        ttl=max(created, one.due_at or 0) // 1000 + KEPT_SECONDS,
    )
    if one.notification_id:
        place = _list_place(tenant, one.notification_id, one.member_id)
        item.gsi1pk, item.gsi1sk = place.pk, place.sk
        item.card = [one.state, one.reason, one.at]
    if one.state == "waiting" and one.due_at is not None:
        item.gsi3pk, item.gsi3sk = _due_place(one.notice_id, one.due_at)
    return to_attrs(item)


def notices_query(tenant: str, member: str, limit: int, before: str | None) -> Query:
    """Newest first."""
    return _newest_first(tenant, member, TOLD, limit, before)


def inbox_query(tenant: str, member: str, limit: int, before: str | None) -> Query:
    """Newest first."""
    return _newest_first(tenant, member, INBOX, limit, before)


def receipts_query(tenant: str, operation_id: str, shard: int, limit: int, after: str | None) -> Query:
    """A page of one shard, behind the member `after`: of whom there is one notice."""
    start = None
    if after is not None:
        start = behind("gsi1", Key(owner_pk(tenant, after), _BEHIND_ALL), _list_place(tenant, operation_id, after))
    return Query(_list(tenant, operation_id, shard), index="gsi1", limit=limit, start=start)


def listed_member(attrs: Attrs) -> str:
    member: str = attrs["gsi1sk"]["S"]
    return member


def receipt_from(attrs: Attrs) -> Receipt:
    state, reason, at = BodyAttribute().deserialize(attrs["card"]["B"])
    return Receipt(listed_member(attrs), state, reason, at)


def shard_of(member: str) -> int:
    return number_of("member", member) % LIST_SHARDS


def due_put(tenant: str, operation_id: str, due_at: Instant) -> Put:
    """That a notification begins by then."""
    key, place = due_key(tenant, operation_id), _due_place(operation_id, due_at)
    return Put(to_attrs(DueItem(pk=key.pk, sk=key.sk, gsi3pk=place.pk, gsi3sk=place.sk)))


def due_key(tenant: str, operation_id: str) -> Key:
    return Key(f"{tenant}#NOTE#{operation_id}", "A")


def sending_due_put(tenant: str, code: str, due_at: Instant) -> Put:
    """That an invitation is sent by then."""
    key, place = _sending_key(tenant, code), _due_place(code, due_at)
    return Put(to_attrs(InvitationDueItem(pk=key.pk, sk=key.sk, gsi3pk=place.pk, gsi3sk=place.sk)))


def sending_due_delete(tenant: str, code: str) -> Delete:
    return Delete(_sending_key(tenant, code))


def is_due_later(attrs: Attrs, now: Instant) -> bool:
    at: str = attrs["gsi3sk"]["S"]
    return now < int(at.partition("#")[0])


def due_query(shard: int, now: Instant, limit: int) -> Query:
    return Query(_due(shard), Below(f"{now + 1:013}"), index="gsi3", limit=limit)


def due_from(attrs: Attrs) -> DueNotice | DueNotification | DueSending:
    """Of what the index has."""
    tenant, kind, name = attrs["pk"]["S"].split("#", 2)
    if kind == "NOTE":
        return DueNotification(tenant, name)
    if kind == "REF":
        return DueSending(tenant, name)
    return DueNotice(tenant, name, attrs["sk"]["S"].removeprefix(TOLD))


def _sending_key(tenant: str, code: str) -> Key:
    return Key(f"{tenant}#REF#{code}", "A")


def _newest_first(tenant: str, member: str, kept: str, limit: int, before: str | None) -> Query:
    number_of("member", member)
    pk = owner_pk(tenant, member)
    start = None if before is None else {"pk": pk, "sk": f"{kept}{before}"}
    return Query(pk, Prefix(kept), limit=limit, reverse=True, start=start)


def _notice(attrs: Attrs) -> Notice:
    item = from_attrs(NoticeItem, attrs)
    kept: dict[str, Any] = dict(item.private)
    sk: str = item.sk
    member = str(item.pk).rsplit("#", 1)[1]
    return Notice(notice_id=sk[len(INBOX) :], member_id=member, version=item.version, **kept)


def _list(tenant: str, operation_id: str, shard: int) -> str:
    return f"{tenant}#NOTE#{operation_id}#{shard:02}"


def _list_place(tenant: str, operation_id: str, member: str) -> Key:
    return Key(_list(tenant, operation_id, shard_of(member)), member)


def _due(shard: int) -> str:
    return f"NOTICES#DUE#{shard:02}"


def _due_place(name: str, due_at: Instant) -> Key:
    return Key(_due(crc32(name.encode()) % DUE_SHARDS), f"{due_at:013}#{name}")
