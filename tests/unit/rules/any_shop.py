"""Any rules, any carts, any customers: for what must hold for all of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from chalicelib.areas.orders.model import Line, Sale
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.labels import Label
from tests.unit.rules.shop import NOBODY, TODAY, Reader, kept, sale

SKUS, BRANDS, CATEGORIES = ("book", "pen", "card"), ("Meridian", "Quill"), ("paper", "books", "maps")
PLACES, TIERS = ("main-street", "airport"), ("gold", "silver")
SEGMENTS = ("vip", "new")
PROMO = {"key": "promo", "value": "spring"}
ANNA = Reader(labels=(Label.model_validate(PROMO),))


def some(*values: str, least: int = 0, most: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True)


roundings = st.sampled_from(["down", "half_up", None])
units = st.sampled_from(["points", "stamps"])
lanes = st.sampled_from(["base", "bonus"])
prices = st.sampled_from(["0.005", "0.50", "3", "9.99", "100"])
percents = st.sampled_from(["0.1", "10", "33.3", "50", "100"])
caps = st.one_of(st.none(), st.integers(1, 300))


def _effect(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind)} | fields)


_per_value = _effect(
    "per_value",
    unit=units,
    amount=st.integers(1, 500),
    per=st.sampled_from(["1.00", "0.3", "10", "7.77"]),
    whole_steps=st.booleans(),
    rounding=roundings,
    stage=lanes,
    at_most=caps,
)
_per_product = _effect(
    "per_product",
    unit=units,
    amount=st.integers(1, 50),
    times=st.sampled_from(["quantity", "line"]),
    rounding=roundings,
    stage=lanes,
    at_most=caps,
)
credit_effects = st.one_of(
    _per_value,
    _per_product,
    _effect("fixed", unit=units, amount=st.integers(1, 50), stage=lanes),
    _effect("cashback", unit=units, percent=percents, rounding=roundings, stage=lanes, at_most=caps),
    _effect("multiply", unit=units, factor=st.sampled_from(["1.1", "2", "3.333"]), rounding=roundings, at_most=caps),
    _effect("multiply", unit=units, by_tier=st.just({"gold": "2", "silver": "1.5"})),
    _effect("multiply", unit=units, by_label=st.just([PROMO | {"factor": "2.5"}])),
)
discount_effects = st.one_of(
    _effect("percent_off", percent=percents, at_most=st.one_of(st.none(), prices)),
    _effect("amount_off", amount=prices),
    _effect("fixed_price", price=prices),
    _effect(
        "buy_get",
        buy=st.integers(1, 3),
        get=st.integers(1, 2),
        percent=percents,
        sets_at_most=st.one_of(st.none(), st.integers(1, 2)),
    ),
    _effect("cheapest_free", pieces=st.integers(1, 4)),
    _effect("free_delivery"),
    _effect(
        "pay_with_points",
        unit=units,
        points=st.sampled_from([1, 7, 100]),
        value=prices,
        at_most=st.one_of(st.none(), prices),
        at_most_percent=st.one_of(st.none(), percents),
        whole_steps=st.booleans(),
    ),
)
line_filters = st.fixed_dictionaries(
    {},
    optional={
        "skus": some(*SKUS),
        "brands": some(*BRANDS, most=1),
        "categories": some(*CATEGORIES),
        "labels": st.just([PROMO]),
        "exclude_delivery": st.booleans(),
    },
)
questions = st.one_of(
    st.builds(lambda value: {"ask": "order.value", "at_least": value}, prices),
    st.builds(lambda skus: {"ask": "order.skus", "one_of": skus}, some(*SKUS, least=1)),
    st.builds(lambda tier: {"ask": "account.tier", "is": tier}, st.sampled_from(TIERS)),
    st.builds(lambda first: {"ask": "order.first", "is": first}, st.booleans()),
    st.builds(lambda asked, of: {"lines": asked, "of": of}, line_filters, st.sampled_from(["any", "all"])),
    st.builds(lambda asked: {"lines": asked, "of": "quantity", "at_least": "2"}, line_filters),
    st.just({"labels_of": "member", "one_of": [PROMO]}),
    st.just({"times": "orders", "per": "year", "at_most": 0}),
)
_of_names = {
    "order.skus": SKUS,
    "order.brands": BRANDS,
    "order.categories": CATEGORIES,
    "order.place": PLACES,
    "order.currency": ("EUR", "JPY"),
    "account.tier": TIERS,
    "member.segments": SEGMENTS,
    "time.weekday": ("sat", "sun"),
}
_bounds = st.sampled_from(["at_least", "at_most", "above", "below", "is", "is_not"])
any_questions = st.one_of(
    st.builds(lambda how, value: {"ask": "order.value", how: value}, _bounds, prices),
    st.builds(lambda how, lines: {"ask": "order.lines", how: lines}, _bounds, st.integers(1, 4)),
    st.builds(lambda how, orders: {"ask": "account.orders", how: orders}, _bounds, st.integers(0, 1)),
    st.sampled_from(sorted(_of_names)).flatmap(
        lambda asked: st.builds(
            lambda how, names: {"ask": asked, how: names},
            st.sampled_from(["one_of", "one_of", "none_of"]),
            some(*_of_names[asked], least=1),
        )
    ),
    st.builds(lambda how, first: {"ask": "order.first", how: first}, st.sampled_from(["is", "is_not"]), st.booleans()),
    st.builds(lambda asked, of: {"lines": asked, "of": of}, line_filters, st.sampled_from(["any", "all"])),
    st.builds(
        lambda asked, of, how, size: {"lines": asked, "of": of, how: size},
        line_filters,
        st.sampled_from(["quantity", "value"]),
        st.sampled_from(["at_least", "at_most"]),
        st.sampled_from(["0", "0.5", "2"]),
    ),
    st.builds(lambda of: {"labels_of": of, "one_of": [PROMO]}, st.sampled_from(["member", "order"])),
    st.just({"times": "orders", "per": "year", "at_most": 0}),
)


def _trees(questions: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        questions,
        lambda parts: st.one_of(
            st.builds(lambda some: {"all": some}, st.lists(parts, min_size=1, max_size=2)),
            st.builds(lambda some: {"any": some}, st.lists(parts, min_size=1, max_size=2)),
            st.builds(lambda part: {"not": part}, parts),
        ),
        max_leaves=3,
    )


conditions, any_conditions = _trees(questions), _trees(any_questions)
_whom: dict[str, st.SearchStrategy[Any]] = {
    "members": some("mem_0000000anna", "mem_0000000bea0"),
    "tiers": some(*TIERS),
    "labels": st.just([PROMO]),
    "places": some(*PLACES),
}
audiences = st.one_of(st.just({}), st.fixed_dictionaries({}, optional=_whom))
any_audiences = st.one_of(st.just({}), st.fixed_dictionaries({}, optional=_whom | {"segments": some(*SEGMENTS)}))
windows = st.sampled_from(
    [{}, {}, {}, {"from_day": "2026-03-16"}, {"until_day": "2026-03-15"}, {"from_day": "2026-03-15"}]
)


@st.composite
def rule_sets(
    draw: st.DrawFn,
    *,
    most: int = 6,
    asking: st.SearchStrategy[dict[str, Any]] = conditions,
    whom: st.SearchStrategy[dict[str, Any]] = audiences,
) -> list[Rule]:
    def one(number: int) -> Rule:
        on = draw(st.sampled_from(["order", "cart"]))
        effects = credit_effects if on == "order" else discount_effects
        return kept(
            f"r{number}",
            *draw(st.lists(effects, min_size=1, max_size=3)),
            trigger={"on": on},
            lines=draw(line_filters),
            when=draw(st.one_of(st.none(), asking)),
            priority=draw(st.integers(0, 2)),
            stop=draw(st.booleans()),
            group=draw(st.sampled_from([None, None, "g", "h"])),
            state=draw(st.sampled_from(["active"] * 7 + ["draft", "paused", "ended"])),
            audience=draw(whom),
            window=draw(windows),
        )

    return [one(number) for number in range(draw(st.integers(0, most)))]


@st.composite
def carts(draw: st.DrawFn, *, alike: bool = False) -> Sale:
    """`alike`: many lines cost the same."""

    def one(line_no: int) -> Line:
        return Line(
            line_no=line_no,
            sku=draw(st.sampled_from(SKUS)),
            quantity=draw(
                st.sampled_from([Decimal(1), Decimal(3), *([] if alike else [Decimal("0.125"), Decimal("2.5")])])
            ),
            gross_value=draw(st.sampled_from([99, 1_00] if alike else [0, 1, 99, 1_00, 12_34, 999_99])),
            category=tuple(draw(st.lists(st.sampled_from(CATEGORIES), max_size=2))),
            brand=draw(st.sampled_from(["", *BRANDS])),
            labels=draw(st.sampled_from([(), (Label.model_validate(PROMO),)])),
            delivery=draw(st.booleans()),
        )

    numbers = draw(st.lists(st.integers(1, 30), min_size=1, max_size=6, unique=True))
    return sale(
        *[one(number) for number in numbers],
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        place=draw(st.sampled_from(["", *PLACES])),
        labels=draw(st.sampled_from([(), (Label.model_validate(PROMO),)])),
    )


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    if draw(st.integers(0, 3)) == 0:
        return NOBODY
    amounts = st.fixed_dictionaries({"points": st.integers(-500, 50_000), "stamps": st.integers(0, 20)})
    asked = st.fixed_dictionaries({}, optional={"points": st.integers(0, 90_000), "stamps": st.integers(0, 30)})
    return replace(
        TODAY,
        member=draw(st.sampled_from([Reader(), ANNA])),
        tier=draw(st.sampled_from([None, *TIERS])),
        segments=frozenset(draw(some(*SEGMENTS))),
        orders=draw(st.integers(0, 1)),
        balances=draw(amounts),
        pays=draw(asked),
        roundings=draw(st.sampled_from([{}, {"points": "down"}])),
    )
