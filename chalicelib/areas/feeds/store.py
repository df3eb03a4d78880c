"""Where counts are kept, consumers of the feed, and what of it lies in files.

access pattern             | key                               | items | cost                  | by
a day's, and the open page | {t}#FEED / P#{page:010} + C#{day} | 0–2   | 1 BatchGet, 1 RU each | counts_key
counts of some days        | {t}#FEED / C#{first_day}…{shares} | 0–n   | 1 Query a MB, 1 RU    | days_query
counts of all days         | {t}#FEED / C#*                    | 0–n   | 1 Query a MB, 1 RU    | every_day_query
the last day with counts   | {t}#FEED / C#{any_day}…{shares}   | 0–1   | 1 Query, 1 RU         | last_day_query
a consumer, and the head   | {t}#FEED / T#{consumer} + HEAD    | 0–2   | 1 BatchGet, 1 RU each | consumer_key
where a consumer stands    | {t}#FEED / T#{consumer}           | 0–1   | 1 Get, 1 RU           | read_consumer
all consumers              | {t}#FEED / T#*                    | 0–50  | 1 Query, 1 RU         | consumers_query
what of it lies in files   | {t}#FEED / FILES                  | 0–1   | 1 Get, 1 RU           | read_published

item          | key                     | in index | cost
counts        | {t}#FEED / C#{day}      | –        | 2 WU
feed_consumer | {t}#FEED / T#{consumer} | –        | 2 WU
feed_files    | {t}#FEED / FILES        | –        | 2 WU

Counts are written with the feed's head and only then: see table/feed for why they need no condition. Consumers have an item
each, so that none waits for another, and no journal: nothing but their own reading depends on it.

What entries of the fourth program and those behind it count for is in items of their own, four programs in one, so that
none outgrows what an item may hold: `C#{day}#{share:03}`. Whoever reads a day's adds them up; `{shares}` are all of the
last day's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.feeds.model.consumers import Consumer
from chalicelib.areas.feeds.model.published import PublishedFiles
from chalicelib.kit.periods import Day, iso_day, parse_day
from chalicelib.table.damaged import readable
from chalicelib.table.feed import feed_pk
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Absent, Attrs, Between, Condition, Delete, Equals, Key, Prefix, Put, Query, Table

PROGRAMS_A_SHARE = 4
_CONSUMERS = "T#"
_PLACE = re.compile(r"C#(?P<day>[0-9-]{10})(?:#(?P<share>[0-9]{3}))?")


class CountsItem(StampbookItem):
    kind = UnicodeAttribute(default="counts")
    body = BodyAttribute()


class ConsumerItem(StampbookItem):
    kind = UnicodeAttribute(default="feed_consumer")
    version = IntegerAttribute()
    body = BodyAttribute()


class FilesItem(StampbookItem):
    kind = UnicodeAttribute(default="feed_files")
    version = IntegerAttribute()
    body = BodyAttribute()


class CountsPlace(NamedTuple):
    """Which item an entry is counted in: its UTC day of recording, and its program's share of the tenant's."""

    day: Day
    share: int = 0


def share_of(program: int) -> int:
    return program // PROGRAMS_A_SHARE


def counts_key(tenant: str, day: Day, share: int = 0) -> Key:
    return Key(feed_pk(tenant), f"C#{iso_day(day)}#{share:03}" if share else f"C#{iso_day(day)}")


def counts_from(attrs: Attrs | None) -> dict[str, int]:
    return {} if attrs is None else readable(_counts_from, attrs)


def _counts_from(attrs: Attrs) -> dict[str, int]:
    counts = dict(from_attrs(CountsItem, attrs).body)
    if not all(type(number) is int for number in counts.values()):
        raise ValueError("a count is no number")
    return counts


def counts_put(tenant: str, place: CountsPlace, counts: Mapping[str, int]) -> Put:
    key = counts_key(tenant, *place)
    return Put(to_attrs(CountsItem(pk=key.pk, sk=key.sk, body=dict(counts))))


def days_query(tenant: str, first: Day, last: Day) -> Query:
    return Query(feed_pk(tenant), Between(counts_key(tenant, first).sk, f"{counts_key(tenant, last).sk}#999"))


def every_day_query(tenant: str) -> Query:
    return Query(feed_pk(tenant), Prefix("C#"))


def last_day_query(tenant: str, last: Day) -> Query:
    """Of the days up to this one, the last of which anything is counted."""
    return Query(feed_pk(tenant), Between("C#", f"{counts_key(tenant, last).sk}#999"), reverse=True, limit=1)


def day_of(attrs: Attrs) -> Day:
    return place_of(attrs).day


def place_of(attrs: Attrs) -> CountsPlace:
    return readable(_place, attrs)


def _place(attrs: Attrs) -> CountsPlace:
    told = _PLACE.fullmatch(attrs["sk"]["S"])
    day = parse_day(told["day"]) if told else None
    if told is None or day is None:
        raise ValueError("counts of no day")
    return CountsPlace(day, int(told["share"] or 0))


def consumer_key(tenant: str, consumer_id: str) -> Key:
    return Key(feed_pk(tenant), f"{_CONSUMERS}{consumer_id}")


def consumers_query(tenant: str) -> Query:
    return Query(feed_pk(tenant), Prefix(_CONSUMERS))


def read_consumer(table: Table, tenant: str, consumer_id: str) -> Consumer | None:
    return consumer_from(table.get(consumer_key(tenant, consumer_id)))


def consumer_from(attrs: Attrs | None) -> Consumer | None:
    return None if attrs is None else readable(_consumer, attrs)


def _consumer(attrs: Attrs) -> Consumer:
    item = from_attrs(ConsumerItem, attrs)
    number, at = item.body
    if not (type(number) is int and type(at) is int and number >= 0 and item.version > 0):
        raise ValueError("a consumer that stands nowhere")
    return Consumer(item.sk.removeprefix(_CONSUMERS), number, at, item.version)


def consumer_put(tenant: str, one: Consumer) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key = consumer_key(tenant, one.consumer_id)
    item = ConsumerItem(pk=key.pk, sk=key.sk, version=one.version + 1, body=[one.number, one.acknowledged_at])
    return Put(to_attrs(item), _as_it_was(one.version))


def consumer_delete(tenant: str, one: Consumer) -> Delete:
    return Delete(consumer_key(tenant, one.consumer_id), _as_it_was(one.version))


def files_key(tenant: str) -> Key:
    return Key(feed_pk(tenant), "FILES")


def read_published(table: Table, tenant: str) -> PublishedFiles:
    attrs = table.get(files_key(tenant))
    return PublishedFiles() if attrs is None else readable(_published, attrs)


def _published(attrs: Attrs) -> PublishedFiles:
    item = from_attrs(FilesItem, attrs)
    kept, meant, day = item.body
    if not (all(type(one) is int for one in (kept, meant, day)) and 0 <= kept <= meant and item.version > 0):
        raise ValueError("files that end nowhere")
    return PublishedFiles(kept, meant, day, item.version)


def published_put(tenant: str, files: PublishedFiles) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key = files_key(tenant)
    item = FilesItem(pk=key.pk, sk=key.sk, version=files.version + 1, body=[files.kept, files.meant, files.day])
    return Put(to_attrs(item), _as_it_was(files.version))


def _as_it_was(version: int) -> Condition:
    return Equals("version", version) if version else Absent()
