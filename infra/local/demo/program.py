"""The demo's tenant: its key, and its program, read from program.json, which is in the words of the API's bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import create_program, list_programs
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.flows.define_rule import define_rule
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.kit.caller import EVERY_RESOURCE, Caller, Grant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime

ORG, TENANT = "demo", "demo"
CALLER = Caller(ORG, TENANT, "system", "demo", "demo", (Grant(EVERY_RESOURCE, "modify"),), "demo", "file")
UNIT = "points"

_FILE = Path(__file__).with_name("program.json")


def load_program(rt: Runtime) -> int:
    """Sees to the program with its tiers and rules; answers its number. Called again after a break, it goes on."""
    told = _told()
    known = list_programs(rt, CALLER)
    definition = ProgramDefinition.model_validate(told["program"])
    created = None if known else create_program(rt, CALLER, _command(rt), definition)
    program_id = created.answer.program_id if created else known[0].program_id
    define_tiers(rt, CALLER, _command(rt), program_id, TierScheme.model_validate(told["tiers"]))
    for rule in told["rules"]:
        define_rule(rt, CALLER, _command(rt), program_id, Rule.model_validate(rule))
    return program_id


def issue_key(rt: Runtime, name: str) -> str:
    """A credential that may do everything; with a first key the tenant is known to the jobs."""
    return issue_api_key(rt, CALLER, org=ORG, tenant=TENANT, name=name, grants=CALLER.grants).credential


def _told() -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return told


def _command(rt: Runtime) -> Command:
    return Command(rt.ids.command())
