"""What flows on checkouts share: a version more of the checkout, and what changes with it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Story
from chalicelib.areas.checkouts import store as checkouts
from chalicelib.areas.checkouts.model import Checkout
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import account_entry
from chalicelib.flows.opened import Opened
from chalicelib.flows.terms import Terms, settle_tier
from chalicelib.kit.command import Command
from chalicelib.table.commit import Limited, Plan
from chalicelib.table.guards import guard_puts
from chalicelib.table.journal import Entry, Head, Header, entry_put
from chalicelib.table.protocol import MAX_TRANSACTION_ITEMS, Write


def unguarded(command: Command) -> Command:
    """For what becomes a part of a checkout's transaction: the guard names the version that it made."""
    return replace(command, guarded=False)


def version_plan(
    tenant: str,
    command: Command,
    last: Entry | None,
    header: Header,
    checkout: Checkout,
    told: Mapping[str, Any],
    also: tuple[Write, ...] = (),
    limited: Limited | None = None,
) -> Plan:
    """`last`: the version before it, where it is not new. Refuses `too_many_limits` where that would be more than one transaction writes."""
    before = None if last is None else checkouts.checkout_of(last)
    version = checkouts.new_version(tenant, Head() if last is None else last.head, header, checkout, told)
    guards = guard_puts(tenant, command, version, version.recorded_at)
    listed = checkouts.list_writes(tenant, version, checkout, before)
    writes = (*also, checkouts.version_put(version, checkout), *listed, *guards)
    if len(writes) > MAX_TRANSACTION_ITEMS:
        raise Refused("too_many_limits", "Too many rules with limits for all together give something for this order.")
    return Plan(version, writes, frozenset(guard.key for guard in guards), limited)


def account_writes(
    tenant: str, story: Story, opened: Opened, header: Header, terms: Terms
) -> tuple[Entry, tuple[Write, ...]]:
    """Of an account from which something is set apart, or to which it comes back."""
    settled = settle_tier(story, terms)
    entry = account_entry(tenant, settled, opened.head, header)
    return entry, (accounts.account_put(tenant, settled.account, opened.head, entry), entry_put(entry))
