"""Evaluate a cart: what comes off its price, what it would earn, what could still be paid with points, and, for whoever asks,
why each other rule gives nothing. The very code that records orders judges it; nothing is written.

reads    1 Query of the member's snapshot (+ 1 Get when named by an identifier, + 1 BatchGet in a group, which says as well
         whether they may spend, + 1 Get where whoever has no account yet could have lost it); nothing for a customer who
         is not known; of coupons what flows/tried_coupons says
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model.facts import PointsCapped
from chalicelib.areas.checkouts.model import Promised
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.orders.model.order import Credited
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.evaluate import CART, evaluate, occasions_of
from chalicelib.areas.rules.outcome import Off, Outcome
from chalicelib.flows.account_commit import header_for
from chalicelib.flows.account_views import Capped, LineAmount, Standing, capped_told
from chalicelib.flows.checkout_coupons import Whose
from chalicelib.flows.follow_coupons import Giving
from chalicelib.flows.follow_effects import coming
from chalicelib.flows.judged import context_of
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Opened
from chalicelib.flows.order_credits import with_credits
from chalicelib.flows.purchase import Buyer, known_buyer, open_buyer, refuse_future
from chalicelib.flows.segment_changes import segments_of
from chalicelib.flows.simulate_order import SkippedRule, skipped_rules
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, terms_of
from chalicelib.flows.tried_coupons import CartCoupon, Tried, tried_coupons
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Head, Header

NOBODY = Opened(None, Account("", 0), Head())


class CartLine(Frozen):
    """`discount` is what comes off the line, `to_pay` what is left of it."""

    line_no: int
    gross_value: int
    discount: int
    to_pay: int


class Discount(Frozen):
    """What one rule takes off, in the currency's smallest part. Of a `unit`: it is paid with so many `points`."""

    rule_id: str
    kind: str
    amount: int
    lines: tuple[LineAmount, ...]
    unit: str | None = None
    points: int | None = None


class CartCredit(Frozen):
    rule_id: str
    unit: str
    amount: int
    lines: tuple[LineAmount, ...]


class PayableWithPoints(Frozen):
    """So many points more would take so much off."""

    rule_id: str
    unit: str
    points: int
    value: int


class ComingEffect(Frozen):
    """What a rule gives beside points: `what` is the perk, the tier, the coupon's series or the segment."""

    rule_id: str
    kind: str
    what: str


class EvaluatedCart(Frozen):
    """`coupons` are those that were asked about: what they take off comes off what rules leave, and is in `discount` as well. `earned` is counted of what is left to pay, `effects` come with the order, as far as they are to be had then, `capped` what a cap cut off of it. `account` is that of the member or their
    group before it; whoever would be enrolled by the order has one, and no id yet. `skipped` where reasons are asked for."""

    member_id: str | None
    group_id: str | None
    currency: str
    gross_value: int
    discount: int
    to_pay: int
    lines: tuple[CartLine, ...]
    discounts: tuple[Discount, ...]
    coupons: tuple[CartCoupon, ...]
    earned: tuple[CartCredit, ...]
    effects: tuple[ComingEffect, ...]
    capped: tuple[Capped, ...]
    redeemable: tuple[PayableWithPoints, ...]
    skipped: tuple[SkippedRule, ...]
    account: Standing | None


@dataclass(frozen=True, slots=True)
class CartQuestion:
    """Who asks (nobody known: None), what with, how many points of each unit they would pay with, whether drafts are
    judged as if they were active, whether to say why rules give nothing, and which codes of coupons they show."""

    cart: Sale
    buyer: Buyer | None = None
    pays: Mapping[str, int] = field(default_factory=dict)
    drafts: bool = False
    why: bool = False
    coupons: tuple[str, ...] = ()


def evaluate_cart(
    rt: Runtime, caller: Caller, command: Command, asked: CartQuestion, program_id: int = 1
) -> EvaluatedCart:
    """Refuses `future_purchase`, `member_blocked`, `group_blocked`, `unknown_unit` (of what is paid with),
    `too_many_credits`, `balance_limit`; NotFound: program, member."""
    terms = terms_of(rt, caller.tenant, program_id)
    for unit in asked.pays:
        terms.program.unit(unit)
    if asked.drafts:
        terms = replace(terms, rules=rules.previewed(rt.config.load(rt.table, caller.tenant), program_id))
    at = asked.cart.purchased_at
    header = header_for(rt, caller, command, "evaluate_cart", terms, at, asked.cart.place)
    refuse_future(header.recorded_at, at)
    taking = Taking(rt, caller.tenant, asked.cart.number)
    opened, enrolled = _open(Giving(taking, trial=True), header, terms, asked.buyer)
    opened.must_be_active()

    def decided() -> EvaluatedCart:
        taking.begin()
        return _decided(terms, header, opened, asked, taking, known=not enrolled)

    known = (opened,) if opened.member is not None and not enrolled else ()
    return unless_lost(rt, caller.tenant, known, decided, dry_run=True)


