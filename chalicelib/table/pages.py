"""A query followed to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chalicelib.table.protocol import Attrs, Query, Table


def every_item(table: Table, query: Query) -> Iterator[Attrs]:
    """All items of the query, in its order: one request per MB, each made when its first item is asked for."""
    while True:
        page = table.query(query)
        yield from page.items
        if page.next is None:
            return
        query = replace(query, start=page.next)
