"""The version that the stack goes back from in `make e2e` is the next one: what it writes today's code refuses for its schema."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from importlib.util import cache_from_source
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from chalicelib.areas.orders import store as orders
from chalicelib.errors import NewerDataError
from chalicelib.table import journal
from chalicelib.table.items import defaults_of
from chalicelib.table.keys import owner_stream
from chalicelib.table.protocol import Attrs
from tests.e2e.next_version import NEXT, next_version, rewritten
from tests.twins.bookshop import card, open_shop, sale

ROOT = Path(__file__).parents[3]


def next_module(name: str, place: Path) -> SimpleNamespace:
    """A module of the next version, beside today's."""
    source = place / Path(name).name
    source.write_bytes(rewritten(name, (ROOT / name).read_bytes()))
    return SimpleNamespace(**run_path(str(source), run_name=f"next_{source.stem}"))


def schema(attrs: Attrs) -> int:
    return int(attrs["v"]["N"])


def test_it_writes_orders_one_schema_above_any_of_todays(tmp_path: Path) -> None:
    shop, then = open_shop(), next_module("chalicelib/areas/orders/store.py", tmp_path)
    order_id = shop.buy(card("1"), sale("A1")).answer.order_id
    order = orders.read(shop.rt.table, "shop", order_id)
    item = then.order_put("shop", order).item
    assert schema(item) == defaults_of(orders.OrderItem)["v"] + 1
    assert schema(item) > schema(orders.order_put("shop", order).item)
    with pytest.raises(NewerDataError):
        orders.order_from(item)
    assert then.order_from(item) == then.order_from(orders.order_put("shop", order).item) == order


def test_it_writes_entries_one_schema_above_todays(tmp_path: Path) -> None:
    shop, then = open_shop(), next_module("chalicelib/table/journal.py", tmp_path)
    ada = shop.member("1")
    shop.earn(ada, 5)
    stream = owner_stream("shop", ada, 1)
    stored = shop.rt.table.get(stream.key(1))
    assert stored is not None
    item = then.entry_put(journal.entry_from(stream, stored)).item
    assert schema(item) == schema(stored) + 1
    with pytest.raises(NewerDataError):
        journal.entry_from(stream, item)
    assert then.entry_from(stream, item).hash == then.entry_from(stream, stored).hash


def test_of_a_package_nothing_else_is_another_and_nothing_of_it_is_compiled() -> None:
    """Python would run the bytecode of today's source."""
    files = {name: (ROOT / name).read_bytes() for name in (*NEXT, "chalicelib/table/guards.py")}
    compiled = {cache_from_source(name): b"compiled" for name in files}
    found = unzipped(next_version(zipped(files | compiled)))
    assert found.keys() == files.keys() | {cache_from_source("chalicelib/table/guards.py")}
    assert {name for name, content in found.items() if content != (files | compiled)[name]} == set(NEXT)


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def unzipped(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as there:
        return {name: there.read(name) for name in there.namelist()}
