"""Members who have been there for a year: for tests that count what else is due by then."""

from __future__ import annotations

from datetime import date

from chalicelib.areas.accounts.store import DUE_SHARDS, due_query
from chalicelib.areas.members.store import due_occasion
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.kit.periods import day_of
from chalicelib.table.pages import every_item
from tests.twins.bookshop import BookShop


def past_anniversaries(shop: BookShop, day: str) -> None:
    """What comes to members once a year has been settled until then."""
    last = day_of(date.fromisoformat(day))
    for shard in range(DUE_SHARDS):
        due = every_item(shop.rt.table, due_query(shop.caller.tenant, shard, last))
        for member_id in [member for member in map(due_occasion, due) if member is not None]:
            settle_occasions(shop.rt, shop.caller, last, member_id)
