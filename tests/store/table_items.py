"""Items for the table's tests, written short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from chalicelib.table.protocol import Attrs, Key, Page, Query, StartKey, Table

BEER, WINE, RUM = Key("bar", "beer"), Key("bar", "wine"), Key("bar", "rum")


def fresh() -> str:
    """A token that no transaction has had: an engine remembers tokens beyond the table they were used on."""
    return uuid4().hex


def item(key: Key, **attributes: int | str) -> dict[str, dict[str, Any]]:
    kinds = {int: "N", str: "S"}
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}} | {n: {kinds[type(v)]: str(v)} for n, v in attributes.items()}


def sized(key: Key, size: int) -> Attrs:
    """An item of exactly this many bytes."""
    fixed = 4 + len(key.pk) + len(key.sk) + len("body")
    return item(key, body="x" * (size - fixed))


def listed(key: Key, sort: str, **attributes: int | str) -> Attrs:
    return item(key, gsi1pk="list", gsi1sk=sort, **attributes)


def due(key: Key, day: str, **attributes: int | str) -> Attrs:
    return item(key, gsi3pk="due", gsi3sk=day, **attributes)


def keys_of(page: Page) -> list[str]:
    return [entry["sk"]["S"] for entry in page.items]


def all_pages(table: Table, query: Query) -> list[list[str]]:
    pages: list[list[str]] = []
    start: StartKey | None = query.start
    while len(pages) < 100:
        page = table.query(Query(query.pk, query.sort, query.index, query.limit, query.reverse, start))
        pages.append(keys_of(page))
        start = page.next
        if start is None:
            return pages
    raise AssertionError("the pages have no end")


def fill(table: Table, sort_keys: Sequence[str], pk: str = "shelf") -> None:
    table.batch_put(item(Key(pk, sk)) for sk in sort_keys)
