"""Liability, histograms and narrowed statements over HTTP."""

from __future__ import annotations

import pytest

from chalicelib.kit.caller import Grant
from chalicelib.runtime import Runtime
from tests.http.client import Api
from tests.http.native.bookshop import NOBODY, Shop, answer, refusal
from tests.http.world import key_for


def test_a_program_without_anything_owes_nothing(shop: Shop) -> None:
    told = answer(shop.api.get("/v1/programs/1/liability"))
    nothing = {"available": 0, "held": 0, "pending": 0, "owed": 0, "months": []}
    assert told == {
        "program_id": 1,
        "units": [{"unit": "points", "decimals": 0} | nothing, {"unit": "cashback", "decimals": 2} | nothing],
    }
    assert refusal(shop.api.get("/v1/programs/2/liability")) == (404, "program_not_found", "program_id")


def test_liability_needs_its_own_grant(rt: Runtime, shop: Shop) -> None:
    assert Api(rt, key_for(rt, "ours", Grant("accounts", "view"))).get("/v1/programs/1/liability").status == 403
    assert Api(rt, key_for(rt, "ours", Grant("reports", "view"))).get("/v1/programs/1/liability").status == 200


def test_a_histogram_is_of_twelve_months_unless_it_is_said(shop: Shop, ada: str) -> None:
    told = answer(shop.api.get(f"/v1/members/{ada}/histogram"))
    assert (told["unit"], [told["items"][at]["period"] for at in (0, -1)]) == ("points", ["2025-02", "2026-01"])
    assert len(told["items"]) == 12


def test_a_histogram_by_month(shop: Shop, ada: str) -> None:
    shop.earn(ada, 250)
    shop.spend(ada, 40)
    told = answer(shop.api.get(f"/v1/members/{ada}/histogram?unit=points&from=2026-01-01&until=2027-02-28"))
    assert (told["unit"], told["decimals"], len(told["items"])) == ("points", 0, 14)
    january, february = told["items"][0], told["items"][-1]
    assert (january["period"], january["foreseen"], january["earned"], january["spent"]) == ("2026-01", True, 250, 40)
    assert (february["period"], february["foreseen"], february["expired"]) == ("2027-02", True, 210)


@pytest.mark.parametrize(
    ("query", "status", "code", "param"),
    [
        ("unit=stars&from=2026-01-01&until=2026-02-01", 422, "unknown_unit", "unit"),
        ("unit=points&from=2026-02-02&until=2026-02-01", 400, "invalid_span", "until"),
        ("unit=points&from=2020-01-01&until=2026-02-01&by=day", 400, "invalid_span", "until"),
        ("unit=points&from=2026-01-01&until=2026-02-01&by=hour", 400, "invalid_parameter", "by"),
        ("unit=points&from=2026-01-32&until=2026-02-01", 400, "invalid_parameter", "from"),
        ("unit=points&from=2026-01-01&until=2026-02-01&program_id=2", 404, "program_not_found", "program_id"),
    ],
)
def test_a_histogram_that_cannot_be(shop: Shop, ada: str, query: str, status: int, code: str, param: str) -> None:
    assert refusal(shop.api.get(f"/v1/members/{ada}/histogram?{query}")) == (status, code, param)


def test_a_stranger_has_no_histogram(shop: Shop) -> None:
    path = f"/v1/members/{NOBODY}/histogram?unit=points&from=2026-01-01&until=2026-02-01"
    assert refusal(shop.api.get(path)) == (404, "member_not_found", "member_id")


def test_a_program_has_a_histogram_from_its_own_grant(rt: Runtime, shop: Shop) -> None:
    """Of what has been relayed: here nothing has."""
    told = answer(shop.api.get("/v1/programs/1/histogram"))
    assert {name: told[name] for name in ("program_id", "unit", "decimals", "uncounted_entries")} == {
        "program_id": 1,
        "unit": "points",
        "decimals": 0,
        "uncounted_entries": 0,
    }
    assert [told["items"][at]["period"] for at in (0, -1)] == ["2025-02", "2026-01"]
    assert not any(bar[name] for bar in told["items"] for name in bar if name not in ("period", "foreseen"))
    assert Api(rt, key_for(rt, "ours", Grant("accounts", "view"))).get("/v1/programs/1/histogram").status == 403
    assert Api(rt, key_for(rt, "ours", Grant("reports", "view"))).get("/v1/programs/1/histogram").status == 200


