"""What is limited for all: what is left and what is taken of each quota that the configuration names must be its total.

reads    1 Query of the configuration, 1 Query of each quota; again where something differs. Of periods those of today
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.areas.coupons.model.counts import Counted
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.programs import store as programs
from chalicelib.areas.quotas import store
from chalicelib.areas.quotas.model import Quota, differences
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rules import store as rules
from chalicelib.flows.coupon_quotas import pool_of, quota_of
from chalicelib.flows.reward_quotas import quotas_of
from chalicelib.flows.rule_limits import quotas_of as of_rule
from chalicelib.flows.verify_stream import Difference
from chalicelib.flows.verify_undone import LOOKS, PAUSE_SECONDS
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.config import Config, read_config
from chalicelib.table.items import UNREADABLE
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import Table

_KINDS: tuple[Counted, ...] = ("issued", "used")


def verify_quotas(rt: Runtime, tenant: str) -> tuple[Difference, ...]:
    """What differs at every look: slices are not read at one instant."""
    table = PatientTable(rt)
    different = tuple(_look(rt, table, tenant))
    for _ in range(LOOKS - 1):
        if not different:
            break
        rt.clock.sleep(PAUSE_SECONDS)
        again = set(_look(rt, table, tenant))
        different = tuple(one for one in different if one in again)
    return different


def _look(rt: Runtime, table: Table, tenant: str) -> Iterator[Difference]:
    for quota, has_total in _named(rt, read_config(table, tenant)):
        try:
            stand = store.read(table, tenant, quota)
        except UNREADABLE:
            yield from _told(quota, ["a slice cannot be read"])
            continue
        yield from _told(quota, differences(quota, stand) if has_total else ())


def _told(quota: Quota, what: Iterable[str]) -> Iterator[Difference]:
    yield from (Difference(f"quota {quota.name}", one) for one in what)


def _named(rt: Runtime, config: Config) -> Iterator[tuple[Quota, bool]]:
    """Each, and whether its total is known: that of a pool is not."""
    for program in programs.programs(config):
        day = local_day(rt.clock.now(), program.zone)
        for reward in rewards.rewards(config, program.program_id):
            yield from ((quota, True) for quota in quotas_of(reward, program.program_id, day).values())
        for series in all_series.every_series(config, program.program_id):
            yield from ((quota_of(series, what), True) for what in _KINDS)
            yield pool_of(series), False
        for rule in rules.rules(config, program.program_id):
            yield from ((quota, True) for quota in of_rule(program.program_id, rule).values())
