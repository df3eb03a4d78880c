"""docs/guides/cost.md: what is counted is what the budgets allow, and its sums follow from prices and use."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.topic import Published
from infra.alarms import consumed_queues
from infra.local.cost import QUEUES_WORKED_OFF, ROOT, WINDOW_SECONDS, Prices, page
from infra.local.cost_assumed import MEANT, MEASURED, processors
from infra.local.cost_rows import PULSES
from infra.local.cost_shop import metrics_of, taken
from infra.local.cost_usage import ALONE, FULL, MEMBERS, ORDERS, TEN, measured
from infra.local.pages.facts import filters
from infra.local.table_template import whole_template
from tests.bench.figures import load
from tests.unit.budgets.test_budgets import BUDGETS
from tests.unit.local.packaged import stand_in

TOGETHER = re.compile(r"^\| \*\*together\*\* \|.*$", re.MULTILINE)
NUMBER = re.compile(r"[\d.,]*\d")


def columns(table: str, *, of: int) -> list[list[float]]:
    """The numbers in the last columns of each row that is billed."""
    rows = [line.split(" | ")[-of:] for line in table.splitlines() if line.startswith("| ") and "together" not in line]
    return [[float(cell.strip(" |").replace(",", "")) for cell in row] for row in rows[2:]]


def section(title: str) -> str:
    return next(table for table in page().split("\n## ") if table.startswith(title))


def together(table: str) -> list[float]:
    line = TOGETHER.search(table)
    assert line, table
    return [float(one.replace(",", "")) for one in NUMBER.findall(line[0])]


def test_orders_use_what_their_budget_allows() -> None:
    """A member's first order enrols and opens a list of what is due; none of the others does."""
    used, first = measured().api, BUDGETS["record a first order, enrolling"]
    later = BUDGETS["record an order by identifier"]
    assert used.table.transact == ORDERS == used.of
    assert used.table.write_units == MEMBERS * first.write_units + (ORDERS - MEMBERS) * later.write_units
    assert used.table.index_units == MEMBERS * first.index_units + (ORDERS - MEMBERS) * later.index_units
    assert measured().due.table.transact == MEMBERS + 1  # the mark that the job was started


def test_a_busy_process_asks_for_key_and_configuration_once() -> None:
    quiet, busy = measured().api, measured().busy_api
    assert quiet.table.requests / quiet.of - busy.table.requests / busy.of == pytest.approx(2, abs=0.01)
    assert quiet.table.write_units / quiet.of == busy.table.write_units / busy.of
    assert quiet.entries / quiet.of == busy.entries / busy.of == 1.1


def test_orders_from_files_are_of_the_same_kind_as_those_over_http() -> None:
    """Three lines each, and one in ten a member's first: so they write the same, and what they are cheaper by is the way they come."""
    http, file = measured().api, measured().file
    assert (file.of, file.entries) == (http.of, http.entries)
    chunks = file.table.transact - file.of
    assert 0 < chunks < 0.05 * file.of
    assert 0 <= file.table.write_units - http.table.write_units < 5 * chunks
    assert 0 <= file.table.index_units - http.table.index_units < chunks


def test_what_fell_due_goes_to_the_feed_and_is_paid_for() -> None:
    due, orders = section("A million accounts with something due"), section("A million orders from files")
    assert measured().due.entries == measured().due.of
    told = [re.findall(r"^\| (DynamoDB writes, feed) \| ([\d.]+) \|", table, re.MULTILINE) for table in (due, orders)]
    assert told == [[("DynamoDB writes, feed", "0.08")], [("DynamoDB writes, feed", "0.09")]]  # a tenth enrolled
    assert "| SNS publish | 0.10 |" in due


