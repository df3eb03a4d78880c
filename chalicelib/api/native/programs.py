"""Tenant settings, programs, their rules and tiers."""

from __future__ import annotations

from chalicelib.api.bodies import as_refusal
from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, program_number
from chalicelib.areas.programs import operations as programs
from chalicelib.areas.programs.model import Program, ProgramDefinition, TenantSettings
from chalicelib.areas.quotas.model import Stand
from chalicelib.areas.rules import model as r
from chalicelib.areas.rules import operations as rules
from chalicelib.areas.tiers import operations as tiers
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.flows import replace_program as flow
from chalicelib.flows.define_rule import define_rule
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.look_at_rule import look_at_rule
from chalicelib.kit.base import Wire


class Programs(Wire):
    items: tuple[Program, ...]


class Rules(Wire):
    items: tuple[r.Rule, ...]


class Taken(Wire):
    """Of what is limited for all together: what rules gave and did not get back, or checkouts hold; and what is left."""

    used: int
    left: int


class SoFar(Wire):
    """How far a rule's limit in all is used up, counted in times, and its budget, in the smallest part of what it is of. Null for
    what it has not."""

    in_all: Taken | None
    budget: Taken | None


class RuleView(r.Rule):
    """A rule as it is defined, and how far what it limits for all is used up. Null where it limits nothing for all."""

    so_far: SoFar | None


def get_tenant(call: Call) -> TenantSettings:
    return programs.get_tenant(call.rt, call.caller)


def put_tenant(call: Call, body: TenantSettings) -> Answered[TenantSettings]:
    return answered(programs.put_tenant(call.rt, call.caller, call.command, body))


def list_programs(call: Call) -> Programs:
    return Programs(items=programs.list_programs(call.rt, call.caller))


def get_program(call: Call) -> Program:
    return programs.get_program(call.rt, call.caller, _program_id(call))


def create_program(call: Call, body: ProgramDefinition) -> Answered[Program]:
    return answered(programs.create_program(call.rt, call.caller, call.command, body))


def replace_program(call: Call, body: ProgramDefinition) -> Answered[Program]:
    return answered(flow.replace_program(call.rt, call.caller, call.command, _program_id(call), body))


def list_rules(call: Call) -> Rules:
    return Rules(items=rules.list_rules(call.rt, call.caller, _existing_program(call)))


def get_rule(call: Call) -> RuleView:
    rule, in_all, budget = look_at_rule(call.rt, call.caller, _existing_program(call), call.path["rule_id"])
    limited = in_all is not None or budget is not None
    so_far = SoFar(in_all=_taken(in_all), budget=_taken(budget)) if limited else None
    return RuleView.model_construct(**dict(rule), so_far=so_far)


def _taken(stand: Stand | None) -> Taken | None:
    """Of what was made less than is taken nothing is left."""
    return None if stand is None else Taken(used=stand.taken, left=max(0, stand.left))


def put_rule(call: Call, body: r.RuleDefinition) -> Answered[r.Rule]:
    with as_refusal():
        rule = body.named(call.path["rule_id"])
    return answered(define_rule(call.rt, call.caller, call.command, _program_id(call), rule))


def get_tiers(call: Call) -> TierScheme:
    return tiers.get_tiers(call.rt, call.caller, _existing_program(call))


def put_tiers(call: Call, body: TierScheme) -> Answered[TierScheme]:
    return answered(define_tiers(call.rt, call.caller, call.command, _program_id(call), body))


def _program_id(call: Call) -> int:
    return program_number(call.path["program_id"])


def _existing_program(call: Call) -> int:
    return programs.get_program(call.rt, call.caller, _program_id(call)).program_id
