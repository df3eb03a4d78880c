"""An order of nobody, given away from sixteen tills at once on Amazon's own engine: one member has it, and nobody else."""

from __future__ import annotations

from chalicelib.errors import Conflict
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven, refusals
from tests.twins import kept
from tests.twins.bookshop import sale


def test_an_order_assigned_to_two_members_from_sixteen_tills_is_one_members(engine_table: DynamoTable) -> None:
    shop = kept.keeping(a_shop(engine_table))
    both = shop.member("1"), shop.member("2")
    order_id = kept.kept(shop, sale("K1"))
    results = at_once(lambda till: kept.assign(shop, order_id, both[till % 2]))
    theirs = {one.answer.member_id for one in done(results)}
    assert len(theirs) == 1
    assert sum(not one.replayed for one in done(results)) == 1
    assert refusals(results) == [(Conflict, "order_assigned")] * (TILLS // 2)
    [winner] = theirs
    assert sorted(shop.balance(one) for one in both) == [0, 100]
    proven(shop, str(winner), 1)