def test_logs_are_kept_of_all_that_orders_log() -> None:
    """Ten million orders of a busy shop, with the entries of those that enrol."""
    logs = re.findall(r"^\| Logs of \w+ \| [\d.]+ \| ([\d.]+) \|", section("A million orders over HTTP"), re.MULTILINE)
    (kept,) = re.findall(
        r"^\| Logs of a busy shop, as they were sent \| ([\d.]+) \|", section("A month of a million"), re.MULTILINE
    )
    assert float(kept) == pytest.approx(10 * sum(map(float, logs)), abs=0.1)


def test_every_entry_is_published_once_in_whatever_batches() -> None:
    assert {size: used.published - used.of for size, used in measured().relay.items()} == {ALONE: 0, TEN: 0, FULL: 0}


def test_nobody_pays_for_queues_that_nothing_works_off() -> None:
    """Those of webhooks and of automations take every entry of these, that of notify those by which somebody is enrolled, and no other
    takes any."""
    assert all(0 <= used.taken - 2 * used.of < used.of // 2 for used in measured().relay.values())
    assert "| SQS, webhooks (received, deleted) | 2.20 | 0.22 |" in section("A million orders over HTTP")
    assert "| SQS, automations (received, deleted) | 2.20 | 0.22 |" in section("A million orders over HTTP")


def test_who_has_no_webhook_is_asked_for_none() -> None:
    """Whether one was made since is asked for where that was not known for seconds."""
    told = {size: used.table for size, used in measured().told.items()}
    assert told[ALONE].requests == told[ALONE].get == measured().told[ALONE].of
    assert told[TEN].requests <= 1
    followed = {size: used.table for size, used in measured().followed.items()}
    assert (followed[ALONE].requests, followed[TEN].requests) == (told[ALONE].requests, 0)
    assert measured().looked.table.requests == measured().looked.table.query == 8


def test_an_order_with_points_would_go_to_every_queue_but_that_of_notifications() -> None:
    queues = filters(whole_template())
    assert taken(queues, [Published("shop", ("order.recorded", "points.earned"), {})]) == len(queues) - 1 == 3


def test_a_queue_gets_an_entry_once_whatever_number_of_its_facts_it_takes() -> None:
    queues: dict[str, list[Any]] = {
        "all": [{"exists": True}],
        "sales": [{"prefix": "order."}, "points.earned"],
        "tiers": ["tier.changed"],
    }
    there = [Published("shop", types, {}) for types in (("order.recorded", "points.earned"), ("member.enrolled",))]
    assert taken(queues, there) == 3


def test_a_queue_that_takes_what_an_order_did_makes_orders_dearer() -> None:
    usage = measured()
    more = {size: replace(used, taken=3 * used.of) for size, used in usage.relay.items()}
    assert "| SQS, topic to queues | 3.30 | 3.30 |" in page(usage=replace(usage, relay=more))


def test_every_queue_that_is_polled_is_paid_for() -> None:
    assert len(consumed_queues(stand_in())) == QUEUES_WORKED_OFF


def test_the_feed_costs_a_quiet_shop_more_for_each_entry() -> None:
    units = {size: used.table.write_units / used.of for size, used in measured().relay.items()}
    assert units[ALONE] == 10 * units[TEN] > 50 * units[FULL]


def test_the_rows_of_a_table_come_to_its_sum() -> None:
    for table in page().split("\n## ")[1:7]:
        sums = together(table)
        told = [sum(one) for one in zip(*columns(table, of=len(sums)), strict=True)]
        assert told == pytest.approx(sums, abs=0.1), table


def test_the_head_says_what_each_comes_to() -> None:
    head, *tables = page().split("\n## ")
    for table in tables[:6]:
        title, sums = table.splitlines()[0], [f"{one:,.2f}" for one in together(table)]
        told = f"{sums[0]} in a quiet shop, {sums[1]} in a busy one" if len(sums) > 1 else sums[0]
        assert f"| {title} | {told} |" in head


def test_everything_that_is_assumed_says_what_it_is_of() -> None:
    assert MEANT.keys() == Prices.read().assumed.keys()


def test_a_quiet_shop_and_a_busy_one_stand_beside_each_other() -> None:
    quiet, busy = together(page().split("\n## ")[1])
    assert quiet > busy > 0


def test_empty_queues_are_paid_for() -> None:
    """Five mappings of five pollers, three requests a minute each."""
    month = section("A month in which nobody calls")
    assert "| SQS, polling of empty queues | 3.29 | million requests | 0.4 | 1.31 |" in month


def test_what_nobody_causes_has_no_metrics_of_requests_and_the_guide_says_what_it_costs() -> None:
    quiet, in_use = section("A month in which nobody calls"), section("A month in use")
    assert "Metrics of the API" not in quiet
    assert "Metrics of the API" in in_use
    guide = (ROOT / "docs" / "guides" / "deploy.md").read_text("utf-8")
    assert re.findall(r"costs some (\d+) USD a month", guide) == [f"{together(quiet)[0]:.0f}"]


def test_the_time_of_functions_is_that_of_their_calls_by_their_memory() -> None:
    """Worked out by hand, of times that are easy: 100 ms a call, 10 ms an entry or an order or an account, 1 ms an end of a
    window; half a gigabyte for relay and due job, a quarter for the pulse, and a whole one for API and imports.

    A quiet shop's million orders are 1.1 million entries, each in a batch of its own: 0.11 s and half a gigabyte. A busy one's are in
    110,000 batches of ten: 0.2 s. From files as many entries come in 11,000 batches of 100: 1.1 s. The due job has pages of 100 accounts, and
    an entry of each: 10,000 batches of 100.
    """
    prices = Prices.read()
    call, one = ("api_ms", "relay_ms", "pulse_ms"), ("relay_ms_per_entry", "import_ms_per_order", "due_ms_per_account")
    easy = {**prices.assumed, **dict.fromkeys(call, 100.0), **dict.fromkeys(one, 10.0), "window_end_ms": 1.0}
    told = page(replace(prices, assumed=easy))
    rows = re.findall(r"^\| Lambda ([\w, ]+), time \| ([\d., |]+?) \| GB-seconds", told, re.MULTILINE)
    assert rows == [
        ("APIHandler", "100,000.00 | 100,000.00"),
        ("Relay", "60,500.00 | 11,000.00"),
        ("Relay, ends of windows", "550.00 | 0.92"),
        ("Webhooks", "550.00 | 55.00"),
        ("Automations", "550.00 | 55.00"),
        ("Notify", "77.00 | 14.55"),
        ("Imports", "10,000.00"),
        ("Relay", "6,050.00"),
        ("Relay, ends of windows", "0.09"),
        ("Webhooks", "55.00"),
        ("Automations", "55.00"),
        ("Notify", "12.10"),
        ("Due", "5,000.00"),
        ("Relay", "5,500.00"),
        ("Relay, ends of windows", "0.08"),
        ("Webhooks", "50.00"),
        ("Automations", "50.00"),
        ("Notify", "11.00"),
        ("TakePulse", "216.00"),
        ("Relay, answers to it", "432.00"),
        ("Relay, ends of windows", "4.32"),
        ("WakeWebhooks", "216.00"),
        ("Webhooks, looking for what is due", "432.00"),
        ("Notify, looking for what is due", "432.00"),
    ]


def test_the_last_call_of_each_window_is_paid_for() -> None:
    """One for each order of a quiet shop, one for sixty batches of a busy one, one for each pulse."""
    declared = re.findall(r"TumblingWindowInSeconds: (\d+)", (ROOT / "infra" / "template.yaml").read_text("utf-8"))
    assert declared == [str(WINDOW_SECONDS)]
    over_http, quiet = section("A million orders over HTTP"), section("A month in which nobody calls")
    assert "| Lambda Relay, ends of windows, calls | 1.10 | 0.00 |" in over_http
    assert f"| Lambda Relay, ends of windows, calls | {PULSES / 1e6:.2f} |" in quiet


def row(section: str, operation: str) -> dict[str, Any]:
    return next(one for one in load()[section].rows if one["operation"] == operation and one.get("lots", 1) == 1)


def cpu_ms(operation: str, function: str) -> float:
    """As long as the function takes for it with the processor that it has."""
    return float(row("cpu", operation)["handler_ms"]) / processors(function)


def measured_ms() -> dict[str, float]:
    """What each assumed time may not be below."""
    files, (feed,) = load()["imports"].rows, load()["feed"].rows
    assumed = Prices.read().assumed
    return {
        "api_ms": max(row("packaged", "record")["p50_ms"], cpu_ms("record an order by identifier", "api_handler")),
        "relay_ms": feed["lag_relay_p50_ms"],
        "relay_ms_per_entry": (cpu_ms("relay 100 entries", "relay") - assumed["relay_ms"]) / 100,
        "import_ms_per_order": max(
            1000 / max(one["rows_per_second"] for one in files),
            min(one["cpu_ms"] for one in files) / processors("imports"),
        ),
        "due_ms_per_account": cpu_ms("one due account", "due"),
        "pulse_ms": cpu_ms("take the pulse", "take_pulse"),
    }


@pytest.mark.parametrize("name", MEASURED)
def test_nothing_is_taken_to_be_faster_than_it_was_measured(name: str) -> None:
    """Slower now? docs/prices.json, then `make docs`."""
    assert Prices.read().assumed[name] >= measured_ms()[name]
    assert f"| `{name}` | {Prices.read().assumed[name]:g} | {MEASURED[name]} |" in page()


def test_every_time_that_is_billed_by_a_call_of_our_code_has_a_measured_one() -> None:
    """The end of a window is a call with nothing in it, which takes as long as a call takes."""
    times = {name for name in Prices.read().assumed if "_ms" in name}
    assert times - {"window_end_ms"} == set(MEASURED) == set(measured_ms())


def test_a_function_of_half_a_gigabyte_has_less_than_a_third_of_a_processor() -> None:
    assert processors("due") == pytest.approx(512 / 1769)
    assert processors("api_handler") == pytest.approx(1024 / 1769)


def test_metrics_are_counted_by_name_and_whatever_they_are_told_apart_by() -> None:
    directive = {"Dimensions": [["operation"]], "Metrics": [{"Name": "done"}, {"Name": "failed"}]}
    lines = [{"operation": name, "_aws": {"CloudWatchMetrics": [directive]}} for name in ("due", "due", "relay")]
    assert metrics_of("\n".join(map(json.dumps, [*lines, {"message": "no metrics"}]))) == 4


def test_a_dearer_unit_makes_the_page_dearer() -> None:
    prices = Prices.read()
    dearer = replace(prices, usd={**prices.usd, "dynamodb_million_write_units": 1000.0})
    sums = [together(page(each)) for each in (prices, dearer)]
    assert all(after > before + 8000 for before, after in zip(*sums, strict=True))


def test_the_page_says_of_each_price_where_it_was_found_and_when_that_was_said() -> None:
    prices = Prices.read()
    for name, (at, said) in prices.found.items():
        assert (at is None) is (
            f"| `{name}` | " in page() and f"`{name}`" in page().split("Found nowhere")[1].split(".")[0]
        )
        if at is None:
            assert said is None
        else:
            assert f"| <{at}> | {said or 'undated'} |" in page()


def test_a_price_that_was_found_nowhere_is_marked() -> None:
    prices = Prices.read()
    lost = replace(prices, found={**prices.found, "sqs_million_requests": (None, None)})
    assert "| `sqs_million_requests` | 0.4 | **not checked** | – |" in page(lost)
    found = replace(prices, found=dict.fromkeys(prices.found, ("https://example.org", "2026-01")))
    assert "not checked" not in page(found)
    assert "Found nowhere" not in page(found)
