"""Interval lots say the same as a ledger that keeps every single point apart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.unit.accounts.both import Both
from tests.unit.accounts.walks import Step, amounts, picks, steps, units, untils


@settings(max_examples=250)
@given(st.lists(steps, min_size=1, max_size=40))
def test_every_point_fares_the_same_in_both_ledgers(taken: list[Step]) -> None:
    both = Both()
    for step in taken:
        step(both)
        both.check()
    both.check_journal()


class Ledger(RuleBasedStateMachine):
    """The same walk, steered: Hypothesis picks each step knowing what the account holds, and shrinks what fails."""

    def __init__(self) -> None:
        super().__init__()
        self.both = Both()

    @rule(unit=units, amount=amounts, until=untils)
    def earn(self, unit: str, amount: int, until: int | None) -> None:
        self.both.earn(unit, amount, until)

    @precondition(lambda self: self.both.naive.spendable("points"))
    @rule(part=st.integers(1, 100))
    def spend_a_part(self, part: int) -> None:
        there = len(self.both.naive.spendable("points"))
        self.both.spend("points", max(1, there * part // 100))

    @rule(unit=units, amount=amounts)
    def spend_perhaps_too_much(self, unit: str, amount: int) -> None:
        self.both.spend(unit, amount)

    @precondition(lambda self: self.both.naive.earnings)
    @rule(which=picks, due=amounts)
    def cancel(self, which: int, due: int) -> None:
        self.both.cancel(which, due)

    @precondition(lambda self: self.both.spends)
    @rule(which=picks, keep=st.integers(0, 2), until=untils)
    def refund(self, which: int, keep: int, until: int | None) -> None:
        self.both.refund(which, keep, until)

    @rule(days=st.integers(0, 12))
    def days_pass(self, days: int) -> None:
        self.both.advance(days)

    @invariant()
    def both_say_the_same(self) -> None:
        self.both.check()

    def teardown(self) -> None:
        self.both.check_journal()


def test_a_walk_through_any_steps_keeps_both_ledgers_the_same() -> None:
    run_state_machine_as_test(Ledger, settings=settings(max_examples=60, stateful_step_count=40))


def test_a_walk_reaches_holes_several_lots_and_fresh_refunds() -> None:
    """The steps above are worth their name only if such accounts come about."""
    both = Both()
    both.earn("points", 10, 20)
    both.earn("points", 10, 20)
    both.earn("points", 5, 35)
    both.cancel(0, 4)
    (first, second) = both.account.wallet("points").lots
    assert (first.into, first.out, first.holes, second.into) == (20, 0, ((6, 10),), 5)
    both.spend("points", 18)
    assert [lot.left for lot in both.account.wallet("points").lots] == [0, 3]
    both.advance(21)
    both.refund(0, 0, 50)
    wallet = both.account.wallet("points")
    assert [(lot.expires_on, lot.left) for lot in wallet.lots] == [(35, 5), (50, 16)]
    both.check()
