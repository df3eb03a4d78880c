"""Where quotas are kept: a partition each, an item for each slice that somebody has taken from.

access pattern        | key                         | items | cost          | by
the slices of a quota | {t}#Q#{quota_kind}#{id} / * | 0–n   | 1 Query, 1 RU | read, read_some

item        | key                                    | in index | cost
quota_slice | {t}#Q#{quota_kind}#{id} / S#{slice:02} | –        | 2 WU

Behind the id stands the period of a quota that has one. Taking reads nothing: a draw (table/protocol.py) takes from the slice
where it stands, or from its share where it is not there. What is only shown is read of many at once, by the keys of all their
slices (`read_some`).
"""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.quotas.model import MAX_SLICES, Move, Quota, Slice, Stand, stand_of
from chalicelib.table.items import IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Absent, AsRead, Attrs, Draw, Key, Put, Query, Table

_SLICE = "S#"
_KEYS_A_READ = 100


class SliceItem(StampbookItem):
    """Its numbers move in place (table/drawn.py): they are attributes of their own."""

    kind = UnicodeAttribute(default="quota_slice")
    left = IntegerAttribute()
    taken = IntegerAttribute()
    closed = IntegerAttribute(null=True)


def slice_key(tenant: str, name: str, number: int) -> Key:
    return Key(_pk(tenant, name), f"{_SLICE}{number:02}")


def read(table: Table, tenant: str, quota: Quota | None, name: str = "") -> Stand:
    """How it stands; of a name without a quota only what is stored."""
    page = table.query(Query(_pk(tenant, quota.name if quota else name)))
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


def _as_read(attrs: Attrs) -> AsRead:
    return AsRead({name: attrs.get(name) for name in ("left", "taken", "closed")})


def _item(tenant: str, name: str, one: Slice) -> SliceItem:
    key = slice_key(tenant, name, one.number)
    return SliceItem(pk=key.pk, sk=key.sk, left=one.left, taken=one.taken, closed=1 if one.closed else None)


def _pk(tenant: str, name: str) -> str:
    return f"{tenant}#Q#{name}"
