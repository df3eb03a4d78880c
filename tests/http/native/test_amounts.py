"""Amounts, wherever a route takes one: beyond 10^12, below what may be, with decimals, and what is no number at all.

Which routes take one, and where in their bodies, follows from the routes themselves: a new one is tried at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from chalicelib.api.native.examples import BODIES
from chalicelib.api.route import Route
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.table.memory import MemoryTable
from tests.http.client import status_of_body
from tests.http.full_shop import FullShop
from tests.http.native.bookshop import Json, refusal
from tests.http.registry import request_of
from tests.http.told_bodies import Path, told_fields


class Place(NamedTuple):
    """Where a route takes an amount, and the least that it may be."""

    route: Route
    path: Path
    least: int

    @property
    def param(self) -> str:
        """As an error names it."""
        return ".".join(map(str, self.path))


def places() -> Iterator[Place]:
    """One schema may say an amount twice: that it may be null, or left out."""
    found = {
        (route, path): schema["minimum"] for route, path, schema in told_fields() if schema.get("maximum") == MAX_AMOUNT
    }
    yield from (Place(route, path, least) for (route, path), least in found.items())


PLACES = list(places())
each_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.route.operation}-{place.param}")

CAPS = {"per_transaction": 5, "per_period": {"every": "month", "amount": 5}, "balance": 5}
POLICY = {"negative": "limit", "negative_limit": 5, "caps": CAPS}
_FIRST, *_OTHERS = BODIES["create_program"]["units"]
PROGRAM = BODIES["create_program"] | {
    "units": [_FIRST | {"policies": [POLICY]}, *_OTHERS, {"code": "stamps", "name": "Stamps"}],
    "rates": [{"unit": _FIRST["code"], "into": "stamps", "take": 10, "give": 1, "minimum": 5}],
}
PAID_WITH = {"kind": "pay_with_points", "unit": _FIRST["code"], "points": 5, "value": "1.00"}
PAID = {"payments": [{"kind": "card", "amount": 5}]}
LIMITED = {"limits": {"per_member": [{"per": "day", "times": 3}], "budget": {"amount": 5, "unit": "points"}}}
FULLER: Mapping[str, Json] = {  # than what the matrix sends, so that every amount is in it; or for one of its places
    "create_program": PROGRAM,
    "replace_program": PROGRAM,
    "put_reward": {
        "worth": {"amount": 5, "currency": "EUR"},
        "cashback": {"unit": "points", "points": 5, "value": 5, "currency": "EUR"},
    },
    "record_order": PAID,
    "simulate_order": PAID,
    "evaluate_cart": PAID,
    "open_checkout": PAID,
    "update_checkout": PAID | {"pays": [{"unit": "points", "points": 5}]},
    "commit_checkout": PAID,
    "effects.0.points": {"trigger": {"on": "cart"}, "effects": [PAID_WITH]},
    "put_rule": LIMITED,
    "start_simulation": {"rules": [BODIES["put_rule"] | LIMITED | {"rule_id": "tried"}]},
    "rules.0.effects.0.points": {
        "rules": [{"rule_id": "pay", "name": "Pay", "trigger": {"on": "cart"}, "effects": [PAID_WITH]}]
    },
    "put_perk": {
        "what": {"kind": "pseudo_currency", "unit": "points", "points": 5, "value": 5},
        "basket": {"minimum_value": 5},
    },
    **{name: {"basket": {"value": 5}} for name in ("give_stamps", "redeem_award", "redeem_code")},
}


def sent(full: FullShop, place: Place, value: Any) -> Any:
    path, body = request_of(place.route, full.names)
    body = deepcopy(body | FULLER.get(place.param if place.param in FULLER else place.route.operation, {}))
    at = body
    for part in place.path[:-1]:
        at = at[part]
    at[place.path[-1]] = value
    return full.api.call(place.route.method, path, body)


def refused(place: Place) -> Iterator[tuple[Any, str]]:
    """What is sent as an amount, and the code that it is refused with. A threshold of tiers may be a decimal in quotes as
    well: on another basis than points, so that its own tests try those."""
    threshold = place.route.operation == "put_tiers"
    yield MAX_AMOUNT + 1, "number_too_large"
    yield 10**30, "number_too_large"
    yield -1, "number_too_small" if threshold else "negative_amount"
    if place.least:
        yield 0, "number_too_small"
    for decimals in (1.5, 100.0, 1e300):
        yield decimals, "too_many_decimals"
    for text in ("", *(() if threshold else ("1.50", "150"))):
        yield text, "unreadable_number"
    yield True, "wrong_type"
    yield [5], "wrong_type"


@each_place
def test_an_amount_that_cannot_be_is_refused_by_its_own_code_and_nothing_is_written(
    full: FullShop, memory: MemoryTable, place: Place
) -> None:
    before = memory.meter.cost.write_units
    for value, code in refused(place):
        assert refusal(sent(full, place, value)) == (status_of_body(code), code, place.param), value
    assert memory.meter.cost.write_units == before


@each_place
def test_the_least_amount_that_may_be_is_none_of_these(full: FullShop, place: Place) -> None:
    """So what is refused above is refused for its amount."""
    reply = sent(full, place, max(1, place.least))
    route = place.route
    assert reply.status < 300 or reply.json["error"]["code"] in BEYOND_FORM[route.same_as or route.operation]


BEYOND_FORM: Mapping[str, set[str]] = {
    "put_rule": {"wrong_limit"},  # it has either times or an amount
    "start_simulation": {"wrong_limit"},
    "convert_points": {"below_minimum"},
    "put_tiers": {"invalid_body"},
    "redeem_award": {"amount_not_taken"},
    "redeem_code": {"amount_not_taken"},
    "put_coupon_series": {"worth_frozen"},
    "put_reward": {"invalid_body"},
    "redeem_reward": {"points_not_asked"},
    "validate_redemptions": {"points_not_asked"},
    "use_code": {"order_below_minimum"},
}


def test_every_route_that_moves_points_is_tried() -> None:
    tried = {place.route.operation for place in PLACES}
    moving = {"earn", "spend", "grant", "deduct", "hold", "transfer", "convert"}
    assert {f"{name}_points" for name in moving} <= tried
    assert {"capture_hold", "release_hold", "activate_pending", "cancel_pending", "refund_spend"} <= tried
    assert {"record_order", "simulate_order", "return_order", "put_rule", "put_tiers"} <= tried
    assert {"create_program", "replace_program"} <= tried
