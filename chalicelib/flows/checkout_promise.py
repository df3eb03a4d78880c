"""What a customer is promised for a cart, and what is set apart for it: of a checkout that is opened, or has another cart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.areas.accounts.model import Account, Story, hold, release
from chalicelib.areas.checkouts.model import Checkout, OfLimit, Promised
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.rules.evaluate import CART, evaluate, occasions_of
from chalicelib.areas.rules.outcome import Off, Outcome
from chalicelib.errors import NotFound
from chalicelib.flows.account_views import LineAmount, Standing
from chalicelib.flows.checkout_coupons import Shown, Whose, promised_by
from chalicelib.flows.checkout_limits import held_in, held_slices, set_apart, wanted_by_rules
from chalicelib.flows.evaluate_cart import CartCredit, PayableWithPoints, left_of
from chalicelib.flows.follow_coupons import Giving
from chalicelib.flows.judged import context_of
from chalicelib.flows.opened import Opened, of_their_group, open_snapshot
from chalicelib.flows.order_credits import with_credits
from chalicelib.flows.purchase import Buyer, enrolled_buyer, member_of
from chalicelib.flows.rule_limits import Stock
from chalicelib.flows.segment_changes import segments_of
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Head, Header
from chalicelib.table.protocol import Write

NOBODY = Opened(None, Account("", 0), Head())
LONGEST_SECONDS = 24 * 3600
USUAL_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class CheckoutWish:
    """Who pays for what (nobody known: None), with how many points of each unit and which coupons; whether these are set apart;
    how long it may take."""

    cart: Sale
    buyer: Buyer | None = None
    pays: Mapping[str, int] = field(default_factory=dict)
    hold: bool = True
    coupons: tuple[str, ...] = ()
    lapses_after_seconds: int = USUAL_SECONDS


@dataclass(frozen=True, slots=True)
class Promise:
    """The story has what is set apart, and nothing of what would be earned."""

    story: Story
    promised: tuple[Promised, ...]
    limited: tuple[OfLimit, ...]
    lapses_at: Instant
    told: Mapping[str, Any]


def open_or_enrol(
    giving: Giving, header: Header, terms: Terms, wish: CheckoutWish, known: str | None = None
) -> tuple[Opened, tuple[Write, ...]]:
    """1 Query of their snapshot, 1 Get more for an identifier, 1 BatchGet for a member in a group. `known`: whose checkout it is
    already. Whom nobody knows is enrolled, where it is nobody's and the program says so: all that is written for it. NotFound: member.
    Refuses `may_not_spend` of who would pay with the group's points, and `unknown_unit`."""
    rt, caller = giving.taking.rt, header.caller
    for unit in wish.pays:
        terms.program.unit(unit)
    member_id = known if wish.buyer is None else member_of(rt, caller, wish.buyer)
    if member_id is not None:
        return _open_member(rt, caller, terms, wish, member_id), ()
    if wish.buyer is None:
        return NOBODY, ()
    if known is not None:
        raise NotFound("member_not_found", "No member has this identifier.", param="identifier")
    opened, written = enrolled_buyer(giving, header, terms, wish.buyer)
    return opened, written.writes


def _open_member(rt: Runtime, caller: Caller, terms: Terms, wish: CheckoutWish, member_id: str) -> Opened:
    opened = open_snapshot(rt, caller.tenant, member_id, terms.program.program_id)
    spends = "member_id" if wish.pays else None
    opened = of_their_group(rt, caller.tenant, opened, terms.program.program_id, spends=spends, asks=True)
    opened.must_be_active()
    return opened


def whose_of(rt: Runtime, tenant: str, opened: Opened, before: Checkout | None = None) -> Whose:
    member_id = None if opened.member is None else opened.member.member_id
    return Whose(member_id, Taking(rt, tenant, member_id or ""), held_slices(before))


@dataclass(frozen=True, slots=True)
class Checking:
    """Which checkout it is, what it was before, the coupons that are shown at it, and what is taken of limits for it."""

    checkout_id: str
    coupons: Shown | None
    taking: Taking
    before: Checkout | None = None


