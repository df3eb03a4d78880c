"""Rules as the first version kept them, in today's words: one effect and one unit a rule, and conditions by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Body = Mapping[str, Any]
_KINDS = {"per_order": "fixed"}
_GONE = ("unit", "stage", "effect", "active", "places", "order_labels", "first_purchase_only", "minimum_order_value")


def of_today(body: Body) -> Body:
    """What is of today already comes back as it is, as does what is known to no version."""
    if "effect" not in body:
        return body
    return {
        **{name: value for name, value in body.items() if name not in _GONE},
        "state": "active" if body.get("active", True) else "paused",
        "audience": {**body.get("audience", {}), "places": body.get("places", ())},
        "when": _when(body),
        "effects": [_effect(body)],
    }


def _effect(body: Body) -> Body:
    effect = {**body["effect"], "unit": body["unit"]}
    effect["kind"] = _KINDS.get(effect["kind"], effect["kind"])
    return effect if effect["kind"] == "multiply" else {**effect, "stage": body["stage"]}


def _when(body: Body) -> Body | None:
    asked: list[Body] = []
    if body.get("order_labels"):
        asked.append({"labels_of": "order", "one_of": body["order_labels"]})
    if body.get("first_purchase_only"):
        asked.append({"ask": "order.first", "is": True})
    if body.get("minimum_order_value") is not None:
        asked.append({"ask": "order.value", "at_least": body["minimum_order_value"]})
    return {"all": asked} if asked else None
