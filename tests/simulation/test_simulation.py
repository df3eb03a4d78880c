"""The simulator: 200 seeds of 100 moves, every law after every one of them; `make soak` goes on for longer.

Laws: `broken_laws` (the wallet equation, lots, holds, promises), fold(journal) = account, packed and unpacked alike,
totals as the facts add up, nothing undone beyond itself, marks of what is undone as entries tell, nobody asked for what
never came, journals gap-free and chained, what was sent was received, advance(a); advance(b) = advance(b), and one final
answer however often and through whatever faults it was asked for. All of it of groups' accounts as of members'; besides a
member is in at most one group, groups and members and their journals agree on it, what a member does is told by the account
that pays for them and no other, an order and its points stay in one account, spends who may, and nobody earns or spends for
a group that is blocked. At the end of a seed its entries are relayed: the liability and breakage that counters tell, month by
month, are the sums over all accounts and journals.

Every other shop offers something beside points (offers.py): checkouts with points and coupons, rewards, perks, segments, metrics,
friends. Of limits and budgets nobody has more than there is, after every step (offer_laws.py): by slices, and by what journals
tell; accounts hold what open checkouts have set apart; what is redeemed of a reward is what its stock has lent; an award is
used as often as it was granted; whoever comes to a threshold had not reached it. Every item is judged now and then, as after faults.

What policy makes of it is reckoned anew, in plain Python that asks nothing of the package (reckoned.py): when each earning comes
and how long each credit lasts, what slides, what a conversion brings and its undoing takes back, what a sale gives and its returns
ask back, that what was received is what was sent, by last day, what counts towards a tier, which tier that is, and why and when
somebody fell from one. Statements and traces are read at random and must tell what the journal does; some seeds have a second
program.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from chalicelib.areas.accounts.model import VOCABULARY
from tests.simulation.moves import MOVES
from tests.simulation.run import Failure, Report, drawn, lived, simulate
from tests.simulation.world import WAYS

SEEDS, STEPS, PORTIONS = 200, 100, 10
_ALL: list[Report] = []


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_whatever_happens_no_law_is_broken(portion: int) -> None:
    report = simulate(range(portion, SEEDS, PORTIONS), STEPS, stop=True)
    _ALL.append(report)
    assert not report.failures, "\n".join(map(str, report.failures))
    assert report.steps == SEEDS // PORTIONS * STEPS


@cache
def some_lives() -> Report:
    """The portions above where they ran in this process, or else a few seeds."""
    reports = _ALL or [simulate(range(40), STEPS)]
    facts = {fact for report in reports for fact in report.facts}
    return Report(sum(one.steps for one in reports), sum((one.seen for one in reports), Counter()), facts)


def test_every_move_succeeds_and_every_way_of_asking_is_taken() -> None:
    """A law that is never put to the test is none."""
    seen = some_lives().seen
    assert [move.name for move in MOVES if not seen[move.name]] == []
    assert [way.__name__ for way in WAYS if not seen[f"way {way.__name__}"]] == []


NO_MOVE_TELLS = {
    "notification.wanted",  # what members are told has scenarios of its own, and no law of points
    "rule.told",  # and so have servers of a shop
    "tier.pin_returned",  # tiers that rules give are tried by the laws of tiers' own tests, where nothing else pins
}


def test_every_fact_of_an_account_comes_about() -> None:
    assert set(VOCABULARY.classes) - some_lives().facts == NO_MOVE_TELLS


def test_moves_are_refused_for_the_reasons_of_the_business_only() -> None:
    known = {
        "already_active",
        "already_in_group",
        "already_refunded",
        "already_undone",
        "award_expired",
        "award_not_found",
        "award_revoked",
        "award_used_up",
        "below_minimum",
        "below_zero_limit",
        "cannot_undo",
        "card_not_full",
        "checkout_cancelled",
        "checkout_committed",
        "checkout_lapsed",
        "checkout_of_another_member",
        "checkout_outdated",
        "code_cancelled",
        "code_expired",
        "code_held",
        "code_not_found",
        "code_not_issued",
        "code_not_yet_active",
        "code_of_another_member",
        "code_of_nobody",
        "code_used",
        "coupon_activated",
        "coupon_not_used",
        "coupons_not_combined",
        "device_used",
        "earning_not_found",  # somebody has just left the group whose it is
        "earning_partly_used",
        "entry_not_found",  # likewise
        "group_blocked",
        "group_member_not_found",
        "held_by_tier",
        "hold_closed",
        "hold_not_found",
        "insufficient_balance",
        "invitation_expired",
        "invitation_used",
        "invited_already",
        "limit_per_member",
        "limit_reached",
        "may_not_spend",
        "more_than_held",
        "more_than_order_allows",
        "more_than_pending",
        "no_codes_left",
        "no_rate",
        "not_delivered",
        "not_new",
        "not_on_tier",
        "not_pinned",
        "not_reactivable",
        "not_redeemable",
        "nothing_left",
        "nothing_pending",
        "nothing_there",
        "nothing_to_discount",
        "open_holds",
        "order_not_said",
        "out_of_stock",
        "perk_not_active",
        "perk_without_code",
        "pin_in_past",
        "points_on_hold",
        "primary_cannot_leave",
        "prize_held",
        "promise_gone",
        "redemption_code_expired",
        "redemption_not_found",
        "referral_code_taken",
        "referral_loop",
        "referred_already",
        "referred_before",
        "refunded_more_than_spent",
        "returned_more_than_bought",
        "segment_by_criteria",
        "self_referral",
        "series_used_up",
        "several_to_undo",
        "still_pending",
        "too_many_coupons",
        "transfer_to_self",
        "undo_by_refund",
        "undo_by_return",
        "undo_by_sender",
        "unknown_code",
        "unknown_referral_code",
        "unknown_tier",
        "wrong_delivery_state",
    }
    assert {what.partition(": ")[2] for what in some_lives().seen if ": " in what} <= known


def test_a_seed_lives_the_same_life_every_time() -> None:
    (one, _), (other, _) = lived(7, drawn(7, 80)), lived(7, drawn(7, 80))
    assert one.seen == other.seen
    assert one.owners == other.owners
    assert all(one.journals[owner].account == other.journals[owner].account for owner in one.owners)


def test_a_failure_says_the_law_and_the_moves() -> None:
    steps = drawn(3, 2)
    failure = Failure(3, steps, ("did this", "did that"), "LawBroken: lots")
    assert str(failure).splitlines() == [
        "seed 3: LawBroken: lots",
        "a repro of 2 moves:",
        f"      0  {steps[0].move}: did this",
        f"      1  {steps[1].move}: did that",
        "again: python -m tests.simulation --seed 3 --only 0,1",
    ]
