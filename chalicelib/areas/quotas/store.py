"""Where quotas are kept: a partition each, an item for each slice that somebody has taken from.

access pattern        | key                           | items | cost                 | by
the slices of a quota | {t}#Q#{quota_kind}#{id} / S#* | 0–n   | 1 Query, 1 RU        | read, read_some
what is held of it    | {t}#Q#{quota_kind}#{id} / H#* | 0–n   | 1 Query a page, 1 RU | lapsed, held_query

item        | key                                            | in index                                                          | cost
quota_slice | {t}#Q#{quota_kind}#{id} / S#{slice:02}         | –                                                                 | 2 WU
quota_held  | {t}#Q#{quota_kind}#{id} / H#{until}#{checkout} | gsi3 {t}#DUE#{shard:02} / {day}#held#{checkout}#{quota_kind}#{id} | 2 WU + 1 IU

Behind the id stands the period of a quota that has one. Taking reads nothing: a draw (table/protocol.py) takes from the slice
where it stands, or from its share where it is not there. What is only shown is read of many at once, by the keys of all their
slices (`read_some`). What is held lies beside the slices by when it lapses: what has lapsed is found without reading the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.quotas.model import MAX_SLICES, Held, Move, Quota, Slice, Stand, Taken, stand_of
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.items import IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import (
    Absent,
    AsRead,
    Attrs,
    Between,
    Delete,
    Draw,
    Key,
    Prefix,
    Present,
    Put,
    Query,
    Table,
)

_SLICE = "S#"
_HELD = "H#"
_DUE_SHARDS = 16  # those of accounts: one job goes through them
LAPSED_AT_ONCE = 25
_KEYS_A_READ = 100


class SliceItem(StampbookItem):
    """Its numbers move in place (table/drawn.py): they are attributes of their own."""

    kind = UnicodeAttribute(default="quota_slice")
    left = IntegerAttribute()
    taken = IntegerAttribute()
    closed = IntegerAttribute(null=True)


class HeldItem(StampbookItem):
    kind = UnicodeAttribute(default="quota_held")
    slice = IntegerAttribute()
    amount = IntegerAttribute()
    gsi3pk = UnicodeAttribute()
    gsi3sk = UnicodeAttribute()


def slice_key(tenant: str, name: str, number: int) -> Key:
    return Key(_pk(tenant, name), f"{_SLICE}{number:02}")


def read(table: Table, tenant: str, quota: Quota | None, name: str = "") -> Stand:
    """How it stands; of a name without a quota only what is stored."""
    page = table.query(Query(_pk(tenant, quota.name if quota else name), Prefix(_SLICE)))
    return stand_of(quota, map(slice_from, page.items))


def read_some(table: Table, tenant: str, quotas: Iterable[Quota]) -> dict[str, Stand]:
    """How each stands, by name: 1 BatchGet for six of them. For what is shown: a decision reads none."""
    by_name = {quota.name: quota for quota in quotas}
    places = [slice_key(tenant, name, number) for name in by_name for number in range(MAX_SLICES)]
    found: dict[Key, Attrs] = {}
    for first in range(0, len(places), _KEYS_A_READ):
        found |= table.batch_get(places[first : first + _KEYS_A_READ])
    of = {name: [key for key in found if key.pk == _pk(tenant, name)] for name in by_name}
    return {name: stand_of(quota, (slice_from(found[key]) for key in of[name])) for name, quota in by_name.items()}


def slice_from(attrs: Attrs) -> Slice:
    item = from_attrs(SliceItem, attrs)
    return Slice(int(str(item.sk).removeprefix(_SLICE)), item.left, item.taken, item.closed is not None)


def draws(tenant: str, quota: Quota | None, name: str, moves: Iterable[Move]) -> tuple[Draw, ...]:
    """A slice that is not there begins with its share of the quota; without one it must be there."""
    return tuple(
        Draw(
            slice_key(tenant, name, move.number),
            move.left,
            move.taken,
            None if quota is None else to_attrs(_item(tenant, name, Slice(move.number, quota.share(move.number)))),
        )
        for move in moves
    )


def anew(tenant: str, name: str, before: Stand, slices: Iterable[Slice]) -> tuple[Put, ...]:
    """Slices as they shall be, if each is still as it was read."""
    puts = []
    for one in slices:
        known = before.slices.get(one.number)
        as_read = Absent() if known is None or not known.stored else _as_read(to_attrs(_item(tenant, name, known)))
        puts.append(Put(to_attrs(_item(tenant, name, one)), as_read))
    return tuple(puts)


# --- held until a time ------------------------------------------------------------------------------------------------


def held_key(tenant: str, held: Held) -> Key:
    return Key(_pk(tenant, held.taken.quota), f"{_HELD}{held.until:015}#{held.who}")


def held_put(tenant: str, held: Held, *, anew: bool = False) -> Put:
    """`anew`: instead of what the same checkout held until the very same time."""
    key, day = held_key(tenant, held), iso_day(local_day(held.until, "UTC"))
    item = HeldItem(
        pk=key.pk,
        sk=key.sk,
        slice=held.taken.slice,
        amount=held.taken.amount,
        gsi3pk=f"{tenant}#DUE#{crc32(held.who.encode()) % _DUE_SHARDS:02}",
        gsi3sk=f"{day}#held#{held.who}#{held.taken.quota}",
    )
    return Put(to_attrs(item), Present() if anew else Absent())


def held_delete(tenant: str, held: Held) -> Delete:
    """Once: whoever comes second finds it gone."""
    return Delete(held_key(tenant, held), Present())


def lapsed(table: Table, tenant: str, name: str, at: Instant, most: int = LAPSED_AT_ONCE) -> tuple[Held, ...]:
    """What is held of a quota though its time is over, the longest over first; no more than can be given back at once, or than
    so many."""
    over = Between(_HELD, f"{_HELD}{at:015}$")  # `$` follows `#`: what is over at this very instant as well
    page = table.query(Query(_pk(tenant, name), over, limit=most))
    return tuple(held_from(tenant, attrs) for attrs in page.items)


def held_query(tenant: str, name: str) -> Query:
    return Query(_pk(tenant, name), Prefix(_HELD))


def held_from(tenant: str, attrs: Attrs) -> Held:
    item = from_attrs(HeldItem, attrs)
    _, until, who = str(item.sk).split("#")
    return Held(Taken(str(item.pk).removeprefix(_pk(tenant, "")), item.slice, item.amount), who, int(until))


def due_quota(attrs: Attrs) -> str | None:
    """Of which quota something is held, where a key from the due index says so."""
    _, kind, *name = attrs["pk"]["S"].split("#")
    return "#".join(name) if kind == "Q" else None


def _as_read(attrs: Attrs) -> AsRead:
    return AsRead({name: attrs.get(name) for name in ("left", "taken", "closed")})


def _item(tenant: str, name: str, one: Slice) -> SliceItem:
    key = slice_key(tenant, name, one.number)
    return SliceItem(pk=key.pk, sk=key.sk, left=one.left, taken=one.taken, closed=1 if one.closed else None)


def _pk(tenant: str, name: str) -> str:
    return f"{tenant}#Q#{name}"
