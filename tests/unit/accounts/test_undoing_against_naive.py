"""What is converted, cancelled, let expire, taken back and sent back fares the same, point by point, as in a ledger that keeps every
earning apart."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.accounts.test_ledger_against_naive import amounts, days, flags, picks, units, untils, ways
from tests.unit.accounts.undoing_ledgers import UndoingLedgers, two_friends

Step = Callable[[UndoingLedgers], None]

useds = st.sampled_from(("left", "whole", "refuse"))
gains = st.integers(1, 8)
larger = st.integers(1, 25)

giving: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda *told: lambda both: both.give(*told), units, larger, untils, flags),
    st.builds(lambda *told: lambda both: both.promise(*told), units, amounts, untils, days),
    st.builds(lambda *told: lambda both: both.activate(*told), picks),
)
using: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda *told: lambda both: both.take(*told), units, amounts, ways, flags),
    st.builds(lambda *told: lambda both: both.give_back(*told), picks, untils, flags),
    st.builds(lambda *told: lambda both: both.hold(*told), units, amounts, days),
    st.builds(lambda *told: lambda both: both.end_hold(*told), picks, amounts, flags, flags),
    st.builds(lambda *told: lambda both: both.friend.take(*told), units, amounts, ways, flags),
    st.builds(lambda *told: lambda both: both.friend.give(*told), units, amounts, untils, flags),
    st.builds(lambda *told: lambda both: both.friend.let_expire(*told), picks),
    st.builds(lambda *told: lambda both: both.advance(*told), st.integers(0, 9)),
    st.builds(lambda *told: lambda both: both.be_active(*told), st.integers(1, 25)),
)
moving: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda *told: lambda both: both.convert(*told), units, amounts, gains, untils),
    st.builds(lambda *told: lambda both: both.send(*told), units, amounts),
)
undoing: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda *told: lambda both: both.turn_back(*told), picks, useds, untils),
    st.builds(lambda *told: lambda both: both.send_back(*told), picks, useds, untils),
    st.builds(lambda *told: lambda both: both.take_back(*told), picks, useds),
    st.builds(lambda *told: lambda both: both.cancel_all(*told), picks, useds),
    st.builds(lambda *told: lambda both: both.let_expire(*told), picks),
    st.builds(lambda *told: lambda both: both.cancel_as(*told), picks, amounts, st.sampled_from(("clip", "negative"))),
)
steps = st.one_of(giving, using, moving, undoing)


@settings(max_examples=200)
@given(st.one_of(st.lists(steps, min_size=1, max_size=20), st.lists(steps, min_size=35, max_size=50)))
def test_every_point_fares_the_same_whatever_is_undone(taken: list[Step]) -> None:
    both = two_friends()
    for step in taken:
        step(both)
        both.check()
    both.check_journal()
    assert both.friend is not None
    both.friend.check_journal()


def test_what_undoes_comes_about() -> None:
    """Each of these must be met for the walks above to be worth their name."""
    both = two_friends()
    assert both.friend is not None
    both.give("points", 10, 9, granted=False)
    both.give("points", 10, 20, granted=True)
    both.send("points", 12)
    both.friend.take("points", 5, "spent", below_zero=False)
    both.send_back(0, "left", None)
    assert [one.left for one in both.account.wallet("points").lots] == [5, 10]
    both.convert("points", 9, 3, 30)
    both.take("stamps", 1, "spent", below_zero=False)
    both.turn_back(0, "left", None)
    assert both.account.wallet("points").available == 12
    both.let_expire(0)
    both.cancel_all(1, "whole")
    wallet = both.account.wallet("points")
    assert (wallet.expired > 0, wallet.cancelled > 0, wallet.converted, wallet.refunded) == (True, True, 9, 13)
    both.check()


def test_for_what_the_friend_used_others_of_theirs_come_back_and_none_for_what_they_let_expire() -> None:
    both = two_friends()
    assert both.friend is not None
    both.give("points", 6, 9, granted=False)
    both.give("points", 6, 20, granted=False)
    both.send("points", 12)
    both.friend.let_expire(1)
    both.friend.take("points", 4, "spent", below_zero=False)
    both.friend.give("points", 10, None, granted=False)
    both.send_back(0, "whole", None)
    assert [one.left for one in both.account.wallet("points").lots] == [2, 4]
    assert both.friend.account.wallet("points").available == 6
    both.check()


def test_what_is_left_in_pieces_is_let_expire_whole() -> None:
    both = two_friends()
    both.give("points", 10, 9, granted=False)
    both.take("points", 3, "spent", below_zero=False)
    both.take("points", 4, "spent", below_zero=False)
    both.give_back(0, None, original=True)
    both.let_expire(0)
    assert (both.account.wallet("points").expired, both.account.wallet("points").available) == (6, 0)
    both.check()
