"""Coupons that somebody asks about with a cart: what each would take off, or why it would not be taken. Judged as a checkout
judges them, one by one: a code that is not taken is told, and hinders no other. Nothing is set apart.

reads    1 Get of each code, none of a shared one; 1 BatchGet of the coupons and of what is counted of the member, none where
         nobody is known; 1 Query of each limit in all that their series have
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from chalicelib.areas.checkouts.model import Promised
from chalicelib.areas.coupons.model.series import CouponWorth
from chalicelib.areas.orders.model import Sale
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.account_views import LineAmount
from chalicelib.flows.checkout_coupons import (
    Shown,
    Whose,
    at_desk,
    goods_in,
    in_turn,
    known_code,
    must_go_together,
    taken_off,
    takes_nothing,
)
from chalicelib.flows.coupon_codes import Resolved
from chalicelib.flows.coupon_deeds import use
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Outdated

Refusal = Refused | NotFound


class CartCoupon(Frozen):
    """What a coupon takes off, as its series says it is `worth`: nothing, where that is no money, or where it is not `taken`;
    then `reason` is the code that a checkout would answer, and `message` its sentence. `limit_per_member_unasked`: each member
    has it so often only, and nobody is known who could be asked; whoever the order is then of is."""

    code: str
    taken: bool
    reason: str | None
    message: str | None
    coupon_id: str | None
    series_id: str | None
    worth: CouponWorth | None
    amount: int
    lines: tuple[LineAmount, ...]
    limit_per_member_unasked: bool


@dataclass(frozen=True, slots=True)
class Tried:
    told: tuple[CartCoupon, ...] = ()
    off: tuple[Promised, ...] = ()


@dataclass(frozen=True, slots=True)
class _Typed:
    code: str
    known: Resolved | None = None
    why_not: Refusal | None = None


def tried_coupons(
    rt: Runtime,
    terms: Terms,
    whose: Whose,
    codes: Sequence[str],
    cart: Sale,
    left: Mapping[int, int],
) -> Tried:
    """Each code that was typed, in that order, of what is `left` to pay for each line. Several go together as at a checkout; of those
    that do not, the one that comes first there."""
    if not codes:
        return Tried()
    typed = [_known(rt, terms, whose, code) for code in codes]
    shown = at_desk(rt, whose.taking.tenant, terms, whose, _ready(typed), cart.purchased_at)
    for _ in range(2):  # once more where a limit in all turns out to be short
        shown.desk.taking.begin()
        typed = [_usable(rt, shown, one, cart, left) for one in typed]
        if shown.desk.taking.foresee():
            break
    typed, together = _together(typed)
    off = taken_off(replace(shown, known=together), cart, left)
    idle = {one.code: takes_nothing(known.series, one) for known, one in zip(together, off, strict=True)}
    typed = [
        one if one.known is None else replace(one, why_not=idle.get(one.known.code) or one.why_not) for one in typed
    ]
    off = tuple(one for one in off if idle[one.code] is None)
    by_code = {one.code: one for one in off}
    return Tried(tuple(_told(one, by_code) for one in typed), off)


def _known(rt: Runtime, terms: Terms, whose: Whose, code: str) -> _Typed:
    try:
        return _Typed(code, known_code(rt, whose.taking.tenant, terms, whose, code))
    except (Refused, NotFound) as refused:
        return _Typed(code, None, refused)


def _usable(rt: Runtime, shown: Shown, one: _Typed, cart: Sale, left: Mapping[int, int]) -> _Typed:
    if one.known is None or one.why_not is not None:
        return one
    try:
        use(shown.desk, shown.deed(rt, one.known, ""), None, goods_in(cart))
        taken_off(replace(shown, known=(one.known,)), cart, left)
    except Refused as refused:
        return replace(one, why_not=refused)
    except Outdated:  # its code says that it is there: it moves just now
        text = "Something becomes of this coupon just now: ask again."
        return replace(one, why_not=Refused("code_held", text, param="code"))
    return one


def _together(typed: Sequence[_Typed]) -> tuple[list[_Typed], tuple[Resolved, ...]]:
    """As far as one goes with those before it."""
    known: list[Resolved] = []
    refused: dict[int, Refused] = {}
    places = [place for place, one in enumerate(typed) if one.known is not None and one.why_not is None]
    for place in sorted(places, key=lambda place: _turn(typed[place])):
        one = typed[place].known
        assert one is not None  # noqa: S101 - such places alone
        try:
            must_go_together([*known, one])
        except Refused as why:
            refused[place] = why
        else:
            known.append(one)
    judged = [replace(one, why_not=refused.get(place, one.why_not)) for place, one in enumerate(typed)]
    return judged, tuple(known)


def _turn(one: _Typed) -> tuple[int, Fraction, str, str]:
    assert one.known is not None  # noqa: S101
    return in_turn(one.known)


def _ready(typed: Sequence[_Typed]) -> list[Resolved]:
    return [one.known for one in typed if one.known is not None]


def _told(one: _Typed, off: Mapping[str, Promised]) -> CartCoupon:
    known, refused = one.known, one.why_not
    promised = off.get(known.code) if known is not None and refused is None else None
    return CartCoupon(
        code=one.code if known is None else known.code,
        taken=promised is not None,
        reason=None if refused is None else refused.code,
        message=None if refused is None else refused.message,
        coupon_id=None if known is None else known.coupon_id,
        series_id=None if known is None else known.series.series_id,
        worth=None if known is None else known.series.worth,
        amount=0 if promised is None else promised.amount,
        lines=() if promised is None else tuple(LineAmount(line_no=no, amount=part) for no, part in promised.lines),
        limit_per_member_unasked=promised is not None and promised.unasked,
    )
