"""What docs/guides/ledger.md says in tables of what is so in general: each row made or tried anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chalicelib.areas.accounts.model import VOCABULARY, Account, apply
from chalicelib.areas.accounts.model.wallet import CAME, TOTALS
from chalicelib.kit.facts import Fact
from tests.http.client import Api
from tests.http.world import key_for, twin_runtime
from tests.unit.kit.test_golden_facts import FACTS

Json = dict[str, Any]
# No total moves with these.
NOT_OF_POINTS = (
    "account.",
    "order.",
    "tier.",
    "coupon.",
    "perk.",
    "reward.",
    "points.extended",
    "points.capped",
    "event.",
    "rule.",
    "past.",
    "metric.",
    "checkout.",
    "member.",
    "referral.",
    "notification.",
)


def movements() -> Iterator[tuple[str, str, str]]:
    """Each kind of fact that moves points: which totals it changes, and what it does to what is available."""
    for name in VOCABULARY.classes:
        if not name.startswith(NOT_OF_POINTS):
            yield name, *_moved(max(FACTS[name], key=lambda fact: getattr(fact, "amount", 0)))


def _moved(fact: Fact) -> tuple[str, str]:
    before, after = Account("mem_00000000001", 1), apply(Account("mem_00000000001", 1), fact)
    totals: list[str] = []
    for unit in after.wallets:
        for name in TOTALS:
            change = getattr(after.wallet(unit), name) - getattr(before.wallet(unit), name)
            totals += [f"{name} {'+' if change > 0 else '−'}"] if change and name != "owed" else []
    change = after.wallet(str(getattr(fact, "unit", ""))).available
    return ", ".join(sorted(totals, key=_order)), "+" if change > 0 else "−" if change else "0"


def _order(total: str) -> tuple[bool, str]:
    return total.partition(" ")[0] not in CAME, total


def shop_with(policy: Json) -> tuple[Api, str]:
    """A shop whose points are kept so, that gives one for each whole euro; and its member."""
    rt = twin_runtime()
    api = Api(rt, key_for(rt, "ours"))
    unit = {"code": "points", "name": "Points", "policies": [policy]}
    assert api.post("/v1/programs", {"name": "Books", "enrolment": "refuse", "units": [unit]}).status == 201
    effect = {"kind": "per_value", "unit": "points", "amount": 1, "per": "1.00", "rounding": "down"}
    rule = {"name": "One per euro", "effects": [effect]}
    assert api.put("/v1/programs/1/rules/base", rule).status == 200
    member = api.post("/v1/members", {"identifiers": [{"type": "card", "value": "1"}]}).json
    return api, str(member["member_id"])


def last_day(policy: str) -> str:
    """Of what is earned on the 15th of January 2026 by such a policy."""
    api, ada = shop_with(json.loads(policy))
    earned = api.post(f"/v1/members/{ada}/earnings", {"unit": "points", "amount": 1})
    assert earned.status == 201, earned.text
    return str(earned.json["earning"]["expires_on"] or "never")


def returned(policy: str) -> tuple[str, str, str]:
    """100 points earned by a purchase, 80 of them spent, all goods brought back: taken, not taken, the balance then."""
    api, ada = shop_with(json.loads(policy))
    document: Json = {"purchased_at": "2026-01-15T12:00:00Z", "currency": "EUR"}
    document["lines"] = [{"sku": "ATLAS", "quantity": 1, "gross_value": 100_00}]
    order = api.post("/v1/orders", document | {"number": "S-1", "member_id": ada}).json
    assert api.post(f"/v1/members/{ada}/spends", {"unit": "points", "amount": 80}).status == 201
    back = api.post(f"/v1/orders/{order['order_id']}/returns", document | {"number": "R-1"})
    assert back.status == 201, back.text
    [taken] = back.json["cancelled"]
    return str(taken["amount"]), str(taken["short"]), str(back.json["account"]["balances"]["points"])


def undone(policy: str) -> tuple[str, str]:
    """An earning of 50 of which 20 are spent, and 5 others: what cancelling takes, or its refusal, and the balance then."""
    api, ada = shop_with(json.loads(policy))
    earned = api.post(f"/v1/members/{ada}/earnings", {"unit": "points", "amount": 50}).json
    assert api.post(f"/v1/members/{ada}/grants", {"unit": "points", "amount": 5, "reason": "gift"}).status == 201
    assert api.post(f"/v1/members/{ada}/spends", {"unit": "points", "amount": 20}).status == 201
    reply = api.call("POST", f"/v1/members/{ada}/earnings/{earned['earning']['earning_id']}/cancel")
    taken = reply.code or str(reply.json["changes"][0]["amount"])
    [wallet] = api.get(f"/v1/members/{ada}/account").json["wallets"]
    return taken, str(wallet["available"])
