"""The places that members favour, over HTTP: said, replaced, told something about."""

from __future__ import annotations

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, refusal
from tests.http.native.notified import counts, define, done, receipts, send


def path(member_id: str) -> str:
    return f"/v1/members/{member_id}/favourite-places"


def favours(shop: Shop, member_id: str, *places: str) -> Json:
    return dict(answer(shop.api.put(path(member_id), {"places": places})))


def test_places_are_said_and_replaced(shop: Shop, ada: str) -> None:
    assert answer(shop.api.get(path(ada))) == {"places": []}
    assert favours(shop, ada, "Ulm", "Stuttgart", "Ulm") == {"places": ["Ulm", "Stuttgart"]}
    assert answer(shop.api.get(path(ada))) == {"places": ["Ulm", "Stuttgart"]}
    tried = shop.api.put(f"{path(ada)}?dry_run=true", {"places": ["Berlin"]})
    assert answer(tried) == {"places": ["Berlin"]}
    assert answer(shop.api.get(path(ada))) == {"places": ["Ulm", "Stuttgart"]}
    key = {"Idempotency-Key": "none"}
    assert answer(shop.api.put(path(ada), {"places": []}, headers=key)) == {"places": []}
    favours(shop, ada, "Berlin")
    again = shop.api.put(path(ada), {"places": []}, headers=key)
    assert (answer(again), again.headers["Idempotent-Replayed"]) == ({"places": []}, "true")
    assert answer(shop.api.get(path(ada))) == {"places": ["Berlin"]}


def test_what_is_no_place_is_refused(shop: Shop, ada: str) -> None:
    def put(*places: str, member_id: str = ada) -> tuple[int, str, str | None]:
        return refusal(shop.api.put(path(member_id), {"places": places}))

    assert put(*map(str, range(21))) == (400, "too_long", "places")
    assert put("Ulm", "")[::2] == (400, "places.1")
    assert put("x" * 129)[::2] == (400, "places.0")
    assert put("Ulm", member_id=NOBODY) == (404, "member_not_found", "member_id")
    assert refusal(shop.api.get(path(NOBODY)))[:2] == (404, "member_not_found")
    assert answer(shop.api.get(path(ada))) == {"places": []}


def test_who_favours_a_place_is_told_and_nobody_else(rt: Runtime, shop: Shop) -> None:
    define(shop, channel="in_app")
    members = [shop.enrol(str(number), newsletter=True) for number in range(40)]
    for number, member in enumerate(members):
        favours(shop, member, *(("Ulm", "Stuttgart") if number % 2 else ("Ulm#1",)))
    favours(shop, members[1], "Stuttgart")
    favours(shop, members[0], "Ulm", "Berlin")
    told = done(rt, shop, send(shop, to={"place": "Ulm"}))
    assert receipts(shop, told).keys() == {members[0], *members[3::2]}
    assert counts(told) == (20, 0, 0)
    assert counts(done(rt, shop, send(shop, to={"place": "Hamburg"}))) == (0, 0, 0)
    both = shop.api.post(
        "/v1/notifications", {"kind": "marketing", "template_id": "hello", "to": {"place": "Ulm", "everybody": True}}
    )
    assert refusal(both) == (400, "who_is_told", "to")
