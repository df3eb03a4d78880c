"""Whatever three members send each other, spend, let pass and undo: no point is made, none is lost, and what comes back is
what went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.accounts.model import Account, Conduct, Story, advance, earn, fold, receive, send, spend
from chalicelib.areas.accounts.model.decisions.transfers import give_up_received, take_sent_back
from chalicelib.areas.accounts.model.facts import PointsReceived, PointsSent
from chalicelib.areas.accounts.model.laws import broken_laws
from chalicelib.areas.accounts.model.packed import packed, unpacked
from chalicelib.errors import Refused
from tests.unit.accounts.both import DAY, credit

UNIT = "points"
CONDUCTS = [
    Conduct(oldest_first=oldest_first, used=used, fresh_refunds=fresh)
    for oldest_first in (False, True)
    for used in ("left", "whole", "refuse")
    for fresh in (False, True)
]


@dataclass
class Three:
    """Members by number; `sent` is what can be undone: sender, receiver and both facts."""

    conduct: Conduct
    stories: list[Story] = field(
        default_factory=lambda: [Story(Account(f"mem_0000000000{who}", 1)) for who in range(1, 4)]
    )
    sent: list[tuple[int, int, PointsSent, PointsReceived]] = field(default_factory=list)
    day: int = 0
    numbers: count[int] = field(default_factory=lambda: count(1))

    def earn(self, who: int, amount: int, until: int | None) -> None:
        self.stories[who] = earn(self.stories[who], credit(UNIT, amount, until), self.conduct)

    def spend(self, who: int, amount: int) -> None:
        self.stories[who] = spend(self.stories[who], UNIT, amount, self.conduct)

    def send(self, who: int, to: int, amount: int) -> None:
        if who == to:
            return
        place = (next(self.numbers), 1)
        sender, parts = send(self.stories[who], UNIT, amount, f"mem_0000000000{to + 1}", place, self.conduct)
        receiver = receive(self.stories[to], parts, f"mem_0000000000{who + 1}", place, self.conduct)
        self.stories[who], self.stories[to] = sender, receiver
        [given] = [fact for fact in sender.facts if isinstance(fact, PointsSent) and fact.entry == place]
        [taken] = [fact for fact in receiver.facts if isinstance(fact, PointsReceived) and fact.entry == place]
        assert sum(end - start for _, start, end, *_ in taken.pieces) == given.amount == taken.amount
        self.sent.append((who, to, given, taken))

    def undo(self, which: int) -> None:
        """One that is not undone yet."""
        if not self.sent:
            return
        who, to, given, taken = self.sent[which % len(self.sent)]
        before = self.stories[to].account.wallet(UNIT)
        receiver, gone = give_up_received(self.stories[to], taken, self.conduct, given.entry)
        fresh = credit(UNIT, gone.amount, self.day + 5)
        back = take_sent_back(self.stories[who], given, taken, gone, fresh, self.conduct, taken.entry)
        self.stories[to], self.stories[who] = receiver, back
        del self.sent[which % len(self.sent)]
        after = receiver.account.wallet(UNIT)
        assert before.available - after.available == gone.amount <= given.amount
        assert self.conduct.used == "left" or gone.amount == given.amount

    def pass_by(self, days: int) -> None:
        self.day += days
        self.stories = [advance(story, self.day * DAY) for story in self.stories]

    def judge(self) -> None:
        wallets = [story.account.wallet(UNIT) for story in self.stories]
        for story in self.stories:
            account = story.account
            assert broken_laws(account) == ()
            assert fold(Account(account.owner, 1), story.facts) == account
            assert unpacked(packed(account), account.owner, 1, account.advanced_to) == account
        assert sum(one.sent for one in wallets) == sum(one.received for one in wallets)
        assert sum(one.deducted for one in wallets) == sum(one.refunded for one in wallets)
        assert sum(one.earned - one.spent - one.expired for one in wallets) == sum(one.available for one in wallets)


members = st.integers(0, 2)
amounts = st.integers(1, 12)
untils = st.one_of(st.none(), st.integers(0, 30))
Step = Callable[[Three], None]
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda who, amount, until: lambda three: three.earn(who, amount, until), members, amounts, untils),
    st.builds(lambda who, amount, until: lambda three: three.earn(who, amount, until), members, amounts, untils),
    st.builds(lambda who, amount: lambda three: three.spend(who, amount), members, amounts),
    st.builds(lambda who, to, amount: lambda three: three.send(who, to, amount), members, members, amounts),
    st.builds(lambda who, to, amount: lambda three: three.send(who, to, amount), members, members, amounts),
    st.builds(lambda which: lambda three: three.undo(which), st.integers(0, 9)),
    st.builds(lambda days: lambda three: three.pass_by(days), st.integers(0, 9)),
)


@settings(max_examples=250)
@given(st.sampled_from(CONDUCTS), st.lists(steps, max_size=25))
def test_no_point_is_made_or_lost(conduct: Conduct, walk: list[Step]) -> None:
    three = Three(conduct)
    for step in walk:
        try:
            step(three)
        except Refused as refusal:
            if refusal.code not in ("insufficient_balance", "nothing_left", "earning_partly_used"):
                raise
    three.judge()


@settings(max_examples=150)
@given(st.sampled_from(CONDUCTS), st.lists(st.tuples(amounts, untils), min_size=1, max_size=8), st.data())
def test_sent_and_undone_at_once_is_as_if_nothing_had_been(
    conduct: Conduct, earned: list[tuple[int, int | None]], data: st.DataObject
) -> None:
    three = Three(conduct)
    for amount, until in earned:
        three.earn(0, amount, until)
        three.earn(1, amount, until)
    there = sum(amount for amount, _ in earned)
    spent = data.draw(st.integers(0, there - 1))
    if spent:
        three.spend(0, spent)
    before = [story.account.wallet(UNIT) for story in three.stories]
    three.send(0, 1, data.draw(st.integers(1, there - spent)))
    three.undo(0)
    after = [story.account.wallet(UNIT) for story in three.stories]
    assert after[0].lots == before[0].lots
    assert [one.available for one in after] == [one.available for one in before]
    three.judge()


@pytest.mark.parametrize("conduct", CONDUCTS[:1])
def test_what_the_receiver_has_used_is_missing_at_the_sender_where_it_was_used(conduct: Conduct) -> None:
    """Three until day 5 and three until day 9 are sent; four are used: two of day 9 come back."""
    three = Three(conduct)
    three.earn(0, 3, 5)
    three.earn(0, 3, 9)
    three.send(0, 1, 6)
    three.spend(1, 4)
    three.undo(0)
    assert [(lot.expires_on, lot.left) for lot in three.stories[0].account.wallet(UNIT).lots if lot.left] == [(9, 2)]
    three.judge()
