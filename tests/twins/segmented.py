"""Segments in a marketer's words, on a BookShop."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.segments.model import Segment, SegmentDefinition
from chalicelib.flows.change_segment_members import ChangedMembers, Named, add_to_segment, remove_from_segment
from chalicelib.flows.define_segment import define_segment
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import BookShop

ROLLING: dict[str, Any] = {"type": "rolling", "horizon_days": 10}
SCHEDULED: dict[str, Any] = {"type": "scheduled", "horizon_days": 10}


def define(
    shop: BookShop, segment_id: str = "vip", command: Command | None = None, **fields: Any
) -> Committed[Segment]:
    segment = SegmentDefinition.model_validate({"name": segment_id} | fields).named(segment_id)
    return define_segment(shop.rt, shop.caller, command or fresh(), segment)


def add(
    shop: BookShop, *members: str, segment_id: str = "vip", command: Command | None = None
) -> Committed[ChangedMembers]:
    return add_to_segment(shop.rt, shop.caller, command or fresh(), segment_id, [Named(one) for one in members])


def remove(
    shop: BookShop, *members: str, segment_id: str = "vip", command: Command | None = None
) -> Committed[ChangedMembers]:
    return remove_from_segment(shop.rt, shop.caller, command or fresh(), segment_id, [Named(one) for one in members])
