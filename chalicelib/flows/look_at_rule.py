"""Look at a rule: with what has been taken of what it limits for everybody, and what is left.

reads    nothing more than the configuration; of a limit in all and of a budget 1 Query each
"""

from __future__ import annotations

from typing import NamedTuple

from chalicelib.areas.quotas.model import Quota, Stand
from chalicelib.areas.quotas.operations import read_quota
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.operations import get_rule
from chalicelib.flows.rule_limits import budget_quota, uses_quota
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime


class RuleStands(NamedTuple):
    """None of what the rule does not limit."""

    rule: Rule
    in_all: Stand | None
    budget: Stand | None


def look_at_rule(rt: Runtime, caller: Caller, program_id: int, rule_id: str) -> RuleStands:
    """NotFound: the rule."""

    def stand(quota: Quota | None) -> Stand | None:
        return None if quota is None else read_quota(rt, caller, quota)

    rule = get_rule(rt, caller, program_id, rule_id)
    in_all, budget = rule.limits.in_all, rule.limits.budget
    return RuleStands(
        rule,
        stand(None if in_all is None else uses_quota(program_id, rule_id, in_all)),
        stand(None if budget is None else budget_quota(program_id, rule_id, budget)),
    )
