"""What the demo makes of a file, in a shop's words; and of both real files, against a calculation of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.demo.report import json_line
from infra.local.demo.survey import CannotStartError
from tests.unit.demo.naive import naive_figures
from tests.unit.demo.shop_file import back, demo, demo_of, figures, points, sale

DATA = Path(__file__).parents[2] / "data"

CDNOW = (
    '{"members":2357,"orders":6919,"returns":0,"refused":0,'
    '"points":{"earned":239444,"cancelled":0,"expired":133628,"available":105816},'
    '"tiers":{"bronze":2081,"silver":257,"gold":19}}'
)
RETAIL = (
    '{"members":505,"orders":677,"returns":28,"refused":0,'
    '"points":{"earned":271569,"cancelled":955,"expired":0,"available":270614},'
    '"tiers":{"bronze":145,"silver":318,"gold":42}}'
)


@pytest.mark.parametrize(
    ("name", "line"), [("orders-cdnow-sample.csv", CDNOW), ("orders-retail-week.csv", RETAIL)], ids=["cdnow", "retail"]
)
def test_the_figures_of_a_real_file_are_those_of_an_independent_calculation(name: str, line: str) -> None:
    outcome = demo_of((DATA / name).read_bytes())
    assert json_line(outcome) == line
    assert figures(outcome) == naive_figures(DATA / name)


def test_each_order_is_rounded_down_by_itself() -> None:
    assert points(demo(sale("1", "1.99"), sale("2", "0.99"), sale("3", "2.50"))) == (3, 0, 0, 3)


def test_any_currency_counts_at_face_value() -> None:
    lines = (sale("1", "500", currency="JPY"), sale("2", "1.999", currency="KWD"), sale("3", "10.00", currency="USD"))
    assert points(demo(*lines)) == (511, 0, 0, 511)


def test_an_order_worth_nothing_still_enrols() -> None:
    outcome = demo(sale("1", "0.00"))
    assert (figures(outcome)["members"], figures(outcome)["tiers"]["bronze"], points(outcome)) == (1, 1, (0, 0, 0, 0))


@pytest.mark.parametrize(("as_of", "expired"), [("2021-01-30", 0), ("2021-01-31", 0), ("2021-02-01", 10)])
def test_points_can_be_used_on_their_last_day_and_have_expired_on_the_next(as_of: str, expired: int) -> None:
    assert points(demo(sale("1", "10.00", day="2020-01-10"), as_of=as_of)) == (10, 0, expired, 10 - expired)


def test_what_an_account_still_has_on_its_last_day_stays_when_older_points_of_it_expire() -> None:
    lines = (sale("1", "10.00", day="2020-01-10"), sale("2", "7.00", day="2020-02-10"))
    assert points(demo(*lines, as_of="2021-02-28")) == (17, 0, 10, 7)
    assert points(demo(*lines, as_of="2021-03-01")) == (17, 0, 17, 0)


@pytest.mark.parametrize(("at", "expired"), [("2020-01-31T23:30:00-02:00", 0), ("2020-02-01T00:30:00+02:00", 10)])
def test_the_month_of_purchase_is_the_month_in_utc(at: str, expired: int) -> None:
    assert points(demo(sale("1", "10.00", day=at), as_of="2021-02-15")) == (10, 0, expired, 10 - expired)


def test_as_of_may_lie_in_the_future_of_the_day_of_the_run() -> None:
    lines = (sale("1", "10.00", day="2026-06-10"),)
    assert points(demo(*lines, as_of="2027-07-01", now="2026-06-15")) == (10, 0, 10, 0)
    assert points(demo(*lines, as_of="9999-12-31", now="2026-06-15")) == (10, 0, 10, 0)


def test_the_day_of_the_run_changes_nothing() -> None:
    lines = (sale("1", "10.00", day="2020-01-10"), sale("2", "20.00", day="2021-03-01", card="0002"))
    early, late = (json_line(demo(*lines, now=now)) for now in ("2021-03-02", "2040-12-31"))
    assert early == late
    assert points(demo(*lines)) == (30, 0, 10, 20)


def test_without_as_of_the_last_purchase_of_the_file_counts_wherever_it_stands() -> None:
    lines = (sale("2", "20.00", day="2021-03-01", card="0002"), sale("1", "10.00", day="2020-01-10"))
    assert points(demo(*lines)) == (30, 0, 10, 20)


def test_a_return_sets_the_last_day_too() -> None:
    lines = (sale("1", "10.00"), sale("2", "20.00", card="0002"), back("R", "2", "5.00", day="2021-02-01", card="0002"))
    assert points(demo(*lines)) == (30, 0, 30, 0)


def test_a_refused_document_is_no_purchase_and_sets_no_day() -> None:
    stray = back("R", "9", "1.00", day="2025-02-01")
    again = sale("1", "99.00", day="2024-02-01")
    outcome = demo(sale("1", "10.00"), stray, again)
    assert (outcome.tally.refused, points(outcome)) == (2, (10, 0, 0, 10))


def test_a_day_before_the_last_return_is_refused_too() -> None:
    lines = (sale("1", "10.00"), back("R", "1", "5.00", day="2020-01-20"))
    with pytest.raises(CannotStartError, match=r"AS_OF 2020-01-15 is before the last purchase .* 2020-01-20"):
        demo(*lines, as_of="2020-01-15")


def test_an_earlier_day_is_refused() -> None:
    with pytest.raises(CannotStartError, match=r"AS_OF 2020-01-09 is before the last purchase .* 2020-01-10"):
        demo(sale("1", "10.00", day="2020-01-10"), as_of="2020-01-09")


def test_a_return_takes_back_its_share_and_with_it_the_tier() -> None:
    kept = demo(sale("1", "200.00"))
    returned = demo(sale("1", "200.00"), back("R", "1", "0.50"))
    assert (figures(kept)["tiers"]["silver"], figures(returned)["tiers"]["silver"]) == (1, 0)
    assert points(returned) == (200, 1, 0, 199)


def test_points_that_have_expired_are_not_taken_back_again() -> None:
    outcome = demo(sale("1", "10.00", day="2020-01-10"), back("R", "1", "10.00", day="2021-02-01"))
    assert points(outcome) == (10, 0, 10, 0)


def test_expired_points_still_count_for_the_tier() -> None:
    outcome = demo(sale("1", "1000.00", day="2020-01-10"), as_of="2025-01-01")
    assert (points(outcome), figures(outcome)["tiers"]["gold"]) == ((1000, 0, 1000, 0), 1)


def test_a_return_may_have_the_number_of_its_sale() -> None:
    assert figures(demo(sale("1", "10.00"), back("1", "1", "10.00")))["returns"] == 1


def test_a_refused_document_enrols_nobody_and_counts_once() -> None:
    outcome = demo(
        sale("1", "10.00"),
        sale("2", "much", card="0002"),
        sale("3", "10.00", day="2999-01-01", card="0003"),
        back("R1", "9", "1.00", card="0004"),
        back("R2", "1", "10.01"),
        back("R3", "1", "1.00", card="0005"),
    )
    told = figures(outcome)
    assert (told["members"], told["orders"], told["returns"], told["refused"]) == (1, 1, 0, 5)
    assert {code: refusals.count for code, refusals in outcome.tally.refusals.items()} == {
        "unreadable_number": 1,
        "future_purchase": 1,
        "unknown_sale": 1,
        "returned_more_than_bought": 1,
        "return_of_another_member": 1,
    }


def test_a_document_in_the_future_sets_no_day() -> None:
    outcome = demo(sale("1", "10.00", day="2020-01-10"), sale("2", "10.00", day="2999-01-01"))
    assert points(outcome) == (10, 0, 0, 10)


def test_a_repeated_document_changes_nothing_but_other_content_is_refused() -> None:
    outcome = demo(
        sale("1", "10.00"),
        sale("2", "5.00"),
        sale("1", "10.00"),
        back("R", "1", "4.00"),
        sale("1", "11.00"),
        back("R", "1", "4.00"),
        sale("2", "5.00", card="0002"),
    )
    told = figures(outcome)
    assert (told["members"], told["orders"], told["returns"], told["refused"]) == (1, 2, 1, 2)
    assert (outcome.tally.repeated, points(outcome)) == (2, (15, 4, 0, 11))
    assert list(outcome.tally.refusals) == ["order_number_taken"]


def test_a_file_of_nothing_but_its_header_comes_to_nothing() -> None:
    told = figures(demo())
    assert told == {
        "members": 0,
        "orders": 0,
        "returns": 0,
        "refused": 0,
        "points": {"earned": 0, "cancelled": 0, "expired": 0, "available": 0},
        "tiers": {"bronze": 0, "silver": 0, "gold": 0},
    }


def test_more_members_than_a_page_of_the_directory_are_all_counted() -> None:
    told = figures(demo(*(sale(f"{number}", "1.00", card=f"{number:04}") for number in range(250))))
    assert (told["members"], told["tiers"]["bronze"], told["points"]["available"]) == (250, 250, 250)
