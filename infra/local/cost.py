"""docs/guides/cost.md: what orders cost, as prices times use. Prices and what is assumed are in docs/prices.json, use is counted
by cost_usage.py; nothing here is decided by hand, so a change that makes orders dearer changes the page, and `make check` says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.cost_assumed import assumptions
from infra.local.cost_rows import GB, MILLION, PULSES, Row, function_rows, logs_row
from infra.local.cost_shop import OVERHEAD_BYTES, Used
from infra.local.cost_usage import ALONE, FULL, MEMBERS, MONTHS, ORDERS, TEN, Usage, measured
from infra.local.cost_webhooks import to_consumer, waking

ROOT = Path(__file__).resolve().parents[2]
PRICES = ROOT / "docs" / "prices.json"
QUEUES_WORKED_OFF = 5  # imports, due, webhooks, automations and notify: a mapping each
PUBLISHED_AT_ONCE = 10
SHOPS = ("quiet shop", "busy shop")
ALARMS = 53
WINDOW_SECONDS = 60  # of the relay's mapping; at its end Lambda calls once more, with nothing
MONTH_SECONDS = 365 * 24 * 3600 / 12


@dataclass(frozen=True, slots=True)
class Prices:
    """`found` says for each price where it was found and when that was said; None where nothing was."""

    usd: Mapping[str, float]
    found: Mapping[str, tuple[str | None, str | None]]
    assumed: Mapping[str, float]
    told: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path = PRICES) -> Prices:
        told = json.loads(path.read_text(encoding="utf-8"))
        usd = {name: one["usd"] for name, one in told["prices"].items()}
        found = {name: (one["found_at"], one["said_in"]) for name, one in told["prices"].items()}
        return cls(usd, found, told["assumed"], told)

    def usd_of(self, row: Row) -> float:
        return row.amount * self.usd[row.price]


def page(prices: Prices | None = None, usage: Usage | None = None) -> str:
    prices, usage = prices or Prices.read(), usage or measured()
    assumed = prices.assumed
    over_http = [[*_over_http(assumed, used), *_to_the_feed(assumed, used.entries / used.of, usage, size)]
                 for used, size in ((usage.api, ALONE), (usage.busy_api, TEN))]  # fmt: skip
    file, due = usage.file, usage.due
    from_files = [*_from_files(assumed, usage), *_to_the_feed(assumed, file.entries / file.of, usage, FULL)]
    settled = [*_due(assumed, due), *_to_the_feed(assumed, due.entries / due.of, usage, FULL)]
    bills = {
        "A million orders over HTTP": over_http,
        "A million orders from files": [from_files],
        "A million accounts with something due": [settled],
        "A month of a million members and ten million orders, kept": [_kept(assumed, usage)],
        "A month in which nobody calls": [_standing(assumed, usage)],
        "A month in use, on top of that and of its orders": [_in_use(assumed, usage)],
    }
    sections = [f"## {title}\n\n{_table(prices, shops)}\n" for title, shops in bills.items()]
    counted = (_counted(usage), _sources(prices), assumptions(prices.assumed, WINDOW_SECONDS))
    return "\n".join([_head(prices), _in_short(prices, bills), *sections, *counted])


def _in_short(prices: Prices, bills: Mapping[str, Sequence[Sequence[Row]]]) -> str:
    """What each comes to, before its rows."""
    lines = [_cells("", "USD"), _cells("---", "---:")]
    for title, shops in bills.items():
        sums = [f"{sum(map(prices.usd_of, rows)):,.2f}" for rows in shops]
        said = f"{sums[0]} in a quiet shop, {sums[1]} in a busy one" if len(sums) > 1 else sums[0]
        lines.append(_cells(title, said))
    return "\n".join(lines) + "\n"


def _over_http(assumed: Mapping[str, float], api: Used) -> list[Row]:
    return [
        Row("API Gateway", 1, "million requests", "api_gateway_million_requests"),
        *function_rows("APIHandler", MILLION, assumed["api_ms"], "api_handler"),
        *_table_use("orders", api, api.of),
        logs_row(assumed, "APIHandler", api.log_bytes / api.of * MILLION, MILLION),
        Row("Answers sent", api.answer_bytes / api.of * MILLION / GB, "GB", "transfer_out_gb"),
    ]


def _to_the_feed(assumed: Mapping[str, float], each: float, usage: Usage, size: int) -> list[Row]:
    """Entries of a million orders or accounts, in batches of one size: one each, and one more for a member's first order. A window
    of the stream has one of a quiet shop's batches, and a batch a second of any other. Webhooks may want any entry, so their queue
    takes all of them, and so does that of automations; what else is taken may be something that members are told of."""
    relay, entries = usage.relay[size], each * MILLION
    batches, taken = entries / size, entries * relay.taken / relay.of
    publishes = batches * -(-size // PUBLISHED_AT_ONCE)
    ends = batches if size == ALONE else batches / WINDOW_SECONDS
    return [
        *function_rows("Relay", batches, assumed["relay_ms"] + size * assumed["relay_ms_per_entry"], "relay"),
        *function_rows("Relay, ends of windows", ends, assumed["window_end_ms"], "relay"),
        *_table_use("feed", relay, relay.of / each),
        logs_row(assumed, "Relay", relay.log_bytes / relay.of * entries, batches + ends),
        Row("SNS publish", publishes / MILLION, "million requests", "sns_million_requests"),
        Row("SQS, topic to queues", taken / MILLION, "million requests", "sqs_million_requests"),
        *to_consumer("webhooks", assumed, entries, usage.told[min(size, TEN)], min(size, TEN)),
        *to_consumer("automations", assumed, entries, usage.followed[min(size, TEN)], min(size, TEN)),
        *to_consumer("notify", assumed, taken - 2 * entries, usage.noted[min(size, TEN)], min(size, TEN)),
    ]


def _from_files(assumed: Mapping[str, float], usage: Usage) -> list[Row]:
    file = usage.file
    steps = file.sent / file.of * MILLION
    return [
        *function_rows("Imports", steps, assumed["import_ms_per_order"] * MILLION / steps, "imports"),
        *_table_use("orders", file, file.of),
        logs_row(assumed, "Imports", file.log_bytes / file.of * MILLION, steps),
        Row("S3 writes", file.puts / file.of * MILLION / 1000, "thousand", "s3_thousand_puts"),
        Row("S3 reads", file.gets / file.of * MILLION / 1000, "thousand", "s3_thousand_gets"),
        Row("SQS, steps (sent, received, deleted)", 3 * steps / MILLION, "million requests", "sqs_million_requests"),
    ]


def _due(assumed: Mapping[str, float], due: Used) -> list[Row]:
    pages = MILLION / 100
    return [
        *function_rows("Due", pages, assumed["due_ms_per_account"] * 100, "due"),
        *_table_use("accounts", due, due.of),
        logs_row(assumed, "Due", due.log_bytes / due.sent * pages, pages),
        Row("SQS, pages (sent, received, deleted)", 3 * pages / MILLION, "million requests", "sqs_million_requests"),
    ]


def _kept(assumed: Mapping[str, float], usage: Usage) -> list[Row]:
    """Logs of the functions that orders over HTTP call, those of a busy shop; kept for a year in prod."""
    stored = (usage.bytes_per_member + usage.bytes_per_order * 10) * MILLION / GB
    api = usage.busy_api
    used = [*_over_http(assumed, api), *_to_the_feed(assumed, api.entries / api.of, usage, TEN)]
    sent = sum(row.amount for row in used if row.what.startswith("Logs of "))
    return [
        Row("Table and indexes", stored, "GB-month", "dynamodb_gb_month"),
        Row("Point-in-time recovery", stored, "GB-month", "dynamodb_backup_gb_month"),
        Row("Logs of a busy shop, as they were sent", 10 * sent, "GB-month", "cloudwatch_logs_kept_gb_month"),
    ]


def _standing(assumed: Mapping[str, float], usage: Usage) -> list[Row]:
    """The daily job runs whatever there is to do. Each pulse is in a window of its own."""
    polls = QUEUES_WORKED_OFF * assumed["pollers_of_a_queue"] * MONTH_SECONDS / assumed["seconds_of_a_poll"]
    return [
        Row("SQS, polling of empty queues", polls / MILLION, "million requests", "sqs_million_requests"),
        Row("Alarms (in prod)", ALARMS, "alarms", "cloudwatch_alarm_month"),
        Row("Metrics of daily job, pulse and relay", usage.quiet_metrics, "metrics", "cloudwatch_metric_month"),
        Row("Dashboard", 1, "dashboard", "cloudwatch_dashboard_month"),
        *function_rows("TakePulse", PULSES, assumed["pulse_ms"], "take_pulse"),
        *function_rows("Relay, answers to it", PULSES, assumed["relay_ms"], "relay"),
        *function_rows("Relay, ends of windows", PULSES, assumed["window_end_ms"], "relay"),
        *_table_use("pulse", usage.pulse, usage.pulse.of * MILLION / PULSES),
        logs_row(assumed, "TakePulse and Relay", usage.pulse.log_bytes / usage.pulse.of * PULSES, 3 * PULSES),
        *waking(assumed, usage.looked),
    ]


def _in_use(assumed: Mapping[str, float], usage: Usage) -> list[Row]:
    """Of each operation in use there are two metrics by outcome; those of imports are counted. Refusals are told by code, and few."""
    api = assumed["operations_in_use"] * 2 * assumed["outcomes_of_an_operation"]
    return [
        Row("Metrics of the API", api, "metrics", "cloudwatch_metric_month"),
        Row("Metrics of imports", usage.import_metrics, "metrics", "cloudwatch_metric_month"),
    ]


def _table_use(what: str, used: Used, of: float) -> list[Row]:
    writes, reads = used.table.write_units + used.table.index_units, used.table.read_units
    return [
        Row(f"DynamoDB writes, {what}", writes / of, "million units", "dynamodb_million_write_units"),
        Row(f"DynamoDB reads, {what}", reads / of, "million units", "dynamodb_million_read_units"),
    ]


def _table(prices: Prices, shops: Sequence[Sequence[Row]]) -> str:
    """Amount and sum of each shop beside each other: their rows are of the same things."""
    names = SHOPS if len(shops) > 1 else ("",)
    heads = [f"{what}{', ' if name else ''}{name}" for what in ("Amount", "USD") for name in names]
    amounts, sums = heads[: len(names)], heads[len(names) :]
    lines = [_cells("", *amounts, "Unit", "USD each", *sums), _cells("---", *["---:"] * len(names), *_ALIGNED, *["---:"] * len(names))]  # fmt: skip
    for rows in zip(*shops, strict=True):
        each = (f"{row.amount:,.2f}" for row in rows)
        usd = (f"{prices.usd_of(row):,.2f}" for row in rows)
        lines.append(_cells(rows[0].what, *each, rows[0].unit, _exact(prices.usd[rows[0].price]), *usd))
    together = (f"**{sum(map(prices.usd_of, rows)):,.2f}**" for rows in shops)
    return "\n".join([*lines, _cells("**together**", *[""] * len(names), "", "", *together)])


_ALIGNED = ("---", "---:")


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _exact(usd: float) -> str:
    return f"{usd:.10f}".rstrip("0").rstrip(".")


def _head(prices: Prices) -> str:
    told = prices.told
    return f"""# What it costs

