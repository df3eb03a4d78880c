"""What a proof of everybody costs: a query of each member and of their orders, one of each group, and a read together for
every twenty."""

from __future__ import annotations

from functools import partial

from chalicelib.areas.members.store import DIRECTORY_SHARDS
from chalicelib.flows.job_messages import Step
from chalicelib.flows.join_proof import join_proof
from chalicelib.flows.prove_chunk import prove_chunk
from chalicelib.flows.start_proof import PARTS, start_proof
from chalicelib.flows.verify_tenant import TOGETHER
from chalicelib.table.meter import Cost
from tests.twins import fresh
from tests.twins.bookshop import BookShop, card, keyed, sale
from tests.twins.grouped import household
from tests.unit.budgets.priced import Till, till


def furnished(members: int, entries: int) -> Till:
    at = till()
    for number in range(1, members):
        at.shop.buy(card(f"{number}"), sale(f"A{number}"))
    for number in range(entries - 1):
        at.shop.earn(at.ada, 1 + number)
    return at


def chunk(shop: BookShop, parts: int = 1) -> Step:
    started = start_proof(shop.rt, shop.caller, fresh(), parts).answer.operation
    return Step("chunk", started.tenant, started.operation_id, job="proof")


def cost_of_a_chunk(members: int, entries: int = 1) -> Cost:
    at = furnished(members, entries)
    step = chunk(at.shop)
    return at.price(lambda: prove_chunk(at.shop.rt, step))


def requests(members: int, groups: int = 0) -> int:
    """Lease and count: two reads and a write each. The directories by their shards. Each member twice, each group once, each
    twenty once."""
    return 2 + 2 + 2 * DIRECTORY_SHARDS + 2 * members + groups + -(-(members + groups) // TOGETHER)


def test_a_chunk_asks_twice_for_each_member_and_once_for_every_twenty() -> None:
    for members in (1, 20, 41):
        cost = cost_of_a_chunk(members)
        assert (members, cost.requests) == (members, requests(members))


def test_it_asks_once_more_for_each_group_and_no_more_often_for_its_journal_or_its_members() -> None:
    for groups, entries in ((1, 1), (1, 37), (1, 366), (2, 1)):
        at = till()
        for number in range(groups):
            first, *others = (at.shop.member(f"h{number}-{one}") for one in range(4))
            household(at.shop, first, *others)
            for amount in range(entries):
                at.shop.earn(first, 1 + amount)
        step = chunk(at.shop)
        cost = at.price(partial(prove_chunk, at.shop.rt, step))
        assert (groups, entries, cost.requests) == (groups, entries, requests(1 + 4 * groups, groups))
        assert cost.write_units == 6


def test_it_asks_no_more_often_for_longer_journals_and_writes_nothing_of_them() -> None:
    """Until a partition has more than the megabyte of one query."""
    short, long = cost_of_a_chunk(1, 1), cost_of_a_chunk(1, 366)
    assert long.requests == short.requests == requests(1)
    assert (long.write_units, long.index_units) == (short.write_units, short.index_units)


def test_to_start_it_and_to_end_it_costs_the_same_for_any_number_of_members() -> None:
    prices = []
    for members in (1, 41):
        at = furnished(members, 1)
        started = at.price(partial(start_proof, at.shop.rt, at.shop.caller, keyed("k")))
        step = chunk(at.shop)
        prove_chunk(at.shop.rt, step)
        joined = at.price(partial(join_proof, at.shop.rt, step.tenant, step.operation_id))
        prices.append((started.requests, started.write_units, joined.requests, joined.write_units))
    assert prices[0] == prices[1] == (4, 2 * (2 + PARTS), 3, 2)
