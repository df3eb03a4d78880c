"""Where the favourite places of members are kept: all of a member in one item, and each in one more, for the list of its place.

access pattern                           | key                                                | items | cost                   | by
the favourite places of a member         | {t}#M#{their_member} / P#LIKES                     | 0–1   | 1 Get, 1 RU            | favourites_key
whose favourite a place is, by shard     | gsi1 {t}#LIKES#{liked_place}#{liked_shard:02} / *  | 0–n   | 1 Query a page, 0.5 RU | members_query

item       | key                                    | in index                                                   | cost
favourites | {t}#M#{member} / P#LIKES               | –                                                          | 2 WU
favourite  | {t}#M#{member} / P#LIKES#{liked_place} | gsi1 {t}#LIKES#{liked_place}#{liked_shard:02} / {member}   | 2 WU + 1 IU

The item of a member says which they are: those of the places are written with it, and never read but by their index. All of it is
private: an erasure removes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.notifications.model import Favourites
from chalicelib.kit.ids import number_of
from chalicelib.table.damaged import readable
from chalicelib.table.indexes import behind
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Delete, Equals, Key, Put, Query, Write

LIST_SHARDS = 16
_LIKES = "P#LIKES"


class FavouritesItem(StampbookItem):
    kind = UnicodeAttribute(default="favourites")
    version = IntegerAttribute()
    private = BodyAttribute()


class FavouriteItem(StampbookItem):
    kind = UnicodeAttribute(default="favourite")
    gsi1pk = UnicodeAttribute()
    gsi1sk = UnicodeAttribute()


def favourites_key(tenant: str, member: str) -> Key:
    return Key(owner_pk(tenant, member), _LIKES)


def favourites_from(attrs: Attrs | None) -> Favourites:
    """Of whoever has told none: none."""
    return Favourites() if attrs is None else readable(_favourites, attrs)


def favourites_writes(tenant: str, member: str, before: Favourites, after: Favourites) -> Iterator[Write]:
    """One version on, only if nobody changed them since they were read."""
    key = favourites_key(tenant, member)
    item = FavouritesItem(pk=key.pk, sk=key.sk, version=before.version + 1, private=list(after.places))
    yield Put(to_attrs(item), Equals("version", before.version) if before.version else Absent())
    for place in after.places:
        if place not in before.places:
            yield Put(_listed(tenant, member, place))
    yield from (Delete(_place_key(tenant, member, one)) for one in before.places if one not in after.places)


def members_query(tenant: str, place: str, shard: int, limit: int, after: str | None) -> Query:
    """A page of one shard, behind the member `after`."""
    start = None
    if after is not None:
        start = behind("gsi1", _place_key(tenant, after, place), _list_place(tenant, place, after))
    return Query(_list(tenant, place, shard), index="gsi1", limit=limit, start=start)


def listed_member(attrs: Attrs) -> str:
    """Of what the index has."""
    member: str = attrs["gsi1sk"]["S"]
    return member


def shard_of(member: str) -> int:
    return number_of("member", member) % LIST_SHARDS


def _favourites(attrs: Attrs) -> Favourites:
    item = from_attrs(FavouritesItem, attrs)
    return Favourites(tuple(map(str, item.private)), item.version)


def _listed(tenant: str, member: str, place: str) -> Attrs:
    key, listed = _place_key(tenant, member, place), _list_place(tenant, place, member)
    return to_attrs(FavouriteItem(pk=key.pk, sk=key.sk, gsi1pk=listed.pk, gsi1sk=listed.sk))


def _place_key(tenant: str, member: str, place: str) -> Key:
    return Key(owner_pk(tenant, member), f"{_LIKES}#{place}")


def _list_place(tenant: str, place: str, member: str) -> Key:
    return Key(_list(tenant, place, shard_of(member)), member)


def _list(tenant: str, place: str, shard: int) -> str:
    return f"{tenant}#LIKES#{place}#{shard:02}"
