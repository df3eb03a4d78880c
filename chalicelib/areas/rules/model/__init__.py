"""A rule as data, by its parts."""

from chalicelib.areas.rules.model.limits import Budget, Limits, MemberLimit
from chalicelib.areas.rules.model.rule import Audience, Rule, RuleDefinition, State
from chalicelib.areas.rules.model.words import LabelMatch, LineFilter
from chalicelib.kit.windows import Window

__all__ = [
    "Audience",
    "Budget",
    "LabelMatch",
    "Limits",
    "LineFilter",
    "MemberLimit",
    "Rule",
    "RuleDefinition",
    "State",
    "Window",
]
