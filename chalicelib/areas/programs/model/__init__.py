"""A tenant's settings and programs as values: units with their policies, rates, and how long what is earned lasts."""

from chalicelib.areas.programs.model.lifetimes import Lifetime, ending_with, last_usable_day, lifetime
from chalicelib.areas.programs.model.policies import AfterDays, EndOfMonth, EndOfYear, Never, Sliding, UnitPolicy
from chalicelib.areas.programs.model.program import (
    MAX_FIELDS,
    Program,
    ProgramDefinition,
    Rate,
    Slug,
    TenantSettings,
    Unit,
)
from chalicelib.areas.programs.model.referrals import Asking
from chalicelib.areas.programs.model.succession import must_keep_policies, rewritten, succeed, today_of

__all__ = [
    "MAX_FIELDS",
    "AfterDays",
    "Asking",
    "EndOfMonth",
    "EndOfYear",
    "Lifetime",
    "Never",
    "Program",
    "ProgramDefinition",
    "Rate",
    "Sliding",
    "Slug",
    "TenantSettings",
    "Unit",
    "UnitPolicy",
    "ending_with",
    "last_usable_day",
    "lifetime",
    "must_keep_policies",
    "rewritten",
    "succeed",
    "today_of",
]
