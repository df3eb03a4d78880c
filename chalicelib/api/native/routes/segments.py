"""Routes of segments and of who is in them."""

from __future__ import annotations

from functools import partial

from chalicelib.api.route import PAGED, Route

_HANDLERS = "chalicelib.api.native.segments"
_SEGMENTS = "/v1/segments"
_ONE = f"{_SEGMENTS}/{{segment_id}}"
_MEMBERS = f"{_ONE}/members"
_BY = (
    *("program_not_found", "impossible_condition", "unknown_subject", "wrong_comparison", "conditions_too_large"),
    *("unknown_unit", "unknown_tier", "unknown_event", "unknown_member_field"),
)
_LINES = ("segment_not_found", "missing_member", "two_members", "invalid_identifier")

_view = partial(Route, resource="segments", access="view")
_modify = partial(Route, resource="segments", access="modify", dry_run=True)

ROUTES = (
    _view("GET", _SEGMENTS, f"{_HANDLERS}:list_segments", "list_segments", summary="All segments, by id."),
    _view(
        "GET",
        _ONE,
        f"{_HANDLERS}:get_segment",
        "get_segment",
        summary="A segment, with how many are in it.",
        errors=("segment_not_found",),
    ),
    _modify(
        "PUT",
        _ONE,
        f"{_HANDLERS}:put_segment",
        "put_segment",
        summary="Create a segment, replace it or end it. Members stay in it as they joined; by other criteria, or another type with criteria, everybody is judged anew.",
        errors=(
            "too_many_segments",
            "too_many_criteria",
            "too_many_counters",
            "too_many_counted",
            *_BY,
            "unknown_perk",
            "held_by_tier",
            "too_many_with_perk",
        ),
    ),
    _view(
        "GET",
        _MEMBERS,
        f"{_HANDLERS}:list_members",
        "list_segment_members",
        summary="Who is in a segment.",
        query=PAGED,
        errors=("segment_not_found", "invalid_cursor"),
    ),
    _modify(
        "POST",
        _MEMBERS,
        f"{_HANDLERS}:add_members",
        "add_to_segment",
        summary="Add up to 100 members to a segment. What became of each is told; whom nobody knows keeps no other from it.",
        errors=(*_LINES, "segment_ended", "segment_by_criteria"),
    ),
    _modify(
        "POST",
        f"{_MEMBERS}/remove",
        f"{_HANDLERS}:remove_members",
        "remove_from_segment",
        summary="Take up to 100 members out of a segment. What became of each is told.",
        errors=(*_LINES, "segment_by_criteria"),
    ),
    _modify(
        "POST",
        f"{_ONE}/previews",
        f"{_HANDLERS}:start_preview",
        "preview_segment",
        summary="Who would come and go by other criteria: a long job, whose result names them. Nobody moves.",
        status=201,
        errors=("segment_not_found", *_BY),
    ),
    _modify(
        "POST",
        f"{_ONE}/exports",
        f"{_HANDLERS}:start_export",
        "export_segment",
        summary="Everybody who is in a segment, as a file: a long job.",
        status=201,
        bodiless=True,
        errors=("segment_not_found",),
    ),
    _view(
        "GET",
        "/v1/members/{member_id}/segments",
        f"{_HANDLERS}:list_of_member",
        "list_segments_of_member",
        summary="The segments that a member is in.",
        errors=("member_not_found",),
    ),
)
