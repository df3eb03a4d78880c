"""Configuration as the table may have it, though no operation of today would bring it there."""

from __future__ import annotations

from chalicelib.table.config import AggregateItem, Name, config_pk
from chalicelib.table.items import to_attrs
from chalicelib.table.memory import MemoryTable
from tests.twins.bookshop import BookShop


def stored(shop: BookShop, *aggregates: tuple[Name, object]) -> None:
    """As if they had been defined long ago."""
    table, tenant = shop.rt.table, shop.caller.tenant
    assert isinstance(table, MemoryTable)
    table.batch_put(
        to_attrs(
            AggregateItem(
                pk=config_pk(tenant), sk=f"{name.kind}#{name.id}", kind=name.kind, version=1, hash="", body=body
            )
        )
        for name, body in aggregates
    )
    shop.rt.config.forget(tenant)
