"""A shop with segments, over HTTP, in a marketer's words."""

from __future__ import annotations

from typing import Any

from tests.http.client import Reply
from tests.http.native.bookshop import Json, Shop, answer

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


def of(shop: Shop, member_id: str) -> list[str]:
    return [one["segment_id"] for one in answer(shop.api.get(f"/v1/members/{member_id}/segments"))["items"]]
