"""Until when members can use what they have, over HTTP."""

from __future__ import annotations

from tests.http.native.bookshop import NOBODY, Shop, answer, refusal


def test_what_expires_on_which_day(shop: Shop, other: Shop, ada: str) -> None:
    shop.earn(ada, 100)
    shop.earn(ada, 1_50, unit="cashback")
    hold = answer(shop.api.post(f"/v1/members/{ada}/holds", {"unit": "points", "amount": 30}))
    body = {"unit": "points", "amount": 7, "event": "later"}
    answer(shop.api.post(f"/v1/members/{ada}/earnings", body))
    day = {"expires_on": "2027-01-31", "available": 70, "held": 30, "pending": 7, "slides": False}
    points = {"unit": "points", "decimals": 0, "undecided": 0, "days": [day]}
    never = {"expires_on": None, "available": 1_50, "held": 0, "pending": 0, "slides": False}
    cashback = {"unit": "cashback", "decimals": 2, "undecided": 0, "days": [never]}
    path = f"/v1/members/{ada}/expiries"
    assert answer(shop.api.get(path)) == {"items": [points, cashback]}
    assert answer(shop.api.get(f"{path}?unit=points")) == {"items": [points]}
    answer(shop.api.post(f"/v1/members/{ada}/holds/{hold['hold_id']}/release", {}))
    assert answer(shop.api.get(f"{path}?unit=points"))["items"][0]["days"] == [day | {"available": 100, "held": 0}]
    assert refusal(other.api.get(path)) == (404, "member_not_found", "member_id")


def test_bad_questions_are_refused(shop: Shop, ada: str) -> None:
    path = f"/v1/members/{ada}/expiries"
    assert refusal(shop.api.get(f"{path}?unit=miles")) == (422, "unknown_unit", "unit")
    assert refusal(shop.api.get(f"{path}?program_id=9")) == (404, "program_not_found", "program_id")
    assert refusal(shop.api.get(f"{path}?unit=")) == (400, "invalid_parameter", "unit")
    assert refusal(shop.api.get(f"/v1/members/{NOBODY}/expiries")) == (404, "member_not_found", "member_id")