Generated by `make docs`; do not edit. Use is counted while a shop sells on the twins of table and cloud ({ORDERS:,} orders over HTTP by
{MEMBERS} members in {MONTHS} months, as many of the same kind from a file, then the due job). Prices are in [prices.json](../prices.json): {told["region"]},
{told["kind"]}; [where each was found](#where-prices-were-found). For another region change that file, then `make docs`.

A quiet shop's orders come one by one: each has a batch of the relay to itself, and finds what the process knows of keys and configuration older
than five seconds. A busy one's come some ten a second: the relay, which waits a second for more, takes {TEN} entries at once, and
nothing is asked twice. Files and the due job fill batches of {FULL}. Every order has three lines, and one in ten is a member's first and enrols, over HTTP as from files.
"""


def _counted(usage: Usage) -> str:
    orders = {
        "order over HTTP, quiet shop": usage.api,
        "order over HTTP, busy shop": usage.busy_api,
        "order from a file": usage.file,
    }
    entries = {f"entry in the feed, {size} a batch": usage.relay[size] for size in (ALONE, TEN, FULL)}
    lines = [
        _cells("Of one", "Requests", "Write units", "of them of indexes", "Read units", "Bytes logged"),
        _cells("---", *["---:"] * 5),
    ]
    for name, used in {**orders, **entries}.items():
        cost, of = used.table, used.of
        figures = (cost.requests, cost.write_units + cost.index_units, cost.index_units, cost.read_units)
        lines.append(_cells(name, *(f"{figure / of:.2f}" for figure in figures), f"{used.log_bytes / of:.0f}"))
    table = "\n".join(lines)
    return f"""## What was counted

{table}

A member takes {usage.bytes_per_member:,.0f} bytes in table and indexes, an order with its journal entry {usage.bytes_per_order:,.0f}, the {OVERHEAD_BYTES} bytes that Amazon
adds to each item included, but not the feed's share.
"""


def _sources(prices: Prices) -> str:
    rows = (_cells(f"`{name}`", _exact(usd), *_source(*prices.found[name])) for name, usd in prices.usd.items())
    lines = [
        _cells("Named in prices.json", "USD", "Found at", "which says so"),
        _cells("---", "---:", "---", "---"),
        *rows,
    ]
    missing = [f"`{name}`" for name, (at, _) in prices.found.items() if at is None]
    unchecked = f"Found nowhere, and as it was remembered: {', '.join(missing)}. " if missing else ""
    table = "\n".join(lines)
    return f"""## Where prices were found

Looked up in {prices.told["looked_up"]} in what others had published; Amazon's own list was out of reach, and is what counts. {unchecked}A page
without a date may be of any year.

{table}
"""


def _source(at: str | None, said: str | None) -> Iterable[str]:
    return ("**not checked**", "–") if at is None else (f"<{at}>", said or "undated")
