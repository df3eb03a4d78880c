"""Verify a member: profile, accounts and orders against the journal that they must follow from.

    reads    1 Query of the snapshot, 1 Query a MB of the journal, 1 Query a thousand orders and 1 BatchGet a hundred of them

What is written meanwhile looks like a difference for a moment: one is told only when it is there at the third look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice

from chalicelib.areas.accounts import operations as accounts
from chalicelib.areas.accounts import store as account_store
from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model.laws import broken_laws
from chalicelib.areas.members import store as members
from chalicelib.areas.orders import store as orders
from chalicelib.flows.verify_stream import Aggregate, Difference, Place, verify_stream
from chalicelib.flows.verify_tally import Tally
from chalicelib.runtime import Runtime
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, Head, owner_entries_query
from chalicelib.table.keys import owner_pk, owner_stream, snapshot_query
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import Attrs, Table, key_of

LOOKS, PAUSE_SECONDS = 3, 0.2
PROFILE = "A#PROFILE"
_RECORDED = "order.recorded"
_ORDERS_A_PAGE, _ORDERS_A_READ = 1_000, 100


@dataclass(slots=True)
class VerifiedMember:
    """`tally` is what all entries of the member add up to."""

    accounts: int = 0
    orders: int = 0
    differences: list[Difference] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def verify_member(rt: Runtime, tenant: str, member: str) -> VerifiedMember:
    """Who: an operator, at a prompt. Differences name the member and what differs, never what is private."""
    verified = _look(PatientTable(rt), tenant, member)
    for _ in range(LOOKS - 1):
        if not verified.differences:
            break
        rt.clock.sleep(PAUSE_SECONDS)
        verified = _look(PatientTable(rt), tenant, member)
    return verified


def _look(table: Table, tenant: str, member: str) -> VerifiedMember:
    verified = VerifiedMember()
    stored = {attrs["sk"]["S"]: attrs for attrs in every_item(table, snapshot_query(tenant, member))}
    programs = {0, *(int(sk[2:]) for sk in stored if sk.startswith("B#"))}
    recorded: dict[str, tuple[int, int]] = {}
    for program, items in _streams(table, tenant, member):
        programs.discard(program)
        _verify(verified, stored, tenant, member, program, items, recorded)
    for program in sorted(programs):
        _verify(verified, stored, tenant, member, program, (), recorded)
    verified.accounts = sum(sk.startswith("B#") for sk in stored)
    verified.differences += _orders(verified, table, tenant, member, recorded)
    return verified


def _streams(table: Table, tenant: str, member: str) -> Iterator[tuple[int, Iterator[Attrs]]]:
    """The member's journal, a stream after the other: program and entries."""
    items = every_item(table, owner_entries_query(owner_pk(tenant, member)))
    return groupby(items, key=lambda attrs: int(attrs["sk"]["S"].split("#")[1]))


def _verify(
    verified: VerifiedMember,
    stored: dict[str, Attrs],
    tenant: str,
    member: str,
    program: int,
    items: Iterable[Attrs],
    recorded: dict[str, tuple[int, int]],
) -> None:
    """One stream, and the aggregate at its end."""
    name = f"account {program}" if program else "profile"
    rebuilt = Account(member, program)

    def see(entry: Entry) -> None:
        nonlocal rebuilt
        verified.tally.add_entry(entry)
        if program:
            rebuilt = accounts.folded(rebuilt, entry)
            orders_of_entry = (str(body.get("order")) for body in entry.facts if body.get("type") == _RECORDED)
            recorded.update(dict.fromkeys(orders_of_entry, (program, entry.sequence)))

    try:
        account, head = _aggregate(stored, member, program)
    except UNREADABLE:
        verified.differences.append(Difference(member, f"{name} cannot be read"))
        account, head = None, None
    aggregate = Aggregate(Place(member, name), owner_stream(tenant, member, program), head)
    verified.differences += verify_stream(aggregate, items, see)
    if account is not None:
        told = (*(f"{what} is not what the journal says" for what in accounts.differences(account, rebuilt)),)
        told += broken_laws(account)
        verified.differences += (Difference(member, f"{name}: {what}") for what in told)


def _aggregate(stored: dict[str, Attrs], member: str, program: int) -> tuple[Account | None, Head]:
    if program:
        attrs = stored.get(f"B#{program:04}")
        return account_store.account_from(attrs, member, program)
    profile = stored.get(PROFILE)
    return None, Head() if profile is None else members.member_from(profile, member)[1]


def _orders(
    verified: VerifiedMember, table: Table, tenant: str, member: str, recorded: dict[str, tuple[int, int]]
) -> Iterator[Difference]:
    """Each order has its entry and each such entry its order."""
    query = orders.member_orders_query(tenant, member, _ORDERS_A_PAGE, None)
    listed = {orders.listed_order(attrs) for attrs in every_item(table, query)}
    verified.orders = len(listed)
    every = iter(sorted(listed | recorded.keys()))
    while some := list(islice(every, _ORDERS_A_READ)):
        found = table.batch_get([orders.order_key(tenant, order) for order in some])
        by_id = {key_of(attrs).pk.rsplit("#", 1)[1]: attrs for attrs in found.values()}
        for order in some:
            told = _order(by_id.get(order), member, recorded.get(order)) or (
                "is not in the member's list" if order not in listed else None
            )
            if told:
                yield Difference(member, f"order {order} {told}")


def _order(attrs: Attrs | None, member: str, recorded: tuple[int, int] | None) -> str | None:
    """What is wrong with it."""
    if attrs is None:
        return "is missing, though an entry records it"
    try:
        order = orders.order_from(attrs)
    except UNREADABLE:
        return "cannot be read"
    if recorded is None:
        return "has no entry that records it"
    if (order.member_id, order.program, order.sequence) != (member, *recorded):
        return "names another entry than the one that records it"
    return None
