"""Rules on schedule in a marketer's words, on a BookShop: time goes on, the job runs, who has got what."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import Any, cast

from chalicelib.areas.jobs.model import Progress
from chalicelib.areas.jobs.operations import get_operation, list_operations
from chalicelib.areas.rules.model import Rule
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.events.due import due
from chalicelib.events.imports import imports
from chalicelib.flows.start_run import start_due_runs
from tests.twins.bookshop import BookShop, fixed, rule

MONDAYS: dict[str, Any] = {"on": "schedule", "at": "10:00", "weekdays": ["mon"]}  # the shop opens on Monday, 2026-06-15
AWAY: dict[str, Any] = {"ask": "account.days_since_last_order", "at_least": 60}
ONCE_IN_HALF_A_YEAR: dict[str, Any] = {"per_member": [{"per": "6_months", "times": 1}]}


def scheduled(rule_id: str = "gift", amount: int = 100, **fields: Any) -> Rule:
    """On Mondays at ten, unless told otherwise."""
    return rule(rule_id, **{"trigger": MONDAYS, "effects": [fixed(amount)]} | fields)


def started(shop: BookShop, moment: str | None = None) -> int:
    """The hourly job, at a moment: how many runs it has started."""
    if moment is not None:
        shop.clock.move_to(moment)
    return start_due_runs(shop.rt, shop.caller, shop.clock.now())


def work(shop: BookShop, **how: Any) -> None:
    queues = cast(MemoryQueues, shop.rt.queues)
    queues.deliver("due", partial(due, shop.rt))
    queues.deliver("imports", partial(imports, shop.rt), size=1, **how)


def ran(shop: BookShop, moment: str) -> int:
    """How many runs were started at a moment, once they are done."""
    count = started(shop, moment)
    work(shop)
    return count


def operations(shop: BookShop) -> list[Progress]:
    """Runs, the latest occurrence first."""
    cards = list_operations(shop.rt, shop.caller, 100, None).items
    found = [get_operation(shop.rt, shop.caller, card.operation_id) for card in cards if card.kind == "run_rule"]
    return sorted(found, key=lambda run: int(run.operation.details["at"]), reverse=True)


def counts(shop: BookShop) -> dict[str, int]:
    """Of the latest run that is done."""
    run = operations(shop)[0]
    assert run.operation.state == "done"
    return dict(run.operation.counts)


def told(shop: BookShop) -> list[dict[str, str]]:
    """The lines of its report."""
    key = operations(shop)[0].operation.result
    return list(csv.DictReader(io.StringIO(cast(MemoryFiles, shop.rt.files).objects[key].decode())))
