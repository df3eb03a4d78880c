"""A marketer tries rules on the orders of a shop, and reads the report once the queue is worked off."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any, cast

from chalicelib.areas.jobs.model import Progress
from chalicelib.areas.jobs.operations import get_operation
from chalicelib.areas.rules.model import Rule
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues, Waiting
from chalicelib.events.imports import imports
from chalicelib.flows.start_simulation import SimulationAsked, start_simulation
from chalicelib.kit.command import Command
from chalicelib.kit.periods import parse_day
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import TODAY, BookShop

Report = dict[str, Any]
Deal = Callable[[list[Waiting]], list[Waiting]]


def day(text: str) -> int:
    found = parse_day(text)
    assert found is not None
    return found


def asked(*rules: Rule, first: str = "2026-01-01", last: str = TODAY, **fields: Any) -> SimulationAsked:
    return SimulationAsked(day(first), day(last), rules, **fields)


def started(
    shop: BookShop, what: SimulationAsked, command: Command | None = None, parts: int = 2, members: int = 1_000
) -> Committed[Progress]:
    return start_simulation(shop.rt, shop.caller, command or fresh(), what, 1, parts, members)


def work(shop: BookShop, deal: Deal | None = None) -> None:
    queues = cast(MemoryQueues, shop.rt.queues)
    queues.deliver("imports", lambda event: imports(shop.rt, event), size=1, arrange=deal)


def seen(shop: BookShop, operation_id: str) -> Progress:
    return get_operation(shop.rt, shop.caller, operation_id)


def file(shop: BookShop, operation_id: str, kind: str) -> str:
    return cast(MemoryFiles, shop.rt.files).objects[f"results/{shop.caller.tenant}/{operation_id}.{kind}"].decode()


def lines(shop: BookShop, operation_id: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file(shop, operation_id, "csv"))))


def replayed(shop: BookShop, what: SimulationAsked, parts: int = 2, members: int = 1_000) -> Report:
    operation_id = started(shop, what, None, parts, members).answer.operation.operation_id
    work(shop)
    assert seen(shop, operation_id).operation.state == "done"
    report: Report = json.loads(file(shop, operation_id, "json"))
    return report


def of_rule(report: Report, rule_id: str) -> Report:
    [found] = [one for one in report["rules"] if one["rule_id"] == rule_id]
    return dict(found)


def credited(report: Report, rule_id: str, side: str = "simulated") -> dict[str, int]:
    return dict(of_rule(report, rule_id)[side].get("credited", {}))
