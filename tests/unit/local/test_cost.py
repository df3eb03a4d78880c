"""docs/guides/cost.md: what is counted is what the budgets allow, and its sums follow from prices and use."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from infra.local.cost import Prices, Row, page
from infra.local.cost_usage import MEMBERS, ORDERS, measured
from tests.unit.budgets.test_budgets import BUDGETS

TOGETHER = re.compile(r"\| \*\*together\*\* \| \| \| \| \*\*([\d.,]+)\*\* \|")
USD = re.compile(r"\| ([\d.,]+) \|$", re.MULTILINE)


def test_orders_use_what_their_budget_allows() -> None:
    """A member's first order enrols and opens a list of what is due; none of the others does."""
    used, first = measured().api, BUDGETS["record a first order, enrolling"]
    later = BUDGETS["record an order by identifier"]
    assert used.table.transact == ORDERS == used.of
    assert used.table.write_units == MEMBERS * first.write_units + (ORDERS - MEMBERS) * later.write_units
    assert used.table.index_units == MEMBERS * first.index_units + (ORDERS - MEMBERS) * later.index_units
    assert measured().due.table.transact == MEMBERS + 1  # the mark that the job was started


def test_every_entry_of_an_order_is_published_once() -> None:
    assert measured().relay.published == ORDERS + MEMBERS


def test_a_row_is_amount_times_price() -> None:
    assert Row("Logs", 2.5, "GB", 0.5).usd == 1.25


def test_the_rows_of_a_table_come_to_its_sum() -> None:
    for table in page().split("\n## ")[1:6]:
        together = TOGETHER.search(table)
        assert together, table
        told = sum(float(one.replace(",", "")) for one in USD.findall(table) if "*" not in one)
        assert abs(told - float(together[1].replace(",", ""))) < 0.1, table


def test_a_dearer_unit_makes_the_page_dearer() -> None:
    prices = Prices.read()
    dearer = replace(prices, usd={**prices.usd, "dynamodb_million_write_units": 1000.0})
    sums = [[float(one.replace(",", "")) for one in TOGETHER.findall(page(each))] for each in (prices, dearer)]
    assert sums[1][0] > sums[0][0] + 8000


def test_the_page_says_whose_prices_they_are_of_when_and_whether_they_were_looked_up() -> None:
    told = Prices.read().told
    date.fromisoformat(f"{told['as_of']}-01")
    assert told["region"] in told["source"]
    assert told["source"] in page()
    assert ("not looked up" in page()) is not told["checked"]
    checked = replace(Prices.read(), told={**told, "checked": True})
    assert f"looked up {told['as_of']}" in page(checked)
