"""The awards of one member against what their journals tell of them: given, used, given back, taken back, over.

Who has ever been in a group is left out: what became of their awards there is in the group's journals. So is the group itself,
which has no awards: those that its journals tell of are its members'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.perks import store as perks
from chalicelib.flows.verify_stream import unreadable
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Attrs

_PLACE = re.compile(r"G#([0-9]{4})#(.+)#([0-9]+)")
_GROUPED = ("member.joined_group", "member.left_group")
_Name = tuple[int, str, int]


@dataclass(slots=True)
class _Told:
    used: int = 0
    over: bool = False
    revoked: bool = False
    expired: bool = False


@dataclass(slots=True)
class RecordedAwards:
    """By program, perk and number."""

    told: dict[_Name, _Told] = field(default_factory=dict)
    grouped: bool = False

    def see(self, entry: Entry) -> None:
        for body in entry.facts:
            if body["type"] in _GROUPED:
                self.grouped = True
            if str(body["type"]).startswith("perk.") and "award" in body:
                name = entry.stream.program, str(body["perk"]), int(body["award"])
                _fold(self.told.setdefault(name, _Told()), body)

    def differences(self, stored: Mapping[str, Attrs]) -> Iterator[str]:
        """Of a member's items, whatever else they are, by their sort keys. One that is over may have given way to another."""
        if self.grouped:
            return
        left = dict(self.told)
        for sk, attrs in sorted(stored.items()):
            place = _PLACE.fullmatch(sk)
            if place is None:
                continue
            name = int(place[1]), place[2], int(place[3])
            if name not in left:
                yield f"{_named(name)}: no entry tells of it"
                continue
            yield from (f"{_named(name)} {what}" for what in _compared(attrs, left.pop(name)))
        yield from (f"{_named(name)} is not there" for name, told in left.items() if _lasts(told))


def _fold(told: _Told, body: Mapping[str, Any]) -> None:
    match body["type"]:
        case "perk.redeemed":
            told.used += 1
            told.over = bool(body.get("over"))
        case "perk.refunded" if body.get("whole", True):
            told.used -= 1
            told.over = False
        case "perk.revoked":
            told.revoked = True
        case "perk.expired":
            told.expired = True


def _named(name: _Name) -> str:
    return f"award {name[1]}.{name[2]} in program {name[0]}"


def _lasts(told: _Told) -> bool:
    return not (told.over or told.revoked or told.expired)


def _compared(attrs: Attrs, told: _Told) -> Iterator[str]:
    try:
        award = perks.award_from(attrs)
    except UNREADABLE as why:
        yield unreadable(why)
        return
    if award.used != told.used:
        yield "was not used as its journal says"
    if (award.state == "revoked") != told.revoked:
        yield "is not taken back as its journal says"
    if award.state == "expired" and not told.expired:
        yield "is over, and its journal does not say so"
