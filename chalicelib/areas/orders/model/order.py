"""An order as it is kept, and the pure plan of a return: which lines it takes from and how much of each credit is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from chalicelib.areas.orders.model.documents import Line, Return, ReturnLine, Sale
from chalicelib.areas.orders.model.gifts import Gift
from chalicelib.areas.orders.model.uses import Came, CodeUsed, Counts, Use, UseBack, back_of
from chalicelib.errors import Refused
from chalicelib.kit.amounts import rounded
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import Time

Basis = Literal["own_lines", "order_value"]


class Credited(NamedTuple):
    """What one rule gave for the sale. `piece` is the earning's interval; `due` counts what was asked back so far, by returns
    and by hand; `period` is that of a cap in which it counts."""

    rule: str
    unit: str
    amount: int
    lines: tuple[tuple[int, int], ...]
    value: int
    piece: tuple[int, int, int]
    due: int = 0
    period: str = ""


class SpentOn(NamedTuple):
    """Points that paid for a part of it: a fact of the entry that recorded the order, by its number; and how many of them
    went for each line."""

    fact: int
    unit: str
    lines: tuple[tuple[int, int], ...]


class PaidWith(NamedTuple):
    """What besides money: points, and coupons by id and series."""

    spends: tuple[SpentOn, ...] = ()
    coupons: tuple[tuple[str, str], ...] = ()


class ByHand(NamedTuple):
    """So much of the order's credit (by its place among them) was asked back by whoever cancelled the earning, in this entry
    of the account."""

    sequence: int
    credit: int
    amount: int


class Kept(NamedTuple):
    """Where the order's own journal stands, which it has from the time before it was a member's."""

    version: int
    hash: str


class Back(NamedTuple):
    """What came back of one line."""

    quantity: Decimal = Decimal(0)
    value: int = 0

    def plus(self, quantity: Decimal, value: int) -> Back:
        return Back(self.quantity + quantity, self.value + value)


@dataclass(frozen=True, slots=True)
class Order:
    """`member_id` is empty while nobody is known to have made it: then its journal is its own (`kept`), as its returns are, and
    nothing was earned by it. `sequence` is the entry that recorded it, of the account once it is in one; `version` counts the order's own changes: its returns, and what of its
    credits was cancelled `by_hand`. `uncounted` are the lines that did not count towards a tier when it was bought: so they
    do not when they come back. `uses` are what it has of rules that are counted, `past` how it counts otherwise, `points` by what its credits do. `group_id` is the group that it was bought for: the order is its account's for ever, whoever
    leaves it. `codes` are coupons that were used with it while it is nobody's."""

    order_id: str
    member_id: str
    program: int
    sequence: int
    recorded_at: Instant
    sale: Sale
    credits: tuple[Credited, ...] = ()
    returned: Mapping[int, Back] = field(default_factory=dict)
    uncounted: tuple[int, ...] = ()
    version: int = 1
    group_id: str | None = None
    by_hand: tuple[ByHand, ...] = ()
    spends: tuple[SpentOn, ...] = ()
    coupons: tuple[tuple[str, str], ...] = ()
    kept: Kept | None = None
    uses: tuple[Use, ...] = ()
    gifts: tuple[Gift, ...] = ()
    codes: tuple[CodeUsed, ...] = ()
    past: tuple[Counts, ...] = ()
    points: tuple[Counts, ...] = ()

    @property
    def owner(self) -> str:
        """Whose account it is in; its own id while it is in none."""
        return self.group_id or self.member_id or self.order_id

    @property
    def assigned(self) -> bool:
        """Whether it became a member's only later."""
        return self.kept is not None and bool(self.member_id)

    @property
    def times_returned(self) -> int:
        """How many returns it counts."""
        return self.version - 1 - len(self.by_hand) - self.assigned

    @property
    def returned_value(self) -> int:
        return sum(back.value for back in self.returned.values())

    @property
    def fully_returned(self) -> bool:
        return all(self._is_back(line) for line in self.sale.lines)

    def has_back(self, gift: Gift | Counts) -> bool:
        """Whether all has come back for which it was given, or counts."""
        return all(self._is_back(line) for line in self.sale.lines if not gift.lines or line.line_no in gift.lines)

    def _is_back(self, line: Line) -> bool:
        back = self.returned.get(line.line_no, Back())
        return back.quantity == line.quantity and back.value == line.gross_value


class OrderCard(Frozen):
    """An order as a member's list shows it; values in the currency's smallest part."""

    order_id: str
    number: str
    purchased_at: Time
    currency: str
    gross_value: int
    returned_value: int


class GroupOrder(OrderCard):
    """An order as the list of the group shows it that it was bought for, with who bought it."""

    member_id: str


class RecordedReturn(Frozen):
    """A return as it is kept: the document, what it took of each line, and the entry that recorded it: of the account, or of
    the order's `own` journal where it was not yet in any."""

    document: Return
    taken: tuple[tuple[int, Decimal, int], ...]
    sequence: int
    recorded_at: Time
    own: bool = False


