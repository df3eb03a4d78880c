"""What a rule sees: the purchase as the area's own protocols, and the circumstances it was made in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

from chalicelib.kit.amounts import Rounding
from chalicelib.kit.labels import Label
from chalicelib.kit.periods import Day


class PurchaseLine(Protocol):
    @property
    def line_no(self) -> int: ...

    @property
    def sku(self) -> str: ...

    @property
    def quantity(self) -> Decimal: ...

    @property
    def gross_value(self) -> int:
        """Of the whole line, in the currency's smallest part."""

    @property
    def category(self) -> Sequence[str]:
        """The path, from the root down."""

    @property
    def brand(self) -> str: ...

    @property
    def labels(self) -> Sequence[Label]: ...

    @property
    def delivery(self) -> bool: ...


class Purchase(Protocol):
    """A sale. Line numbers are unique within it."""

    @property
    def currency(self) -> str: ...

    @property
    def place(self) -> str: ...

    @property
    def labels(self) -> Sequence[Label]: ...

    @property
    def lines(self) -> Sequence[PurchaseLine]: ...


class Context(NamedTuple):
    """The member and the moment, as the flow found them before this purchase."""

    day: Day  # of the purchase, on the program's own calendar
    tier: str | None = None  # the tier id held when buying
    first_purchase: bool = False
    roundings: Mapping[str, Rounding] = {}  # how each unit rounds that day, where a rule says nothing; else half up
