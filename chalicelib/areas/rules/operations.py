"""Reading rules. Defining one asks the program for its units: see flows/define_rule."""

from __future__ import annotations

from chalicelib.areas.rules import store
from chalicelib.areas.rules.model import Rule
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config


def list_rules(rt: Runtime, caller: Caller, program_id: int) -> tuple[Rule, ...]:
    """Every rule of the program, by id."""
    return store.rules(read_config(rt.table, caller.tenant), program_id)


def get_rule(rt: Runtime, caller: Caller, program_id: int, rule_id: str) -> Rule:
    return store.rule(read_config(rt.table, caller.tenant), program_id, rule_id)
