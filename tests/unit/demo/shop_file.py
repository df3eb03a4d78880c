"""A file in a test's words, run through the demo on the cloud's twin."""

from __future__ import annotations

import io
import json
from typing import Any

from chalicelib.kit.periods import parse_day
from infra.local.demo.course import Outcome, refuse_too_early, run_demo
from infra.local.demo.report import json_line
from infra.local.demo.survey import survey
from infra.local.progress import Progress
from tests.twins import runtime_on
from tests.twins.cloud import TwinCloud

COLUMNS = (
    "document_number,document_type,revised_document,purchased_at,loyalty_card,email,phone,location,currency,"
    "sku,name,category,brand,quantity,gross_value,labels"
)


def sale(number: str, value: str, *, day: str = "2020-01-10", card: str = "0001", currency: str = "EUR") -> str:
    at = day if "T" in day else f"{day}T12:00:00Z"
    return f"{number},sell,,{at},{card},,,,{currency},MUG,,,,1,{value},"


def back(number: str, of: str, value: str, *, day: str = "2020-01-20", card: str = "0001") -> str:
    return f"{number},return,{of},{day}T12:00:00Z,{card},,,,EUR,MUG,,,,1,{value},"


def demo(*lines: str, as_of: str | None = None, now: str = "2026-06-15") -> Outcome:
    return demo_of("\n".join((COLUMNS, *lines, "")).encode(), as_of=as_of, now=now)


def demo_of(content: bytes, *, as_of: str | None = None, now: str = "2026-06-15") -> Outcome:
    rt, clock = runtime_on(now=now)
    found = survey(io.BytesIO(content), clock.at)
    asked = None if as_of is None else parse_day(as_of)
    refuse_too_early(asked, found.sale_day)
    return run_demo(TwinCloud(rt), "orders.csv", io.BytesIO(content), asked, Progress(io.StringIO(), "Importing"))


def figures(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json_line(outcome))
    return told


def points(outcome: Outcome) -> tuple[int, int, int, int]:
    """Earned, cancelled, expired, available."""
    told = figures(outcome)["points"]
    return told["earned"], told["cancelled"], told["expired"], told["available"]
