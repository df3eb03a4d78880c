"""Which units of a program anybody has ever used: asked where a policy that may have given something would change.

reads    1 Query of the tenant's counts by day, a MB a request; where these do not know of all the units that are asked
         for, the directories of members and groups, 1 Query a shard, and the accounts of the first thousand listed, 1
         BatchGet a hundred

Counts know every use but that of the last moments: they are as far as the feed is. Accounts know it at once. So the
answer is exact as long as a tenant has no more members and groups than that, and while a shop is being set up; in a
larger one it is as far as the feed is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from itertools import islice

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.feeds import store as feeds
from chalicelib.areas.feeds.model import units_counted
from chalicelib.flows.listed_owners import listed_owners
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Table

ASKED_THEMSELVES = 1_000  # members and groups
READ_TOGETHER = 100


def used_units(
    table: Table, tenant: str, program_id: int, wanted: Set[str], most: int = ASKED_THEMSELVES
) -> frozenset[str]:
    """Those of the wanted units, by their codes."""
    used = wanted & _counted(table, tenant, program_id)
    if used == wanted:
        return frozenset(used)
    owners = islice(listed_owners(table, tenant, None), most)
    for units in _held_by(table, tenant, program_id, owners):
        used |= wanted & units
        if used == wanted:
            break
    return frozenset(used)


def _counted(table: Table, tenant: str, program_id: int) -> set[str]:
    days = every_item(table, feeds.every_day_query(tenant))
    return {unit for day in days for unit in units_counted(program_id, feeds.counts_from(day))}


def _held_by(table: Table, tenant: str, program_id: int, owners: Iterable[str]) -> Iterator[Set[str]]:
    """The units of which each of them has, or had, anything."""
    everybody = iter(owners)
    while some := list(islice(everybody, READ_TOGETHER)):
        keys = {accounts.account_key(tenant, owner, program_id): owner for owner in some}
        for key, attrs in table.batch_get(list(keys)).items():
            yield accounts.account_from(attrs, keys[key], program_id)[0].wallets.keys()
