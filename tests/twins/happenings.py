"""Events in a shopkeeper's words, on a BookShop: what members do beside buying."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.flows.purchase import Buyer
from chalicelib.flows.record_event import Event, RecordedEvent, record_event
from chalicelib.kit.command import Command
from chalicelib.kit.geo import point_of
from chalicelib.table.commit import Committed
from tests.twins import at, fresh
from tests.twins.bookshop import TODAY, BookShop, fixed, member

REVIEW = {
    "name": "review",
    "properties": {"stars": "integer", "book": "text", "read_on": "day", "hours": "decimal", "spoilers": "boolean"},
    "told": ["stars"],
}
DECLARED = {"events": [REVIEW, {"name": "survey"}]}
ON_REVIEW: dict[str, Any] = {"trigger": {"on": "event", "name": "review"}, "effects": [fixed(10)]}
ON_CHECK_IN: dict[str, Any] = {"trigger": {"on": "check_in"}, "effects": [fixed(5)]}
ON_SCAN: dict[str, Any] = {"trigger": {"on": "scan", "code": "POSTER-7"}, "effects": [fixed(3)]}
IN_THE_SQUARE: dict[str, Any] = {
    "trigger": {"on": "near", "latitude": "52.5219", "longitude": "13.4132", "radius": 500},
    "effects": [fixed(2)],
}


def review(on: str = TODAY, own_id: str = "", **properties: Any) -> Event:
    return Event("event", at(on), "review", properties=properties, own_id=own_id)


def check_in(place: str = "Berlin Mitte", on: str = TODAY) -> Event:
    return Event("check_in", at(on), place=place)


def scan(code: str = "POSTER-7", on: str = TODAY) -> Event:
    return Event("scan", at(on), code)


def near(latitude: str, longitude: str, on: str = TODAY) -> Event:
    return Event("near", at(on), point=point_of(latitude, longitude))


def record(shop: BookShop, who: Buyer | str, event: Event, command: Command | None = None) -> Committed[RecordedEvent]:
    buyer = member(who) if isinstance(who, str) else who
    return record_event(shop.rt, shop.caller, command or fresh(), buyer, event)


def given(shop: BookShop, who: Buyer | str, event: Event) -> list[tuple[str, str | None]]:
    """What each rule gave beside points: the award or the tier, or nothing and why."""
    answer = record(shop, who, event).answer
    return [(one.award_id or one.what if one.given else "", one.reason) for one in answer.effects]


def earned(shop: BookShop, who: Buyer | str, event: Event, command: Command | None = None) -> Mapping[str, int]:
    """What each rule gave."""
    answer = record(shop, who, event, command).answer
    return {one.rule_id or "": one.amount for one in answer.earned}
