"""Where counts are kept.

access pattern             | key                               | items | cost                  | by
a day's, and the open page | {t}#FEED / P#{page:010} + C#{day} | 0–2   | 1 BatchGet, 1 RU each | counts_key
counts of some days        | {t}#FEED / C#{first_day}…{day}    | 0–n   | 1 Query, 1 RU         | days_query
counts of all days         | {t}#FEED / C#*                    | 0–n   | 1 Query, 1 RU         | every_day_query

item   | key                | in index | cost
counts | {t}#FEED / C#{day} | –        | 2 WU

They are written with the feed's head and only then: see table/feed for why they need no condition.
"""

from __future__ import annotations

from collections.abc import Mapping

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.feeds.model import DailyCounts
from chalicelib.kit.periods import Day, iso_day, parse_day
from chalicelib.table.damaged import readable
from chalicelib.table.feed import feed_pk
from chalicelib.table.items import BodyAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Attrs, Between, Key, Prefix, Put, Query


class CountsItem(StampbookItem):
    kind = UnicodeAttribute(default="counts")
    body = BodyAttribute()


def counts_key(tenant: str, day: Day) -> Key:
    return Key(feed_pk(tenant), f"C#{iso_day(day)}")


def counts_from(attrs: Attrs | None) -> dict[str, int]:
    return {} if attrs is None else readable(_counts_from, attrs)


def _counts_from(attrs: Attrs) -> dict[str, int]:
    counts = dict(from_attrs(CountsItem, attrs).body)
    if not all(type(number) is int for number in counts.values()):
        raise ValueError("a count is no number")
    return counts


def counts_put(tenant: str, day: Day, counts: Mapping[str, int]) -> Put:
    key = counts_key(tenant, day)
    return Put(to_attrs(CountsItem(pk=key.pk, sk=key.sk, body=dict(counts))))


def days_query(tenant: str, first: Day, last: Day) -> Query:
    return Query(feed_pk(tenant), Between(counts_key(tenant, first).sk, counts_key(tenant, last).sk))


def every_day_query(tenant: str) -> Query:
    return Query(feed_pk(tenant), Prefix("C#"))


def daily_counts_from(attrs: Attrs) -> DailyCounts:
    return DailyCounts(day=day_of(attrs), counts=dict(sorted(counts_from(attrs).items())))


def day_of(attrs: Attrs) -> Day:
    return readable(_day, attrs)


def _day(attrs: Attrs) -> Day:
    day = parse_day(attrs["sk"]["S"].removeprefix("C#"))
    if day is None:
        raise ValueError("counts of no day")
    return day
