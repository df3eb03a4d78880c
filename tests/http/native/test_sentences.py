"""What a cashier reads when a request is refused: a sentence about their own words, never about our programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.api import openapi
from chalicelib.api.faults import FORMS
from chalicelib.api.routes import ROUTES
from tests.http.native.bookshop import Json, Shop, book, card, per_euro, rule, sale_by

JARGON = re.compile(
    r"tuple|pattern|valid(?:ation|ator)|dict|\bstr(?:ing)?\b|\bint(?:eger)?\b|\bbool|Decimal|Input|None|\^|\$"
)
OWN_PATTERNS = {"^[A-Z]{3}$"}  # of values that have a code and a sentence of their own
CENTS = "must be a whole number, without quotes and without a decimal point: amounts are in the smallest part, such as 1055 for 10.55."


def message(shop: Shop, method: str, path: str, body: Json) -> str:
    error = shop.api.call(method, path, body).json["error"]
    assert JARGON.search(error["message"]) is None, error["message"]
    return str(error["message"])


@pytest.mark.parametrize("amount", ["ten", "10.55", 10.55, 10.0], ids=repr)
def test_money_is_counted_in_cents(shop: Shop, ada: str, amount: Any) -> None:
    sale = sale_by(ada, "S1", book(1) | {"gross_value": amount})
    assert message(shop, "POST", "/v1/orders", sale) == f"The field lines.0.gross_value {CENTS}"
    for what in ("earnings", "spends"):
        body = {"unit": "points", "amount": amount}
        assert message(shop, "POST", f"/v1/members/{ada}/{what}", body) == f"The field amount {CENTS}"
    effect = per_euro(amount)
    assert message(shop, "PUT", "/v1/programs/1/rules/base", rule(effect)) == f"The field effects.0.amount {CENTS}"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"lines": []}, "The field lines must not be empty."),
        ({"lines": [book(1)] * 1_001}, "The field lines must hold at most 1000 entries."),
        ({"lines": book(1)}, "The field lines must be a list."),
        ({"lines": ["BOOK"]}, "The field lines.0 must be an object."),
        ({"number": "N" * 129}, "The field number must have at most 128 characters."),
        ({"number": None}, "The field number must be a text, not null."),
        ({"currency": "eur"}, "The field currency must be a currency of three capital letters, such as EUR."),
        ({"purchased_at": "1969-12-31T23:59:59Z"}, "The field purchased_at must not lie before 1970."),
        (
            {"purchased_at": "14.01.2026"},
            "The field purchased_at must be an RFC 3339 time, such as 2026-01-31T12:00:00Z.",
        ),
        ({"lines": [book(1, quantity="1.2345")]}, "The field lines.0.quantity must have at most 3 decimals."),
        (
            {"lines": [book(1, quantity="two")]},
            'The field lines.0.quantity must be a whole number, or a decimal in quotes, such as "1.5".',
        ),
        ({"lines": [book(1, quantity=0)]}, "The field lines.0.quantity must be above 0."),
        ({"lines": [book(-1)]}, "The field lines.0.gross_value is not valid: an amount must not be negative."),
        (
            {"identifier": {"type": "passport", "value": "1"}},
            "The field identifier.type must be one of: card, email, phone, external_id.",
        ),
        ({"lines": [book(1, delivery="yes")]}, "The field lines.0.delivery must be true or false."),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
def test_a_sale_is_refused_in_words_for_a_till(shop: Shop, ada: str, change: Json, sentence: str) -> None:
    assert message(shop, "POST", "/v1/orders", sale_by(ada) | change) == sentence


def test_what_kind_a_thing_may_be_is_named(shop: Shop) -> None:
    path = "/v1/programs/1/rules/base"
    assert message(shop, "PUT", path, rule({"kind": "give_away"})) == (
        "The field effects.0.kind must be one of: per_value, per_product, fixed, cashback, multiply, percent_off, amount_off, "
        "fixed_price, buy_get, cheapest_free, free_delivery, pay_with_points, grant_perk, stamps, badge, set_tier, "
        "issue_coupon, join_segment, leave_segment, webhook, notify."
    )
    assert message(shop, "PUT", path, rule({"amount": 1})) == "The field effects.0.kind is missing."


def test_a_form_is_told_in_words(shop: Shop) -> None:
    enrolment = {"identifiers": [card("9")], "locale": "English"}
    assert message(shop, "POST", "/v1/members", enrolment) == (
        "The field locale must be a language such as de or en-GB."
    )
    assert message(shop, "PUT", "/v1/programs/1/rules/-", rule()).startswith(
        "The field rule_id must have 1 to 64 letters"
    )


def test_every_form_of_the_api_has_its_words() -> None:
    bodies = openapi.build(ROUTES)["components"]["schemas"]
    plain = {pattern for pattern in patterns(bodies) if "[0-9]{1,10}" not in pattern}
    assert plain - OWN_PATTERNS == set(FORMS)


def patterns(value: Any) -> Iterator[str]:
    """Of texts and of names: what pydantic refuses as string_pattern_mismatch."""
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            yield value["pattern"]
        names = value.get("patternProperties")
        if isinstance(names, dict):
            yield from names
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from patterns(part)
