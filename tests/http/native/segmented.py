"""A shop with segments, over HTTP, in a marketer's words."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import Any

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.events.imports import imports
from chalicelib.flows.settle_criteria import settle_criteria
from chalicelib.runtime import Runtime
from tests.http.client import Reply
from tests.http.native.bookshop import Json, Shop, answer
from tests.twins import caller_of

DAY = 24 * 3_600_000
VIP: Json = {"name": "VIP"}
LETTER: Json = {"name": "Gets a letter", "type": "scheduled", "horizon_days": 30}
REGULARS: Json = {"name": "Regulars", "type": "rolling", "horizon_days": 30}


def define(shop: Shop, segment_id: str, segment: Json = VIP, **fields: object) -> Json:
    return dict(answer(shop.api.put(f"/v1/segments/{segment_id}", segment | fields)))


def lines(*members: str | Json) -> Json:
    """Members by id, or by an identifier."""
    return {"members": [{"member_id": one} if isinstance(one, str) else {"identifier": one} for one in members]}


def adding(shop: Shop, segment_id: str, *members: str | Json, query: str = "", **how: Any) -> Reply:
    return shop.api.post(f"/v1/segments/{segment_id}/members{query}", lines(*members), **how)


def add(shop: Shop, segment_id: str, *members: str | Json) -> list[str]:
    """What became of each."""
    return [line["result"] for line in answer(adding(shop, segment_id, *members))["items"]]


def remove(shop: Shop, segment_id: str, *members: str | Json) -> list[str]:
    done = answer(shop.api.post(f"/v1/segments/{segment_id}/members/remove", lines(*members)))
    return [line["result"] for line in done["items"]]


def members(shop: Shop, segment_id: str, limit: int = 100) -> list[str]:
    found: list[str] = []
    query = f"?limit={limit}"
    while True:
        page = answer(shop.api.get(f"/v1/segments/{segment_id}/members{query}"))
        found += [one["member_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            return found
        query = f"?limit={limit}&cursor={page['next_cursor']}"


def count(shop: Shop, segment_id: str) -> int:
    return int(answer(shop.api.get(f"/v1/segments/{segment_id}"))["members"])


def judged(rt: Runtime, *members: str) -> None:
    """Each is looked at, as what happened to them is told."""
    for one in members:
        settle_criteria(rt, caller_of("ours"), one)


def reported(rt: Runtime, shop: Shop, operation: Json) -> tuple[Json, list[list[str]]]:
    """The counts of a long job once it is done, and the lines of its result."""
    assert isinstance(rt.queues, MemoryQueues)
    assert isinstance(rt.files, MemoryFiles)
    rt.queues.deliver("imports", partial(imports, rt), size=1)
    done = answer(shop.api.get(f"/v1/operations/{operation['operation_id']}"))
    assert done["state"] == "done"
    [key] = [key for key in rt.files.objects if operation["operation_id"] in key]
    lines = list(csv.reader(io.StringIO(rt.files.objects[key].decode())))
    return {name: count for name, count in done["counts"].items() if count}, [lines[0], *sorted(lines[1:])]


def of(shop: Shop, member_id: str) -> list[str]:
    return [one["segment_id"] for one in answer(shop.api.get(f"/v1/members/{member_id}/segments"))["items"]]
