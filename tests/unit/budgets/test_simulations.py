"""What a simulation costs: one query of each member's or group's journal, and one read of a hundred orders and profiles for
some twenty of them together."""

from __future__ import annotations

from functools import partial

from chalicelib.areas.members.store import DIRECTORY_SHARDS
from chalicelib.flows.job_messages import Step
from chalicelib.flows.join_simulation import join_simulation
from chalicelib.flows.replay_chunk import KEYS_A_READ, replay_chunk
from chalicelib.flows.route_simulation import route_simulation
from chalicelib.flows.start_simulation import PARTS, SimulationAsked, start_simulation
from chalicelib.flows.verify_tenant import TOGETHER
from chalicelib.table.meter import Cost
from tests.twins import fresh
from tests.twins.bookshop import BookShop, card, keyed, member, sale
from tests.twins.grouped import household
from tests.unit.budgets.priced import Till, till
from tests.unit.replayed.trying import asked

WHOLE_YEAR = asked(first="2025-06-16")


def furnished(members: int, orders: int = 1) -> Till:
    """Ada has bought before; so have the others, as often as is said."""
    at = till()
    for number in range(1, members):
        for order in range(orders):
            at.shop.buy(card(f"{number}"), sale(f"A{number}-{order}"))
    return at


def cut_up(shop: BookShop, what: SimulationAsked = WHOLE_YEAR, parts: int = 1) -> Step:
    begun = start_simulation(shop.rt, shop.caller, fresh(), what, 1, parts).answer.operation
    route_simulation(shop.rt, begun.tenant, begun.operation_id)
    return Step("chunk", begun.tenant, begun.operation_id, job="simulation")


def cost_of_a_chunk(at: Till, what: SimulationAsked = WHOLE_YEAR) -> Cost:
    return at.price(partial(replay_chunk, at.shop.rt, cut_up(at.shop, what)))


def requests(members: int, reads: int) -> int:
    """Lease and count: two reads and a write each. The directories by their shards. A journal of each."""
    return 2 + 2 + 2 * DIRECTORY_SHARDS + members + reads


def test_a_chunk_asks_once_for_each_member_and_once_for_every_twenty() -> None:
    for members in (1, 20, 41):
        cost = cost_of_a_chunk(furnished(members))
        assert (members, cost.requests) == (members, requests(members, -(-members // TOGETHER)))
        assert cost.write_units == 6


def test_who_bought_nothing_in_the_period_costs_a_journal() -> None:
    cost = cost_of_a_chunk(furnished(41), asked(first="2026-01-01", last="2026-01-31"))
    assert cost.requests == requests(41, 0)


def test_a_hundred_orders_and_profiles_are_read_at_once() -> None:
    """With Ada's order and profile there is room for another profile and ninety-seven orders."""
    for orders, reads in ((10, 1), (KEYS_A_READ - 3, 1), (KEYS_A_READ - 2, 2)):
        cost = cost_of_a_chunk(furnished(2, orders))
        assert (orders, cost.requests) == (orders, requests(2, reads))


def test_a_group_costs_its_journal_and_no_more_for_its_members() -> None:
    at = till()
    names = [at.shop.member(f"h{number}") for number in range(4)]
    household(at.shop, *names)
    for number, name in enumerate(names):
        at.shop.buy(member(name), sale(f"G{number}"))
    assert cost_of_a_chunk(at).requests == requests(1 + 4 + 1, 1)


def test_to_start_it_to_cut_it_up_and_to_end_it_costs_the_same_for_any_number_of_members() -> None:
    prices = []
    for members in (1, 41):
        at = furnished(members)
        rt, caller = at.shop.rt, at.shop.caller
        started = at.price(partial(start_simulation, rt, caller, keyed("k"), WHOLE_YEAR))
        begun = start_simulation(rt, caller, keyed("k"), WHOLE_YEAR).answer.operation
        routed = at.price(partial(route_simulation, rt, begun.tenant, begun.operation_id))
        step = cut_up(at.shop)
        replay_chunk(rt, step)
        joined = at.price(partial(join_simulation, rt, step.tenant, step.operation_id))
        prices.append([(cost.requests, cost.write_units) for cost in (started, routed, joined)])
    assert prices[0] == prices[1] == [(4, 2 * 2), (5, 2 * (1 + PARTS)), (4, 2)]