def promise(rt: Runtime, terms: Terms, opened: Opened, wish: CheckoutWish, at: Instant, checking: Checking) -> Promise:
    """What was set apart `before` is free again first. Refuses `too_many_credits`, `too_many_holds`,
    `too_many_pieces`, `too_many_limits`, what using a coupon is refused for, and what an account refuses that it would earn."""
    story = terms.advance(Story(opened.account), at)
    if checking.before is not None:
        story = freed(story, terms, checking.before, at)
    checking.taking.begin()
    stock = Stock(checking.taking, terms.program.program_id, held_in(checking.before))
    segments = segments_of(opened.beside, terms.config, story.account.advanced_to)
    context = context_of(terms, story.account, opened.member, at, may_spend=opened.may_spend, segments=segments)
    context, occasions = replace(context, pays=wish.pays, stock=stock), occasions_of(CART, context)
    outcome = evaluate(terms.rules, wish.cart, context, occasions)
    by_coupons: tuple[Promised, ...] = ()
    if checking.coupons is not None:
        left = left_of(wish.cart, outcome.off)
        by_coupons = promised_by(rt, checking.coupons, wish.cart, left, checking.checkout_id, foresees=not wish.hold)
        earning = evaluate(
            terms.rules, wish.cart, context, occasions, left=left_of(wish.cart, (*outcome.off, *by_coupons))
        )
        outcome = outcome._replace(credits=earning.credits)
    _, credited = with_credits(story, terms, outcome, at, order="", by=opened.by)
    earned = [CartCredit(rule_id=c.rule, unit=c.unit, amount=c.amount, lines=_amounts(c.lines)) for c in credited]
    lapses_at = max(at, story.account.advanced_to) + wish.lapses_after_seconds * 1000
    wanted = wanted_by_rules(terms, outcome.off) + ([] if checking.coupons is None else checking.coupons.quotas_needed)
    limited = set_apart(checking.taking, wanted if wish.hold else (), checking.before)
    story, promised = _set_apart(story, terms, outcome, wish, lapses_at, opened.by, at)
    balances = {unit: wallet.available for unit, wallet in story.account.wallets.items()}
    standing = None if opened.member is None else Standing(balances=balances, tier=terms.tier(story.account))
    told = {
        "earned": [one.model_dump(mode="json") for one in earned],
        "redeemable": [PayableWithPoints(**one._asdict()).model_dump(mode="json") for one in outcome.redeemable],
        "account": None if standing is None else standing.model_dump(mode="json"),
    }
    return Promise(story, (*promised, *by_coupons), limited, lapses_at, told)


def freed(story: Story, terms: Terms, checkout: Checkout, at: Instant) -> Story:
    """Without what is set apart for a checkout, as far as nobody has ended that before."""
    for one in checkout.promised:
        if one.hold is not None and story.account.hold(one.hold) is not None:
            story = release(story, one.hold, None, terms.conduct(one.unit, at))
    return story


def _set_apart(
    story: Story, terms: Terms, outcome: Outcome, wish: CheckoutWish, lapses_at: Instant, by: str, at: Instant
) -> tuple[Story, tuple[Promised, ...]]:
    promised = []
    for off in outcome.off:
        number = None
        if off.points and wish.hold:
            number = story.account.next_hold
            story = hold(story, off.unit, off.points, terms.conduct(off.unit, at), lapses_at=lapses_at, by=by)
        promised.append(_promised(off, number))
    return story, tuple(promised)


def _promised(off: Off, number: int | None) -> Promised:
    return Promised(
        rule_id=off.rule_id,
        kind=off.kind,
        amount=off.amount,
        lines=off.lines,
        unit=off.unit,
        points=off.points,
        hold=number,
    )


def _amounts(lines: tuple[tuple[int, int], ...]) -> tuple[LineAmount, ...]:
    return tuple(LineAmount(line_no=line_no, amount=amount) for line_no, amount in lines)
