"""The lines of one order as rules see them: which are a rule's own, and what they come to once discounts are off.

Lines go by what they are, and by their numbers only where they are alike: whoever sends none has them numbered as they
stand, and where a line stands must decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from operator import itemgetter
from typing import Any, NamedTuple

from chalicelib.areas.rules.model.words import LabelMatch, LineFilter
from chalicelib.areas.rules.purchase import Purchase, PurchaseLine
from chalicelib.kit.amounts import currency_decimals
from chalicelib.kit.labels import Label

Lines = tuple[PurchaseLine, ...]
Ratio = tuple[int, int]
Parts = tuple[tuple[int, int], ...]  # of lines by their numbers
LabelTest = Callable[[Sequence[Label]], bool]


class Whole(NamedTuple):
    """A line's whole pieces. A piece's price is what is to pay for the line × `weight`, in parts that are the same for all
    lines."""

    number: int
    pieces: int
    weight: int


class Wholes(NamedTuple):
    """Lines with whole pieces of goods, for delivery is no piece; how many those are together, and how many parts the smallest
    part of the currency has in which their prices are counted."""

    lines: tuple[Whole, ...]
    pieces: int
    parts: int


class Own:
    """Lines of an order, with the value of each and of all together."""

    __slots__ = (
        "_by_number",
        "_dearest",
        "_left",
        "_numbers",
        "_pieces",
        "_quantities",
        "_wholes",
        "lines",
        "numbers",
        "value",
        "values",
    )

    def __init__(self, lines: Lines, left: Mapping[int, int] | None = None) -> None:
        self.lines = lines
        self.numbers = [line.line_no for line in lines]
        self.values = [line.gross_value for line in lines] if left is None else [left[no] for no in self.numbers]
        self.value = sum(self.values)
        self._quantities: list[Ratio] | None = None
        self._pieces: int | Fraction | None = None
        self._by_number: itemgetter[Any] | None = None
        self._left: itemgetter[Any] | None = None
        self._numbers: tuple[int, ...] = ()
        self._dearest = -1
        self._wholes: Wholes | None = None

    def of_left(self, left: Mapping[int, int]) -> Sequence[int]:
        """What is left to pay for each line, in the order of the lines: asked for by every discount."""
        numbers = self.numbers
        if len(numbers) < 2:
            return [left[number] for number in numbers]
        if self._left is None:
            self._left = itemgetter(*numbers)
        weights: tuple[int, ...] = self._left(left)
        return weights

    def told(self, shares: Sequence[int]) -> Parts:
        """(line_no, its share) of every line, by line_no: as anybody is told of it."""
        if len(shares) < 2:
            return tuple(zip(self.numbers, shares, strict=True))
        if self._by_number is None:
            self._by_number = itemgetter(*sorted(range(len(shares)), key=self.numbers.__getitem__))
            self._numbers = self._by_number(self.numbers)
        return tuple(zip(self._numbers, self._by_number(shares), strict=True))

    def split(self, amount: int) -> Parts:
        """As kit/amounts splits by the values of the lines; what is the same for every amount is found once."""
        return self.told(self._shares(amount))

    def split_by_turn(self, amount: int) -> Parts:
        """The same in the lines' own order: by that goes whoever splits it once more."""
        return tuple(zip(self.numbers, self._shares(amount), strict=True))

    def _shares(self, amount: int) -> list[int]:
        values, whole = self.values, self.value
        if not whole:
            return [amount, *([0] * (len(values) - 1))] if values else []
        if self._dearest < 0:
            self._dearest = values.index(max(values))
        shares = [amount * value // whole for value in values]
        shares[self._dearest] += amount - sum(shares)
        return shares

    @property
    def wholes(self) -> Wholes:
        if self._wholes is None:
            counts = zip(self.lines, self.quantities, strict=True)
            there = [(line.line_no, count, of) for line, (count, of) in counts if count >= of and not line.delivery]
            parts = lcm(*[count for _, count, _ in there])
            lines = tuple([Whole(number, count // of, of * (parts // count)) for number, count, of in there])
            self._wholes = Wholes(lines, sum([line.pieces for line in lines]), parts)
        return self._wholes

    @property
    def quantities(self) -> list[Ratio]:
        """Of each line, as integers: read once, for many rules ask."""
        if self._quantities is None:
            self._quantities = [line.quantity.as_integer_ratio() for line in self.lines]
        return self._quantities

    @property
    def pieces(self) -> int | Fraction:
        if self._pieces is None:
            self._pieces = pieces_of(self.quantities)
        return self._pieces


class LineSelector:
    """A line filter, compiled. Equal filters are one selector, so that an order is searched once for all of them."""

    __slots__ = ("_brands", "_categories", "_skus", "_tests", "asks")

    def __init__(self, asked: LineFilter) -> None:
        self._skus, self._brands = frozenset(asked.skus), frozenset(asked.brands)
        self._categories = frozenset(asked.categories)
        self._tests = _line_tests(asked)
        self.asks = bool(self._tests)

    def select(self, basket: Basket) -> Lines:
        """In the basket's order; all lines when nothing is asked. The order as a whole is asked first (one set operation), so a
        rule about products that are not in it costs no walk along the lines."""
        if self._skus and self._skus.isdisjoint(basket.skus):
            return ()
        if self._brands and self._brands.isdisjoint(basket.brands):
            return ()
        if self._categories and self._categories.isdisjoint(basket.categories):
            return ()
        left: Iterable[PurchaseLine] = basket.lines
        for test in self._tests:
            left = [line for line in left if test(line)]
        return tuple(left)


class Basket:
    """A purchase prepared for many rules: its lines in an order of their own, and what they have between them."""

    __slots__ = (
        "_found",
        "_paid",
        "_pieces",
        "brands",
        "categories",
        "currency",
        "decimals",
        "labels",
        "lines",
        "payments",
        "place",
        "skus",
        "value",
    )

    def __init__(self, purchase: Purchase) -> None:
        lines = by_what_they_are(purchase.lines)
        self.lines: Lines = lines
        self.value = sum([line.gross_value for line in lines])
        self.currency = purchase.currency
        self.decimals = currency_decimals(purchase.currency)
        self.place = purchase.place
        self.labels = purchase.labels
        self.payments = frozenset(payment.kind for payment in purchase.payments)
        self.skus = {line.sku for line in lines}
        self.brands = {line.brand for line in lines}
        self.categories = {level for line in lines for level in line.category}
        self._found: dict[LineSelector, Own] = {}
        self._paid: dict[LineSelector, Own] | None = None
        self._pieces: int | Fraction | None = None

    def own(self, selector: LineSelector) -> Own:
        """As they were sent: at full price."""
        known = self._found.get(selector)
        if known is None:
            known = self._found[selector] = Own(selector.select(self))
        return known

    def paid(self, selector: LineSelector, left: Mapping[int, int]) -> Own:
        """As they are paid, with discounts off: `left` of each line."""
        if not left:
            return self.own(selector)
        if self._paid is None:
            self._paid = {}
        known = self._paid.get(selector)
        if known is None:
            known = self._paid[selector] = Own(self.own(selector).lines, left)
        return known

    @property
    def pieces(self) -> int | Fraction:
        """Of all lines together."""
        if self._pieces is None:
            self._pieces = pieces_of([line.quantity.as_integer_ratio() for line in self.lines])
        return self._pieces


def pieces_of(quantities: Sequence[Ratio]) -> int | Fraction:
    """Exact: a decimal's own sum would be as precise as its context."""
    common = lcm(*[bottom for _, bottom in quantities])
    together = sum([top * (common // bottom) for top, bottom in quantities])
    return together if common == 1 else Fraction(together, common)


def label_test(asked: Iterable[LabelMatch]) -> LabelTest:
    """Whether any of the labels is one of those asked for."""
    pairs = frozenset((match.key, match.value) for match in asked if match.value is not None)
    keys = frozenset(match.key for match in asked if match.value is None)

    def test(labels: Sequence[Label]) -> bool:
        return any(label.key in keys or (label.key, label.value) in pairs for label in labels)

    return test


def _line_tests(asked: LineFilter) -> tuple[Callable[[PurchaseLine], bool], ...]:
    tests: list[Callable[[PurchaseLine], bool]] = []
    if asked.skus:
        skus = frozenset(asked.skus)
        tests.append(lambda line: line.sku in skus)
    if asked.brands:
        brands = frozenset(asked.brands)
        tests.append(lambda line: line.brand in brands)
    if asked.categories:
        categories = frozenset(asked.categories)
        tests.append(lambda line: not categories.isdisjoint(line.category))
    if asked.labels:
        has_label = label_test(asked.labels)
        tests.append(lambda line: has_label(line.labels))
    if asked.exclude_delivery:
        tests.append(lambda line: not line.delivery)
    return tuple(tests)


def by_what_they_are(lines: Iterable[PurchaseLine]) -> Lines:
    """In an order of their own, wherever they stood: who shares something out over lines that cost the same goes by it."""
    return tuple(sorted(lines, key=_what_it_is))


def _what_it_is(line: PurchaseLine) -> tuple[Any, ...]:
    """All of a line; its number tells apart what nobody could."""
    labels = sorted([(label.key, label.value) for label in line.labels]) if line.labels else ()
    return (
        line.sku,
        line.gross_value,
        line.quantity,
        tuple(line.category),
        line.brand,
        line.delivery,
        tuple(labels),
        line.excluded_from_tiers,
        line.name,
        line.line_no,
    )
