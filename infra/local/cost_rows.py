"""Rows of docs/guides/cost.md, and those that every function has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.cost_assumed import memory_gb

MILLION = 1_000_000
GB = 1024**3
PULSES = 8_640  # a month, one every five minutes


@dataclass(frozen=True, slots=True)
class Row:
    """Something that is billed: how much of it, in which unit, and the name of the price of one unit."""

    what: str
    amount: float
    unit: str
    price: str


def function_rows(name: str, calls: float, ms: float, function: str) -> list[Row]:
    seconds = calls * ms / 1000 * memory_gb(function)
    return [
        Row(f"Lambda {name}, calls", calls / MILLION, "million requests", "lambda_million_requests"),
        Row(f"Lambda {name}, time", seconds, "GB-seconds", "lambda_gb_second"),
    ]


def logs_row(assumed: Mapping[str, float], function: str, our_bytes: float, calls: float) -> Row:
    whole = our_bytes + calls * assumed["platform_log_bytes_per_invocation"]
    return Row(f"Logs of {function}", whole / GB, "GB", "cloudwatch_logs_gb")
