"""Metrics inside log lines: CloudWatch's embedded metric format, read by it from the log, at no cost to the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import time_ns
from typing import Literal

from chalicelib.config import stage

NAMESPACE = "Stampbook"
Unit = Literal["Count", "Milliseconds"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Measured:
    """Fields of the line that are metrics, and the fields by which each is told apart. Amazon bills every combination."""

    by: tuple[str, ...]
    units: Mapping[str, Unit]


def embedded(*measured: Measured) -> dict[str, object]:
    """What a line needs besides its fields. Two stages may share an account, so all is told apart by stage as well."""
    directives = [
        {
            "Namespace": NAMESPACE,
            "Dimensions": [["stage", *one.by]],
            "Metrics": [{"Name": name, "Unit": unit} for name, unit in one.units.items()],
        }
        for one in measured
    ]
    return {"stage": stage(), "_aws": {"Timestamp": time_ns() // 1_000_000, "CloudWatchMetrics": directives}}
