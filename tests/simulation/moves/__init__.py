"""What may happen in a simulation: a table of moves, each with how often it comes.

A move asks a flow for something, in one of the ways of world.py, and answers what it did, in few words. Another subject
is a module beside these with a row for each of its moves; world.py opens what its moves need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.simulation.moves import (
    buying,
    checking_out,
    couponing,
    earning,
    elsewhere,
    grouping,
    holding,
    looking,
    moving,
    perking,
    promising,
    referring,
    rewarding,
    segmenting,
    spending,
    standing,
    time,
    undoing,
)
from tests.simulation.world import World

Act = Callable[[World, Random], str]


@dataclass(frozen=True)
class Move:
    """`of_offers`: only where a shop offers something beside points."""

    name: str
    weight: int
    act: Act
    of_offers: bool = False


OF_OFFERS = (
    Move("ask about a cart", 4, checking_out.ask_about, of_offers=True),
    Move("open a checkout", 12, checking_out.open_one, of_offers=True),
    Move("update a checkout", 5, checking_out.update, of_offers=True),
    Move("pay for a checkout", 10, checking_out.pay, of_offers=True),
    Move("call off a checkout", 6, checking_out.call_off, of_offers=True),
    Move("issue a coupon", 6, couponing.issue, of_offers=True),
    Move("use a code", 6, couponing.use, of_offers=True),
    Move("mark a coupon as unused", 3, couponing.unuse, of_offers=True),
    Move("change a coupon", 5, couponing.change, of_offers=True),
    Move("redeem a reward", 10, rewarding.redeem, of_offers=True),
    Move("refund a reward", 4, rewarding.refund, of_offers=True),
    Move("deliver a reward", 3, rewarding.deliver, of_offers=True),
    Move("another stock", 1, rewarding.restock, of_offers=True),
    Move("grant a perk", 6, perking.grant, of_offers=True),
    Move("stamp a card", 4, perking.stamp, of_offers=True),
    Move("redeem an award", 9, perking.redeem, of_offers=True),
    Move("refund an award", 4, perking.refund, of_offers=True),
    Move("revoke an award", 2, perking.revoke, of_offers=True),
    Move("join a segment", 5, segmenting.join, of_offers=True),
    Move("leave a segment", 3, segmenting.leave, of_offers=True),
    Move("what follows", 5, segmenting.what_follows, of_offers=True),
    Move("share a code", 4, referring.share, of_offers=True),
    Move("invite a friend", 3, referring.invite, of_offers=True),
    Move("come by a code", 5, referring.come, of_offers=True),
    Move("say who brought them in", 5, referring.claim, of_offers=True),
    Move("a night", 3, couponing.a_night, of_offers=True),
)
MOVES = (
    Move("earn", 11, earning.earn),
    Move("check in", 3, earning.check_in),
    Move("grant", 4, earning.grant_points),
    Move("spend", 6, spending.spend_some),
    Move("spend below zero", 4, spending.spend_below_zero),
    Move("deduct", 4, spending.deduct_some),
    Move("hold", 6, holding.hold_some),
    Move("capture", 5, holding.capture_some),
    Move("release", 3, holding.release_some),
    Move("promise", 6, promising.promise),
    Move("activate", 4, promising.activate),
    Move("cancel a promise", 4, promising.cancel_promised),
    Move("order", 9, buying.order),
    Move("late order", 4, buying.late_order),
    Move("the same order again", 2, buying.again),
    Move("return", 6, buying.bring_back),
    Move("cancel an earning", 4, undoing.cancel_one),
    Move("refund", 5, undoing.refund_some),
    Move("undo", 6, undoing.undo_one),
    Move("expire an earning", 2, undoing.let_expire),
    Move("transfer", 5, moving.transfer),
    Move("undo a transfer", 2, moving.undo_transfer),
    Move("convert", 4, moving.convert_some),
    Move("undo a conversion", 2, undoing.undo_conversion),
    Move("pin a tier", 2, standing.pin),
    Move("unpin a tier", 2, standing.unpin),
    Move("recalculate a tier", 2, standing.recalculate),
    Move("something elsewhere", 5, elsewhere.something),
    Move("found a group", 4, grouping.found),
    Move("join a group", 6, grouping.join),
    Move("leave a group", 3, grouping.leave),
    Move("say who may spend", 1, grouping.say_who_may_spend),
    Move("name the primary member", 1, grouping.name_the_primary),
    Move("choose a member", 1, grouping.choose),
    Move("block a group", 2, grouping.block),
    Move("hours pass", 5, time.hours_pass),
    Move("days pass", 5, time.days_pass),
    Move("months pass", 2, time.months_pass),
    Move("the daily job", 4, time.daily_job),
    Move("look ahead", 3, time.look_ahead),
    Move("look back", 2, looking.look_back),
    Move("prove", 1, time.prove),
    Move("another policy", 2, time.another_policy),
    Move("another ladder", 1, time.another_ladder),
    *OF_OFFERS,
)
BY_NAME = {move.name: move for move in MOVES}
