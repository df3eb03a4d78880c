"""docs/guides/cost.md: what orders cost, as prices times use. Prices and what is assumed are in docs/prices.json, use is counted
by cost_usage.py; nothing here is decided by hand, so a change that makes orders dearer changes the page, and `make check` says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.cost_usage import BATCH, MEMBERS, MONTHS, ORDERS, Usage, Used, measured

ROOT = Path(__file__).resolve().parents[2]
PRICES = ROOT / "docs" / "prices.json"
QUEUES_OF_AN_ORDER = 4  # of the topic's, those whose filter an order with points passes
MILLION = 1_000_000
GB = 1024**3
ALARMS = 37


@dataclass(frozen=True, slots=True)
class Row:
    """Something that is billed, of a million orders: how much of it, in which unit, and what one unit costs."""

    what: str
    amount: float
    unit: str
    usd_each: float

    @property
    def usd(self) -> float:
        return self.amount * self.usd_each


@dataclass(frozen=True, slots=True)
class Prices:
    usd: Mapping[str, float]
    assumed: Mapping[str, float]
    told: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path = PRICES) -> Prices:
        told = json.loads(path.read_text(encoding="utf-8"))
        return cls(told["usd"], told["assumed"], told)


def page(prices: Prices | None = None, usage: Usage | None = None) -> str:
    prices, usage = prices or Prices.read(), usage or measured()
    sections = {
        "A million orders over HTTP": [*_over_http(prices, usage), *_to_the_feed(prices, usage)],
        "A million orders from files": [*_from_files(prices, usage), *_to_the_feed(prices, usage)],
        "A million accounts with something due": _due(prices, usage.due),
        "A month of a million members and ten million orders, kept": _kept(prices, usage),
        "A month of nothing": _standing(prices),
    }
    tables = [f"## {title}\n\n{_table(rows)}\n" for title, rows in sections.items()]
    return "\n".join([_head(prices), *tables, _tail(prices, usage)])


def _over_http(prices: Prices, usage: Usage) -> list[Row]:
    api = usage.api
    return [
        Row("API Gateway", 1, "million requests", prices.usd["api_gateway_million_requests"]),
        *_function(prices, "Lambda APIHandler", MILLION, prices.assumed["api_ms"], "api_handler"),
        *_table_use(prices, "orders", api, api.of),
        *_logs(prices, "APIHandler", api.log_bytes / api.of * MILLION, MILLION),
        Row("Answers sent", api.answer_bytes / api.of * MILLION / GB, "GB", prices.usd["transfer_out_gb"]),
    ]


def _to_the_feed(prices: Prices, usage: Usage) -> list[Row]:
    """Entries: one an order, and one more for a member's first. A batch is as full as is assumed."""
    relay, entries = usage.relay, usage.relay.published / usage.relay.of * MILLION
    batches = entries / prices.assumed["entries_per_relay_batch"]
    messages = entries * QUEUES_OF_AN_ORDER / MILLION
    return [
        *_function(prices, "Lambda Relay", batches, prices.assumed["relay_ms"], "relay"),
        *_table_use(prices, "feed", relay, relay.of * prices.assumed["entries_per_relay_batch"] / BATCH),
        *_logs(prices, "Relay", relay.log_bytes / relay.of * MILLION, batches),
        Row("SNS publish", batches / MILLION, "million requests", prices.usd["sns_million_requests"]),
        Row("SQS, topic to queues", messages, "million requests", prices.usd["sqs_million_requests"]),
    ]


def _from_files(prices: Prices, usage: Usage) -> list[Row]:
    file = usage.file
    steps = file.sent / file.of * MILLION
    return [
        *_function(
            prices, "Lambda Imports", steps, prices.assumed["import_ms_per_order"] * MILLION / steps, "imports"
        ),
        *_table_use(prices, "orders", file, file.of),
        *_logs(prices, "Imports", file.log_bytes / file.of * MILLION, steps),
        Row("S3 writes", file.puts / file.of * MILLION / 1000, "thousand", prices.usd["s3_thousand_puts"]),
        Row("S3 reads", file.gets / file.of * MILLION / 1000, "thousand", prices.usd["s3_thousand_gets"]),
        Row("SQS, steps (sent, received, deleted)", 3 * steps / MILLION, "million requests", prices.usd["sqs_million_requests"]),
    ]  # fmt: skip


def _due(prices: Prices, due: Used) -> list[Row]:
    pages = MILLION / 100
    return [
        *_function(prices, "Lambda Due", pages, prices.assumed["due_ms_per_account"] * 100, "due"),
        *_table_use(prices, "accounts", due, due.of),
        *_logs(prices, "Due", due.log_bytes / due.sent * pages, pages),
        Row("SQS, pages (sent, received, deleted)", 3 * pages / MILLION, "million requests", prices.usd["sqs_million_requests"]),
    ]  # fmt: skip


