"""Where rules are kept: configuration aggregates (table/config.py), compiled once per revision.

access pattern              | key                                | items   | cost                 | by
a rule, or all of a program | {t}#CFG / rule#{program:04}#{rule} | 0–2,000 | in the configuration | rule, rules, compiled, previewed

item | key                                | in index | cost
rule | {t}#CFG / rule#{program:04}#{rule} | –        | 2 WU
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.rules.compile import CompiledRules, compile_rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.earlier import of_today
from chalicelib.areas.rules.model.limits import UNLIMITED
from chalicelib.errors import NotFound, Refused
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.definitions import definition

MAX_RULES = 2_000


def rules(config: Config, program_id: int) -> tuple[Rule, ...]:
    """By id."""
    kept = config.of_kind("rule", _prefix(program_id))
    return config.derived(("rules", program_id), lambda: tuple(rule_of(name, kept[name].body) for name in sorted(kept)))


def rule(config: Config, program_id: int, rule_id: str) -> Rule:
    name = _name(program_id, rule_id)
    kept = config.get(name)
    if kept is None:
        raise NotFound("rule_not_found", f"Program {program_id} has no rule {rule_id[:64]}.", param="rule_id")
    return rule_of(name, kept.body)


def rule_of(name: Name, body: Mapping[str, Any]) -> Rule:
    return definition(Rule, name, of_today(body))


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
    name = _name(program_id, rule.rule_id)
    known = config.get(name)
    if known is not None:
        rule_of(name, known.body)  # that of a newer version is not replaced unread
    elif len(config.of_kind("rule", _prefix(program_id))) >= MAX_RULES:
        raise Refused("too_many_rules", f"A program has at most {MAX_RULES} rules.")
    body = rule.model_dump(mode="json")
    if rule.limits == UNLIMITED:
        del body["limits"]  # an older version knows nothing of limits, and of this rule need not
    return Change(name, body)


def _name(program_id: int, rule_id: str) -> Name:
    return Name("rule", f"{_prefix(program_id)}{rule_id}")


def _prefix(program_id: int) -> str:
    return f"{program_id:04}#"
