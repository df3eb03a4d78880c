"""Metrics of a shop's own, and members who come to their thresholds."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account
from chalicelib.areas.metrics.model import Metric
from chalicelib.flows.define_metric import define_metric
from chalicelib.flows.settle_metrics import settle_metrics
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import BookShop, rule

LATELY: dict[str, Any] = {"measure": "times", "of": "orders", "days": 30}
EVER: dict[str, Any] = {"measure": "times", "of": "orders", "per": "ever"}


def metric(
    shop: BookShop,
    metric_id: str = "visits",
    what: dict[str, Any] = LATELY,
    at_least: str = "1",
    command: Command | None = None,
    **fields: object,
) -> Committed[Metric]:
    """With one threshold, `some`, unless told otherwise."""
    body = {"name": metric_id, "what": what, "thresholds": [{"threshold_id": "some", "at_least": at_least}]} | fields
    made = Metric.model_validate({"metric_id": metric_id, **body})
    return define_metric(shop.rt, shop.caller, command or fresh(), made)


def crossed(metric_id: str, stage: str = "reached") -> dict[str, Any]:
    """What sets off a rule on its threshold."""
    return {"on": "metric", "metric": metric_id, "threshold": "some", "stage": stage}


def on_reaching(shop: BookShop, *effects: dict[str, Any], stage: str = "reached", **fields: Any) -> None:
    shop.define(rule(f"on-{stage}", trigger=crossed("visits", stage), effects=list(effects), **fields))


def settle(shop: BookShop, member_id: str) -> int:
    return settle_metrics(shop.rt, shop.caller, member_id)


def account(shop: BookShop, owner: str) -> Account:
    """As it is kept."""
    return accounts.read(shop.rt.table, shop.caller.tenant, owner, 1)[0]
