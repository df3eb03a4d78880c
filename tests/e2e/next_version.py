"""The code of the next version: its orders have a field more and say so by a schema of their own, one above today's, as its
entries do. tests/unit/local/test_next_version.py holds it to that."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from importlib.util import cache_from_source

from chalicelib.areas.orders.store import OrderItem
from chalicelib.table.items import defaults_of
from chalicelib.table.journal import EntryItem

ORDERS, ENTRIES = (defaults_of(item)["v"] + 1 for item in (OrderItem, EntryItem))
NEXT: Mapping[str, Mapping[str, str]] = {
    "chalicelib/areas/orders/store.py": {
        f"    v = IntegerAttribute(default={ORDERS - 1})\n": (
            f"    v = IntegerAttribute(default={ORDERS})\n    colour = UnicodeAttribute(default='red')\n"
        ),
        "v=schema_of(order)": f"v={ORDERS}",
    },
    "chalicelib/table/journal.py": {
        "class EntryItem(StampbookItem):\n": (
            f"class EntryItem(StampbookItem):\n    v = IntegerAttribute(default={ENTRIES})\n"
        ),
        "from chalicelib.table.items import ": "from chalicelib.table.items import IntegerAttribute, ",
    },
}


def next_version(archive: bytes) -> bytes:
    """The zip of a package, with the next version's sources in the place of today's."""
    out = io.BytesIO()
    compiled = {cache_from_source(name) for name in NEXT}  # nobody would ask whether they are older than their sources
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            if info.filename not in compiled:
                after.writestr(info, rewritten(info.filename, before.read(info)))
    return out.getvalue()


def rewritten(name: str, content: bytes) -> bytes:
    for today, then in NEXT.get(name, {}).items():
        assert content.count(today.encode()) == 1, f"{name} has not once: {today}"
        content = content.replace(today.encode(), then.encode())
    return content
