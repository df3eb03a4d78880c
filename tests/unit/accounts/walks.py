"""Steps that any account may take, for walks that Hypothesis draws."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from tests.unit.accounts.both import UNITS, Both

units = st.sampled_from(UNITS)
amounts = st.integers(1, 12)
untils = st.one_of(st.none(), st.integers(0, 40))  # few days, so that earnings share lots and days pass
picks = st.integers(0, 30)

Step = Callable[[Both], None]

steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda unit, amount, until: lambda both: both.earn(unit, amount, until), units, amounts, untils),
    st.builds(lambda unit, amount, until: lambda both: both.earn(unit, amount, until), units, amounts, untils),
    st.builds(lambda unit, amount: lambda both: both.spend(unit, amount), units, amounts),
    st.builds(lambda which, due: lambda both: both.cancel(which, due), picks, amounts),
    st.builds(lambda which, keep, until: lambda both: both.refund(which, keep, until), picks, st.just(0), untils),
    st.builds(lambda which, keep, until: lambda both: both.refund(which, keep, until), picks, st.just(1), untils),
    st.builds(lambda days: lambda both: both.advance(days), st.integers(0, 15)),
)
