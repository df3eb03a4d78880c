"""A rule as data, by its parts."""

from chalicelib.areas.rules.model.limits import Budget, MemberLimit, RuleLimits
from chalicelib.areas.rules.model.rule import Audience, Rule, RuleDefinition, State
from chalicelib.areas.rules.model.words import LabelMatch, LineFilter
from chalicelib.kit.windows import Window

__all__ = [
    "Audience",
    "Budget",
    "LabelMatch",
    "LineFilter",
    "MemberLimit",
    "Rule",
    "RuleDefinition",
    "RuleLimits",
    "State",
    "Window",
]