def _open(giving: Giving, header: Header, terms: Terms, buyer: Buyer | None) -> tuple[Opened, bool]:
    """And whether the order would enrol them."""
    known = None if buyer is None else known_buyer(giving.taking.rt, header.caller, terms, buyer)
    if known is None:
        return NOBODY, False
    opened, written = open_buyer(giving, header, terms, known, asks=True)
    return opened, written is not None


def _decided(
    terms: Terms, header: Header, opened: Opened, asked: CartQuestion, taking: Taking, *, known: bool
) -> EvaluatedCart:
    at = asked.cart.purchased_at
    story = terms.meets(opened.account, header, asks_now=True)
    segments = segments_of(opened.beside, terms.config, story.account.advanced_to)
    may_spend = opened.may_spend
    context = context_of(terms, story.account, opened.member, at, taking, may_spend=may_spend, segments=segments)
    occasions = occasions_of(CART, context)
    context = replace(context, pays=asked.pays)
    outcome = evaluate(terms.rules, asked.cart, context, occasions, why=asked.why)
    tried = _tried(taking, terms, opened, asked, outcome)
    if tried.off:
        left = left_of(asked.cart, (*outcome.off, *tried.off))
        of_it = evaluate(terms.rules, asked.cart, context, occasions, left=left)
        outcome = outcome._replace(credits=of_it.credits, cut=of_it.cut, follows=of_it.follows)
    after, credited = with_credits(story, terms, outcome, at, order="", by=opened.by)
    capped = [fact for fact in after.facts[len(story.facts) :] if isinstance(fact, PointsCapped)]
    standing = None if opened.member is None else _standing(terms, story.account)
    found = _answer(asked.cart, opened, outcome, tried, credited, standing)
    told = {"capped": tuple(map(capped_told, capped))} | ({} if known else {"member_id": None})
    return found.model_copy(update=told)


def _tried(taking: Taking, terms: Terms, opened: Opened, asked: CartQuestion, outcome: Outcome) -> Tried:
    """As they stand now: what is shown is used by then at the earliest."""
    member_id = None if opened.member is None else opened.member.member_id
    whose = Whose(member_id, Taking(taking.rt, taking.tenant, member_id or ""))
    return tried_coupons(taking.rt, terms, whose, asked.coupons, asked.cart, left_of(asked.cart, outcome.off))


def left_of(cart: Sale, off: Sequence[Off | Promised]) -> dict[int, int]:
    """To pay for each line once that is off."""
    left = {line.line_no: line.gross_value for line in cart.lines}
    for one in off:
        for line_no, part in one.lines:
            left[line_no] -= part
    return left


def _standing(terms: Terms, account: Account) -> Standing:
    balances = {unit: wallet.available for unit, wallet in account.wallets.items()}
    return Standing(balances=balances, tier=terms.tier(account))


def _answer(
    cart: Sale,
    opened: Opened,
    outcome: Outcome,
    tried: Tried,
    credited: tuple[Credited, ...],
    account: Standing | None,
) -> EvaluatedCart:
    left = left_of(cart, (*outcome.off, *tried.off))
    discount = cart.gross_value - sum(left.values())
    return EvaluatedCart(
        member_id=None if opened.member is None else opened.member.member_id,
        group_id=None if opened.group is None else opened.group.group_id,
        currency=cart.currency,
        gross_value=cart.gross_value,
        discount=discount,
        to_pay=cart.gross_value - discount,
        lines=tuple(_line(line.line_no, line.gross_value, left[line.line_no]) for line in cart.lines),
        discounts=tuple(_discount(one) for one in outcome.off),
        coupons=tried.told,
        earned=tuple(
            CartCredit(rule_id=one.rule, unit=one.unit, amount=one.amount, lines=_amounts(one.lines))
            for one in credited
        ),
        effects=tuple(ComingEffect(**coming(one)) for one in outcome.follows) if opened.member is not None else (),
        capped=(),
        redeemable=tuple(PayableWithPoints(**one._asdict()) for one in outcome.redeemable),
        skipped=skipped_rules(outcome),
        account=account,
    )


def _line(line_no: int, gross_value: int, left: int) -> CartLine:
    return CartLine(line_no=line_no, gross_value=gross_value, discount=gross_value - left, to_pay=left)


def _discount(off: Off) -> Discount:
    return Discount(
        rule_id=off.rule_id,
        kind=off.kind,
        amount=off.amount,
        lines=_amounts(off.lines),
        unit=off.unit or None,
        points=off.points or None,
    )


def _amounts(lines: tuple[tuple[int, int], ...]) -> tuple[LineAmount, ...]:
    return tuple(LineAmount(line_no=line_no, amount=amount) for line_no, amount in lines)