def _kept(prices: Prices, usage: Usage) -> list[Row]:
    stored = (usage.bytes_per_member + usage.bytes_per_order * 10) * MILLION / GB
    return [
        Row("Table and indexes", stored, "GB-month", prices.usd["dynamodb_gb_month"]),
        Row("Point-in-time recovery", stored, "GB-month", prices.usd["dynamodb_backup_gb_month"]),
    ]


def _standing(prices: Prices) -> list[Row]:
    """Each operation in use has two metrics for each of some three outcomes; refusals are few."""
    metrics = prices.assumed["operations_in_use"] * 2 * 3
    return [
        Row("Alarms (in prod)", ALARMS, "alarms", prices.usd["cloudwatch_alarm_month"]),
        Row("Metrics of our own", metrics, "metrics", prices.usd["cloudwatch_metric_month"]),
        Row("Dashboard", 1, "dashboard", prices.usd["cloudwatch_dashboard_month"]),
    ]


def _function(prices: Prices, name: str, calls: float, ms: float, function: str) -> list[Row]:
    seconds = calls * ms / 1000 * _memory_gb(function)
    return [
        Row(f"{name}, calls", calls / MILLION, "million requests", prices.usd["lambda_million_requests"]),
        Row(f"{name}, time", seconds, "GB-seconds", prices.usd["lambda_gb_second"]),
    ]


def _memory_gb(function: str) -> float:
    told = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
    own = told["stages"]["prod"]["lambda_functions"].get(function, {})
    return float(own.get("lambda_memory_size", told["lambda_memory_size"])) / 1024


def _table_use(prices: Prices, what: str, used: Used, of: float) -> list[Row]:
    writes, reads = used.table.write_units + used.table.index_units, used.table.read_units
    return [
        Row(f"DynamoDB writes, {what}", writes / of, "million units", prices.usd["dynamodb_million_write_units"]),
        Row(f"DynamoDB reads, {what}", reads / of, "million units", prices.usd["dynamodb_million_read_units"]),
    ]


def _logs(prices: Prices, function: str, our_bytes: float, calls: float) -> list[Row]:
    whole = our_bytes + calls * prices.assumed["platform_log_bytes_per_invocation"]
    return [Row(f"Logs of {function}", whole / GB, "GB", prices.usd["cloudwatch_logs_gb"])]


def _table(rows: Iterable[Row]) -> str:
    billed = list(rows)
    lines = ["| | Amount | Unit | USD each | USD |", "|---|---:|---|---:|---:|"]
    lines += [f"| {row.what} | {row.amount:,.2f} | {row.unit} | {row.usd_each:g} | {row.usd:,.2f} |" for row in billed]
    return "\n".join([*lines, f"| **together** | | | | **{sum(row.usd for row in billed):,.2f}** |"])


def _head(prices: Prices) -> str:
    told = prices.told
    looked_up = (
        f"looked up {told['as_of']}"
        if told["checked"]
        else f"as known in {told['as_of']}, not looked up since: check them"
    )
    return f"""# What it costs

Generated by `make docs`; do not edit. Use is counted while a shop sells on the twins of table and cloud ({ORDERS:,} orders over HTTP by
{MEMBERS} members in {MONTHS} months, as many again from a file, then the due job). Prices are in [prices.json](../prices.json): {told["source"]},
{looked_up}. For another region change that file, then `make docs`.
"""


def _tail(prices: Prices, usage: Usage) -> str:
    assumed = "\n".join(f"| `{name}` | {value:g} |" for name, value in prices.assumed.items())
    api, file = usage.api.table, usage.file.table
    return f"""## What was counted

| Of one | Requests | Write units | of them of indexes | Read units | Bytes logged |
|---|---:|---:|---:|---:|---:|
| order over HTTP | {api.requests / usage.api.of:.2f} | {(api.write_units + api.index_units) / usage.api.of:.2f} | {api.index_units / usage.api.of:.2f} | {api.read_units / usage.api.of:.2f} | {usage.api.log_bytes / usage.api.of:.0f} |
| order from a file | {file.requests / usage.file.of:.2f} | {(file.write_units + file.index_units) / usage.file.of:.2f} | {file.index_units / usage.file.of:.2f} | {file.read_units / usage.file.of:.2f} | {usage.file.log_bytes / usage.file.of:.0f} |

A member takes {usage.bytes_per_member:,.0f} bytes in table and indexes, an order with its journal entry {usage.bytes_per_order:,.0f}, the {100} bytes that Amazon
adds to each item included; three lines an order, plus the feed's share, which is not counted. Every request over HTTP reads its key and the
configuration's number again: a busy process does so every five seconds only.

## What is assumed

| Named in prices.json | |
|---|---:|
{assumed}

Times are of a whole call, waiting included: on your stage the dashboard shows the true ones, as it shows how full the relay's batches are. The
four queues that have no consumer yet are paid for by what the topic puts into them. Not in it: taxes, support, a custom domain, free tiers, what
repeats cost when the table throttles, and cold starts.
"""
