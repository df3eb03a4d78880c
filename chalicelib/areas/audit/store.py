"""Where refusals are kept, until the tenant's policy lets them go; and what of the log lies in files.

access pattern              | key                               | items | cost                 | by
refusals, newest first      | {t}#AUD / {since:013}…{until:013} | 0–n   | 1 Query a page, 1 RU | refusals_query
how far the archive is      | {t}#AUD / FILES                   | 0–1   | 1 Get, 1 RU          | read_mark
a day of the archive        | {t}#AUD / DAY#{day}               | 0–1   | 1 Get, 1 RU          | read_archived
archived days, newest first | {t}#AUD / DAY#*                   | 0–n   | 1 Query a page, 1 RU | archived_query

item         | key                                                   | in index | cost
refusal      | {t}#AUD / {minute:013}#{refused_code}#{key}#{process} | –        | 2 WU
audit_files  | {t}#AUD / FILES                                       | –        | 2 WU
archived_day | {t}#AUD / DAY#{day}                                   | –        | 2 WU

One partition a tenant: a process writes of one key and code a few times a minute at most, however often it is refused; of a
day that is archived there are two items.
"""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.audit.archives import KEPT_DAYS, ArchivedDay, ArchiveMark, Reached
from chalicelib.areas.audit.refusals import Refusal
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, iso_day, parse_day
from chalicelib.table.damaged import readable
from chalicelib.table.feed import Place
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Absent, Attrs, Between, Equals, Key, Prefix, Put, Query, Table

_DAY_SECONDS = 24 * 3600
_DAYS = "DAY#"


class RefusalItem(StampbookItem):
    kind = UnicodeAttribute(default="refusal")
    body = BodyAttribute()
    ttl = IntegerAttribute()


class ArchiveMarkItem(StampbookItem):
    kind = UnicodeAttribute(default="audit_files")
    version = IntegerAttribute()
    body = BodyAttribute()


class ArchivedDayItem(StampbookItem):
    kind = UnicodeAttribute(default="archived_day")
    body = BodyAttribute()
    ttl = IntegerAttribute()


def refusals_pk(tenant: str) -> str:
    return f"{tenant}#AUD"


def refusal_put(tenant: str, one: Refusal, kept_days: int) -> Put:
    """Over what the same process wrote of the same minute."""
    sk = f"{one.at:013}#{one.code}#{one.key_id}#{one.process}"
    body = [one.key_name, one.operation, one.request_id, one.times]
    ttl = one.at // 1000 + kept_days * _DAY_SECONDS
    return Put(to_attrs(RefusalItem(pk=refusals_pk(tenant), sk=sk, body=body, ttl=ttl)))


def refusals_query(tenant: str, since: Instant, until: Instant, limit: int) -> Query:
    """Newest first, both included."""
    return Query(refusals_pk(tenant), Between(f"{since:013}", f"{until + 1:013}"), reverse=True, limit=limit)


def refusal_from(attrs: Attrs) -> Refusal:
    return readable(_refusal, attrs)


def _refusal(attrs: Attrs) -> Refusal:
    item = from_attrs(RefusalItem, attrs)
    at, code, key_id, process = item.sk.split("#")
    name, operation, request_id, times = item.body
    if type(times) is not int or times < 1:
        raise ValueError("a refusal that never was")
    return Refusal(int(at), code, key_id, str(name), str(operation), str(request_id), process, times)


def mark_key(tenant: str) -> Key:
    return Key(refusals_pk(tenant), "FILES")


def read_mark(table: Table, tenant: str) -> ArchiveMark | None:
    attrs = table.get(mark_key(tenant))
    return None if attrs is None else readable(_mark, attrs)


def _mark(attrs: Attrs) -> ArchiveMark:
    item = from_attrs(ArchiveMarkItem, attrs)
    day, files, entries, last = item.body
    if not (all(type(one) is int and one >= 0 for one in (day, files, entries)) and (last is None) == (files == 0)):
        raise ValueError("an archive that ends nowhere")
    return ArchiveMark(day, files, entries, None if last is None else _reached(*last), item.version)


def _reached(at: int, owner: str, program: int, sequence: int) -> Reached:
    return Reached(int(at), Place(str(owner), int(program), int(sequence)))


def mark_put(tenant: str, mark: ArchiveMark) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key = mark_key(tenant)
    last = None if mark.last is None else [mark.last.at, *mark.last.place]
    body = [mark.day, mark.files, mark.entries, last]
    item = ArchiveMarkItem(pk=key.pk, sk=key.sk, version=mark.version + 1, body=body)
    return Put(to_attrs(item), Equals("version", mark.version) if mark.version else Absent())


def archived_key(tenant: str, day: Day) -> Key:
    return Key(refusals_pk(tenant), f"{_DAYS}{iso_day(day)}")


def read_archived(table: Table, tenant: str, day: Day) -> ArchivedDay | None:
    attrs = table.get(archived_key(tenant, day))
    return None if attrs is None else archived_from(attrs)


def archived_query(tenant: str, limit: int, before: Day | None) -> Query:
    """Newest first, older than the day `before`."""
    pk = refusals_pk(tenant)
    start = None if before is None else {"pk": pk, "sk": archived_key(tenant, before).sk}
    return Query(pk, Prefix(_DAYS), reverse=True, limit=limit, start=start)


def archived_from(attrs: Attrs) -> ArchivedDay:
    return readable(_archived, attrs)


def _archived(attrs: Attrs) -> ArchivedDay:
    item = from_attrs(ArchivedDayItem, attrs)
    day, (entries, files, at) = parse_day(item.sk.removeprefix(_DAYS)), item.body
    if day is None or not all(type(one) is int and one > 0 for one in (entries, files, at)):
        raise ValueError("a day that was not archived")
    return ArchivedDay(day=day, entries=entries, files=files, archived_at=at)


def archived_put(tenant: str, one: ArchivedDay) -> Put:
    key = archived_key(tenant, one.day)
    ttl = one.archived_at // 1000 + KEPT_DAYS * _DAY_SECONDS
    return Put(to_attrs(ArchivedDayItem(pk=key.pk, sk=key.sk, body=[one.entries, one.files, one.archived_at], ttl=ttl)))
