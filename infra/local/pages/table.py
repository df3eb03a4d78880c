"""docs/table.md: every access pattern and every kind of item, from the stores' own docstrings and item classes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chalicelib.table.indexes import INCLUDED, INDEXES
from chalicelib.table.items import StampbookItem
from infra.local.pages.access_patterns import CONFIGURED, AccessPattern, KeptItem, Place, Store
from infra.local.pages.cells import MalformedError
from infra.local.pages.markdown import code, codes, table

AGGREGATE = "AggregateItem"
_EVERY_ITEM = frozenset(("pk", "sk", "kind", "v"))
_TYPES = {"S": "text", "N": "number", "B": "JSON", "BOOL": "boolean"}
_RANGE = re.compile(r"^(?P<start>.*?)(?P<first>\{[a-z_]+(?::0\d+)?\})…(?P<last>\{[a-z_]+(?::0\d+)?\})$")
_HEAD = """# The table

Generated from the docstrings and item classes of the stores by `make docs`; do not edit. Why the keys are as they are:
[architecture](architecture.md#the-tables-alphabet). A test makes every read and every put of this page on the metered
twin and compares key, index and cost.

**Keys** are `pk` / `sk`; `{name:04}` is a number of four digits. Of a sort key `*` means all of the partition, `x*` what
begins so, `< x` what sorts below, `from … to` both ends included, `x` + `y` these items.

**Costs** are for items of at most 1 KB, by DynamoDB's published rules. RU: read units; a Query's are those of its first
4 KB, half of it on an index; a Get costs the same where nothing is found. WU: write units of a put, twice those of a
plain write because each is part of a transaction. IU: units of its index for a new item; one that stays in its place
costs 1 when what the index shows of it changed and else nothing, one that moves 2. “In the configuration” costs nothing:
a process has the whole of it in memory ([table/config](#tableconfig)).

Every item has `pk`, `sk`, its `kind` and `v`, the number of its schema. JSON is one compact attribute, compressed above
720 bytes. `?` marks what not every item has.
"""


def table_page(stores: Iterable[Store], classes: Iterable[type[StampbookItem]]) -> str:
    every = tuple(stores)
    by_kind = classes_by_kind(every, classes)
    parts = [_HEAD, f"## Indexes\n\n{_indexes(every)}\n"]
    parts += [_section(store, by_kind) for store in every]
    return "\n".join(parts)


def item_classes() -> tuple[type[StampbookItem], ...]:
    """Of the modules imported so far: `stores()` imports those that keep items."""
    found = [cls for cls in StampbookItem.__subclasses__() if cls.__module__.startswith("chalicelib.")]
    return tuple(sorted(found, key=lambda cls: (cls.__module__, cls.__name__)))


def classes_by_kind(stores: Iterable[Store], classes: Iterable[type[StampbookItem]]) -> dict[str, type[StampbookItem]]:
    """The class of every kind on the page. A kind without one of its own is a configuration aggregate's.

    MalformedError when a store keeps quiet about a class, or a kind has no class at all, or two.
    """
    aggregate: type[StampbookItem] | None = None
    own: dict[str, type[StampbookItem]] = {}
    for cls in classes:
        kind = cls.get_attributes()["kind"].default
        if cls.__name__ == AGGREGATE:
            aggregate = cls
        elif not isinstance(kind, str) or kind in own:
            raise MalformedError(f"{cls.__name__}: its `kind` has as default a name that no other class has")
        else:
            own[kind] = cls
    told: dict[str, type[StampbookItem]] = {}
    for store in stores:
        for item in store.items:
            cls_of = own.get(item.kind) or (aggregate if item.place.pk == "{t}#CFG" else None)
            if cls_of is None:
                raise MalformedError(f"{store.module}: no item class has the kind {item.kind}")
            told[item.kind] = cls_of
    if missing := sorted(set(own) - set(told)):
        raise MalformedError(f"no store says where it keeps {', '.join(missing)}")
    return told


def shown_place(place: Place) -> str:
    return f"{code(_full(place.pk))} / {_shown_sort(_full(place.sk))}"


def _section(store: Store, by_kind: dict[str, type[StampbookItem]]) -> str:
    head = ("Access pattern", "Index", "Key", "Items", "Cost", "By")
    parts = [f"## {store.name}", store.about, table(head, map(_pattern, store.patterns))]
    if store.items:
        head = ("Kind", "v", "Key", "In index", "Put", "Attributes")
        parts.append(table(head, [_item(item, by_kind[item.kind]) for item in store.items]))
    return "\n\n".join(parts) + "\n"


def _pattern(pattern: AccessPattern) -> tuple[str, ...]:
    cost = f"0: {CONFIGURED}" if pattern.cost == CONFIGURED else pattern.cost
    place = pattern.place
    return pattern.name, place.index or "–", shown_place(place), pattern.items, cost, codes(pattern.by)


def _item(item: KeptItem, cls: type[StampbookItem]) -> tuple[str, ...]:
    listed = ", ".join(f"{one.index} {shown_place(one)}" for one in item.listed) or "–"
    version = str(cls.get_attributes()["v"].default)
    return code(item.kind), version, shown_place(item.place), listed, item.cost, _attributes(cls)


def _attributes(cls: type[StampbookItem]) -> str:
    own = {name: one for name, one in cls.get_attributes().items() if name not in _EVERY_ITEM | _index_names()}
    return ", ".join(f"{code(name)} {_TYPES[one.attr_type]}{'?' if one.null else ''}" for name, one in own.items())


def _indexes(stores: Iterable[Store]) -> str:
    every = tuple(stores)
    rows = []
    for index in INDEXES:
        kinds = [item for store in every for item in store.items if index in (one.index for one in item.listed)]
        read = [one.name for store in every for one in store.patterns if one.place.index == index]
        shown = codes(INCLUDED[index], "keys only")
        rows.append((index, codes(dict.fromkeys(item.kind for item in kinds)), shown, "; ".join(read) or "–"))
    return table(("Index", "Holds", "Shows", "Read for"), rows)


def _index_names() -> frozenset[str]:
    return frozenset(f"{index}{part}" for index in INDEXES for part in ("pk", "sk"))


def _full(key: str) -> str:
    return key.replace("{t}", "{tenant}")


def _shown_sort(sort: str) -> str:
    if found := _RANGE.match(sort):
        return f"{code(found['start'] + found['first'])} … {code(found['start'] + found['last'])}"
    if sort.startswith("< "):
        return f"< {code(sort[2:])}"
    return " + ".join(map(code, sort.split(" + ")))
