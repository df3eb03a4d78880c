"""Verify when rules on schedule run: whatever is active and has an occurrence to come is planned, where it is looked for.

reads    1 Query of the configuration, 1 Query of all plans; again where something differs
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.areas.programs import store as programs
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.schedule import coming, runs
from chalicelib.flows.verify_quotas import each_readable, readable_config
from chalicelib.flows.verify_stream import Difference, unreadable
from chalicelib.flows.verify_undone import LOOKS, PAUSE_SECONDS
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table.items import UNREADABLE
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import Attrs, Table


def verify_schedules(rt: Runtime, tenant: str) -> tuple[Difference, ...]:
    """What differs at every look: a rule and its plan are read one after the other."""
    table = PatientTable(rt)
    different = tuple(_look(table, tenant, rt.clock.now()))
    for _ in range(LOOKS - 1):
        if not different:
            break
        rt.clock.sleep(PAUSE_SECONDS)
        again = set(_look(table, tenant, rt.clock.now()))
        different = tuple(one for one in different if one in again)
    return different


def _look(table: Table, tenant: str, now: Instant) -> Iterator[Difference]:
    config, kept = readable_config(table, tenant), rules.all_planned(table, tenant)
    zones = {one.program_id: one.zone for _, one in each_readable(config, "program", programs.program_of)}
    for program_id, rule in each_readable(config, "rule", rules.rule_of):
        if program_id in zones:
            for what in _of(rule, tenant, kept.get((program_id, rule.rule_id)), zones[program_id], now):
                yield Difference(f"rule {rule.rule_id}", what, program_id)


def _of(rule: Rule, tenant: str, attrs: Attrs | None, zone: str, now: Instant) -> Iterator[str]:
    try:
        planned = None if attrs is None else rules.planned_from(attrs)
    except UNREADABLE as why:
        yield f"when it runs next {unreadable(why)}"
        return
    next_at = None if planned is None else planned.next_at
    if next_at is None and coming(rule, zone, now) is not None:
        yield "it is on schedule, and nobody plans to run it: define it anew"
    if next_at is not None and not runs(rule):
        yield "it is planned to run, though it does not"
    if attrs is not None and planned is not None and not rules.is_planned_where_due(tenant, planned, attrs):
        yield "when it runs next is not where it is looked for"
