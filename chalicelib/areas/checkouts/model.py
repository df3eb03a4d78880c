"""A checkout as a value: what was put into the cart, what was promised for it, what is held for it, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from chalicelib.errors import Conflict, NotFound, Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import Time

CheckoutState = Literal["open", "lapsed", "committed", "cancelled"]


class Promised(Frozen):
    """What a rule takes off, and off which lines: (line_no, its part). Of a `unit`: it is paid with so many `points`, which
    are set apart under the number `hold` of the account. Of a coupon: its `code` and series, and its id where it has one; `unasked`
    where its series has a limit per member, and nobody was there to be asked about it."""

    rule_id: str
    kind: str
    amount: int
    lines: tuple[tuple[int, int], ...]
    unit: str = ""
    points: int = 0
    hold: int | None = None
    code: str = ""
    coupon_id: str | None = None
    series_id: str = ""
    unasked: bool = False


class OfLimit(Frozen):
    """So much is taken of a rule's limit or budget, or of a coupon series' limit (then of no rule), from a slice, until it is paid
    for or over."""

    rule_id: str
    quota: str
    slice: int
    amount: int


class Paid(Frozen):
    """How it was paid: the order that came of it, the entry of the account that tells (none of an order that was kept without
    a member), and the version that said so."""

    order_id: str
    number: str
    entry_id: str | None
    version: int
    payments: tuple[Mapping[str, Any], ...] = ()


class Listed(Frozen):
    """A checkout in the list of its member: enough to know it again."""

    checkout_id: str
    state: CheckoutState
    program_id: int
    group_id: str | None
    place: str
    currency: str
    gross_value: int
    discount: int
    to_pay: int
    lines: int
    opened_at: Time
    lapses_at: Time
    order_id: str | None
    number: str | None


class Checkout(Frozen):
    """`cart` is the sale that it would become, as orders write one. `ended_at`: when it was paid for, or cancelled; one that an
    older release ended does not say."""

    checkout_id: str
    program_id: int
    cart: Mapping[str, Any]
    opened_at: Time
    lapses_at: Time
    member_id: str | None = None
    group_id: str | None = None
    promised: tuple[Promised, ...] = ()
    limited: tuple[OfLimit, ...] = ()
    paid: Paid | None = None
    cancelled: bool = False
    ended_at: Time | None = None

    @property
    def owner(self) -> str | None:
        """Whose account it is paid from."""
        return self.group_id or self.member_id

    @property
    def paid_with_points(self) -> tuple[Promised, ...]:
        return tuple(one for one in self.promised if one.points)

    @property
    def codes(self) -> tuple[str, ...]:
        """Of coupons."""
        return tuple(one.code for one in self.promised if one.code)

    @property
    def over_at(self) -> Instant:
        """From when on it is not open any more."""
        return self.lapses_at if self.ended_at is None else self.ended_at

    def listed(self, at: Instant) -> Listed:
        lines, discount = self.cart["lines"], sum(one.amount for one in self.promised)
        gross_value = sum(line["gross_value"] for line in lines)
        return Listed(
            checkout_id=self.checkout_id,
            state=self.state(at),
            program_id=self.program_id,
            group_id=self.group_id,
            place=self.cart.get("place", ""),
            currency=self.cart["currency"],
            gross_value=gross_value,
            discount=discount,
            to_pay=gross_value - discount,
            lines=len(lines),
            opened_at=self.opened_at,
            lapses_at=self.lapses_at,
            order_id=None if self.paid is None else self.paid.order_id,
            number=None if self.paid is None else self.paid.number,
        )

    def off(self) -> dict[int, int]:
        """What comes off each line, where anything does."""
        off: dict[int, int] = {}
        for one in self.promised:
            for line_no, part in one.lines:
                off[line_no] = off.get(line_no, 0) + part
        return off

    def state(self, at: Instant) -> CheckoutState:
        if self.cancelled:
            return "cancelled"
        if self.paid is not None:
            return "committed"
        return "lapsed" if at >= self.lapses_at else "open"

    def must_be_open(self, at: Instant) -> None:
        """Conflict `checkout_committed`, `checkout_cancelled`, `checkout_lapsed`."""
        match self.state(at):
            case "committed":
                raise self.committed()
            case "cancelled":
                raise Conflict("checkout_cancelled", "This checkout was cancelled: open another.", param="checkout_id")
            case "lapsed":
                raise lapsed()

    def committed(self) -> Conflict:
        number = "" if self.paid is None else self.paid.number[:64]
        text = f"This checkout has been paid for, as order {number}."
        return Conflict("checkout_committed", text, param="checkout_id")


def lapsed() -> Conflict:
    return Conflict("checkout_lapsed", "This checkout took too long and is over: open another.", param="checkout_id")


def outdated() -> Refused:
    text = "The member has joined or left a group since: cancel this checkout and open another."
    return Refused("checkout_outdated", text, param="checkout_id")


def no_checkout(checkout_id: str) -> NotFound:
    return NotFound("checkout_not_found", f"There is no checkout {checkout_id[:64]}.", param="checkout_id")
