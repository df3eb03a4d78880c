"""What a run of a rule on schedule costs: one query of each member, one transaction of whom it gives something."""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib.areas.members.store import DIRECTORY_SHARDS
from chalicelib.areas.segments.store import LIST_SHARDS
from chalicelib.flows.enqueue_due import enqueue_due
from chalicelib.flows.job_messages import Step
from chalicelib.flows.join_run import join_run
from chalicelib.flows.run_chunk import run_chunk
from chalicelib.flows.start_run import PARTS, start_due_runs
from chalicelib.table.meter import Cost
from tests.twins import segmented
from tests.twins.grouped import household
from tests.twins.scheduled import AWAY, ONCE_IN_HALF_A_YEAR, operations, scheduled, started
from tests.unit.budgets.priced import Till, till

MONDAY = "2026-06-22T10:10:00Z"


def furnished(members: int, **fields: Any) -> Till:
    """With Ada, who has bought before."""
    at = till()
    for number in range(1, members):
        at.shop.member(f"m{number}")
    at.shop.define(scheduled(**fields))
    return at


def chunks(at: Till) -> list[Cost]:
    started(at.shop, MONDAY)
    [run] = operations(at.shop)
    steps = (Step("chunk", "shop", run.operation.operation_id, part.number, 0, "run") for part in run.parts)
    return [at.price(partial(run_chunk, at.shop.rt, step)) for step in steps]


def in_all(costs: list[Cost], parts: int = PARTS) -> tuple[int, float]:
    """Beside what each chunk costs: lease and count, two reads and a write each, the operation with the last chunk of a part."""
    return sum(cost.requests for cost in costs) - 4 * parts, sum(cost.write_units for cost in costs) - 6 * parts


def test_whom_it_gives_something_costs_a_query_and_a_transaction() -> None:
    for members in (1, 12):
        requests, units = in_all(chunks(furnished(members)))
        assert (requests, units) == (DIRECTORY_SHARDS + 2 * members, 6 * members)


def test_whom_it_gives_nothing_costs_a_query_and_nothing_is_written() -> None:
    assert in_all(chunks(furnished(12, when=AWAY))) == (DIRECTORY_SHARDS + 12, 0)


def test_a_limit_for_each_member_costs_nothing_more_and_one_for_all_a_slice() -> None:
    assert in_all(chunks(furnished(12, limits=ONCE_IN_HALF_A_YEAR))) == (DIRECTORY_SHARDS + 24, 6 * 12)
    assert in_all(chunks(furnished(12, limits={"in_all": 1_000_000}))) == (DIRECTORY_SHARDS + 24, 8 * 12)


def test_members_who_are_named_and_those_of_a_segment_are_read_without_all_others() -> None:
    at = furnished(12)
    at.shop.define(scheduled(audience={"members": [at.shop.member_with("m1"), at.shop.member_with("m2")]}))
    assert in_all(chunks(at), 1) == (2 * 2, 6 * 2)
    at = furnished(12)
    segmented.define(at.shop, "vip")
    segmented.add(at.shop, at.shop.member_with("m1"))
    at.shop.define(scheduled(audience={"segments": ["vip"]}))
    assert in_all(chunks(at)) == (LIST_SHARDS + 2, 6)


def test_a_member_of_a_group_costs_a_read_more() -> None:
    at = furnished(3)
    household(at.shop, at.shop.member_with("m1"), at.shop.member_with("m2"))
    assert in_all(chunks(at)) == (DIRECTORY_SHARDS + 2 * 3 + 2, 6 * 3)


def test_to_start_and_to_end_a_run_costs_the_same_for_any_number_of_members() -> None:
    prices = []
    for members in (1, 12):
        at = furnished(members)
        at.shop.clock.move_to(MONDAY)
        begun = at.price(partial(start_due_runs, at.shop.rt, at.shop.caller, at.shop.clock.now()))
        [run] = operations(at.shop)
        for part in run.parts:
            run_chunk(at.shop.rt, Step("chunk", "shop", run.operation.operation_id, part.number, 0, "run"))
        joined = at.price(partial(join_run, at.shop.rt, "shop", run.operation.operation_id))
        prices.append([(cost.requests, cost.write_units) for cost in (begun, joined)])
    assert prices[0] == prices[1] == [(8, 2 * (1 + PARTS) + 2), (3, 2)]


def test_an_hour_in_which_nothing_runs_costs_a_query_of_each_tenant() -> None:
    at = furnished(1)
    until = at.shop.clock.now()
    cost = at.price(partial(start_due_runs, at.shop.rt, at.shop.caller, until))
    assert (cost.requests, cost.write_units) == (1, 0)
    cost = at.price(partial(enqueue_due, at.shop.rt, None, "hour", until))
    assert (cost.requests, cost.write_units) == (1, 0)
