"""Access patterns and items, read from the docstrings of the stores: a table each, in one strict form.

    access pattern | key | items | cost | by
    item | key | in index | cost

A key is `[index] pk / sk`, with `{name}` or `{name:04}` for what differs (`{t}` for the tenant). For the sort key of a
read stand as well `*` (all), `x*` (what begins so), `< x` (below), `x#{a}…{b}` (from to), `x + y` (these two). An item may be
in several indexes: their keys are set apart by commas.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from chalicelib.table.indexes import INDEXES
from chalicelib.table.items import StampbookItem
from chalicelib.table.protocol import Index
from infra.local.pages.cells import MalformedError, rows_under

ROOT = Path(__file__).parents[3]
PATTERN_HEAD = ("access pattern", "key", "items", "cost", "by")
ITEM_HEAD = ("item", "key", "in index", "cost")
CONFIGURED = "in the configuration"
_ITEM_CLASS = StampbookItem.__name__
_KEY = re.compile(r"(?:(?P<index>gsi\d) )?(?P<pk>\S+) / (?P<sk>\S+|< \S+|\S+ \+ \S+)")
_PLACEHOLDER = re.compile(r"\{[a-z_]+(:0\d+)?\}")
_READ = re.compile(rf"{CONFIGURED}|1 (Get|Query)( a page| a MB)?, (1|2|3|0\.5) RU|1 BatchGet, 1 RU each")
_PUT = re.compile(r"\d+ WU( \+ \d+ IU)?")
_ITEMS = re.compile(r"[\d,]+(–(n|[\d,]+))?")


@dataclass(frozen=True, slots=True)
class Place:
    index: Index | None
    pk: str
    sk: str

    @property
    def key(self) -> str:
        return f"{self.pk} / {self.sk}"


@dataclass(frozen=True, slots=True)
class AccessPattern:
    name: str
    place: Place
    items: str
    cost: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptItem:
    kind: str
    place: Place
    listed: tuple[Place, ...]
    cost: str


@dataclass(frozen=True, slots=True)
class Store:
    """What one module says of itself. `name` is that of its area, or `table/…`."""

    name: str
    module: str
    about: str
    patterns: tuple[AccessPattern, ...]
    items: tuple[KeptItem, ...]


def stores() -> tuple[Store, ...]:
    """All stores: those of the areas, then the table's own. MalformedError for one that does not say what it keeps."""
    return tuple(read_store(name, module) for name, module in _modules())


def read_store(name: str, module: str) -> Store:
    """The store with this module, which is imported: who reads by a pattern must be there."""
    imported = importlib.import_module(module)
    store = parse_store(name, module, imported.__doc__ or "")
    for pattern in store.patterns:
        for function in pattern.by:
            if not hasattr(imported, function):
                raise MalformedError(f"{module}: {pattern.name}: there is no {function} here")
    return store


def parse_store(name: str, module: str, docstring: str) -> Store:
    patterns = tuple(_pattern(module, *cells) for cells in rows_under(module, docstring, PATTERN_HEAD))
    items = tuple(_item(module, *cells) for cells in rows_under(module, docstring, ITEM_HEAD))
    if not patterns:
        raise MalformedError(f"{module}: no access patterns: a table `{' | '.join(PATTERN_HEAD)}` in its docstring")
    return Store(name, module, docstring.strip().splitlines()[0], patterns, items)


def _modules() -> Iterator[tuple[str, str]]:
    """Every area's store, and every module of the table that keeps items or says how they are read."""
    for path in sorted((ROOT / "chalicelib/areas").glob("*/store.py")):
        yield path.parent.name, _module(path)
    for path in sorted((ROOT / "chalicelib/areas").glob("*/store/*.py")):
        if path.stem != "__init__":
            yield f"{path.parents[1].name}/{path.stem}", _module(path)
    for path in sorted((ROOT / "chalicelib/table").glob("*.py")):
        if _keeps(path):
            yield f"table/{path.stem}", _module(path)


def _keeps(path: Path) -> bool:
    tree = ast.parse(path.read_text("utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    declared = any(isinstance(base, ast.Name) and base.id == _ITEM_CLASS for cls in classes for base in cls.bases)
    return declared or PATTERN_HEAD[0] in (ast.get_docstring(tree) or "")


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _pattern(module: str, name: str, key: str, items: str, cost: str, by: str) -> AccessPattern:
    _must_fit(module, name, _READ, cost)
    _must_fit(module, name, _ITEMS, items)
    return AccessPattern(name, _place(module, name, key), items, cost, tuple(by.split(", ")))


def _item(module: str, kind: str, key: str, listed: str, cost: str) -> KeptItem:
    _must_fit(module, kind, _PUT, cost)
    place = _place(module, kind, key)
    in_indexes = () if listed == "–" else tuple(_place(module, kind, one) for one in listed.split(", "))
    if place.index is not None or any(one.index is None for one in in_indexes):
        raise MalformedError(f"{module}: {kind}: `key` is the table's, `in index` names one of {', '.join(INDEXES)}")
    return KeptItem(kind, place, in_indexes, cost)


def _place(module: str, name: str, key: str) -> Place:
    found = _KEY.fullmatch(key)
    rest = _PLACEHOLDER.sub("", key)
    if found is None or "{" in rest or "}" in rest or found["index"] not in (None, *INDEXES):
        raise MalformedError(f"{module}: {name}: `{key}` is no key: [index] pk / sk, with {{name}} or {{name:04}}")
    return Place(cast("Index | None", found["index"]), found["pk"], found["sk"])


def _must_fit(module: str, name: str, form: re.Pattern[str], cell: str) -> None:
    if not form.fullmatch(cell):
        raise MalformedError(f"{module}: {name}: `{cell}` is not of the form {form.pattern}")
