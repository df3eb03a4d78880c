"""What a rule sees: the purchase as the area's own protocols, and the circumstances it was made in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from chalicelib.areas.rules.model.limits import Budget
from chalicelib.kit.amounts import Rounding
from chalicelib.kit.geo import Point
from chalicelib.kit.labels import Label
from chalicelib.kit.periods import CountPeriod, Day


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

    @property
    def name(self) -> str: ...

    @property
    def excluded_from_tiers(self) -> bool: ...


class Payment(Protocol):
    @property
    def kind(self) -> str: ...


class Purchase(Protocol):
    """A sale. Line numbers are unique within it."""

    @property
    def currency(self) -> str: ...

    @property
    def place(self) -> str: ...

    @property
    def labels(self) -> Sequence[Label]: ...

    @property
    def payments(self) -> Sequence[Payment]: ...

    @property
    def lines(self) -> Sequence[PurchaseLine]: ...


class Shopper(Protocol):
    """The member who buys or does something."""

    @property
    def member_id(self) -> str: ...

    @property
    def group_id(self) -> str | None: ...

    @property
    def locale(self) -> str: ...

    @property
    def newsletter(self) -> bool: ...

    @property
    def birth_date(self) -> date | None: ...

    @property
    def labels(self) -> Sequence[Label]: ...

    @property
    def fields(self) -> Mapping[str, Any]: ...


class Happened(NamedTuple):
    """How often something did, and what it came to in money."""

    times: int = 0
    value: Fraction = Fraction(0)


class History(Protocol):
    """What has happened to the account before: all counted by the day of purchase."""

    def orders_in(self, per: CountPeriod, day: Day) -> int:
        """Orders in the day's own period."""

    def uses_in(self, rule_id: str, per: CountPeriod, day: Day) -> int:
        """Of them those that got something of the rule, as far as it is counted."""

    def given_in(self, rule_id: str, unit: str, per: CountPeriod, day: Day) -> int:
        """How much of a unit, or of a currency, they got of it."""

    def can_count(self, rule_id: str, day: Day) -> bool:
        """Whether the account has room for it among the rules that it counts."""

    def past_in(self, name: str, first: Day, last: Day) -> Happened:
        """What is counted by a name (areas/rules/past) on these days; of what is kept for ever, all of it."""

    def past_days(self, name: str) -> Iterable[Day]:
        """On which days there was any."""


class Stock(Protocol):
    """What is there for everybody together, as far as anybody knows."""

    def uses(self, rule_id: str, in_all: int) -> int:
        """Whether there is one more: 1, or 0."""

    def budget(self, rule_id: str, budget: Budget, wanted: int) -> int:
        """How much of what is wanted."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What else than buying a member did: its properties as conditions compare them, and where they said that they were."""

    properties: Mapping[str, Any] = field(default_factory=dict)
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The member and the moment, as the flow found them before this purchase. Whoever is `member` None buys unknown: what
    is asked of them has no answer."""

    day: Day  # of the purchase, on the program's own calendar
    minute: int = 0  # since midnight, on its own clock
    member: Shopper | None = None
    enrolled_on: Day | None = None
    tier: str | None = None  # the tier id held when buying
    segments: frozenset[str] = frozenset()  # that they are in, none of which has ended
    balances: Mapping[str, int] = field(default_factory=dict)
    orders: int = 0
    spend: Fraction = Fraction(0)  # of all of them, less what came back, in money
    last_order_on: Day | None = None  # the day of purchase of the latest, also of one that came back since
    first_order_on: Day | None = None  # the day of purchase of the earliest, as long as any counts
    history: History | None = None  # nothing has happened before
    stock: Stock | None = None  # there is enough of everything
    pays: Mapping[str, int] = field(default_factory=dict)  # points of each unit that the customer would pay with
    may_spend: bool = True  # whether whoever has the balances lets them
    decimals: Mapping[str, int] = field(default_factory=dict)  # of each unit; else those of the currency
    roundings: Mapping[str, Rounding] = field(default_factory=dict)  # of each unit that day; else half up
    happening: Happening | None = None
    distance: int | None = None  # in metres, from the point that the rule being judged is about
