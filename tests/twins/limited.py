"""Rules with limits, in a shopkeeper's words."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.orders.operations import get_order
from chalicelib.areas.quotas.model import Stand, differences
from chalicelib.areas.quotas.operations import read_quota
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.operations import get_rule
from chalicelib.flows.rule_limits import quotas_of
from tests.twins.bookshop import BookShop, fixed, rule


def a(per: str, times: int = 1) -> dict[str, Any]:
    """So often for each member in such a period."""
    return {"per": per, "times": times}


def gift(amount: int = 50, *per_member: dict[str, Any], rule_id: str = "gift", **limits: Any) -> Rule:
    """So many points with each purchase, as far as its limits let."""
    more = limits.pop("more", {})
    said = limits | ({"per_member": list(per_member)} if per_member else {})
    return rule(rule_id, effects=[fixed(amount, stage="bonus")], limits=said, **more)


def points(amount: int) -> dict[str, Any]:
    return {"amount": amount, "unit": "points"}


def euros(amount: int) -> dict[str, Any]:
    return {"amount": amount * 100, "currency": "EUR"}


def stands(shop: BookShop, rule_id: str = "gift") -> dict[str, Stand]:
    """What of a rule is there for all, by `rule_limit` and `budget`: as it must be, whatever has happened."""
    found = {}
    for quota in quotas_of(1, get_rule(shop.rt, shop.caller, 1, rule_id)).values():
        found[quota.kind] = read_quota(shop.rt, shop.caller, quota)
        assert differences(quota, found[quota.kind]) == ()
    return found


def taken(shop: BookShop, rule_id: str = "gift") -> dict[str, int]:
    return {kind: stand.taken for kind, stand in stands(shop, rule_id).items()}


def kept(shop: BookShop, numbers: list[str], rule_id: str = "gift") -> dict[str, int]:
    """What orders say they have of it: the same."""
    sums: dict[str, int] = {}
    for number in numbers:
        for use in get_order(shop.rt, shop.caller, shop.order_id(number)).uses:
            for kind, held in (("rule_limit", use.in_all), ("budget", use.budget)):
                if use.rule == rule_id and held is not None:
                    sums[kind] = sums.get(kind, 0) + held.amount
    return sums
