"""Purchases as native requests write them, and the documents they become."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from chalicelib.api.bodies import as_refusal
from chalicelib.api.native.naming import ReferralCode
from chalicelib.areas.members.model import Identifier
from chalicelib.areas.orders import model as m
from chalicelib.errors import InvalidInput
from chalicelib.kit.amounts import QUANTITY_DECIMALS
from chalicelib.kit.base import Wire
from chalicelib.kit.clock import Instant
from chalicelib.kit.labels import Labels
from chalicelib.kit.proofs import ProofText
from chalicelib.kit.wire import AmountOrZero, PositiveAmount, QuantityIn, WrittenAt, WrittenTime


def _of_a_shop(written: WrittenAt) -> WrittenAt:
    if written.at < m.EARLIEST:
        raise PydanticCustomError("date_too_early", "it must not lie before 1970")
    if abs(written.offset) > m.MAX_OFFSET_MINUTES:
        raise PydanticCustomError("unreadable_date", "no clock is more than 18 hours from UTC")
    return written


def _currency(code: str) -> str:
    if not m.CURRENCY.fullmatch(code):
        raise PydanticCustomError("invalid_currency", "it must be a currency of three capital letters, such as EUR")
    return code


PurchaseTime = Annotated[WrittenTime, AfterValidator(_of_a_shop)]
Currency = Annotated[
    str,
    AfterValidator(_currency),
    WithJsonSchema({"type": "string", "pattern": m.CURRENCY.pattern, "examples": ["EUR"]}),
]

_DECIMAL = rf"^[0-9]{{1,10}}(\.[0-9]{{1,{QUANTITY_DECIMALS}}})?$"
Quantity = Annotated[
    QuantityIn,
    WithJsonSchema(
        {
            "description": "An integer, or a decimal in quotes: above 0, with at most three decimals.",
            "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": _DECIMAL}],
            "examples": [2, "0.5"],
        }
    ),
]


class LineBody(Wire):
    """`gross_value` is of the whole line. `line_no` counts from 1 in the order sent where it is left out everywhere."""

    sku: m.Sku
    quantity: Quantity
    gross_value: AmountOrZero
    line_no: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    name: m.Text = ""
    category: Annotated[tuple[m.Text, ...], Field(max_length=10)] = ()
    brand: m.Text = ""
    labels: Labels = ()
    delivery: bool = False
    excluded_from_tiers: bool = False


class PaymentBody(Wire):
    kind: Annotated[str, Field(min_length=1, max_length=64)]
    amount: AmountOrZero


class OrderBody(Wire):
    """A sale. The buyer is named by `member_id` or by one `identifier`; by neither where the program keeps such orders.
    `referral_code`: by which they come who are enrolled by it; what became of it is told."""

    number: m.DocumentNumber
    purchased_at: PurchaseTime
    currency: Currency
    lines: Annotated[tuple[LineBody, ...], Field(min_length=1, max_length=m.MAX_LINES)]
    member_id: str | None = None
    identifier: Identifier | None = None
    place: m.Text = ""
    payments: Annotated[tuple[PaymentBody, ...], Field(max_length=20)] = ()
    labels: Labels = ()
    referral_code: ReferralCode | None = None


class AssignBody(Wire):
    """Who made the sale after all: named by `member_id` or by one `identifier`."""

    member_id: str | None = None
    identifier: Identifier | None = None


class PaysBody(Wire):
    """So many points of a unit that the customer would pay with."""

    unit: Annotated[str, Field(min_length=1, max_length=64)]
    points: PositiveAmount


CouponCode = Annotated[str, Field(min_length=1, max_length=64)]


class CartBody(Wire):
    """A cart at a checkout. Whoever is known is named by `member_id` or by one `identifier`; it is now, where no time is
    said. `coupons` are codes that the customer shows: the answer says what each takes off, or why it is not taken. `drafts`: drafted rules are judged as if they were active. `why`: the answer says of each rule that gives nothing
    why it does not."""

    currency: Currency
    lines: Annotated[tuple[LineBody, ...], Field(min_length=1, max_length=m.MAX_LINES)]
    member_id: str | None = None
    identifier: Identifier | None = None
    purchased_at: PurchaseTime | None = None
    place: m.Text = ""
    payments: Annotated[tuple[PaymentBody, ...], Field(max_length=20)] = ()
    labels: Labels = ()
    pays: Annotated[tuple[PaysBody, ...], Field(max_length=10)] = ()
    coupons: Annotated[tuple[CouponCode, ...], Field(max_length=5)] = ()
    drafts: bool = False
    why: bool = False


class CheckoutBody(Wire):
    """A cart that is to be paid for. Whoever is known is named by `member_id` or by one `identifier`. The points and
    coupons (by their codes) that it is paid with are set apart until it lapses, unless `hold` says that they are not. `proof`: the member's PIN or one-time code for points that
    are set apart, where the program asks for one; on a change, for more than were."""

    currency: Currency
    lines: Annotated[tuple[LineBody, ...], Field(min_length=1, max_length=m.MAX_LINES)]
    member_id: str | None = None
    identifier: Identifier | None = None
    place: m.Text = ""
    payments: Annotated[tuple[PaymentBody, ...], Field(max_length=20)] = ()
    labels: Labels = ()
    pays: Annotated[tuple[PaysBody, ...], Field(max_length=10)] = ()
    coupons: Annotated[tuple[CouponCode, ...], Field(max_length=5)] = ()
    hold: bool = True
    lapses_after_seconds: Annotated[int, Field(ge=60, le=24 * 3600)] = 15 * 60
    proof: ProofText | None = None


class CommitBody(Wire):
    """The order's number, and what it was paid with, where that is not as the cart said. Who pays is named where nobody was
    known; a member named here must be the checkout's. `proof`: their PIN or one-time code for points that were not set apart,
    where the program asks for one."""

    number: m.DocumentNumber
    member_id: str | None = None
    identifier: Identifier | None = None
    payments: Annotated[tuple[PaymentBody, ...], Field(max_length=20)] | None = None
    proof: ProofText | None = None


class CancelledLineBody(Wire):
    line_no: Annotated[int, Field(ge=1, le=1_000_000)]
    quantity: Quantity | None = None


class CancelBody(Wire):
    """All of it where `lines` is left out, or of one that was paid for these lines; all that is left of a line where no quantity is named."""

    lines: Annotated[tuple[CancelledLineBody, ...], Field(min_length=1, max_length=m.MAX_LINES)] | None = None


class ReturnLineBody(Wire):
    """By SKU over all lines of the sale with it; from one line where `line_no` is given."""

    sku: m.Sku
    quantity: Quantity
    gross_value: AmountOrZero
    line_no: Annotated[int, Field(ge=1)] | None = None


class ReturnBody(Wire):
    """A return. A member named here must be the one the sale was made to."""

    number: m.DocumentNumber
    purchased_at: PurchaseTime
    currency: Currency
    lines: Annotated[tuple[ReturnLineBody, ...], Field(min_length=1, max_length=m.MAX_LINES)]
    member_id: str | None = None
    identifier: Identifier | None = None
    place: m.Text = ""


def sale_of(body: OrderBody) -> m.Sale:
    return _sale(body, body.number, body.purchased_at)


def cart_of(body: CartBody, now: Instant) -> m.Sale:
    """A cart is judged as the sale that it would become."""
    return _sale(body, "cart", body.purchased_at or WrittenAt(now, 0))


def cart_to_pay(body: CheckoutBody, now: Instant) -> m.Sale:
    return _sale(body, "cart", WrittenAt(now, 0))


def payments_of(payments: tuple[PaymentBody, ...]) -> tuple[m.Payment, ...]:
    return tuple(m.Payment(kind=payment.kind, amount=payment.amount) for payment in payments)


def _sale(body: OrderBody | CartBody | CheckoutBody, number: str, at: WrittenAt) -> m.Sale:
    given = {line.line_no is not None for line in body.lines}
    if len(given) > 1:
        raise InvalidInput("line_numbers_mixed", "Number all lines or none.", param="lines")
    lines = enumerate(body.lines, start=1)
    with as_refusal():
        return m.Sale(
            number=number,
            purchased_at=at.at,
            utc_offset=at.offset,
            currency=body.currency,
            lines=tuple(m.Line(**{**vars(line), "line_no": line.line_no or place}) for place, line in lines),
            place=body.place,
            payments=payments_of(body.payments),
            labels=body.labels,
        )


def return_of(body: ReturnBody) -> m.Return:
    return m.Return(
        number=body.number,
        purchased_at=body.purchased_at.at,
        utc_offset=body.purchased_at.offset,
        currency=body.currency,
        lines=tuple(m.ReturnLine(**vars(line)) for line in body.lines),
        place=body.place,
    )
