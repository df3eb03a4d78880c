"""Where rules are kept: configuration aggregates (table/config.py), compiled once per revision.

access pattern              | key                                | items   | cost                 | by
a rule, or all of a program | {t}#CFG / rule#{program:04}#{rule} | 0–2,000 | in the configuration | rule, rules, compiled, previewed
when a rule runs next       | {t}#RUNS / {program:04}#{rule}     | 0–1     | 1 Get, 1 RU          | read_planned
when all of a tenant do     | {t}#RUNS / *                       | 0–n     | 1 Query, 1 RU        | all_planned
what has to run by now      | gsi3 {t}#DUE#RULES / < {next_at:014} | 0–n   | 1 Query, 0.5 RU      | due_runs_query

item      | key                                | in index                                                          | cost
rule      | {t}#CFG / rule#{program:04}#{rule} | –                                                                 | 2 WU
rule_plan | {t}#RUNS / {program:04}#{rule}     | gsi3 {t}#DUE#RULES / {next_at:014}#rule#{program:04}#{rule}       | 2 WU + 1 IU

Only a rule on schedule has a plan, and only one that will run is in the index: in a partition of its own, which is asked every
hour, and in no shard of what is due by a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.rules.compile import CompiledRules, compile_rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.earlier import of_today
from chalicelib.areas.rules.model.limits import UNLIMITED
from chalicelib.areas.rules.schedule import Planned
from chalicelib.errors import NotFound, Refused
from chalicelib.kit.clock import Instant
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.damaged import readable
from chalicelib.table.defined import Defined
from chalicelib.table.indexes import index_key
from chalicelib.table.items import IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Absent, Attrs, Below, Equals, Key, Put, Query, Table

MAX_RULES = 2_000
RULES = Defined("rule", Rule, MAX_RULES, of_today)


class PlanItem(StampbookItem):
    kind = UnicodeAttribute(default="rule_plan")
    version = IntegerAttribute()
    next_at = IntegerAttribute(null=True)
    operation = UnicodeAttribute(null=True)
    gsi3pk = UnicodeAttribute(null=True)
    gsi3sk = UnicodeAttribute(null=True)


def rules(config: Config, program_id: int) -> tuple[Rule, ...]:
    """By id."""
    return RULES.every(config, program_id)


def rule(config: Config, program_id: int, rule_id: str) -> Rule:
    missing = NotFound("rule_not_found", f"Program {program_id} has no rule {rule_id[:64]}.", param="rule_id")
    return RULES.known(config, program_id, rule_id, missing)


def rule_of(name: Name, body: Mapping[str, Any]) -> Rule:
    return RULES.read(name, body)


def compiled(config: Config, program_id: int) -> CompiledRules:
    return config.derived(("compiled", program_id), lambda: compile_rules(rules(config, program_id)))


def previewed(config: Config, program_id: int) -> CompiledRules:
    """As if every draft were active."""

    def made() -> CompiledRules:
        known = rules(config, program_id)
        return compile_rules(
            [one.model_copy(update={"state": "active"}) if one.state == "draft" else one for one in known]
        )

    return config.derived(("previewed", program_id), made)


def change(config: Config, program_id: int, rule: Rule) -> Change:
    """Refuses `too_many_rules` past 2,000 in a program."""
    too_many = Refused("too_many_rules", f"A program has at most {MAX_RULES} rules.")
    change = RULES.change(config, program_id, rule.rule_id, rule, too_many)
    if rule.limits != UNLIMITED:
        return change
    body = {name: said for name, said in change.body.items() if name != "limits"}
    return replace(change, body=body)  # an older version knows nothing of limits, and of this rule need not


# --- when rules on schedule run --------------------------------------------------------------------------------------


def plan_key(tenant: str, program_id: int, rule_id: str) -> Key:
    return Key(f"{tenant}#RUNS", f"{program_id:04}#{rule_id}")


def read_planned(table: Table, tenant: str, program_id: int, rule_id: str) -> Planned:
    """One that was never planned has no version."""
    attrs = table.get(plan_key(tenant, program_id, rule_id))
    return Planned(program_id, rule_id) if attrs is None else planned_from(attrs)


def all_planned(table: Table, tenant: str) -> dict[tuple[int, str], Attrs]:
    """By program and rule, as they are kept."""
    kept = every_item(table, Query(plan_key(tenant, 0, "").pk))
    return {_planned_of(attrs): attrs for attrs in kept}


def planned_from(attrs: Attrs) -> Planned:
    return readable(_planned, attrs)


def planned_put(tenant: str, planned: Planned) -> Put:
    """Only if nobody has planned it otherwise since it was read."""
    key, place = plan_key(tenant, planned.program_id, planned.rule_id), _due_place(tenant, planned)
    item = PlanItem(pk=key.pk, sk=key.sk, version=planned.version, next_at=planned.next_at)
    item.operation = planned.operation_id or None
    item.gsi3pk, item.gsi3sk = place or (None, None)
    return Put(to_attrs(item), Absent() if planned.version == 1 else Equals("version", planned.version - 1))


def is_planned_where_due(tenant: str, planned: Planned, attrs: Attrs) -> bool:
    """Whether the index has it where it is looked for."""
    return index_key("gsi3", attrs) == _due_place(tenant, planned)


def due_runs_query(tenant: str, until: Instant) -> Query:
    """What had to run by then, the longest due first: keys only."""
    return Query(f"{tenant}#DUE#RULES", Below(f"{until + 1:014}"), index="gsi3")


def due_run(attrs: Attrs) -> tuple[int, str]:
    """Whose plan a key from the index is: program and rule."""
    return _planned_of(attrs)


def _planned_of(attrs: Attrs) -> tuple[int, str]:
    program, _, rule_id = attrs["sk"]["S"].partition("#")
    return int(program), rule_id


def _planned(attrs: Attrs) -> Planned:
    item = from_attrs(PlanItem, attrs)
    program_id, rule_id = _planned_of(attrs)
    return Planned(program_id, rule_id, item.next_at, item.operation or "", item.version)


def _due_place(tenant: str, planned: Planned) -> Key | None:
    if planned.next_at is None:
        return None
    return Key(f"{tenant}#DUE#RULES", f"{planned.next_at:014}#rule#{planned.program_id:04}#{planned.rule_id}")
