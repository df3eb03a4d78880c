"""A group that is blocked: nothing is earned, held, spent or sent for it, and everything about it can be read and put right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.client import Reply
from tests.http.native.bookshop import Json, Shop, answer, at_till, refusal, sale_by

POINTS = {"unit": "points", "amount": 10}
BY_PATH, AS_MEMBER = (422, "group_blocked", "group_id"), (422, "group_blocked", "member_id")


@pytest.fixture
def bob(shop: Shop) -> str:
    return shop.enrol("2")


@pytest.fixture
def home(shop: Shop, ada: str) -> str:
    """Ada's household: 50 points, 10 of them held, 10 more promised, and one order."""
    home = str(answer(shop.api.post("/v1/groups", {"name": "Ours", "primary_member_id": ada}))["group_id"])
    shop.earn(ada, 50)
    answer(shop.api.post(f"/v1/members/{ada}/holds", POINTS))
    answer(shop.api.post(f"/v1/members/{ada}/earnings", POINTS | {"event": "one"}))
    return home


def status(shop: Shop, home: str, status: str) -> Json:
    return dict(answer(shop.api.patch(f"/v1/groups/{home}", {"status": status})))


def of(shop: Shop, owner: str, what: str, body: Any = None) -> Reply:
    place = "groups" if owner.startswith("grp_") else "members"
    return shop.api.post(f"/v1/{place}/{owner}/{what}", body)


def test_a_group_is_blocked_and_unblocked(shop: Shop, home: str) -> None:
    assert status(shop, home, "blocked")["status"] == "blocked"
    assert answer(shop.api.get(f"/v1/groups/{home}"))["status"] == "blocked"
    assert status(shop, home, "blocked")["status"] == "blocked"
    assert status(shop, home, "active") == answer(shop.api.get(f"/v1/groups/{home}"))
    wrong = shop.api.patch(f"/v1/groups/{home}", {"status": "asleep"})
    assert refusal(wrong) == (400, "unknown_choice", "status")
    assert refusal(shop.api.patch(f"/v1/groups/{home}", {"status": None}))[:2] == (400, "wrong_type")


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("earnings", POINTS),
        ("spends", POINTS),
        ("holds", POINTS),
        ("pending/activate", {"event": "one"}),
    ],
)
def test_its_members_do_nothing_for_a_blocked_group(shop: Shop, ada: str, home: str, what: str, body: Json) -> None:
    status(shop, home, "blocked")
    assert refusal(of(shop, ada, what, body)) == AS_MEMBER
    status(shop, home, "active")
    answer(of(shop, ada, what, body))


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/orders/simulate", "/v1/checkouts/evaluate"])
def test_nothing_is_bought_for_a_blocked_group(shop: Shop, ada: str, home: str, path: str) -> None:
    status(shop, home, "blocked")
    assert refusal(shop.api.post(path, at_till(path, sale_by(ada)))) == AS_MEMBER
    status(shop, home, "active")
    answer(shop.api.post(path, at_till(path, sale_by(ada))))


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("earnings", POINTS),
        ("grants", POINTS | {"reason": "goodwill"}),
        ("conversions", POINTS | {"into": "cashback"}),
        ("pending/activate", {"event": "one"}),
        ("tier/pin", {"tier_id": "gold"}),
        ("tier/unpin", None),
        ("tier/recalculate", None),
    ],
)
def test_nothing_is_done_for_a_blocked_group_by_its_own_path(shop: Shop, home: str, what: str, body: Any) -> None:
    status(shop, home, "blocked")
    assert refusal(of(shop, home, what, body)) == BY_PATH


def test_nothing_is_spent_or_sent_for_it_and_nothing_comes_to_it(shop: Shop, ada: str, bob: str, home: str) -> None:
    shop.earn(bob, 20)
    status(shop, home, "blocked")
    for what in ("earnings", "spends", "holds"):
        assert refusal(of(shop, home, what, POINTS | {"by": ada})) == BY_PATH
    assert refusal(of(shop, home, "transfers", POINTS | {"to": bob})) == BY_PATH
    assert refusal(of(shop, home, "transfers", POINTS | {"to": bob, "by": ada})) == BY_PATH
    assert refusal(of(shop, bob, "transfers", POINTS | {"to": home})) == (422, "group_blocked", "to")
    theirs = str(answer(shop.api.post("/v1/groups", {"name": "Theirs", "primary_member_id": bob}))["group_id"])
    answer(of(shop, theirs, "grants", POINTS | {"reason": "goodwill"}))
    assert refusal(of(shop, theirs, "transfers", POINTS | {"to": home})) == (422, "group_blocked", "to")


def test_what_a_blocked_group_has_is_read_and_put_right(shop: Shop, ada: str, bob: str, home: str) -> None:
    bought = shop.buy(ada, "S1")
    status(shop, home, "blocked")
    for what in ("account", "account/proof", "statement", "holds", "pending", "expiries?unit=points", "members"):
        answer(shop.api.get(f"/v1/groups/{home}/{what}"))
    shop.bring_back(bought["order_id"], "R1")
    [held] = answer(shop.api.get(f"/v1/groups/{home}/holds"))["items"]
    answer(of(shop, home, f"holds/{held['hold_id']}/release", {}))
    answer(of(shop, home, "pending/cancel", {"event": "one"}))
    answer(of(shop, home, "deductions", POINTS | {"reason": "mistake"}))
    answer(shop.api.put(f"/v1/groups/{home}/members/{bob}", {}))
    answer(shop.api.call("DELETE", f"/v1/groups/{home}/members/{bob}"))
    assert answer(shop.api.get(f"/v1/groups/{home}/account"))["wallets"][0]["available"] == 40


def test_whoever_leaves_a_blocked_group_earns_for_themselves(shop: Shop, ada: str, bob: str, home: str) -> None:
    answer(shop.api.put(f"/v1/groups/{home}/members/{bob}", {}))
    status(shop, home, "blocked")
    assert refusal(of(shop, bob, "earnings", POINTS)) == AS_MEMBER
    answer(shop.api.call("DELETE", f"/v1/groups/{home}/members/{bob}"))
    shop.earn(bob, 10)
    assert (shop.points(bob), bool(ada)) == (10, True)
