"""The phones of members over HTTP: registered, renewed, moved to another member, forgotten."""

from __future__ import annotations

from chalicelib.areas.notifications.model import MAX_DEVICES
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, refusal
from tests.http.native.notified import phone, senders


def devices(shop: Shop, member_id: str) -> list[Json]:
    return list(answer(shop.api.get(f"/v1/members/{member_id}/devices"))["items"])


def put(shop: Shop, member_id: str, token: str, **fields: object) -> tuple[int, str, str | None]:
    body = {"platform": "apple", "token": token} | fields
    return refusal(shop.api.put(f"/v1/members/{member_id}/devices/phone", body))


def test_a_phone_is_registered_renewed_and_forgotten(rt: Runtime, shop: Shop, ada: str) -> None:
    made = phone(shop, ada, "token-a")
    assert (made["device_id"], made["platform"], made["dead_since"]) == ("phone", "apple", None)
    shop.clock.at += 60_000
    assert phone(shop, ada, "token-a") == made
    renewed = phone(shop, ada, "token-b")
    assert renewed["registered_at"] > made["registered_at"]
    assert devices(shop, ada) == [renewed]
    phone(shop, ada, "token-c", "tablet", "google")
    key = {"Idempotency-Key": "gone"}
    path = f"/v1/members/{ada}/devices/phone"
    assert answer(shop.api.call("DELETE", path, headers=key)) == renewed
    again = shop.api.call("DELETE", path, headers=key)
    assert (answer(again), again.headers["Idempotent-Replayed"]) == (renewed, "true")
    assert [one["device_id"] for one in devices(shop, ada)] == ["tablet"]
    assert not any(one.endswith("token-b") for one in senders(rt).endpoints)
    assert refusal(shop.api.call("DELETE", path)) == (404, "device_not_found", "device_id")


def test_a_phone_is_whose_app_said_so_last(shop: Shop, ada: str) -> None:
    bob = shop.enrol("2")
    phone(shop, ada, "token-a")
    phone(shop, ada, "token-b", "tablet")
    phone(shop, bob, "token-a", "theirs")
    assert [one["device_id"] for one in devices(shop, ada)] == ["tablet"]
    assert [one["device_id"] for one in devices(shop, bob)] == ["theirs"]
    phone(shop, ada, "token-a")
    assert devices(shop, bob) == []
    assert [one["device_id"] for one in devices(shop, ada)] == ["tablet", "phone"]


def test_what_is_no_phone_is_refused(rt: Runtime, shop: Shop, ada: str) -> None:
    assert put(shop, ada, "bad-token") == (400, "bad_token", "token")
    assert put(shop, ada, "a token")[::2] == (400, "token")
    assert put(shop, NOBODY, "token") == (404, "member_not_found", "member_id")
    senders(rt).missing = frozenset(("apple",))
    assert put(shop, ada, "token") == (422, "no_sender", "platform")
    long = shop.api.put(f"/v1/members/{ada}/devices/{'x' * 129}", {"platform": "google", "token": "token"})
    assert refusal(long) == (400, "wrong_format", "device_id")
    assert devices(shop, ada) == []


def test_a_member_has_at_most_ten(rt: Runtime, shop: Shop, ada: str) -> None:
    for number in range(MAX_DEVICES):
        phone(shop, ada, f"token-{number}", f"phone-{number}")
    assert put(shop, ada, "one-more") == (422, "too_many_devices", "device_id")
    assert len(devices(shop, ada)) == MAX_DEVICES
    assert phone(shop, ada, "renewed", "phone-3")["device_id"] == "phone-3"


def test_a_dry_run_registers_nothing(rt: Runtime, shop: Shop, ada: str) -> None:
    body = {"platform": "apple", "token": "token-a"}
    answer(shop.api.put(f"/v1/members/{ada}/devices/phone?dry_run=true", body))
    assert (devices(shop, ada), senders(rt).endpoints) == ([], set())
    phone(shop, ada, "token-a")
    answer(shop.api.call("DELETE", f"/v1/members/{ada}/devices/phone?dry_run=true"))
    assert len(devices(shop, ada)) == 1
