"""Where rules are kept: configuration aggregates (table/config.py), compiled once per revision.

access pattern              | key                                | items   | cost                 | by
a rule, or all of a program | {t}#CFG / rule#{program:04}#{rule} | 0–2,000 | in the configuration | rule, rules, compiled

item | key                                | in index | cost
rule | {t}#CFG / rule#{program:04}#{rule} | –        | 2 WU
"""

from __future__ import annotations

from chalicelib.areas.rules.compile import CompiledRules, compile_rules
from chalicelib.areas.rules.model import Rule
from chalicelib.errors import NotFound, Refused
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change

MAX_RULES = 2_000


def rules(config: Config, program_id: int) -> tuple[Rule, ...]:
    """By id."""
    kept = config.of_kind("rule", _prefix(program_id))
    return config.derived(
        ("rules", program_id), lambda: tuple(Rule.model_validate(kept[name].body) for name in sorted(kept))
    )


def rule(config: Config, program_id: int, rule_id: str) -> Rule:
    kept = config.get(_name(program_id, rule_id))
    if kept is None:
        raise NotFound("rule_not_found", f"Program {program_id} has no rule {rule_id[:64]}.", param="rule_id")
    return Rule.model_validate(kept.body)


def compiled(config: Config, program_id: int) -> CompiledRules:
    return config.derived(("compiled", program_id), lambda: compile_rules(rules(config, program_id)))


def change(config: Config, program_id: int, rule: Rule) -> Change:
    """Refuses `too_many_rules` past 2,000 in a program."""
    name = _name(program_id, rule.rule_id)
    if config.get(name) is None and len(config.of_kind("rule", _prefix(program_id))) >= MAX_RULES:
        raise Refused("too_many_rules", f"A program has at most {MAX_RULES} rules.")
    return Change(name, rule.model_dump(mode="json"))


def _name(program_id: int, rule_id: str) -> Name:
    return Name("rule", f"{_prefix(program_id)}{rule_id}")


def _prefix(program_id: int) -> str:
    return f"{program_id:04}#"
