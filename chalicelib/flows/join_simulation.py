"""Join a simulation: the sums of its chunks become a report, as CSV and as JSON; the operation is done.

reads, writes, repeats    as every join (job_join); and the operation once more, with what it was judged by
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from chalicelib.areas.imports.model import config_file
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.files import nested_file, report_file, rules_file
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.limited_replay import settled
from chalicelib.areas.rules.replay_report import COLUMNS, nested, rows
from chalicelib.areas.rules.replayed import Sum
from chalicelib.aws.files import Writer
from chalicelib.flows.import_config import pinned
from chalicelib.flows.job_join import join_parts
from chalicelib.flows.simulation_rules import (
    NotReplayed,
    RuleSets,
    by_todays_profile,
    not_replayed,
    nothing_replayed,
    rule_sets,
    sum_of,
)
from chalicelib.kit.periods import iso_day
from chalicelib.kit.sheets import csv_rows
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.items import compact_json


def join_simulation(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    join_parts(rt, tenant, operation_id, partial(_report, rt, tenant, operation_id), _work_files)


def _report(rt: Runtime, tenant: str, operation_id: str, sink: Writer, parts: Sequence[Iterator[bytes]]) -> None:
    """Memory: a number for each rule, tier and unit, however many orders there were; and orders of accounts that got something of
    what is limited for all (areas/rules/limited_replay)."""
    operation = read_patiently(rt, lambda: jobs.read(rt.table, tenant, operation_id))
    sets = rule_sets(rt, operation)
    sums = settled(chain.from_iterable(parts), sets.limits)
    left_out = tuple(not_replayed(sets.tried, sums))
    sums.update({sum_of(one.rule_id, one.what): 0 for one in left_out})  # a row, also where it is never
    if nothing_replayed(sets):
        sums[Sum("simulated", "", "", "nothing_replayed")] = 1
    sink.write(csv_rows(chain([COLUMNS], rows(sums))))
    held = pinned(rt, operation).config.load(rt.table, tenant)
    active = [rule for rule in rules.rules(held, operation.details["program"]) if rule.state == "active"]
    told = _asked(operation, sets, left_out) | nested(sums, sets.tried, active)
    rt.files.put(nested_file(report_file(tenant, operation_id)), compact_json(told), "application/json")


NOTHING = "Nothing of the rules that were tried could be replayed: no order sets them off, or history cannot say what they give."


def _asked(operation: Operation, sets: RuleSets, left_out: Sequence[NotReplayed]) -> dict[str, Any]:
    """What was asked for, and what of it history cannot answer."""
    return {
        "operation_id": operation.operation_id,
        "program_id": operation.details["program"],
        "from_day": iso_day(sets.period.first),
        "until_day": iso_day(sets.period.last),
        "with_active": operation.details["with_active"],
        "simulated": [rule.rule_id for rule in sets.tried],
        "not_replayed": [one._asdict() for one in left_out],
        "nothing_replayed": NOTHING if nothing_replayed(sets) else None,
        "limits_for_all_begin_with_the_period": list(sets.limits["simulated"]),
        "by_profiles_of_today": list(by_todays_profile(sets.tried)),
    }


def _work_files(operation: Operation, _: Sequence[Part]) -> Iterator[str]:
    """Beside the results."""
    yield config_file(operation.operation_id, operation.details["routing"])
    yield rules_file(operation.operation_id, operation.details["routing"])
