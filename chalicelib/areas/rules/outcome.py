"""What judging comes to: what is given, and for every other rule the reason it gave nothing."""

from __future__ import annotations

from typing import Literal, NamedTuple

from chalicelib.areas.rules.basket import Own, Parts
from chalicelib.areas.rules.model.effects import FollowEffect

Reason = Literal[
    "draft",
    "paused",
    "ended",
    "outside_window",
    "wrong_member",
    "wrong_tier",
    "wrong_segment",
    "wrong_member_labels",
    "wrong_place",
    "too_far",
    "condition_not_met",
    "limit_reached",
    "in_group",
    "no_matching_lines",
    "nothing_to_multiply",
    "rounds_to_zero",
    "credit_too_large",
    "nothing_to_discount",
    "nothing_paid_with",
    "may_not_spend",
    "wrong_currency",
    "budget_spent",
    "stopped",
]
"""Stable codes, in the order they are looked for: a rule is skipped for the first that holds. But the two
narrowest names that it asks for (areas/rules/compile) come before all else: who buys something else hears nothing of a condition."""


CutBy = Literal["member", "budget"]


class Credit(NamedTuple):
    rule_id: str
    unit: str
    amount: int
    own: Own

    @property
    def value(self) -> int:
        """Of the own lines, as they are paid: what a return is measured against."""
        return self.own.value

    @property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """(line_no, its part of the amount) of every own line, by line_no."""
        return self.own.split(self.amount)

    @property
    def by_turn(self) -> tuple[tuple[int, int], ...]:
        """The same, the line first that has what remains when it is split once more."""
        return self.own.split_by_turn(self.amount)


class Off(NamedTuple):
    """What a rule takes off the price: (line_no, its part) of each line that becomes cheaper. Paid with `points` of `unit`,
    where it is no gift."""

    rule_id: str
    kind: str
    amount: int
    lines: tuple[tuple[int, int], ...]
    unit: str = ""
    points: int = 0


class Redeemable(NamedTuple):
    """So many points more could be taken for so much off."""

    rule_id: str
    unit: str
    points: int
    value: int


class Portion(NamedTuple):
    """Stamps that come back together: (line_no, its part) of each line that they are for, by whose turn it is to have what remains
    when it is split once more, and (line_no, what is paid for it)."""

    amount: int
    lines: Parts = ()
    paid: Parts = ()


class Follow(NamedTuple):
    """Something beside points that a rule gives: for `lines`, where it asks for some, else for the whole order. Of stamps, how
    many."""

    rule_id: str
    effect: FollowEffect
    lines: tuple[int, ...] = ()
    portions: tuple[Portion, ...] = ()


class Skipped(NamedTuple):
    rule_id: str
    reason: Reason
    sentence: str


class Cut(NamedTuple):
    """What a limit took off a gift: of a `unit`, or of money where there is none."""

    rule_id: str
    unit: str
    amount: int
    limit: CutBy


class Outcome(NamedTuple):
    """In the order judged. Every rule of the occasion either gives (`credits`, `off`) or is in `skipped` once, which is told only
    where the reasons were asked for: switched-off ones last. What is `redeemable` is offered by either, each by itself."""

    credits: tuple[Credit, ...] = ()
    off: tuple[Off, ...] = ()
    redeemable: tuple[Redeemable, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    cut: tuple[Cut, ...] = ()
    follows: tuple[Follow, ...] = ()
