"""Where rules are kept: configuration aggregates (table/config.py), compiled once per revision.

access pattern              | key                                | items   | cost                 | by
a rule, or all of a program | {t}#CFG / rule#{program:04}#{rule} | 0–2,000 | in the configuration | rule, rules, compiled, previewed

item | key                                | in index | cost
rule | {t}#CFG / rule#{program:04}#{rule} | –        | 2 WU
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.areas.rules.compile import CompiledRules, compile_rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.earlier import of_today
from chalicelib.areas.rules.model.limits import UNLIMITED
from chalicelib.errors import NotFound, Refused
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.defined import Defined

MAX_RULES = 2_000
RULES = Defined("rule", Rule, MAX_RULES, of_today)


def rules(config: Config, program_id: int) -> tuple[Rule, ...]:
    """By id."""
    return RULES.every(config, program_id)


def rule(config: Config, program_id: int, rule_id: str) -> Rule:
    known = RULES.find(config, program_id, rule_id)
    if known is None:
        raise NotFound("rule_not_found", f"Program {program_id} has no rule {rule_id[:64]}.", param="rule_id")
    return known


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
