"""What may happen in a simulation: a table of moves, each with how often it comes.

A move asks a flow for something, or commits a decision that has no flow of its own (tests/simulation/commits.py): to
point it at a flow is to change its wish. It answers what it did, in few words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.simulation.moves import buying, earning, holding, moving, promising, spending, standing, time, undoing
from tests.simulation.world import World

Act = Callable[[World, Random], str]


@dataclass(frozen=True)
class Move:
    name: str
    weight: int
    act: Act


MOVES = (
    Move("earn", 11, earning.earn),
    Move("grant", 4, earning.grant_points),
    Move("spend", 6, spending.spend_some),
    Move("spend below zero", 4, spending.spend_below_zero),
    Move("deduct", 4, spending.deduct_some),
    Move("hold", 6, holding.hold_some),
    Move("capture", 5, holding.capture_some),
    Move("release", 3, holding.release_some),
    Move("promise", 6, promising.promise),
    Move("activate", 4, promising.activate),
    Move("cancel a promise", 2, promising.cancel_promised),
    Move("order", 9, buying.order),
    Move("late order", 4, buying.late_order),
    Move("the same order again", 2, buying.again),
    Move("return", 6, buying.bring_back),
    Move("cancel an earning", 4, undoing.cancel_earning),
    Move("take back a grant", 3, undoing.take_back_grant),
    Move("refund", 6, undoing.refund_some),
    Move("expire an earning", 2, undoing.let_expire),
    Move("transfer", 5, moving.transfer),
    Move("convert", 4, moving.convert_some),
    Move("pin a tier", 2, standing.pin),
    Move("unpin a tier", 2, standing.unpin),
    Move("recalculate a tier", 2, standing.recalculate),
    Move("hours pass", 5, time.hours_pass),
    Move("days pass", 5, time.days_pass),
    Move("months pass", 1, time.months_pass),
    Move("the daily job", 4, time.daily_job),
    Move("look ahead", 3, time.look_ahead),
    Move("prove", 1, time.prove),
    Move("another policy", 2, time.another_policy),
    Move("another ladder", 1, time.another_ladder),
)
BY_NAME = {move.name: move for move in MOVES}
