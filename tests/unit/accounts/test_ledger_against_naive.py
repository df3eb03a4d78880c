"""Everything that can happen to points, in the account and in a ledger that keeps every single point apart."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.accounts.both import DAY
from tests.unit.accounts.ledgers import KINDS, Ledgers, both_at_the_start

Step = Callable[[Ledgers], None]

units = st.sampled_from(KINDS)
amounts = st.integers(1, 10)
untils = st.one_of(st.none(), st.integers(0, 30))
days = st.one_of(st.none(), st.integers(0, 12))
picks = st.integers(0, 20)
flags = st.booleans()
ways = st.sampled_from(("spent", "spent", "deducted", "sent"))
beyonds = st.sampled_from(("clip", "negative", "pending_only"))
parts = st.lists(st.tuples(amounts, untils), min_size=1, max_size=3)

steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda *told: lambda both: both.give(*told), units, amounts, untils, flags),
    st.builds(lambda *told: lambda both: both.give(*told), units, amounts, untils, flags),
    st.builds(lambda *told: lambda both: both.give_capped(*told), units, amounts, st.integers(0, 30)),
    st.builds(lambda *told: lambda both: both.promise(*told), units, amounts, untils, days),
    st.builds(lambda *told: lambda both: both.activate(*told), picks),
    st.builds(lambda *told: lambda both: both.receive(*told), units, parts),
    st.builds(lambda *told: lambda both: both.take(*told), units, amounts, ways, flags),
    st.builds(lambda *told: lambda both: both.take(*told), units, st.integers(8, 25), ways, flags),
    st.builds(lambda *told: lambda both: both.give_back(*told), picks, untils, flags),
    st.builds(lambda *told: lambda both: both.hold(*told), units, amounts, days),
    st.builds(lambda *told: lambda both: both.end_hold(*told), picks, amounts, flags, flags),
    st.builds(lambda *told: lambda both: both.cancel_as(*told), picks, amounts, beyonds),
    st.builds(lambda *told: lambda both: both.be_active(*told), st.integers(1, 25)),
    st.builds(lambda *told: lambda both: both.advance(*told), st.integers(0, 12)),
)


short = st.lists(steps, min_size=1, max_size=20)
long = st.lists(steps, min_size=35, max_size=50)  # drawn at any length, most would be too short for things to meet


@settings(max_examples=200)
@given(st.one_of(short, long))
def test_every_point_fares_the_same_whatever_happens(taken: list[Step]) -> None:
    both = both_at_the_start()
    for step in taken:
        step(both)
        both.check()
    both.check_journal()


def test_a_debt_is_paid_by_whatever_comes_and_by_nothing_that_has_passed() -> None:
    """Such accounts must come about for the walks above to be worth their name."""
    both = both_at_the_start()
    both.give("points", 6, 3, granted=False)
    both.hold("points", 4, 8)
    both.take("points", 12, "spent", below_zero=True)
    assert both.account.wallet("points").owed == 10
    both.promise("points", 5, 4, 6)
    both.advance(9)
    wallet = both.account.wallet("points")
    assert (wallet.owed, wallet.expired, wallet.held, wallet.pending) == (10, 9, 0, 0)
    both.receive("points", [(4, None), (3, 20)])
    assert both.account.wallet("points").owed == 3
    both.check()


def test_what_slides_is_one_lot_for_what_is_there_and_what_comes() -> None:
    both = both_at_the_start()
    both.give("miles", 3, 5, granted=False)
    both.promise("miles", 4, 5, 7)
    both.be_active(10)
    both.advance(8)
    assert [(lot.expires_at, lot.left) for lot in both.account.wallet("miles").lots] == [(11 * DAY, 7)]
    both.check()
