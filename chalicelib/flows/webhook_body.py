"""What a webhook is sent: the facts of one entry that it wants, as the feed tells them. Names of people are in none of them.

    {type, timestamp, data: {entry_id, operation, effective_at, actor: {kind, id}, facts: [{type, v, …}]}}

Of a rule that tells it: the fact `rule.told` that names it, and whatever else of the entry names that rule. `type` is that of the first fact, `timestamp` when it was recorded. An entry that this version of Stampbook cannot read is told by
one fact `entry.unreadable`, as in the feed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.areas.webhooks.model import Delivery, Happening, Webhook, wants
from chalicelib.flows.read_feed import told_fact
from chalicelib.kit.clock import rfc3339
from chalicelib.kit.facts import Body
from chalicelib.table.items import compact_json
from chalicelib.table.journal import Stream
from chalicelib.table.placeholders import UNREADABLE_ENTRY, entry_for_reader
from chalicelib.table.protocol import Attrs

TEST_FACT: Body = {"type": "webhook.test", "v": 1}


def stream_of(tenant: str, about: Happening) -> Stream:
    return Stream(tenant, f"{tenant}#{about.owner}", about.program)


def body_of(tenant: str, webhook: Webhook, delivery: Delivery, attrs: Attrs | None) -> bytes | None:
    """The same bytes for every attempt while webhook and entry are the same; None where it wants nothing of it any more."""
    about = delivery.about
    data: dict[str, Any] = {"entry_id": about.entry_id}
    if about.is_test:
        data |= {"facts": [TEST_FACT]}
    else:
        entry = entry_for_reader(stream_of(tenant, about), about.sequence, about.recorded_at, attrs)
        kind, actor_id, _ = entry.header["actor"]
        wanted = _wanted(entry.facts, webhook, about.told)
        data |= {
            "operation": entry.header["operation"],
            "effective_at": rfc3339(entry.effective_at),
            "actor": {"kind": kind, "id": actor_id},
            "facts": [told_fact(one) for one in wanted],
        }
    facts = data["facts"]
    if not facts:
        return None
    return compact_json({"type": facts[0]["type"], "timestamp": rfc3339(about.recorded_at), "data": data})


def _wanted(facts: Sequence[Body], webhook: Webhook, told: int | None) -> list[Body]:
    """What an occasion's rule gave is under no name of it: so of that only the fact itself."""
    if any(one["type"] == UNREADABLE_ENTRY for one in facts):
        return list(facts)
    if told is None:
        return [one for one in facts if wants(webhook.types, one["type"])]
    first = facts[told]
    rest = [one for one in facts if one["type"] != first["type"] and one.get("rule") and one["rule"] == first["rule"]]
    return [first, *rest]
