"""The redemptions of rewards of one member or group against what its journals tell of them: what was taken, how often and by
whom, where its delivery stands, and whether it was given back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.rewards import store as rewards
from chalicelib.flows.verify_stream import unreadable
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Attrs

_PLACE = re.compile("R#([0-9]{4})#([0-9]{8})")
_Number = tuple[int, int]


@dataclass(slots=True)
class _Told:
    redeemed: Mapping[str, Any]
    delivery: str
    refunded: bool = False


@dataclass(slots=True)
class RecordedRedemptions:
    """By program and sequence of the entry that tells of each."""

    told: dict[_Number, _Told] = field(default_factory=dict)

    def see(self, entry: Entry) -> None:
        program = entry.stream.program
        for body in entry.facts:
            match body["type"]:
                case "reward.redeemed":
                    self.told[program, entry.sequence] = _Told(body, str(body.get("delivery", "")))
                case "reward.delivery_changed" if (known := self.told.get((program, body["entry"]))) is not None:
                    known.delivery = str(body["status"])
                case "reward.refunded" if (known := self.told.get((program, body["entry"]))) is not None:
                    known.refunded = True
                    known.delivery = "cancelled" if known.delivery in ("ordered", "shipped") else known.delivery

    def differences(self, stored: Mapping[str, Attrs]) -> Iterator[str]:
        """Of an owner's items, whatever else they are, by their sort keys."""
        left = dict(self.told)
        for sk, attrs in sorted(stored.items()):
            place = _PLACE.fullmatch(sk)
            if place is None:
                continue
            number = int(place[1]), int(place[2])
            if number not in left:
                yield f"{_named(number)}: no entry tells of it"
                continue
            yield from (f"{_named(number)} {what}" for what in _compared(attrs, left.pop(number)))
        yield from (f"{_named(number)} is not there" for number in left)


def _named(number: _Number) -> str:
    return f"redemption {number[1]} in program {number[0]}"


def _compared(attrs: Attrs, told: _Told) -> Iterator[str]:
    try:
        kept, counted, _ = rewards.redemption_from(attrs)
    except UNREADABLE as why:
        yield unreadable(why)
        return
    said = told.redeemed
    if (kept.reward_id, kept.type, kept.quantity, kept.member_id, kept.order_id or "") != (
        *(said["reward"], said["kind"], said["quantity"], said["by"]),
        said.get("order", ""),
    ):
        yield "is not of what its journal says"
    if (kept.state == "refunded") != told.refunded:
        yield "is not given back as its journal says"
    if (kept.delivery or "") != told.delivery:
        yield "is not delivered as its journal says"
    if len(counted.coupons) != said.get("codes", 0):
        yield "has not the codes that its journal counts"
