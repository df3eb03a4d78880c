"""Members of one group in a file: their purchases are of one account, and come out as if they had been sent one after the
other, in however many parts the file is imported."""

from __future__ import annotations

import io
from functools import partial
from random import Random
from typing import Any, BinaryIO, cast, get_args

import pytest

from chalicelib.areas.jobs.model import Operation
from chalicelib.areas.members import store as members
from chalicelib.areas.orders.file import SaleRow, read_documents
from chalicelib.areas.orders.operations import find_order
from chalicelib.aws.memory_queues import failed_of, sqs_event
from chalicelib.events.imports import imports
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key
from tests.twins.bookshop import FIRST, POINTS, card, rule, sale
from tests.twins.faulty import FaultyTable
from tests.twins.grouped import household, leave
from tests.twins.killing import When
from tests.unit.imports.drops import Importing, brought_back, importing, sold
from tests.unit.imports.tricky import dealt_badly
from tests.unit.orders_file.csv_file import NOW, file_of

FAMILY = ("ada", "bob", "eve")
LIMITS = {"per_transaction": 90, "per_period": {"every": "month", "amount": 700}}
CAPPED = {**POINTS, "policies": [{"caps": LIMITS}]}
RULES = (rule(), rule("welcome", when=FIRST))


class AskedTable(MemoryTable):
    """Remembers how many keys were asked for together."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def batch_get(self, keys: Any) -> dict[Key, Attrs]:
        self.asked.append(len(keys))
        return super().batch_get(keys)


def at_home(table: MemoryTable | None = None) -> tuple[Importing, str]:
    """A family, which has bought nothing yet. What it earns in a month is capped, and its first purchase counts twice."""
    shop = importing(table, rules=RULES, program={"units": [CAPPED]})
    first, *others = (shop.shop.member(name) for name in FAMILY)
    home = household(shop.shop, first, *others)
    shop.kills.writes = 0
    return shop, home


def purchases(dice: Random, how_many: int = 30) -> list[str]:
    """Of the family most of all, of strangers some."""
    buyers = [*FAMILY, *FAMILY, "zoe", "joe"]
    return [sold(f"S-{number}", dice.choice(buyers), f"{dice.randrange(1, 120)}.00") for number in range(how_many)]


def one_after_the_other(shop: Importing, lines: list[str]) -> None:
    for document in read_documents(cast(BinaryIO, io.BytesIO(file_of(lines))), now=NOW):
        assert isinstance(document, SaleRow)
        assert document.identity is not None
        shop.shop.buy(card(document.identity.value), document.sale)


def come_to(shop: Importing, home: str, lines: list[str]) -> dict[str, Any]:
    """What the family has, and of each purchase its place in its journal and what it gave."""
    bookshop = shop.shop
    account = bookshop.account(home).model_dump(exclude={"member_id", "group_id", "as_of"})
    assert bookshop.proof(home).matches
    orders = [find_order(bookshop.rt, bookshop.caller, f"S-{number}") for number in range(len(lines))]
    gave = [(one.sale.number, one.sequence, one.credits) for one in orders if one.group_id == home]
    return {"account": account, "orders": gave}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("parts", [1, 4, 16])
def test_a_familys_purchases_come_out_as_if_sent_one_after_the_other(parts: int, seed: int) -> None:
    lines = purchases(Random(seed))
    (plain, plain_home), (cut, cut_home) = at_home(), at_home()
    one_after_the_other(plain, lines)
    operation = cut.drop(*lines, parts=parts, chunk_rows=2)
    cut.work(dealt_badly(Random(seed)), size=3)
    assert cut.operation(operation.operation_id).state == "done"
    expected = come_to(plain, plain_home, lines)
    assert come_to(cut, cut_home, lines) == expected
    [first, *_] = expected["orders"]
    assert len({credit.rule for credit in first[2]}) == 2  # the welcome as well
    assert sum(credit.amount for *_, given in expected["orders"] for credit in given) == 700


def test_a_family_is_of_one_part_and_whoever_has_left_it_is_of_their_own() -> None:
    shop, home = at_home()
    lines = [sold(f"S-{number}", FAMILY[number % 3]) for number in range(9)]
    assert shop.imported(*lines, parts=16).parts == 1
    leave(shop.shop, home, shop.shop.member_with("eve"))
    again = [sold(f"T-{number}", FAMILY[number % 3]) for number in range(9)]
    assert shop.imported(*again, key="imports/shop/orders/july.csv", parts=16).parts == 2


def test_a_return_of_what_was_bought_for_the_family_goes_with_its_purchases() -> None:
    """Eve has left since; what she bought for it is its own."""
    shop, home = at_home()
    shop.shop.buy(card("eve"), sale("OLD"))
    leave(shop.shop, home, shop.shop.member_with("eve"))
    lines = [brought_back("R-1", "OLD", sku="book-1"), *(sold(f"S-{number}", "ada") for number in range(3))]
    operation = shop.imported(*lines, parts=16)
    assert (operation.parts, operation.counts["returns"], operation.counts["sales"]) == (1, 1, 3)
    assert shop.shop.proof(home).matches


def test_purchases_of_two_parts_that_meet_at_a_familys_account_are_all_there_once() -> None:
    """It became one when the file had been routed. Before each write of a chunk the next one of another part is done."""
    table = FaultyTable(MemoryTable())
    shop = importing(table, rules=(rule(),))
    ids = [shop.shop.member(name) for name in FAMILY]
    lines = [sold(f"S-{number}", FAMILY[number % 3]) for number in range(18)]
    operation = shop.drop(*lines, parts=16, chunk_rows=3)
    routed(shop)
    home = household(shop.shop, *ids)
    consume, within = partial(imports, shop.rt), [0]

    def another_first(_: int) -> None:
        waiting = shop.queues.waiting["imports"]
        if waiting and not within[0]:
            within[0] += 1
            one = waiting.pop(0)
            if failed_of(consume, sqs_event("imports", [one])):
                waiting.append(one)
            within[0] -= 1

    table.start()
    table.meanwhile = another_first
    shop.queues.deliver("imports", consume, size=1)
    table.meanwhile = None
    ended = shop.operation(operation.operation_id)
    assert (ended.state, ended.parts > 1, ended.counts["sales"]) == ("done", True, 18)
    assert {one.split()[-1] for one in shop.told(ended)} == {"recorded"}
    orders = come_to(shop, home, lines)["orders"]
    assert sorted(sequence for _, sequence, _ in orders) == list(range(1, 19))
    assert shop.shop.balance(home) == 18 * 10


@pytest.mark.parametrize("when", get_args(When))
def test_killed_at_any_write_a_familys_file_is_told_as_recorded(when: When) -> None:
    """Its entries are in the group's journal, and looked for there."""
    lines = [sold(f"S-{number}", FAMILY[number % 3]) for number in range(4)] + [brought_back("R-1", "S-1")]

    def ended(shop: Importing, home: str) -> tuple[list[str], Any]:
        operation: Operation = shop.imported(*lines, parts=2, chunk_rows=5)
        return shop.told(operation), come_to(shop, home, lines[:4])

    plain, plain_home = at_home()
    expected = ended(plain, plain_home)
    assert {one.split()[-1] for one in expected[0]} == {"recorded"}
    for number in range(plain.kills.writes):
        shop, home = at_home()
        shop.kills.at, shop.kills.when = number, when
        assert ended(shop, home) == expected, f"write {number}"


