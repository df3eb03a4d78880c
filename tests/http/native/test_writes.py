"""What every write keeps and every read: sent twice it is done once, tried dry it does nothing, and looking changes nothing.

The routes say which they are, so a new one is tried here as soon as the matrix can call it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from chalicelib.table.memory import MemoryTable
from tests.http.client import Api, Reply
from tests.http.full_shop import FullShop
from tests.http.native.bookshop import Json, refusal
from tests.http.registry import request_of
from tests.http.world import key_for

WRITES = [route for route in ROUTES if route.writes]
READS = [route for route in ROUTES if not route.writes and route.access != "open"]

# Something else that each write could be asked for, as a change of its body.
OTHERWISE: dict[str, Json] = {
    "put_tenant": {"name": "Another name"},
    "create_program": {"name": "Another name"},
    "replace_program": {"name": "Another name"},
    "put_rule": {"name": "Another name"},
    "start_simulation": {"with_active": False},
    "put_perk": {"name": "Another name"},
    "grant_perk": {"points": 7},
    "give_stamps": {"amount": 2},
    "redeem_award": {"place": "Elsewhere"},
    "refund_award": {"redemption_id": "ent_00000000000000000000"},
    "redeem_code": {"place": "Elsewhere"},
    "put_reward": {"name": "Another name"},
    "redeem_reward": {"order_id": "another"},
    "change_delivery": {"status": "delivered"},
    "put_tiers": {"basis": "orders", "unit": None},
    "enrol_member": {"given_name": "Another name"},
    "update_member": {"given_name": "Another name"},
    "earn_points": {"amount": 7},
    "spend_points": {"amount": 7},
    "transfer_points": {"amount": 7},
    "convert_points": {"amount": 7},
    "refund_spend": {"amount": 7},
    "undo_entry": {"entry_id": "ent_00000000000000000000"},
    "pin_tier": {"tier_id": "bronze"},
    "grant_points": {"amount": 7},
    "deduct_points": {"amount": 7},
    "hold_points": {"amount": 7},
    "capture_hold": {"keep_rest": True},
    "release_hold": {"amount": 1},
    "activate_pending": {"amount": 1},
    "cancel_pending": {"amount": 1},
    "record_order": {"place": "Elsewhere"},
    "record_event": {"event_id": "another"},
    "return_order": {"place": "Elsewhere"},
    "assign_order": {"member_id": "mem_00000000000"},
    "create_group": {"name": "Another name"},
    "update_group": {"name": "Another name"},
    "join_group": {"chosen": True},
    "change_group_member": {"chosen": False},
    "put_metric": {"name": "Another name"},
    "put_segment": {"name": "Another name"},
    "preview_segment": {"criteria": {"program_id": 1, "when": {"ask": "account.orders", "at_least": 4}}},
    "share_code": {"referral_code": "ANOTHER-1"},
    "invite_friend": {"identifier": {"type": "email", "value": "another@example.com"}},
    "claim_referral": {"referral_code": "ANOTHER-1"},
    "acknowledge_feed": {"back": True},
    "put_webhook": {"description": "Another name."},
    "put_notification_template": {"title": "Other books"},
    "send_notification": {"kind": "transactional"},
    "put_notification_follow_up": {"hours": 5},
    "put_device": {"token": "another"},
    "put_favourite_places": {"places": ["Elsewhere"]},
    "redeliver_failed_webhooks": {"since": "2026-01-14T00:00:00Z"},
    "add_to_segment": {"members": [{"member_id": "another"}]},
    "remove_from_segment": {"members": [{"member_id": "another"}]},
    "put_coupon_series": {"name": "Another name"},
    "upload_codes": {"codes": ["OTHER-1"]},
    "issue_coupon": {"series_id": "another"},
    "unuse_coupon": {"order": "another"},
    "set_pin": {"pin": "1414"},
    "use_code": {"order": "another"},
    "open_checkout": {"lapses_after_seconds": 700},
    "update_checkout": {"place": "Elsewhere"},
    "commit_checkout": {"number": "another"},
    "cancel_checkout": {"lines": [{"line_no": 2}]},
}
OTHERWISE |= {route.operation: OTHERWISE[route.same_as] for route in WRITES if route.same_as in OTHERWISE}

each_write = pytest.mark.parametrize("route", WRITES, ids=lambda route: route.operation)
each_with_body = pytest.mark.parametrize(
    "route", [route for route in WRITES if route.takes_body], ids=lambda route: route.operation
)
each_read = pytest.mark.parametrize("route", READS, ids=lambda route: route.operation)
each_decision = pytest.mark.parametrize(
    "route", [route for route in WRITES if route.dry_run], ids=lambda route: route.operation
)


@dataclass(frozen=True)
class Wish:
    """A call of a route that is good to be sent; `send` sends it."""

    api: Api
    route: Route
    path: str
    body: Any

    def send(self, key: str | None = None, *, dry: bool = False, **change: Any) -> Reply:
        headers = {} if key is None else {"Idempotency-Key": key}
        body = None if self.body is None else self.body | change
        tried = f"{self.path}{'&' if '?' in self.path else '?'}dry_run=true"
        return self.api.call(self.route.method, tried if dry else self.path, body, headers=headers)


Wishes = Callable[[Route], Wish]


@pytest.fixture
def wish(full: FullShop) -> Wishes:
    def wished(route: Route) -> Wish:
        return Wish(full.api, route, *request_of(route, full.names))

    return wished


def written(memory: MemoryTable) -> int:
    return memory.meter.cost.write_units


def test_every_write_is_tried_here() -> None:
    assert {route.operation for route in WRITES if route.takes_body} == set(OTHERWISE)
    assert {route.operation for route in WRITES if not route.dry_run} == set()


# --- sent twice ----------------------------------------------------------------------------------------------------------


@each_write
def test_a_write_sent_again_with_its_key_is_done_once(wish: Wishes, route: Route) -> None:
    asked = wish(route)
    first = asked.send("once")
    assert first.status == route.status
    assert "Idempotent-Replayed" not in first.headers
    again = asked.send("once")
    assert (again.status, again.text) == (first.status, first.text)
    assert again.headers["Idempotent-Replayed"] == "true"


@each_with_body
def test_a_key_is_good_for_one_request(wish: Wishes, route: Route) -> None:
    asked = wish(route)
    assert asked.send("once").status == route.status
    reused = asked.send("once", **OTHERWISE[route.operation])
    assert refusal(reused) == (409, "idempotency_key_reused", "Idempotency-Key")
    assert asked.send("once").headers["Idempotent-Replayed"] == "true"


@each_write
def test_a_key_is_good_for_one_operation(wish: Wishes, route: Route) -> None:
    other = next(one for one in WRITES if one.operation not in (route.operation, "enrol_member"))
    assert wish(other).send("once").status == other.status
    assert refusal(wish(route).send("once")) == (409, "idempotency_key_reused", "Idempotency-Key")


@each_write
def test_without_a_key_a_write_is_a_wish_of_its_own(wish: Wishes, route: Route) -> None:
    """Only numbers and identifiers are once for all: by these a document's repeat and a member's are known."""
    asked = wish(route)
    first, second = asked.send(), asked.send()
    assert first.status == route.status
    if route.operation == "enrol_member":
        assert refusal(second) == (409, "identifier_taken", "identifiers")
    elif route.operation == "unpin_tier":
        assert refusal(second) == (422, "not_pinned", "member_id")
    else:
        is_document = route.operation in ("assign_order", "commit_checkout", "record_order", "return_order")
        assert ("Idempotent-Replayed" in second.headers) == is_document


def test_two_tenants_may_use_one_key(full: FullShop) -> None:
    api = full.api
    send = {"Idempotency-Key": "once"}
    ours = api.put("/v1/tenant", {"name": "Ours"}, headers=send)
    theirs = api.put("/v1/tenant", {"name": "Theirs"}, headers=send, key=key_for(api.rt, "theirs"))
    assert (ours.json["name"], theirs.json["name"]) == ("Ours", "Theirs")


def test_a_refusal_is_not_remembered(wish: Wishes) -> None:
    """Who had too little may try again with the same key when there is enough."""
    spend, earn = (
        wish(next(route for route in WRITES if route.operation == f"{verb}_points")) for verb in ("spend", "earn")
    )
    assert spend.send("once", amount=600).code == "insufficient_balance"
    assert earn.send(amount=1_000).status == 201
    assert spend.send("once", amount=600).status == 201


# --- tried dry -----------------------------------------------------------------------------------------------------------


@each_decision
def test_a_dry_run_answers_and_writes_nothing(wish: Wishes, memory: MemoryTable, route: Route) -> None:
    asked = wish(route)
    before = written(memory)
    dry = asked.send("once", dry=True)
    assert (dry.status, dry.headers["Dry-Run"], "Idempotent-Replayed" in dry.headers) == (200, "true", False)
    assert written(memory) == before
    wet = asked.send("once")
    assert (wet.status, "Dry-Run" in wet.headers, "Idempotent-Replayed" in wet.headers) == (route.status, False, False)
    assert written(memory) > before
    assert anonymous(dry.json) == anonymous(wet.json)


@each_with_body
def test_a_dry_run_is_refused_like_the_real_one(wish: Wishes, memory: MemoryTable, route: Route) -> None:
    asked = wish(route)
    before = written(memory)
    assert asked.send(dry=True, surprise=1).code == asked.send(surprise=1).code == "unknown_field"
    assert written(memory) == before


def anonymous(value: Any) -> Any:
    """Without the ids of members, groups, operations, checkouts, coupons and so on, codes and secrets, drawn anew each time."""
    drawn = {"member_id", "group_id", "operation_id", "checkout_id", "coupon_id", "referral_id"}
    drawn |= {"code", "referral_code", "svg", "secret"}
    told = {name: part for name, part in value.items() if name not in drawn}
    return told | ({"checkout": anonymous(told["checkout"])} if isinstance(told.get("checkout"), dict) else {})


# --- looking -------------------------------------------------------------------------------------------------------------


@each_read
def test_looking_changes_nothing(wish: Wishes, memory: MemoryTable, route: Route) -> None:
    asked = wish(route)
    before = written(memory)
    assert asked.send().status == 200
    assert written(memory) == before


@pytest.mark.parametrize("route", [route for route in READS if route.read_only], ids=lambda route: route.operation)
def test_a_read_that_takes_a_body_has_no_use_for_a_key(wish: Wishes, route: Route) -> None:
    """So the key is neither judged nor remembered; of bodies it asks what every operation asks."""
    asked = wish(route)
    for key in ("once", "once", "käy", ""):
        reply = asked.send(key)
        assert (reply.status, "Idempotent-Replayed" in reply.headers) == (200, False)
    assert asked.send("once", dry=True).code == "unknown_parameter"
    assert asked.api.post(asked.path).code == "body_missing"
    assert asked.api.post(asked.path, raw=b"[]").code == "body_not_object"
    assert asked.api.post(asked.path, {"surprise": 1} | asked.body).code == "unknown_field"
    assert asked.api.post(asked.path, raw=b"<a/>", headers={"Content-Type": "text/xml"}).status == 415
