"""A program has a ladder, and members climb it and fall."""

from __future__ import annotations

import pytest

from tests.http.client import Api, status_of_body
from tests.http.native.bookshop import PROGRAM, TIERS, Json, Shop, answer, book, refusal

PATH = "/v1/programs/1/tiers"


def tier(tier_id: str, threshold: object, name: str = "A tier") -> Json:
    return {"tier_id": tier_id, "name": name, "threshold": threshold}


def as_kept(scheme: Json) -> Json:
    """What was sent, and what it means where it said nothing."""
    said = {
        "unit": None,
        "window": {"type": "lifetime"},
        "downgrade": {"type": "at_once", "to": "earned"},
        "grace_days": 0,
        "excluded": {"delivery": False, "categories": []},
    }
    return said | scheme | {"tiers": [{"attributes": {}} | one for one in scheme["tiers"]]}


def ladder(*tiers: Json, basis: str = "orders", **fields: object) -> Json:
    return {"basis": basis, "tiers": list(tiers)} | fields


def test_a_program_begins_without_tiers(api: Api) -> None:
    answer(api.post("/v1/programs", PROGRAM))
    assert refusal(api.get(PATH)) == (404, "tiers_not_found", "program_id")
    reply = api.put(PATH, TIERS)
    assert (reply.status, reply.json) == (200, as_kept(TIERS))
    assert answer(api.get(PATH)) == as_kept(TIERS)


def test_tiers_are_replaced_whole(shop: Shop) -> None:
    spend = ladder(tier("guest", "0"), tier("friend", "200.00"), basis="spend")
    assert answer(shop.api.put(PATH, spend)) == as_kept(spend)
    assert answer(shop.api.get(PATH)) == as_kept(spend)


def test_tiers_of_a_program_that_is_not_there(shop: Shop) -> None:
    missing = (404, "program_not_found", "program_id")
    assert refusal(shop.api.get("/v1/programs/2/tiers")) == missing
    assert refusal(shop.api.put("/v1/programs/2/tiers", TIERS)) == missing


def test_tiers_count_a_unit_of_their_program(shop: Shop) -> None:
    assert refusal(shop.api.put(PATH, TIERS | {"unit": "stars"})) == (422, "unknown_unit", "unit")


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_field", "basis"),
        (ladder(), "too_short", "tiers"),
        (ladder(*[tier(f"t{step}", step) for step in range(51)]), "too_long", "tiers"),
        (ladder(tier("one", 0), basis="visits"), "unknown_choice", "basis"),
        (ladder(tier("one", 5)), "invalid_body", None),
        (ladder(tier("one", 0), tier("two", 0)), "invalid_body", None),
        (ladder(tier("one", 0), tier("one", 5)), "invalid_body", None),
        (ladder(tier("one", 0), tier("two", "5.00")), "invalid_body", None),
        (ladder(tier("one", 0), basis="spend"), "invalid_body", None),
        (ladder(tier("one", 0), basis="points_earned"), "invalid_body", None),
        (ladder(tier("one", 0), unit="points"), "invalid_body", None),
        (ladder(tier("One", 0)), "wrong_format", "tiers.0.tier_id"),
        (ladder(tier("one", -1)), "number_too_small", "tiers.0.threshold"),
        (ladder(tier("one", 10**13)), "number_too_large", "tiers.0.threshold"),
        (ladder(tier("one", 0.5)), "too_many_decimals", "tiers.0.threshold"),
        (ladder(tier("one", 0, name="")), "too_short", "tiers.0.name"),
        (ladder({"tier_id": "one", "name": "One"}), "missing_field", "tiers.0.threshold"),
        (ladder(tier("one", 0) | {"colour": "red"}), "unknown_field", "tiers.0.colour"),
        (ladder(tier("one", 0), basis="points_active"), "invalid_body", None),
        (ladder(tier("one", 0), grace_days=-1), "number_too_small", "grace_days"),
        (ladder(tier("one", 0), excluded={"delivery": True}), "invalid_body", None),
        (ladder(tier("one", 0), window={"type": "since_last_recalculation"}), "invalid_body", None),
        (ladder(tier("one", 0), downgrade={"type": "at_once", "to": "one_step"}), "invalid_body", None),
    ],
)
def test_a_ladder_that_cannot_be_meant_is_refused(shop: Shop, body: Json, code: str, param: str | None) -> None:
    assert refusal(shop.api.put(PATH, body)) == (status_of_body(code), code, param)
    assert answer(shop.api.get(PATH)) == as_kept(TIERS)


def test_members_climb_and_fall_by_points(shop: Shop) -> None:
    ada = shop.enrol("1")
    new = shop.account(ada)
    assert (new["tier"], new["next_tier"]) == ("bronze", {"tier": "silver", "missing": 200})
    order = shop.buy(ada, "S1", book(199_99))
    assert order["account"]["tier"] == "bronze"
    assert shop.earn(ada, 1)["account"]["tier"] == "silver"
    assert shop.account(ada)["next_tier"] == {"tier": "gold", "missing": 800}
    assert shop.spend(ada, 150)["account"]["tier"] == "silver"
    assert shop.earn(ada, 800)["account"]["tier"] == "gold"
    assert (shop.account(ada)["tier"], shop.account(ada)["next_tier"]) == ("gold", None)
    assert shop.bring_back(order["order_id"], "B1", book(199_99))["account"]["tier"] == "silver"


def test_spend_counts_over_currencies_at_face_value(shop: Shop) -> None:
    answer(shop.api.put(PATH, ladder(tier("guest", "0"), tier("friend", "200.00"), basis="spend")))
    ada = shop.enrol("1")
    shop.buy(ada, "S1", book(99_75))
    assert shop.account(ada)["next_tier"] == {"tier": "friend", "missing": "100.25"}
    shop.buy(ada, "S2", book(100), currency="JPY")
    assert shop.account(ada)["next_tier"] == {"tier": "friend", "missing": "0.25"}
    assert shop.buy(ada, "S3", book(25))["account"]["tier"] == "friend"


def test_orders_returned_in_full_count_no_more(shop: Shop) -> None:
    answer(shop.api.put(PATH, ladder(tier("guest", 0), tier("regular", 2))))
    ada = shop.enrol("1")
    shop.buy(ada, "S1")
    second = shop.buy(ada, "S2")
    assert second["account"]["tier"] == "regular"
    assert shop.bring_back(second["order_id"], "B1", book(40_00, quantity="0.4"))["account"]["tier"] == "regular"
    assert shop.bring_back(second["order_id"], "B2", book(60_00, quantity="0.6"))["account"]["tier"] == "guest"


def test_a_new_ladder_holds_at_once(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.earn(ada, 50)
    lower = TIERS | {"tiers": [TIERS["tiers"][0], TIERS["tiers"][1] | {"threshold": 50}]}
    answer(shop.api.put(PATH, lower))
    assert shop.account(ada)["tier"] == "silver"