class Due(NamedTuple):
    """How much of one credit of the sale a return takes back. Nothing where a basis that was changed meanwhile comes to less
    than was asked back before."""

    credit: Credited
    amount: int


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    order: Order  # after the return
    taken: Mapping[int, Back]  # what this return takes, by line of the sale
    dues: tuple[Due, ...]
    uses_back: tuple[UseBack, ...] = ()

    @property
    def value(self) -> int:
        return sum(back.value for back in self.taken.values())

    @property
    def counted(self) -> int:
        """What of the value had counted towards a tier."""
        return sum(back.value for line_no, back in self.taken.items() if line_no not in self.order.uncounted)


def plan_return(order: Order, document: Return, basis: Mapping[str, Basis]) -> ReturnPlan:
    """Refuses `currency_differs`, `sku_not_sold` and `returned_more_than_bought`. `basis` is chosen per unit."""
    if document.currency != order.sale.currency:
        raise Refused(
            "currency_differs", f"The sale is in {order.sale.currency}, not {document.currency}.", param="currency"
        )
    after = dict(order.returned)
    taken: dict[int, Back] = {}
    for line in sorted(document.lines, key=_names_no_line):
        for line_no, back in _matched(order, after, line):
            after[line_no] = after.get(line_no, Back()).plus(*back)
            taken[line_no] = taken.get(line_no, Back()).plus(*back)
    changed = replace(order, returned=after, version=order.version + 1)
    dues = tuple(
        Due(credit, max(0, _due(changed, credit, basis[credit.unit]) - credit.due)) for credit in order.credits
    )
    asked = tuple(credit._replace(due=credit.due + due.amount) for credit, due in zip(order.credits, dues, strict=True))
    backs = tuple(back_of(use, _came(changed, dues)) for use in order.uses)
    rest = () if changed.fully_returned else tuple(back.rest for back in backs)
    told = tuple(back for back in backs if back.is_something)
    return ReturnPlan(replace(changed, credits=asked, uses=rest), taken, dues, told)


def _came(order: Order, dues: Iterable[Due]) -> Came:
    taken_back: defaultdict[tuple[str, str], int] = defaultdict(int)
    for credit, amount in dues:
        taken_back[credit.rule, credit.unit] += amount
    shares = {line_no: _share_back(order, line_no) for line_no in order.returned}
    return Came(taken_back, shares, order.fully_returned)


def due_back(before: Order, after: Order) -> tuple[Gift, ...]:
    """What a return takes with it: all for which it was given has come back by it."""
    return tuple(gift for gift in before.gifts if after.has_back(gift) and not before.has_back(gift))


def given_back(order: Order, spent: SpentOn) -> int:
    """How many of the points that paid for an order come back in all, with what has come back of it: of each line its share
    by value, or by pieces where nothing was left to pay."""
    back = sum((points * _share_back(order, line_no) for line_no, points in spent.lines), Fraction(0))
    return rounded(back, "half_up")


def _share_back(order: Order, line_no: int) -> Fraction:
    [line] = [line for line in order.sale.lines if line.line_no == line_no]
    back = order.returned.get(line_no, Back())
    if line.gross_value:
        return Fraction(back.value, line.gross_value)
    return Fraction(back.quantity) / Fraction(line.quantity)


def asked_by_hand(order: Order, credit: int, amount: int, sequence: int) -> Order:
    """The order after its credit was cancelled by hand in the account's entry of this number: so much of it counts as asked
    back, and no return asks for it again."""
    asked = order.credits[credit]._replace(due=order.credits[credit].due + amount)
    return replace(
        order,
        credits=(*order.credits[:credit], asked, *order.credits[credit + 1 :]),
        by_hand=(*order.by_hand, ByHand(sequence, credit, amount)),
        version=order.version + 1,
    )


def _names_no_line(line: ReturnLine) -> bool:
    """Lines that name theirs come first: what goes by SKU takes what they leave."""
    return line.line_no is None


def _matched(order: Order, returned: Mapping[int, Back], wanted: ReturnLine) -> Iterable[tuple[int, Back]]:
    """Spread one return line over the lines of the sale it may come from, first line first; all of it or a refusal."""
    quantity, value = wanted.quantity, wanted.gross_value
    lines = [line for line in order.sale.lines if line.sku == wanted.sku and wanted.line_no in (None, line.line_no)]
    if not lines:
        line_no = "line" if wanted.line_no is None else f"line {wanted.line_no}"
        raise Refused("sku_not_sold", f"The sale has no {line_no} with SKU {wanted.sku[:64]}.", param="lines")
    matched: list[tuple[int, Back]] = []
    for line in lines:
        before = returned.get(line.line_no, Back())
        part = Back(min(quantity, line.quantity - before.quantity), min(value, line.gross_value - before.value))
        quantity, value = quantity - part.quantity, value - part.value
        if part.quantity or part.value:
            matched.append((line.line_no, part))
    if quantity or value:
        raise Refused(
            "returned_more_than_bought",
            f"More of SKU {wanted.sku[:64]} is returned than was bought and not yet returned.",
            param="lines",
        )
    return matched


def _due(order: Order, credit: Credited, basis: Basis) -> int:
    """All that is due of a credit so far. One without any value, or of no lines as stamps are, is due when the whole order has
    come back."""
    if basis == "order_value":
        value, back = order.sale.gross_value, order.returned_value
    else:
        value = credit.value
        back = sum(order.returned.get(line_no, Back()).value for line_no, _ in credit.lines)
    if value == 0 or not credit.lines:
        return credit.amount if order.fully_returned else 0
    return rounded(Fraction(credit.amount * back, value), "half_up")
