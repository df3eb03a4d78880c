"""Stamps of goods that came back are nobody's, in whatever order the goods come: also where a card had redeemed itself with them."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.flows.list_awards import list_awards
from tests.twins import perked
from tests.twins.bookshop import POINTS, BookShop, goods_back, line, member, open_shop, rule, sale
from tests.twins.grouped import household
from tests.unit.flows.test_gifts_back import sound

CUP = 1_00
EACH = {"kind": "stamps", "perk": "card", "per": "piece"}


def cafe(stamps: int) -> tuple[BookShop, str]:
    """A stamp for each cup; a card of so many gives one by itself."""
    shop = open_shop(rules=(), program={"units": [POINTS, {"code": "stamps", "name": "Stamps"}]})
    perked.offer(shop, "cup", perked.TREAT)
    card = {"kind": "stamp_card", "unit": "stamps", "stamps": stamps, "gives": "cup"}
    perked.offer(shop, "card", card, method="auto")
    shop.define(rule("each", effects=[EACH]))
    return shop, shop.member("ada")


def bought(shop: BookShop, who: str, number: str, cups: int) -> str:
    return shop.buy(member(who), sale(number, line(1, CUP * cups, quantity=str(cups)))).answer.order_id


def returned(shop: BookShop, order_id: str, number: str, cups: int) -> tuple[int, int]:
    """How many stamps were taken, and how many were not there."""
    answer = shop.bring_back(order_id, goods_back(number, CUP * cups, quantity=str(cups))).answer
    return sum(one.amount for one in answer.cancelled), sum(one.short for one in answer.cancelled)


def left(shop: BookShop, who: str) -> tuple[int, list[str]]:
    """Stamps, and cups to be had."""
    awards = list_awards(shop.rt, shop.caller, who)
    return perked.stamps(shop, who), [one.award_id for one in awards if (one.perk_id, one.state) == ("cup", "active")]


def test_what_filled_the_card_of_another_order_is_due_of_what_that_gives_back() -> None:
    shop, ada = cafe(9)
    eight, one = (bought(shop, ada, number, cups) for number, cups in (("A-1", 8), ("A-2", 1)))
    assert left(shop, ada) == (0, ["cup.1"])
    assert returned(shop, eight, "R-1", 8) == (0, 8)
    assert left(shop, ada) == (0, ["cup.1"])
    assert returned(shop, one, "R-2", 1) == (1, 0)
    assert left(shop, ada) == (0, [])
    sound(shop, ada)


def test_who_gives_the_cup_back_by_hand_has_the_stamps_of_what_they_kept() -> None:
    shop, ada = cafe(9)
    eight = bought(shop, ada, "A-1", 8)
    redeemed = shop.buy(member(ada), sale("A-2", CUP)).answer.entry_id
    returned(shop, eight, "R-1", 5)
    perked.refund(shop, ada, "card.1", redeemed)
    assert left(shop, ada) == (4, [])
    sound(shop, ada)


def test_a_card_with_the_stamps_of_a_group_is_no_other() -> None:
    shop, ada = cafe(9)
    group_id = household(shop, ada)
    eight, one = (bought(shop, ada, number, cups) for number, cups in (("A-1", 8), ("A-2", 1)))
    assert [returned(shop, eight, "R-1", 8), returned(shop, one, "R-2", 1)] == [(0, 8), (1, 0)]
    assert (perked.stamps(shop, group_id), left(shop, ada)) == (0, (0, []))


@given(
    st.integers(2, 9),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_once_all_cups_are_back_nothing_is_left_of_them(stamps: int, orders: list[int], dice: Random) -> None:
    shop, ada = cafe(stamps)
    there = {bought(shop, ada, f"A-{number}", cups): cups for number, cups in enumerate(orders)}
    number = 0
    while there:
        order, number = dice.choice(sorted(there)), number + 1
        back = dice.choice((there[order], dice.randint(1, there[order])))
        returned(shop, order, f"R-{number}", back)
        there[order] -= back
        there = {one: cups for one, cups in there.items() if cups}
        assert left(shop, ada)[0] <= sum(there.values())
    assert left(shop, ada) == (0, [])
    sound(shop, ada)
