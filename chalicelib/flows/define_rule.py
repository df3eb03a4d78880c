"""Define a rule: the units and tiers that it names must be its program's."""

from __future__ import annotations

from chalicelib.areas.programs import store as programs
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.names import credits_on_cart, named_tiers, named_units
from chalicelib.areas.tiers import store as tiers
from chalicelib.errors import Refused
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config


def define_rule(rt: Runtime, caller: Caller, command: Command, program_id: int, rule: Rule) -> Committed[Rule]:
    """Create the rule or replace it. Refuses `unknown_unit`, `unknown_tier`, `credit_on_cart`, `too_many_rules`; NotFound: the program."""

    def decide(config: Config) -> Change:
        must_suit(config, program_id, rule)
        return rules.change(config, program_id, rule)

    done = change_config(rt, caller, command, "define_rule", decide)
    changed = done.answer
    return Committed(rules.rule_of(Name(changed.kind, changed.id), changed.body), done.replayed)


def must_suit(config: Config, program_id: int, rule: Rule) -> None:
    """What it names is the program's. Refuses `unknown_unit`, `unknown_tier`, `credit_on_cart`; NotFound: the program."""
    program = programs.program(config, program_id)
    units = {unit.code for unit in program.units}
    scheme = tiers.scheme(config, program_id)
    known = {tier.tier_id for tier in scheme.tiers} if scheme else set()
    for unit, param in named_units(rule):
        if unit not in units:
            raise Refused("unknown_unit", f"The program has no unit {unit}.", param=param)
    for tier, param in named_tiers(rule):
        if tier not in known:
            raise Refused("unknown_tier", f"The program has no tier {tier}.", param=param)
    for kind in credits_on_cart(rule):
        sentence = f"{kind} is earned by an order: put it into a rule on order; one on cart takes something off."
        raise Refused("credit_on_cart", sentence, param="effects")
