"""The three sparse indexes as code sees them. `infra/template.yaml` makes them; a test holds the two together."""

from __future__ import annotations

from typing import NamedTuple

from chalicelib.table.protocol import Attrs, Index, Key, StartKey, key_of

INDEXES: tuple[Index, ...] = ("gsi1", "gsi2", "gsi3")
INCLUDED: dict[Index, tuple[str, ...]] = {"gsi1": ("card",), "gsi2": (), "gsi3": ()}


class KeyNames(NamedTuple):
    """The attributes that partition and sort the table or an index."""

    partition: str
    sort: str


TABLE_KEYS = KeyNames("pk", "sk")
_INDEX_KEYS: dict[Index, KeyNames] = {index: KeyNames(f"{index}pk", f"{index}sk") for index in INDEXES}


def key_names(index: Index | None) -> KeyNames:
    return TABLE_KEYS if index is None else _INDEX_KEYS[index]


def index_key(index: Index, item: Attrs) -> Key | None:
    """Where the index keeps the item: None when the item lacks one of the index's keys, and so is not in it."""
    names = _INDEX_KEYS[index]
    if names.partition not in item or names.sort not in item:
        return None
    return Key(item[names.partition]["S"], item[names.sort]["S"])


def projected(index: Index, item: Attrs) -> Attrs | None:
    """The item's entry in the index: its keys and what the index includes; None when it is not in it."""
    if index_key(index, item) is None:
        return None
    names = (*TABLE_KEYS, *_INDEX_KEYS[index], *INCLUDED[index])
    return {name: item[name] for name in names if name in item}


def start_key(index: Index | None, item: Attrs) -> StartKey:
    """What to send as `Query.start` to go on behind this item."""
    key = key_of(item)
    if index is None:
        return {"pk": key.pk, "sk": key.sk}
    names = _INDEX_KEYS[index]
    return behind(index, key, Key(item[names.partition]["S"], item[names.sort]["S"]))


def behind(index: Index, key: Key, place: Key) -> StartKey:
    """The same, of the item with this key at its place in the index: where the one follows from the other nothing is read."""
    names = _INDEX_KEYS[index]
    return {"pk": key.pk, "sk": key.sk, names.partition: place.pk, names.sort: place.sk}
