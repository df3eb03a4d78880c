"""What is limited for all: what is left and what is taken of each quota that the configuration names must be its total.

reads    1 Query of the configuration, 1 Query of each quota; again where something differs. Of periods those of today
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

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
from chalicelib.table.config import Aggregate, Config, Name, aggregate_from, config_query, name_of
from chalicelib.table.items import UNREADABLE
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import Table

DefinedT = TypeVar("DefinedT")
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
    for quota, has_total in _named(rt, readable_config(table, tenant)):
        try:
            stand = store.read(table, tenant, quota)
            held = [store.held_from(tenant, attrs) for attrs in every_item(table, store.held_query(tenant, quota.name))]
        except UNREADABLE:
            yield from _told(quota, ["a slice cannot be read"])
            continue
        yield from _told(quota, differences(quota, stand, held) if has_total else ())


def _told(quota: Quota, what: Iterable[str]) -> Iterator[Difference]:
    yield from (Difference(f"quota {quota.name}", one) for one in what)


def _named(rt: Runtime, config: Config) -> Iterator[tuple[Quota, bool]]:
    """Each, and whether its total is known: that of a pool is not."""
    days = {
        program.program_id: local_day(rt.clock.now(), program.zone)
        for _, program in each_readable(config, "program", programs.program_of)
    }
    for number, reward in each_readable(config, "reward", rewards.REWARDS.read):
        if number in days:
            yield from ((quota, True) for quota in quotas_of(reward, number, days[number]).values())
    for _, series in each_readable(config, "coupon_series", all_series.SERIES.read):
        yield from ((quota_of(series, what), True) for what in _KINDS)
        yield pool_of(series), False
    for number, rule in each_readable(config, "rule", rules.rule_of):
        yield from ((quota, True) for quota in of_rule(number, rule).values())


def each_readable(
    config: Config, kind: str, read: Callable[[Name, Mapping[str, Any]], DefinedT]
) -> Iterator[tuple[int, DefinedT]]:
    """Those of a kind, with their program. One that cannot be read verify_configuration tells."""
    for name, kept in sorted(config.of_kind(kind).items()):
        with suppress(*UNREADABLE):
            yield int(name.id.partition("#")[0]), read(name, kept.body)


def readable_config(table: Table, tenant: str) -> Config:
    """As far as it can be read: verify_configuration tells the rest."""
    found: dict[Name, Aggregate] = {}
    for attrs in every_item(table, config_query(tenant)):
        with suppress(*UNREADABLE):
            name = name_of(attrs)
            if name is not None:
                found[name] = aggregate_from(attrs)
    return Config(tenant, 0, found)
