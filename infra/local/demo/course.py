"""The demo from file to outcome, on any cloud: the local one or its twin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.orders.file import read_documents
from chalicelib.kit.clock import passed_by
from chalicelib.kit.periods import Day, day_of, day_starts, iso_day, local_day
from chalicelib.runtime import Runtime
from chalicelib.table.pages import every_item
from infra.local.cloud import Cloud
from infra.local.demo.program import CALLER, UNIT, issue_key, load_program
from infra.local.demo.standing import Standing, standing_of
from infra.local.demo.survey import ZONE, CannotStartError
from infra.local.demo.tally import Tally, tally_of
from infra.local.importing import Standstill, import_orders
from infra.local.progress import Progress

LAST_DAY: Day = day_of(date.max) - 1  # what is due is looked for up to the day after


@dataclass(frozen=True, slots=True)
class Outcome:
    """`as_of` is None for a file without any purchase; `seconds` is how long the import took."""

    as_of: Day | None
    tally: Tally
    settled: int
    standing: Standing
    seconds: float


def refuse_too_early(asked: Day | None, last: Day | None) -> None:
    """A day before the last purchase is refused: what came after it cannot be undone."""
    if asked is not None and last is not None and asked < last:
        raise CannotStartError(
            f"AS_OF {iso_day(asked)} is before the last purchase of the file, on {iso_day(last)}: "
            "ask for that day or a later one."
        )


def run_demo(cloud: Cloud, name: str, stream: BinaryIO, asked: Day | None, progress: Progress) -> Outcome:
    """On an empty table. Without a day asked for, it is that of the last purchase that was recorded."""
    rt = cloud.rt
    issue_key(rt, "demo")
    program_id = load_program(rt)
    operation = import_orders(cloud, CALLER, name, stream, progress.reach)
    stream.seek(0)
    tally = tally_of(rt, operation, read_documents(stream, now=operation.created_at))
    last = None if tally.last_at is None else local_day(tally.last_at, ZONE)
    refuse_too_early(asked, last)
    as_of = last if asked is None else asked
    progress.note("Settling what is due …")
    settled = 0 if as_of is None else _settle(cloud, min(as_of, local_day(passed_by(rt.clock.now()), ZONE)))
    at = None if as_of is None else day_starts(min(as_of, LAST_DAY), ZONE)
    finished = operation.finished_at or operation.created_at
    seconds = (finished - operation.created_at) / 1000
    return Outcome(as_of, tally, settled, standing_of(rt, CALLER, program_id, UNIT, at), seconds)


def _settle(cloud: Cloud, day: Day) -> int:
    """The due job of the day, fired and waited for: how many accounts had something due."""
    found = waiting = _due(cloud.rt, day)
    if found:
        cloud.schedule_due(day)
    standstill = Standstill(cloud.rt.clock, "The due job")
    while waiting:
        cloud.wait()
        waiting = _due(cloud.rt, day)
        standstill.saw(waiting)
    return found


def _due(rt: Runtime, day: Day) -> int:
    """How many accounts have something due by the end of the day."""
    queries = (accounts.due_query(CALLER.tenant, shard, day) for shard in range(accounts.DUE_SHARDS))
    return sum(1 for query in queries for _ in every_item(rt.table, query))
