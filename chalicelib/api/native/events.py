"""Events: what members do beside buying."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, buyer_of
from chalicelib.api.native.purchases import PurchaseTime
from chalicelib.areas.members.model import Identifier
from chalicelib.areas.programs.model.events import MAX_PROPERTIES, MAX_TEXT, EventName
from chalicelib.errors import InvalidInput
from chalicelib.flows.record_event import Event, RecordedEvent, record_event
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.kit.base import Wire
from chalicelib.kit.clock import Instant
from chalicelib.kit.geo import Latitude, Longitude, point_of
from chalicelib.kit.texts import PLAIN_KEY

Key = Annotated[str, Field(min_length=1, max_length=128), PLAIN_KEY]
Place = Annotated[str, Field(min_length=1, max_length=256), PLAIN_KEY]
Property = Annotated[int, Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT)] | bool | Annotated[str, Field(max_length=MAX_TEXT)]
Properties = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=32)], Property], Field(max_length=MAX_PROPERTIES)
]


class OwnEventBody(Wire):
    """An event that the program declares, with its properties: texts, whole numbers, decimals in quotes, true or false, days."""

    kind: Literal["event"]
    name: EventName
    properties: Properties = Field(default_factory=dict)
    place: Place | None = None


class CheckInBody(Wire):
    """The member is at a place."""

    kind: Literal["check_in"]
    place: Place


class ScanBody(Wire):
    """A code was scanned, which a rule knows."""

    kind: Literal["scan"]
    code: Key
    place: Place | None = None


class NearBody(Wire):
    """Where the member is, in degrees. It is asked about, and kept nowhere."""

    kind: Literal["near"]
    latitude: Latitude
    longitude: Longitude


What = Annotated[OwnEventBody | CheckInBody | ScanBody | NearBody, Field(discriminator="kind")]


class EventBody(Wire):
    """What a member did. They are named by `member_id` or by one `identifier`; it is now, where no time is said. An
    `event_id` of your own refuses repeats for 30 days: it should name no person."""

    what: What
    member_id: str | None = None
    identifier: Identifier | None = None
    occurred_at: PurchaseTime | None = None
    event_id: Key | None = None


def record(call: Call, body: EventBody) -> Answered[RecordedEvent]:
    who = buyer_of(body.member_id, body.identifier)
    if who is None:
        raise InvalidInput("missing_member", "Say who did it: member_id or identifier.", param="member_id")
    at = call.rt.clock.now() if body.occurred_at is None else body.occurred_at.at
    event = _event(body, at)
    return answered(record_event(call.rt, call.caller, call.command, who, event, call.query["program_id"]))


def _event(body: EventBody, at: Instant) -> Event:
    what, own_id = body.what, body.event_id or ""
    match what:
        case OwnEventBody():
            return Event("event", at, what.name, what.place or "", what.properties, own_id=own_id)
        case CheckInBody():
            return Event("check_in", at, place=what.place, own_id=own_id)
        case ScanBody():
            return Event(kind="scan", occurred_at=at, name=what.code, place=what.place or "", own_id=own_id)
        case NearBody():
            return Event("near", at, point=point_of(what.latitude, what.longitude), own_id=own_id)
