"""Evaluate a cart: what comes off its price, what it would earn, what could still be paid with points, and why each other rule
gives nothing. The very code that records orders judges it; nothing is written.

reads    1 Query of the member's snapshot (+ 1 Get when named by an identifier, + 1 BatchGet in a group); nothing for a
         customer who is not known
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.orders.model.order import Credited
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.evaluate import CART, evaluate
from chalicelib.areas.rules.outcome import Off, Outcome
from chalicelib.errors import NotFound
from chalicelib.flows.account_commit import header_for
from chalicelib.flows.account_views import LineAmount, Standing
from chalicelib.flows.judged import context_of
from chalicelib.flows.opened import Opened, of_their_group, open_snapshot
from chalicelib.flows.purchase import Buyer, refuse_future, with_credits
from chalicelib.flows.simulate_order import SkippedRule, skipped_rules
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Head

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


class EvaluatedCart(Frozen):
    """`earned` is counted of what is left to pay. `account` is that of the member or their group before it."""

    member_id: str | None
    group_id: str | None
    currency: str
    gross_value: int
    discount: int
    to_pay: int
    lines: tuple[CartLine, ...]
    discounts: tuple[Discount, ...]
    earned: tuple[CartCredit, ...]
    redeemable: tuple[PayableWithPoints, ...]
    skipped: tuple[SkippedRule, ...]
    account: Standing | None


@dataclass(frozen=True, slots=True)
class CartQuestion:
    """Who asks (nobody known: None), what with, how many points of each unit they would pay with, and whether drafts are
    judged as if they were active."""

    cart: Sale
    buyer: Buyer | None = None
    pays: Mapping[str, int] = field(default_factory=dict)
    drafts: bool = False


def evaluate_cart(
    rt: Runtime, caller: Caller, command: Command, asked: CartQuestion, program_id: int = 1
) -> EvaluatedCart:
    """Refuses `future_purchase`, `member_blocked`, `group_blocked`, `unknown_unit` (of what is paid with),
    `credit_too_large`, `too_many_credits`, `balance_limit`; NotFound: program, member."""
    terms = terms_of(rt, caller.tenant, program_id)
    for unit in asked.pays:
        terms.program.unit(unit)
    if asked.drafts:
        terms = replace(terms, rules=rules.previewed(rt.config.load(rt.table, caller.tenant), program_id))
    at = asked.cart.purchased_at
    header = header_for(rt, caller, command, "evaluate_cart", terms, at, asked.cart.place)
    refuse_future(header.recorded_at, at)
    opened = _open(rt, caller, asked.buyer, program_id)
    opened.must_be_active()
    story = terms.meets(opened.account, header, asks_now=True)
    outcome = _judged(terms, story.account, opened.member, asked, Taking(rt, caller.tenant, asked.cart.number))
    _, credited = with_credits(story, terms, outcome, at, order="", by=opened.by)
    return _answer(asked.cart, opened, outcome, credited, _standing(terms, story.account, opened))


def _open(rt: Runtime, caller: Caller, buyer: Buyer | None, program_id: int) -> Opened:
    if buyer is None:
        return NOBODY
    member_id = buyer.member_id
    if member_id is None and buyer.identifier is not None:
        member_id = members.owner_of(rt.table, caller.tenant, buyer.identifier.normalised())
    if member_id is None:
        raise NotFound("member_not_found", "No member has this identifier.", param="identifier")
    opened = open_snapshot(rt, caller.tenant, member_id, program_id)
    return of_their_group(rt, caller.tenant, opened, program_id)


def _judged(terms: Terms, account: Account, member: Member | None, asked: CartQuestion, taking: Taking) -> Outcome:
    context = context_of(terms, account, member, asked.cart.purchased_at, taking)
    return evaluate(terms.rules, asked.cart, replace(context, pays=asked.pays), CART, why=True)


def _standing(terms: Terms, account: Account, opened: Opened) -> Standing | None:
    if opened.member is None:
        return None
    balances = {unit: wallet.available for unit, wallet in account.wallets.items()}
    return Standing(balances=balances, tier=terms.tier(account))


def _answer(
    cart: Sale, opened: Opened, outcome: Outcome, credited: tuple[Credited, ...], account: Standing | None
) -> EvaluatedCart:
    off = {line.line_no: 0 for line in cart.lines}
    for one in outcome.off:
        for line_no, part in one.lines:
            off[line_no] += part
    discount = sum(off.values())
    return EvaluatedCart(
        member_id=None if opened.member is None else opened.member.member_id,
        group_id=None if opened.group is None else opened.group.group_id,
        currency=cart.currency,
        gross_value=cart.gross_value,
        discount=discount,
        to_pay=cart.gross_value - discount,
        lines=tuple(_line(line.line_no, line.gross_value, off[line.line_no]) for line in cart.lines),
        discounts=tuple(_discount(one) for one in outcome.off),
        earned=tuple(
            CartCredit(rule_id=one.rule, unit=one.unit, amount=one.amount, lines=_amounts(one.lines))
            for one in credited
        ),
        redeemable=tuple(PayableWithPoints(**one._asdict()) for one in outcome.redeemable),
        skipped=skipped_rules(outcome),
        account=account,
    )


def _line(line_no: int, gross_value: int, off: int) -> CartLine:
    return CartLine(line_no=line_no, gross_value=gross_value, discount=off, to_pay=gross_value - off)


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
