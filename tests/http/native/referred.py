"""Members who bring others in, over HTTP, in a shopkeeper's words."""

from __future__ import annotations

from typing import Any

from tests.http.client import Reply
from tests.http.native.bookshop import Json, Shop, answer, card, document, fixed


def on(stage: str, who: str) -> Json:
    return {"trigger": {"on": "referral", "stage": stage, "who": who}}


def gives(shop: Shop, amount: int, stage: str, who: str, rule_id: str = "", **fields: Any) -> None:
    shop.define(rule_id or f"{stage}-{who}", fixed(amount), **on(stage, who), **fields)


def share(shop: Shop, member_id: str, code: str | None = None) -> str:
    """The code that a member shares."""
    body = {} if code is None else {"referral_code": code}
    return str(answer(shop.api.put(f"/v1/members/{member_id}/referral-code", body))["referral_code"])


def enrolling(shop: Shop, number: str, code: str = "", device: str = "", **how: Any) -> Reply:
    said = ({"referral_code": code} if code else {}) | ({"device_id": device} if device else {})
    return shop.api.post("/v1/members", {"identifiers": [card(number)]} | said, **how)


def brought(shop: Shop, number: str, code: str) -> str:
    """The id of a new member who comes by this code."""
    return str(answer(enrolling(shop, number, code))["member_id"])


def of(shop: Shop, member_id: str) -> Json:
    return dict(answer(shop.api.get(f"/v1/members/{member_id}/referral")))


def counts(shop: Shop, member_id: str) -> tuple[int, int, int, int]:
    """How many were invited, came, bought, and let their invitation pass."""
    told = of(shop, member_id)
    return told["invited"], told["registered"], told["purchased"], told["expired"]


def states(shop: Shop, member_id: str) -> list[tuple[str, str | None]]:
    """Of all whom they invited or brought in, the latest first: the state, and who came."""
    [page] = shop.pages(f"/v1/members/{member_id}/referrals", 100)
    return [(one["state"], one["member_id"]) for one in page]


def at_the_till(shop: Shop, number: str, code: str, order: str) -> Json:
    """An order of whoever has this card, who shows a code."""
    sale = document(order, identifier=card(number), referral_code=code)
    return dict(answer(shop.api.post("/v1/orders", sale)))


def inviting(shop: Shop, member_id: str, who: Json | None = None, **how: Any) -> Reply:
    body = {} if who is None else {"identifier": who}
    return shop.api.post(f"/v1/members/{member_id}/invitations", body, **how)


def invite(shop: Shop, member_id: str, who: Json | None = None) -> Json:
    return dict(answer(inviting(shop, member_id, who)))


def claiming(shop: Shop, member_id: str, code: str, **how: Any) -> Reply:
    return shop.api.post(f"/v1/members/{member_id}/referral", {"referral_code": code}, **how)
