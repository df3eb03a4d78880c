"""Orders: recording, simulating, returning, reading. Money in the currency's smallest part, quantities as decimals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, buyer_of, owner_of
from chalicelib.api.native.purchases import AssignBody, OrderBody, ReturnBody, return_of, sale_of
from chalicelib.areas.orders import model as m
from chalicelib.areas.orders import operations as orders
from chalicelib.areas.orders.model.order import Back, Order, OrderCard, RecordedReturn
from chalicelib.flows.assign_order import AssignedOrder, assign_order
from chalicelib.flows.list_member_orders import list_member_orders
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.record_order import RecordedOrder, record_order
from chalicelib.flows.return_order import ReturnedOrder, return_order
from chalicelib.flows.simulate_order import SimulatedOrder, simulate_order
from chalicelib.kit.base import Wire
from chalicelib.kit.labels import Label
from chalicelib.kit.wire import Time


class OrderLine(Wire):
    line_no: int
    sku: str
    quantity: str
    gross_value: int
    name: str
    category: tuple[str, ...]
    brand: str
    labels: tuple[Label, ...]
    delivery: bool
    excluded_from_tiers: bool
    returned_quantity: str
    returned_value: int


class OrderCredit(Wire):
    """What a rule gave for the order; `taken_back` is what returns asked back of it so far."""

    rule_id: str
    unit: str
    amount: int
    taken_back: int


class OrderView(Wire):
    """`group_id`: it was bought for a group, in whose account it is whoever is in that now. Without a `member_id` nobody is
    known to have made it yet."""

    order_id: str
    number: str
    member_id: str | None
    group_id: str | None
    program_id: int
    purchased_at: Time
    recorded_at: Time
    currency: str
    place: str
    gross_value: int
    returned_value: int
    fully_returned: bool
    lines: tuple[OrderLine, ...]
    payments: tuple[m.Payment, ...]
    labels: tuple[Label, ...]
    credits: tuple[OrderCredit, ...]


class Orders(Wire):
    items: tuple[OrderCard, ...]
    next_cursor: str | None


class ReturnedLine(Wire):
    line_no: int
    quantity: str
    gross_value: int


class ReturnView(Wire):
    number: str
    purchased_at: Time
    recorded_at: Time
    currency: str
    place: str
    lines: tuple[ReturnedLine, ...]


class Returns(Wire):
    items: tuple[ReturnView, ...]


def record(call: Call, body: OrderBody) -> Answered[RecordedOrder]:
    program_id = call.query["program_id"]
    return answered(record_order(call.rt, call.caller, call.command, _buyer(body), sale_of(body), program_id))


def assign(call: Call, body: AssignBody) -> Answered[AssignedOrder]:
    buyer = buyer_of(body.member_id, body.identifier) or Buyer()
    return answered(assign_order(call.rt, call.caller, call.command, call.path["order_id"], buyer))


def simulate(call: Call, body: OrderBody) -> SimulatedOrder:
    program_id = call.query["program_id"]
    return simulate_order(call.rt, call.caller, call.command, _buyer(body), sale_of(body), program_id)


def take_back(call: Call, body: ReturnBody) -> Answered[ReturnedOrder]:
    order_id, buyer = call.path["order_id"], buyer_of(body.member_id, body.identifier)
    return answered(return_order(call.rt, call.caller, call.command, order_id, return_of(body), buyer))


def get_order(call: Call) -> OrderView:
    return _order(orders.get_order(call.rt, call.caller, call.path["order_id"]))


def find_order(call: Call) -> OrderView:
    return _order(orders.find_order(call.rt, call.caller, call.query["number"]))


def list_orders(call: Call) -> Orders:
    page = list_member_orders(call.rt, call.caller, owner_of(call), call.query["limit"], call.query["cursor"])
    return Orders(items=page.items, next_cursor=page.next_cursor)


def list_returns(call: Call) -> Returns:
    found = orders.list_returns(call.rt, call.caller, call.path["order_id"])
    return Returns(items=tuple(_returned(recorded) for recorded in found))


def _buyer(body: OrderBody) -> Buyer:
    """Nobody, where nobody is named: some programs keep such an order."""
    known = buyer_of(body.member_id, body.identifier)
    return Buyer() if known is None else replace(known, code=body.referral_code or "")


def _order(order: Order) -> OrderView:
    sale = order.sale
    return OrderView(
        order_id=order.order_id,
        number=sale.number,
        member_id=order.member_id or None,
        group_id=order.group_id,
        program_id=order.program,
        purchased_at=sale.purchased_at,
        recorded_at=order.recorded_at,
        currency=sale.currency,
        place=sale.place,
        gross_value=sale.gross_value,
        returned_value=order.returned_value,
        fully_returned=order.fully_returned,
        lines=tuple(_line(line, order.returned.get(line.line_no, Back())) for line in sale.lines),
        payments=sale.payments,
        labels=sale.labels,
        credits=tuple(
            OrderCredit(rule_id=credit.rule, unit=credit.unit, amount=credit.amount, taken_back=credit.due)
            for credit in order.credits
        ),
    )


def _line(line: m.Line, back: Back) -> OrderLine:
    shown = vars(line) | {"quantity": _plain(line.quantity)}
    return OrderLine(**shown, returned_quantity=_plain(back.quantity), returned_value=back.value)


def _returned(recorded: RecordedReturn) -> ReturnView:
    document = recorded.document
    return ReturnView(
        number=document.number,
        purchased_at=document.purchased_at,
        recorded_at=recorded.recorded_at,
        currency=document.currency,
        place=document.place,
        lines=tuple(
            ReturnedLine(line_no=line_no, quantity=_plain(quantity), gross_value=value)
            for line_no, quantity, value in recorded.taken
        ),
    )


def _plain(quantity: Decimal) -> str:
    """Without exponent and without zeros at its end: `2`, `0.5`."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