@pytest.mark.parametrize(
    ("path", "status", "code", "param"),
    [
        ("1/histogram?unit=stars", 422, "unknown_unit", "unit"),
        ("1/histogram?from=2026-02-02&until=2026-02-01", 400, "invalid_span", "until"),
        ("1/histogram?from=2020-01-01&until=2026-02-01&by=day", 400, "invalid_span", "until"),
        ("1/histogram?by=hour", 400, "invalid_parameter", "by"),
        ("1/histogram?from=2026-01-32", 400, "invalid_parameter", "from"),
        ("2/histogram", 404, "program_not_found", "program_id"),
        ("none/histogram", 404, "program_not_found", "program_id"),
    ],
)
def test_a_programs_histogram_that_cannot_be(shop: Shop, path: str, status: int, code: str, param: str) -> None:
    assert refusal(shop.api.get(f"/v1/programs/{path}")) == (status, code, param)


def test_metrics_of_a_member(rt: Runtime, shop: Shop, ada: str) -> None:
    shop.earn(ada, 250)
    shop.earn(ada, 31)
    told = answer(shop.api.get(f"/v1/members/{ada}/metrics?from=2026-01-01&until=2026-12-31"))
    assert told == {
        "program_id": 1,
        "first_day": "2026-01-01",
        "last_day": "2026-12-31",
        "items": [
            {"fact": "points.earned", "of": "points", "count": 2, "sum": 281, "average": 141, "last": 31}
            | {"first_on": "2026-01-15", "last_on": "2026-01-15"}
        ],
    }


@pytest.mark.parametrize(
    ("of", "query", "status", "code", "param"),
    [
        ("ada", "from=2026-02-02&until=2026-02-01", 400, "invalid_span", "until"),
        ("ada", "from=2024-01-01&until=2026-02-01", 400, "invalid_span", "until"),
        ("ada", "from=yesterday", 400, "invalid_parameter", "from"),
        ("ada", "program_id=2", 404, "program_not_found", "program_id"),
        (NOBODY, "", 404, "member_not_found", "member_id"),
    ],
)
def test_metrics_that_cannot_be(shop: Shop, ada: str, of: str, query: str, status: int, code: str, param: str) -> None:
    path = f"/v1/members/{ada if of == 'ada' else of}/metrics?{query}"
    assert refusal(shop.api.get(path)) == (status, code, param)


ANALYTICS = ("members", "orders", "tiers", "referrals")


@pytest.mark.parametrize("of", ANALYTICS)
def test_analytics_are_by_period_and_need_the_grant_of_reports(rt: Runtime, shop: Shop, of: str) -> None:
    """Of what has been relayed: here nothing has."""
    path = f"/v1/analytics/{of}?from=2026-01-01&until=2026-01-14&by=week"
    told = answer(shop.api.get(path))
    assert told["uncounted_entries"] == 0
    if of == "orders":
        assert (told["program_id"], told["currencies"]) == (1, [])
    else:
        assert [one["period"] for one in told["items"]] == ["2026-W01", "2026-W02", "2026-W03"]
    assert Api(rt, key_for(rt, "ours", Grant("accounts", "view"))).get(path).status == 403
    assert Api(rt, key_for(rt, "ours", Grant("reports", "view"))).get(path).status == 200


@pytest.mark.parametrize("of", ANALYTICS)
def test_analytics_of_what_cannot_be(shop: Shop, of: str) -> None:
    path = f"/v1/analytics/{of}"
    assert refusal(shop.api.get(f"{path}?from=2026-02-02&until=2026-02-01")) == (400, "invalid_span", "until")
    assert refusal(shop.api.get(f"{path}?from=2020-01-01&by=day")) == (400, "invalid_span", "until")
    assert refusal(shop.api.get(f"{path}?by=hour")) == (400, "invalid_parameter", "by")
    if of in ("orders", "tiers"):
        assert refusal(shop.api.get(f"{path}?program_id=2")) == (404, "program_not_found", "program_id")


def test_a_statement_shows_what_is_asked_for(shop: Shop, ada: str) -> None:
    shop.earn(ada, 250)
    shop.spend(ada, 40)
    told = answer(shop.api.get(f"/v1/members/{ada}/statement?type=points.spent&unit=points&from=2026-01-15"))
    assert [[line["type"] for line in entry["lines"]] for entry in told["items"]] == [["points.spent"]]
    assert answer(shop.api.get(f"/v1/members/{ada}/statement?until=2026-01-14"))["items"] == []
