"""The report of a simulation, as a value for JSON and as rows for CSV: what rules gave, would give and would have given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.replayed import Side, Sum

COLUMNS = ("rule_id", "tier", "measure", "of", "sold", "active", "simulated", "recorded")
_GIVING: tuple[Side, ...] = ("active", "simulated", "recorded")
_SIDES: tuple[Side, ...] = ("sold", *_GIVING)
Sums = Mapping[Sum, int]


def rows(sums: Sums) -> Iterator[Sequence[object]]:
    """One for each measure of a rule and a tier. Without a rule it is of all, without a tier as well."""
    places = sorted({(one.rule, one.tier, one.measure, one.of) for one in sums})
    for rule, tier, measure, of in places:
        found = (sums.get(Sum(side, rule, tier, measure, of)) for side in _SIDES)
        yield rule, tier, measure, of, *("" if amount is None else amount for amount in found)


def nested(sums: Sums, tried: Sequence[Rule], active: Sequence[Rule]) -> dict[str, Any]:
    """All together, by tier, and by rule: those that are tried, are active or have credited anything."""
    by_place: dict[tuple[str, str], dict[Side, dict[str, Any]]] = {}
    for one in sorted(sums):
        told = by_place.setdefault((one.rule, one.tier), {}).setdefault(one.side, {})
        if one.of:
            told.setdefault(one.measure, {})[one.of] = sums[one]
        else:
            told[one.measure] = sums[one]
    names = {rule.rule_id: rule.name for rule in (*active, *tried)}
    rules = sorted(names.keys() | {rule for rule, _ in by_place if rule})
    tiers = sorted({tier for _, tier in by_place if tier})
    return {
        "in_all": _sides(by_place, "", ""),
        "tiers": [{"tier": tier} | _sides(by_place, "", tier) for tier in tiers],
        "rules": [
            {"rule_id": rule, "name": names.get(rule)}
            | _sides(by_place, rule, "")
            | {"tiers": [{"tier": tier} | _sides(by_place, rule, tier) for tier in tiers if (rule, tier) in by_place]}
            for rule in rules
        ],
    }


def _sides(by_place: Mapping[tuple[str, str], Mapping[Side, Any]], rule: str, tier: str) -> dict[str, Any]:
    found = by_place.get((rule, tier), {})
    return {side: found.get(side, {}) for side in (_GIVING if rule else _SIDES)}
