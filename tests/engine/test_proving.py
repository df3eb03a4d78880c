"""Sixteen tills at one member's PIN and code: no more wrong tries than there are, and a code proves one redemption."""

from __future__ import annotations

import pytest

from chalicelib.errors import Refused
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven, refusals
from tests.twins import proving
from tests.twins.bookshop import BookShop

pytestmark = pytest.mark.engine


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


@pytest.fixture
def ada(shop: BookShop) -> str:
    member_id = shop.member("1")
    shop.earn(member_id, 100)
    proving.pin(shop, member_id)
    return member_id


def test_a_code_proves_one_redemption(shop: BookShop, ada: str) -> None:
    proving.ask(shop, points="code")
    code = proving.code(shop, ada).answer.code
    results = at_once(lambda _: proving.spend(shop, ada, code))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "proof_expired")] * (TILLS - 1)
    proven(shop, ada, 2)


def test_five_wrong_tries_are_all_that_sixteen_guesses_get(shop: BookShop, ada: str) -> None:
    proving.ask(shop, points="pin")
    told = [code for _, code in refusals(at_once(lambda number: proving.spend(shop, ada, f"{number:04}")))]
    assert sorted(told) == ["proof_locked"] * (TILLS - 5) + ["wrong_proof"] * 5
    assert proving.refused(shop, ada, proving.PIN) == "proof_locked"
