"""Webhooks that rules tell: a fact in the entry of what set the rule off, from which a message becomes a call. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.areas.accounts.model.facts import RuleTold
from chalicelib.areas.rules.model.effects import CallWebhook
from chalicelib.areas.webhooks import store
from chalicelib.table.config import Config
from chalicelib.table.journal import Entry


def telling(config: Config, effect: CallWebhook, member_id: str, rule_id: str, order: str) -> RuleTold:
    """NotFound `webhook_not_found`; Refused `webhook_disabled`."""
    store.webhook(config, effect.webhook_id).must_be_told()
    return RuleTold(member_id, rule_id, effect.webhook_id, order)


def calls_of(entry: Entry) -> Iterator[tuple[str, int]]:
    """Which webhooks rules tell by it, and where it has the fact of each."""
    for place, fact in enumerate(entry.facts):
        if fact["type"] == RuleTold.type:
            yield fact["webhook"], place
