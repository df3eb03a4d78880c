"""What a member did themselves, by an entry: an order, a redemption, a check-in, an event, a scan, coming near. Not what came to them: a
birthday, a friend's purchase, a gift on schedule. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.rules.model.times import OF_EVENTS, ORDERS, REDEMPTIONS
from chalicelib.table.journal import Entry

_ACTS = {f.OrderRecorded.type: ORDERS, f.RewardRedeemed.type: REDEMPTIONS}
_KINDS = ("check_in", "scan", "near")


def acts_of(entry: Entry) -> list[str]:
    """As questions name them, each once."""
    return list(dict.fromkeys(_found(entry)))


def _found(entry: Entry) -> Iterator[str]:
    for body in entry.facts:
        kind = body["kind"] if body["type"] == f.EventRecorded.type else ""
        if body["type"] in _ACTS:
            yield _ACTS[body["type"]]
        elif kind == "event":
            yield f"{OF_EVENTS}{body['name']}"
        elif kind in _KINDS:
            yield str(kind)