def routed(shop: Importing) -> None:
    """The one message that waits is worked off."""
    [route], shop.queues.waiting["imports"] = shop.queues.waiting["imports"], []
    assert failed_of(shop.consume, sqs_event("imports", [route])) == set()


def test_to_know_the_groups_costs_one_read_a_hundred_lines_and_none_for_strangers() -> None:
    asked = {}
    for known in (False, True):
        table = AskedTable()
        shop, _ = at_home(table)
        if known:
            for number in range(250):
                shop.shop.member(f"c{number}")
        shop.drop(*(sold(f"S-{number}", f"c{number}") for number in range(250)))
        table.asked.clear()
        routed(shop)
        asked[known] = table.asked
    assert asked == {False: [100, 100, 50], True: [100, 100, 100, 100, 50, 50]}


def test_a_profile_that_cannot_be_read_keeps_no_file_from_being_routed() -> None:
    shop, home = at_home()
    table, key = shop.rt.table, members.profile_key("shop", shop.shop.member_with("bob"))
    sound = table.get(key)
    assert sound is not None
    table.batch_put([{**sound, "private": {"B": b"?"}}])
    operation = shop.drop(*(sold(f"S-{number}", "ada") for number in range(3)), sold("B-1", "bob"))
    routed(shop)
    table.batch_put([sound])
    shop.work()
    assert shop.operation(operation.operation_id).counts["sales"] == 4
    assert shop.shop.proof(home).matches
