"""Verify the orders and returns of a member or a group: each has its entry, each such entry has its order or return, and
they agree. What a member bought for a group stands in the member's list and the group's, and in the group's journal.

The journal is read before them: an order, a return or a cancellation by hand of an entry behind it is news, and no difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from chalicelib.areas.orders import store
from chalicelib.areas.orders.model.documents import Return, Sale
from chalicelib.areas.orders.model.order import Back, ByHand, Credited, Order, RecordedReturn
from chalicelib.flows.verify_stream import unreadable
from chalicelib.flows.verify_uses import RecordedUses
from chalicelib.kit.clock import Instant
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry
from chalicelib.table.pages import every_item
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.protocol import Attrs, Key, Table

_SOLD, _RETURNED = "order.recorded", "order.returned"
_CANCELLED = "points.cancelled"
_ASKED_BACK = (_CANCELLED, "promise.cancelled")
_KEPT = ("unit", "amount", "lines", "piece")
_GIVEN = {"points.earned": 3, "points.promised": 2}  # since which version of it an order keeps the period of a cap


class Bought(NamedTuple):
    """What an entry repeats of a document beside its number and what it comes to."""

    at: Instant
    currency: str
    place: str


class Recorded(NamedTuple):
    """What an entry says of an order or a return. `counted`: what of a sale counts towards a tier, where that is not all of
    it; `gave`: rule, unit, amount, lines, piece and period of each credit; `asked`: how much a return asked back of what each rule
    gave of each unit."""

    program: int
    sequence: int
    value: int
    at: Instant
    number: str
    bought: Bought
    counted: int | None = None
    gave: tuple[tuple[Any, ...], ...] = ()
    asked: Mapping[tuple[str, str], int] = {}


@dataclass(slots=True)
class RecordedOrders:
    """What a member's or a group's journal says of orders. `by_hand`: which entries cancelled how much of what a rule gave of a
    unit; `last`: how far it goes, by program; `unread`: of which entries nobody knows what they say."""

    tenant: str
    owner: str
    sales: dict[str, Recorded] = field(default_factory=dict)
    returns: dict[str, dict[str, Recorded]] = field(default_factory=lambda: defaultdict(dict))
    by_hand: dict[str, dict[int, tuple[str, str, int]]] = field(default_factory=lambda: defaultdict(dict))
    last: dict[int, int] = field(default_factory=dict)
    unread: set[tuple[int, int]] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    uses: RecordedUses = field(default_factory=RecordedUses)

    def see(self, entry: Entry) -> None:
        program, sequence = entry.stream.program, entry.sequence
        self.last[program] = sequence
        if is_placeholder(entry):
            self.unread.add((program, sequence))
        for fact in entry.facts:
            self.uses.see(fact)
            told, value = str(fact.get("number")), int(fact.get("value", 0))
            bought = Bought(entry.effective_at, str(fact.get("currency")), str(entry.header.get("place", "")))
            recorded = Recorded(program, sequence, value, entry.recorded_at, told, bought)
            if fact.get("type") == _SOLD:
                self.sales[str(fact.get("order"))] = recorded._replace(gave=_gave(entry), counted=fact.get("counted"))
            elif fact.get("type") == _RETURNED:
                order = str(fact.get("order"))
                self.returns[order][told] = recorded._replace(asked=_asked(entry, order))
            elif fact.get("type") == _CANCELLED and fact.get("order") and fact.get("undoes"):
                asked = int(fact["amount"]) + int(fact.get("short", 0))
                by_hand = str(fact.get("rule", "")), str(fact["unit"]), asked
                self.by_hand[str(fact["order"])] |= {sequence: by_hand} if asked else {}

    @property
    def orders(self) -> list[str]:
        return sorted(self.listed | self.sales.keys() | self.returns.keys())

    def wanted(self) -> Iterator[Key]:
        for order in self.orders:
            yield store.order_key(self.tenant, order)
            yield from (store.return_key(self.tenant, order, number) for number in self.returns.get(order, ()))

    def differences(self, table: Table, found: Mapping[Key, Attrs]) -> Iterator[str]:
        """`found`: what there is of the wanted. Nearly always nothing more is read."""
        for order in self.orders:
            yield from (f"order {order} {what}" for what in self._of_order(table, found, order))

    def _of_order(self, table: Table, found: Mapping[Key, Attrs], name: str) -> Iterator[str]:
        attrs, recorded = found.get(store.order_key(self.tenant, name)), self.sales.get(name)
        if attrs is None:
            yield "is missing, though an entry records it" if recorded else "is missing from where it is listed"
            return
        try:
            order = store.order_from(attrs)
        except UNREADABLE as why:
            yield unreadable(why)
            return
        if recorded is None:
            if order.owner == self.owner and not self._may_have(order.program, order.sequence):
                yield "has no entry that records it"
            return
        yield from self._of_sale(order, recorded, attrs)
        yield from self._of_returns(table, found, order)
        if order.times_returned == len(self.returns.get(name, {})):
            yield from self.uses.differences(order)

    def _of_sale(self, order: Order, recorded: Recorded, attrs: Attrs) -> Iterator[str]:
        if (order.owner, order.program, order.sequence) != (self.owner, recorded.program, recorded.sequence):
            yield "names another entry than the one that records it"
        if order.sale.gross_value != recorded.value:
            yield "is not worth what its entry says"
        recorded_at = recorded.at if order.kept else order.recorded_at  # it was recorded before it was assigned
        if (recorded_at, order.sale.number) != (recorded.at, recorded.number):
            yield "has another number or time than its entry says"
        if _bought(order.sale) != recorded.bought:
            yield "was bought at another time or place, or in another currency, than its entry says"
        if _counted(order) != recorded.counted:
            yield "counts otherwise towards a tier than its entry says"
        yield from _gave_otherwise(order, recorded)
        if store.misshown(self.tenant, order, attrs):
            yield "is not what the member's list shows"
        if store.unlisted(self.tenant, order, attrs):
            yield "is not where its group's list has it"
        if not order.group_id and order.order_id not in self.listed:
            yield "is not in the member's list"

    def _of_returns(self, table: Table, found: Mapping[Key, Attrs], order: Order) -> Iterator[str]:
        known = self.returns.get(order.order_id, {})
        read: list[RecordedReturn] = []
        for number, recorded in known.items():
            attrs = found.get(store.return_key(self.tenant, order.order_id, number))
            try:
                one = None if attrs is None else store.return_from(attrs)
            except UNREADABLE as why:
                yield f"return {number} {unreadable(why)}"
                continue
            if one is None:
                yield f"return {number} is missing, though an entry records it"
                continue
            read.append(one)
            taken = sum(value for _, _, value in one.taken)
            if (taken, one.document.number) != (recorded.value, number) or _told_otherwise(one, recorded):
                yield f"return {number} is not what its entry says"
            if not _took_its_lines(order.sale, one):
                yield f"return {number} has not taken what its lines say"
        if self._cancelled_otherwise(order):
            yield "was not cancelled by hand as its entries say"
        if order.times_returned == len(known):
            if len(read) == len(known) and dict(order.returned) != _together(read):
                yield "has not come back as its returns say"
            if _asked_in_all(order) != +sum((Counter(one.asked) for one in known.values()), Counter()):
                yield "was not asked back what its returns say"
        else:
            yield from self._others(table, order, known)

    def _others(self, table: Table, order: Order, known: Mapping[str, Recorded]) -> Iterator[str]:
        """The order counts another number of returns than its entries. It was read after the journal, and its returns are
        read after it: so it may have more than the entries known, and there may be more than it has."""
        if order.times_returned < len(known):
            yield "counts fewer returns than its entries"
            return
        items = list(every_item(table, store.returns_query(self.tenant, order.order_id)))
        for attrs in items:
            number = attrs["sk"]["S"].removeprefix("R#")
            try:
                had = number in known or self._may_have(order.program, store.return_from(attrs).sequence)
            except UNREADABLE as why:
                yield f"return {number} {unreadable(why)}"
                continue
            if not had:
                yield f"return {number} has no entry that records it"
        if order.times_returned > len(items):
            yield "counts more returns than there are"

    def _cancelled_otherwise(self, order: Order) -> bool:
        """What of its credits was cancelled by hand, but for what nobody knows yet."""
        said = self.by_hand.get(order.order_id, {})
        told = {one.sequence: one for one in order.by_hand}
        news = {sequence for sequence in told.keys() - said.keys() if self._may_have(order.program, sequence)}
        known = {sequence: _told(order, one) for sequence, one in told.items() if sequence not in news}
        return len(told) < len(order.by_hand) or known != said

    def _may_have(self, program: int, sequence: int) -> bool:
        """Whether it may be that this entry records what was found: one behind those that were read, or that cannot be."""
        return sequence > self.last.get(program, 0) or (program, sequence) in self.unread


def _told_otherwise(one: RecordedReturn, recorded: Recorded) -> bool:
    """What came back before the order was assigned is told again by the entry that did that."""
    said = recorded.sequence, recorded.at, recorded.bought
    return not one.own and (one.sequence, one.recorded_at, _bought(one.document)) != said


def _together(returns: list[RecordedReturn]) -> dict[int, Back]:
    taken: dict[int, Back] = {}
    for one in returns:
        for line, quantity, value in one.taken:
            taken[line] = taken.get(line, Back()).plus(quantity, value)
    return taken


def _bought(document: Sale | Return) -> Bought:
    return Bought(document.purchased_at, document.currency, document.place)


def _counted(order: Order) -> int | None:
    counted = sum(line.gross_value for line in order.sale.lines if line.line_no not in order.uncounted)
    return counted if order.uncounted else None


def _gave_otherwise(order: Order, recorded: Recorded) -> Iterator[str]:
    if tuple(_frozen((*one[:4], one.piece, one.period)) for one in order.credits) != recorded.gave:
        yield "has not given what its entry says"
    elif not all(_is_of_its_lines(credit, order.sale) for credit in order.credits):
        yield "has given for lines that its document does not have, or not with that value"


def _is_of_its_lines(credit: Credited, sale: Sale) -> bool:
    """A credit belongs to lines of the sale, and is taken back in proportion to what these came to."""
    values = {line.line_no: line.gross_value for line in sale.lines}
    own = {line_no for line_no, _ in credit.lines}
    return own <= values.keys() and sum(values[line_no] for line_no in own) == credit.value


def _took_its_lines(sale: Sale, one: RecordedReturn) -> bool:
    """Of each SKU what its lines say, and no less from a line of the sale than those that name it."""
    skus = {line.line_no: line.sku for line in sale.lines}
    taken, said = defaultdict[str | None, Back](Back), defaultdict[str | None, Back](Back)
    left = {line_no: quantity for line_no, quantity, _ in one.taken}
    for line_no, quantity, value in one.taken:
        taken[skus.get(line_no)] = taken[skus.get(line_no)].plus(quantity, value)
    for line in one.document.lines:
        said[line.sku] = said[line.sku].plus(line.quantity, line.gross_value)
        if line.line_no is not None:
            left[line.line_no] = left.get(line.line_no, Decimal(0)) - line.quantity
    return taken == said and min(left.values(), default=Decimal(0)) >= 0


def _asked(entry: Entry, order: str) -> Mapping[tuple[str, str], int]:
    """What was due, of which some may have been there no more."""
    asked = Counter[tuple[str, str]]()
    for fact in entry.facts:
        if fact["type"] in _ASKED_BACK and fact.get("order") == order:
            asked[str(fact.get("rule", "")), str(fact["unit"])] += int(fact["amount"]) + int(fact.get("short", 0))
    return asked


def _told(order: Order, one: ByHand) -> tuple[str, str, int] | None:
    if not 0 <= one.credit < len(order.credits):
        return None
    credit = order.credits[one.credit]
    return credit.rule, credit.unit, one.amount


def _asked_in_all(order: Order) -> Counter[tuple[str, str]]:
    """By returns."""
    asked = Counter[tuple[str, str]]()
    for credit in order.credits:
        asked[credit.rule, credit.unit] += credit.due
    for one in order.by_hand:
        if told := _told(order, one):
            asked[told[:2]] -= one.amount
    return +asked


def _gave(entry: Entry) -> tuple[tuple[Any, ...], ...]:
    """By the rules for the sale that it records, in their order."""
    given = [fact for fact in entry.facts if fact["type"] in _GIVEN and fact.get("order")]
    return tuple(
        _frozen((fact.get("rule", ""), *(fact.get(name, ()) for name in _KEPT), _period(fact))) for fact in given
    )


def _period(fact: Mapping[str, Any]) -> Any:
    """In which a credit counts, as its order has it."""
    return fact.get("period", "") if fact.get("v", 1) >= _GIVEN[fact["type"]] else ""


def _frozen(value: Any) -> Any:
    """Lists of JSON as the tuples that they were."""
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
