"""What judging a purchase comes to: credits, and for every other rule the reason it gave nothing."""

from __future__ import annotations

from typing import Literal, NamedTuple

Reason = Literal[
    "inactive",
    "outside_window",
    "wrong_tier",
    "wrong_place",
    "wrong_order_labels",
    "not_first_purchase",
    "below_minimum",
    "no_matching_lines",
    "nothing_to_multiply",
    "rounds_to_zero",
    "stopped",
]
"""Stable codes, in the order they are looked for: a rule is skipped for the first that holds."""


class Credit(NamedTuple):
    rule_id: str
    unit: str
    amount: int
    lines: tuple[tuple[int, int], ...]  # (line_no, its part of the amount) of every own line, by line_no
    value: int  # gross value of the own lines: what a return is measured against


class Skipped(NamedTuple):
    rule_id: str
    reason: Reason
    sentence: str


class Outcome(NamedTuple):
    """Every rule once: in the order judged, the switched-off ones last among the skipped."""

    credits: tuple[Credit, ...]
    skipped: tuple[Skipped, ...]
