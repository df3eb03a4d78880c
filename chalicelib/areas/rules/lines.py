"""The lines of one order as rules see them, and line filters compiled to closures.

A filter first asks the order as a whole (one set operation), so a rule about products that are not in it costs no walk
along the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from chalicelib.areas.rules.model import LabelMatch, LineFilter
from chalicelib.areas.rules.purchase import Purchase, PurchaseLine
from chalicelib.kit.amounts import currency_decimals
from chalicelib.kit.labels import Label

Lines = tuple[PurchaseLine, ...]
LabelTest = Callable[[Sequence[Label]], bool]


class Basket:
    """A purchase prepared for many rules: lines in the order of their numbers, and what they have between them."""

    __slots__ = ("brands", "categories", "decimals", "labels", "lines", "place", "skus", "value")

    def __init__(self, purchase: Purchase) -> None:
        lines = tuple(sorted(purchase.lines, key=_line_no))
        self.lines: Lines = lines
        self.value = sum_value(lines)
        self.decimals = currency_decimals(purchase.currency)
        self.place = purchase.place
        self.labels = purchase.labels
        self.skus = {line.sku for line in lines}
        self.brands = {line.brand for line in lines}
        self.categories = {level for line in lines for level in line.category}


LineSelector = Callable[[Basket], Lines]


def sum_value(lines: Iterable[PurchaseLine]) -> int:
    return sum([line.gross_value for line in lines])


def line_selector(asked: LineFilter) -> LineSelector:
    """The own lines of a rule with this filter, by line number; all lines when it asks nothing."""
    tests = _line_tests(asked)
    if not tests:
        return _all_lines
    skus, brands, categories = frozenset(asked.skus), frozenset(asked.brands), frozenset(asked.categories)

    def select(basket: Basket) -> Lines:
        if skus and skus.isdisjoint(basket.skus):
            return ()
        if brands and brands.isdisjoint(basket.brands):
            return ()
        if categories and categories.isdisjoint(basket.categories):
            return ()
        left: Iterable[PurchaseLine] = basket.lines
        for test in tests:
            left = [line for line in left if test(line)]
        return tuple(left)

    return select


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


def _all_lines(basket: Basket) -> Lines:
    return basket.lines


def _line_no(line: PurchaseLine) -> int:
    return line.line_no
