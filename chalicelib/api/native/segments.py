"""Segments, and who is in them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.bodies import as_refusal
from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, buyer_of, owner_of
from chalicelib.api.native.operations import OperationView, view
from chalicelib.areas.rules.model.criteria import Criteria
from chalicelib.areas.segments import operations as segments
from chalicelib.areas.segments.model import Segment, SegmentMember, SegmentShape
from chalicelib.errors import InvalidInput
from chalicelib.flows.change_segment_members import (
    MOST_LINES,
    ChangedMembers,
    MemberLine,
    Named,
    add_to_segment,
    remove_from_segment,
)
from chalicelib.flows.define_segment import define_segment
from chalicelib.flows.read_segment import CountedSegment, SegmentOfMember, list_segments_of_member, read_segment
from chalicelib.flows.start_segment_job import start_export as export_started
from chalicelib.flows.start_segment_job import start_preview as preview_started
from chalicelib.kit.base import Wire


class SegmentBody(SegmentShape):
    """`criteria`: who belongs to it. Then nobody is put into it, or taken out of it, by hand or by a rule."""

    criteria: Criteria | None = None

    def named(self, segment_id: str) -> Segment:
        kept = None if self.criteria is None else self.criteria.model_dump(mode="json")
        return Segment(**{**dict(self), "segment_id": segment_id, "criteria": kept})


class PreviewBody(Wire):
    criteria: Criteria


class MembersBody(Wire):
    members: Annotated[tuple[MemberLine, ...], Field(min_length=1, max_length=MOST_LINES)]


class Segments(Wire):
    items: tuple[Segment, ...]


class SegmentMembers(Wire):
    items: tuple[SegmentMember, ...]
    next_cursor: str | None


class SegmentsOfMember(Wire):
    items: tuple[SegmentOfMember, ...]


def list_segments(call: Call) -> Segments:
    return Segments(items=segments.list_segments(call.rt, call.caller))


def get_segment(call: Call) -> CountedSegment:
    return read_segment(call.rt, call.caller, call.path["segment_id"])


def put_segment(call: Call, body: SegmentBody) -> Answered[Segment]:
    with as_refusal():
        segment = body.named(call.path["segment_id"])
    return answered(define_segment(call.rt, call.caller, call.command, segment))


def list_members(call: Call) -> SegmentMembers:
    segment_id, limit, cursor = call.path["segment_id"], call.query["limit"], call.query["cursor"]
    page = segments.list_memberships(call.rt, call.caller, segment_id, limit, cursor)
    return SegmentMembers(items=page.items, next_cursor=page.next_cursor)


def add_members(call: Call, body: MembersBody) -> Answered[ChangedMembers]:
    return answered(add_to_segment(call.rt, call.caller, call.command, call.path["segment_id"], _named(body)))


def remove_members(call: Call, body: MembersBody) -> Answered[ChangedMembers]:
    return answered(remove_from_segment(call.rt, call.caller, call.command, call.path["segment_id"], _named(body)))


def start_preview(call: Call, body: PreviewBody) -> Answered[OperationView]:
    done = preview_started(call.rt, call.caller, call.command, call.path["segment_id"], body.criteria)
    return Answered(view(call.rt, done.answer), done.replayed)


def start_export(call: Call) -> Answered[OperationView]:
    done = export_started(call.rt, call.caller, call.command, call.path["segment_id"])
    return Answered(view(call.rt, done.answer), done.replayed)


def list_of_member(call: Call) -> SegmentsOfMember:
    return SegmentsOfMember(items=list_segments_of_member(call.rt, call.caller, owner_of(call)))


def _named(body: MembersBody) -> tuple[Named, ...]:
    return tuple(_line(number, line) for number, line in enumerate(body.members))


def _line(number: int, line: MemberLine) -> Named:
    try:
        named = buyer_of(line.member_id, line.identifier)
        if named is None:
            raise InvalidInput("missing_member", "Say who: member_id or identifier.", param="member_id")
        return Named(line.member_id, None if line.identifier is None else line.identifier.normalised())
    except InvalidInput as wrong:
        wrong.param = f"members.{number}.{'member_id' if wrong.code == 'missing_member' else 'identifier'}"
        raise
