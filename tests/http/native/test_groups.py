"""Groups, as a client sees them: who is in one, what is collected for it, who may spend it, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.runtime import Runtime
from tests.http.client import Reply
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, card, document, refusal, sale_by
from tests.http.native.filled import at_the_counter
from tests.http.world import HandClock
from tests.twins.grouped import full

NO_GROUP = "grp_00000000000"
NO_ENTRY = "ent_00000000000000000000"
POINTS = {"unit": "points", "amount": 10}


@pytest.fixture
def bob(shop: Shop) -> str:
    return shop.enrol("2")


@pytest.fixture
def home(shop: Shop, ada: str) -> str:
    """A household with Ada in it."""
    return founded(shop, ada)


def founded(shop: Shop, primary: str, **fields: Any) -> str:
    body = {"name": "The Lovelaces", "primary_member_id": primary} | fields
    return str(answer(shop.api.post("/v1/groups", body))["group_id"])


def joining(shop: Shop, group_id: str, member_id: str, body: Any = None) -> Reply:
    return shop.api.put(f"/v1/groups/{group_id}/members/{member_id}", {} if body is None else body)


def leaving(shop: Shop, group_id: str, member_id: str) -> Reply:
    return shop.api.call("DELETE", f"/v1/groups/{group_id}/members/{member_id}")


def choosing(shop: Shop, group_id: str, member_id: str, body: Any) -> Reply:
    return shop.api.patch(f"/v1/groups/{group_id}/members/{member_id}", body)


def doing(shop: Shop, group_id: str, what: str, body: Any = None, query: str = "") -> Reply:
    return shop.api.post(f"/v1/groups/{group_id}/{what}{query}", body)


def reading(shop: Shop, group_id: str, what: str) -> Any:
    return answer(shop.api.get(f"/v1/groups/{group_id}/{what}"))


def points(shop: Shop, group_id: str) -> int:
    return int(reading(shop, group_id, "account")["wallets"][0]["available"])


# --- who is in it ----------------------------------------------------------------------------------------------------


def test_a_group_is_created_with_its_primary_member(shop: Shop, ada: str) -> None:
    labels = [{"key": "city", "value": "London"}]
    body = {"name": "The Lovelaces", "kind": "fleet", "primary_member_id": ada, "labels": labels}
    reply = shop.api.post("/v1/groups", body | {"who_may_spend": "chosen"})
    group_id = reply.json["group_id"]
    assert group_id.startswith("grp_")
    assert (reply.status, reply.json) == (
        201,
        {
            "group_id": group_id,
            "name": "The Lovelaces",
            "kind": "fleet",
            "labels": labels,
            "who_may_spend": "chosen",
            "primary_member_id": ada,
            "members": 1,
            "status": "active",
            "created_at": "2026-01-15T12:00:00Z",
        },
    )
    assert answer(shop.api.get(f"/v1/groups/{group_id}")) == reply.json
    assert answer(shop.api.get(f"/v1/members/{ada}"))["group_id"] == group_id
    assert shop.account(ada)["group_id"] == group_id


def test_members_come_go_and_are_listed(shop: Shop, ada: str, bob: str) -> None:
    home = founded(shop, ada, who_may_spend="chosen")
    assert answer(joining(shop, home, bob, {"chosen": True}))["members"] == 2
    listed = {one["member_id"]: one for page in shop.pages(f"/v1/groups/{home}/members", 1) for one in page}
    assert {name: (one["primary"], one["chosen"], one["may_spend"]) for name, one in listed.items()} == {
        ada: (True, False, True),
        bob: (False, True, True),
    }
    assert answer(choosing(shop, home, bob, {"chosen": False}))["members"] == 2
    assert [one["may_spend"] for one in reading(shop, home, "members")["items"] if one["member_id"] == bob] == [False]
    assert answer(leaving(shop, home, bob))["members"] == 1
    assert answer(shop.api.get(f"/v1/members/{bob}"))["group_id"] is None


def test_a_cursor_of_another_list_is_refused(shop: Shop, ada: str, home: str) -> None:
    reply = shop.api.get(f"/v1/groups/{home}/members?cursor=abc")
    assert refusal(reply) == (400, "invalid_cursor", "cursor")


def test_a_group_is_changed(shop: Shop, ada: str, bob: str, home: str) -> None:
    answer(joining(shop, home, bob))
    body = {"name": "The Byrons", "who_may_spend": "primary", "primary_member_id": bob}
    changed = answer(shop.api.patch(f"/v1/groups/{home}", body))
    assert {name: changed[name] for name in body} == body
    assert answer(shop.api.patch(f"/v1/groups/{home}", {})) == changed


def test_who_is_in_a_group_joins_no_other(shop: Shop, ada: str, bob: str, home: str) -> None:
    other = founded(shop, bob)
    for group_id in (home, other):
        assert refusal(joining(shop, group_id, ada)) == (422, "already_in_group", "member_id")
    again = shop.api.post("/v1/groups", {"name": "Ours", "primary_member_id": ada})
    assert refusal(again) == (422, "already_in_group", "primary_member_id")


def test_the_primary_member_leaves_last(shop: Shop, ada: str, bob: str, home: str) -> None:
    answer(joining(shop, home, bob))
    assert refusal(leaving(shop, home, ada)) == (422, "primary_cannot_leave", "member_id")
    answer(leaving(shop, home, bob))
    assert answer(leaving(shop, home, ada))["primary_member_id"] is None


def test_nobody_comes_or_goes_with_points_on_hold(shop: Shop, ada: str, bob: str, home: str) -> None:
    shop.earn(bob, 20)
    hold = answer(shop.api.post(f"/v1/members/{bob}/holds", POINTS))["hold_id"]
    assert refusal(joining(shop, home, bob)) == (422, "open_holds", "member_id")
    alone = shop.api.post("/v1/groups", {"name": "Ours", "primary_member_id": bob})
    assert refusal(alone) == (422, "open_holds", "member_id")
    answer(shop.api.post(f"/v1/members/{bob}/holds/{hold}/release", {}))
    answer(joining(shop, home, bob))
    shop.earn(bob, 20)
    held = answer(shop.api.post(f"/v1/members/{bob}/holds", POINTS))
    assert held["group_id"] == home
    assert refusal(leaving(shop, home, bob)) == (422, "open_holds", "member_id")
    assert reading(shop, home, "holds")["items"][0]["hold_id"] == held["hold_id"]
    answer(shop.api.post(f"/v1/members/{bob}/holds/{held['hold_id']}/capture", {}))
    answer(leaving(shop, home, bob))


def test_a_group_can_be_full(shop: Shop, ada: str, bob: str, home: str, rt: Runtime, clock: HandClock) -> None:
    full(at_the_counter(rt, clock), home)
    assert refusal(joining(shop, home, bob)) == (422, "too_many_group_members", "group_id")


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({}, (400, "missing_field", "name")),
        ({"name": ""}, (400, "too_short", "name")),
        ({"name": "x" * 201}, (400, "too_long", "name")),
        ({"kind": "Our House"}, (400, "wrong_format", "kind")),
        ({"who_may_spend": "nobody"}, (400, "unknown_choice", "who_may_spend")),
        ({"primary_member_id": NOBODY}, (404, "member_not_found", "member_id")),
        ({"primary_member_id": "nobody"}, (404, "member_not_found", "member_id")),
        ({"owner": "me"}, (400, "unknown_field", "owner")),
    ],
)
def test_a_group_that_cannot_be_is_refused(
    shop: Shop, ada: str, body: Json, refused: tuple[int, str, str | None]
) -> None:
    sent = {"name": "Ours", "primary_member_id": ada} | body if body else {"primary_member_id": ada}
    assert refusal(shop.api.post("/v1/groups", sent)) == refused
    assert answer(shop.api.get(f"/v1/members/{ada}"))["group_id"] is None


def test_who_or_what_is_not_there_is_not_found(shop: Shop, ada: str, bob: str, home: str, other: Shop) -> None:
    theirs = other.enrol("9")
    for group_id in (NO_GROUP, "ours", ada, founded(other, theirs)):
        for reply in (
            shop.api.get(f"/v1/groups/{group_id}"),
            shop.api.get(f"/v1/groups/{group_id}/members"),
            shop.api.patch(f"/v1/groups/{group_id}", {"name": "Mine"}),
            joining(shop, group_id, bob),
            choosing(shop, group_id, bob, {"chosen": True}),
            leaving(shop, group_id, ada),
        ):
            assert refusal(reply) == (404, "group_not_found", "group_id")
    for member_id in (NOBODY, "nobody", home, other.enrol("8")):
        assert refusal(joining(shop, home, member_id)) == (404, "member_not_found", "member_id")
    for member_id in (NOBODY, "nobody", theirs, bob):
        left = refusal(leaving(shop, home, member_id))
        assert left[::2] == (404, "member_id")
        assert left[1] == ("group_member_not_found" if member_id == bob else "member_not_found")
    assert refusal(choosing(shop, home, bob, {"chosen": True})) == (404, "group_member_not_found", "member_id")
    assert refusal(choosing(shop, home, "nobody", {"chosen": True})) == (404, "member_not_found", "member_id")
    named = shop.api.patch(f"/v1/groups/{home}", {"primary_member_id": bob})
    assert refusal(named) == (404, "group_member_not_found", "primary_member_id")


# --- collected together ------------------------------------------------------------------------------------------------


def test_what_members_buy_and_bring_back_is_the_groups(shop: Shop, ada: str, bob: str, home: str) -> None:
    answer(joining(shop, home, bob))
    tried = answer(shop.api.post("/v1/orders/simulate", sale_by(bob, "S1")))
    assert (tried["member_id"], tried["group_id"]) == (bob, home)
    bought = shop.buy(bob, "S1")
    assert (bought["member_id"], bought["group_id"], bought["account"]["balances"]) == (bob, home, {"points": 100})
    assert answer(shop.api.get(f"/v1/orders/{bought['order_id']}"))["group_id"] == home
    assert [one["number"] for one in answer(shop.api.get(f"/v1/members/{bob}/orders"))["items"]] == ["S1"]
    answer(leaving(shop, home, bob))
    back = shop.bring_back(bought["order_id"], "R1", member_id=bob)
    assert (back["member_id"], back["group_id"]) == (bob, home)
    assert (points(shop, home), shop.points(bob)) == (0, 0)


def test_the_groups_account_statement_and_tier(shop: Shop, ada: str, bob: str, home: str) -> None:
    answer(joining(shop, home, bob))
    shop.earn(ada, 150)
    shop.earn(bob, 60)
    account = reading(shop, home, "account")
    assert (account["member_id"], account["group_id"], account["tier"]) == (None, home, "silver")
    assert (shop.account(bob)["tier"], shop.points(bob)) == ("bronze", 0)
    told = reading(shop, home, "statement")["items"]
    assert [entry["operation"] for entry in told] == ["earn_points", "earn_points"]
    proof = reading(shop, home, "account/proof")
    assert (proof["matches"], proof["member_id"], proof["group_id"]) == (True, None, home)
    assert sum(one["earned"] for one in reading(shop, home, "histogram")["items"]) == 210
    pinned = answer(doing(shop, home, "tier/pin", {"tier_id": "gold"}))
    assert pinned["tier"] == "gold"
    assert answer(doing(shop, home, "tier/recalculate"))["tier"] == "gold"
    assert answer(doing(shop, home, "tier/unpin"))["tier"] == "silver"
    assert refusal(doing(shop, home, "tier/unpin")) == (422, "not_pinned", "group_id")


def test_points_are_given_taken_and_converted_for_a_group(shop: Shop, home: str) -> None:
    granted = answer(doing(shop, home, "grants", POINTS | {"reason": "goodwill"}))
    assert granted["account"]["balances"] == {"points": 10}
    answer(doing(shop, home, "deductions", POINTS | {"amount": 4, "reason": "mistake"}))
    assert points(shop, home) == 6
    assert refusal(doing(shop, home, "conversions", POINTS | {"into": "cashback"})) == (422, "no_rate", "into")


def test_a_member_spends_for_the_group(shop: Shop, ada: str, bob: str, home: str) -> None:
    shop.earn(ada, 50)
    spent = answer(doing(shop, home, "spends", POINTS | {"by": ada}))
    assert (spent["group_id"], spent["account"]["balances"]) == (home, {"points": 40})
    assert shop.spend(ada, 5)["group_id"] == home
    answer(doing(shop, home, "refunds", {"spend_id": spent["spend_id"], "amount": 4}))
    answer(shop.api.post(f"/v1/members/{ada}/refunds", {"spend_id": spent["spend_id"], "amount": 2}))
    answer(doing(shop, home, "undo", {"entry_id": spent["spend_id"]}))
    assert points(shop, home) == 45
    assert refusal(shop.api.post(f"/v1/members/{bob}/refunds", {"spend_id": spent["spend_id"]})) == (
        404,
        "entry_not_found",
        "spend_id",
    )


def test_a_member_earns_for_the_group_by_its_path_or_nobody_does(shop: Shop, ada: str, bob: str, home: str) -> None:
    answer(joining(shop, home, bob))
    earned = answer(doing(shop, home, "earnings", POINTS | {"by": bob}))
    assert (earned["group_id"], earned["earning"]["amount"], earned["account"]["balances"]) == (
        home,
        10,
        {"points": 10},
    )
    given = answer(doing(shop, home, "earnings", POINTS | {"amount": 5}))
    assert (given["group_id"], given["account"]["balances"]) == (home, {"points": 15})
    lines = [entry["lines"][0] for entry in reading(shop, home, "statement")["items"]]
    assert [(line["type"], line["amount"], line["by"]) for line in lines] == [
        ("points.earned", 5, None),
        ("points.earned", 10, bob),
    ]
    assert (shop.points(ada), shop.points(bob)) == (0, 0)
    tried = answer(doing(shop, home, "earnings", POINTS, "?dry_run=true"))
    assert (tried["account"]["balances"], points(shop, home)) == ({"points": 25}, 15)


def test_an_earning_by_a_groups_path_waits_for_an_order_that_was_bought_for_it(
    shop: Shop, ada: str, bob: str, home: str
) -> None:
    own = shop.buy(bob, "S1")["order_id"]
    answer(joining(shop, home, bob))
    pooled = shop.buy(bob, "S2")["order_id"]
    before = points(shop, home)
    for by in ({}, {"by": ada}):
        reply = doing(shop, home, "earnings", POINTS | {"order_id": own} | by)
        assert refusal(reply) == (404, "order_not_found", "order_id")
        assert answer(doing(shop, home, "earnings", POINTS | {"order_id": pooled} | by))["earning"]["pending"]
    answer(doing(shop, home, "pending/activate", {"order_id": pooled}))
    assert points(shop, home) == before + 20


def test_a_member_holds_for_the_group_by_its_path(shop: Shop, ada: str, home: str) -> None:
    shop.earn(ada, 50)
    held = answer(doing(shop, home, "holds", POINTS | {"by": ada, "lapses_after_seconds": 60}))
    assert (held["group_id"], held["hold_id"], held["lapses_at"]) == (home, 1, "2026-01-15T12:01:00Z")
    assert (points(shop, home), len(reading(shop, home, "holds")["items"])) == (40, 1)
    answer(doing(shop, home, f"holds/{held['entry_id']}/capture", {"amount": 4}))
    assert points(shop, home) == 46
    spent = reading(shop, home, "statement")["items"][0]["lines"][0]
    assert (spent["type"], spent["by"]) == ("points.captured", ada)
    assert refusal(doing(shop, home, "holds", POINTS)) == (400, "missing_field", "by")


def test_an_earning_of_a_group_is_traced_cancelled_and_let_expire(shop: Shop, ada: str, bob: str, home: str) -> None:
    answer(joining(shop, home, bob))
    first, second = (shop.earn(bob, amount)["earning"]["earning_id"] for amount in (30, 50))
    spend_id = shop.spend(ada, 40)["spend_id"]
    paid = reading(shop, home, f"spends/{spend_id}/trace")
    assert {one["source_id"]: one["amount"] for one in paid["items"]} == {first: 30, second: 10}
    went = reading(shop, home, f"earnings/{second}/trace")
    assert (went["amount"], went["left"], [one["id"] for one in went["items"]]) == (50, 40, [spend_id])
    assert answer(shop.api.get(f"/v1/members/{bob}/earnings/{second}/trace")) == went
    cancelled = answer(doing(shop, home, f"earnings/{second}/cancel"))
    assert (cancelled["undone_id"], cancelled["changes"][0]["amount"], points(shop, home)) == (second, 40, 0)
    assert refusal(doing(shop, home, f"earnings/{second}/cancel")) == (422, "already_undone", "earning_id")
    third = shop.earn(bob, 7)["earning"]["earning_id"]
    expired = answer(doing(shop, home, f"earnings/{third}/expire"))
    assert (expired["earning_id"], expired["amount"], points(shop, home)) == (third, 7, 0)


def test_a_group_has_its_own_entries_only(shop: Shop, ada: str, bob: str, home: str) -> None:
    """Not those of a member of it, nor of another group."""
    own = shop.earn(bob, 5)["earning"]["earning_id"]
    other = founded(shop, bob)
    others = shop.earn(bob, 5)["earning"]["earning_id"]
    answer(leaving(shop, other, bob))
    answer(joining(shop, home, bob))
    for earning_id in (own, others):
        for what in ("cancel", "expire"):
            reply = doing(shop, home, f"earnings/{earning_id}/{what}")
            assert refusal(reply) == (404, "entry_not_found", "earning_id")
        for what, param in (("earnings", "earning_id"), ("spends", "spend_id")):
            reply = shop.api.get(f"/v1/groups/{home}/{what}/{earning_id}/trace")
            assert refusal(reply) == (404, "entry_not_found", param)


def test_what_a_group_is_promised(shop: Shop, ada: str, home: str) -> None:
    for event in ("one", "two"):
        answer(shop.api.post(f"/v1/members/{ada}/earnings", POINTS | {"event": event}))
    assert len(reading(shop, home, "pending")["items"]) == 2
    answer(doing(shop, home, "pending/activate", {"event": "one"}))
    answer(doing(shop, home, "pending/cancel", {"event": "two"}))
    assert points(shop, home) == 10


def test_what_a_group_holds_is_captured_and_released(shop: Shop, ada: str, home: str) -> None:
    shop.earn(ada, 50)
    first, second = (answer(shop.api.post(f"/v1/members/{ada}/holds", POINTS))["hold_id"] for _ in range(2))
    answer(doing(shop, home, f"holds/{first}/capture", {}))
    answer(doing(shop, home, f"holds/{second}/release", {}))
    assert points(shop, home) == 40


def test_points_go_to_a_group_and_back(shop: Shop, ada: str, bob: str) -> None:
    shop.earn(ada, 50)
    home = founded(shop, ada)
    sent = answer(shop.api.post(f"/v1/members/{ada}/transfers", POINTS | {"to": home, "amount": 40}))
    assert (sent["receiver_id"], points(shop, home), shop.points(ada)) == (home, 40, 10)
    to_bob = answer(doing(shop, home, "transfers", POINTS | {"to": card("2"), "by": ada}))
    answer(doing(shop, home, "transfers", POINTS | {"to": ada}))
    assert (points(shop, home), shop.points(ada), shop.points(bob)) == (20, 20, 10)
    answer(doing(shop, home, f"transfers/{to_bob['transfer_id']}/undo"))
    assert (points(shop, home), shop.points(bob)) == (30, 0)
    assert refusal(shop.api.post(f"/v1/members/{ada}/transfers", POINTS | {"to": NO_GROUP})) == (
        404,
        "group_not_found",
        "to",
    )


# --- what is refused -------------------------------------------------------------------------------------------------


def test_who_may_not_spend_does_not(shop: Shop, ada: str, bob: str) -> None:
    home = founded(shop, ada, who_may_spend="primary")
    answer(joining(shop, home, bob))
    shop.earn(bob, 50)
    for what in ("spends", "holds", "transfers"):
        body = POINTS | {"by": bob} | ({"to": ada} if what == "transfers" else {})
        assert refusal(doing(shop, home, what, body)) == (422, "may_not_spend", "by")
    for what in ("spends", "holds"):
        assert refusal(shop.api.post(f"/v1/members/{bob}/{what}", POINTS)) == (422, "may_not_spend", "member_id")
    assert points(shop, home) == 50


@pytest.mark.parametrize(
    ("by", "refused"),
    [("nobody", (404, "member_not_found", "by")), (NOBODY, (404, "member_not_found", "by"))],
)
@pytest.mark.parametrize("what", ["earnings", "spends", "holds", "transfers"])
def test_nobody_acts_for_a_group_without_being_there(
    shop: Shop, ada: str, home: str, what: str, by: str, refused: tuple[int, str, str]
) -> None:
    shop.earn(ada, 50)
    body = POINTS | {"by": by} | ({"to": ada} if what == "transfers" else {})
    assert refusal(doing(shop, home, what, body)) == refused


def test_strangers_and_the_blocked_do_nothing_for_a_group(shop: Shop, ada: str, bob: str, home: str) -> None:
    shop.earn(ada, 50)
    for what in ("earnings", "spends", "holds", "transfers"):
        body = POINTS | {"by": bob} | ({"to": bob} if what == "transfers" else {})
        assert refusal(doing(shop, home, what, body)) == (404, "group_member_not_found", "by")
    answer(joining(shop, home, bob))
    shop.block(bob)
    for what in ("earnings", "spends", "holds", "transfers"):
        body = POINTS | {"by": bob} | ({"to": ada} if what == "transfers" else {})
        assert refusal(doing(shop, home, what, body)) == (422, "member_blocked", "by")


ON_ACCOUNTS = {
    "conversions": POINTS | {"into": "cashback"},
    "refunds": {"spend_id": NO_ENTRY},
    "undo": {"entry_id": NO_ENTRY},
    f"earnings/{NO_ENTRY}/cancel": None,
    f"earnings/{NO_ENTRY}/expire": None,
    "tier/pin": {"tier_id": "gold"},
    "tier/unpin": None,
    "tier/recalculate": None,
    "grants": POINTS | {"reason": "goodwill"},
    "deductions": POINTS | {"reason": "mistake"},
    "holds/1/capture": {},
    "holds/1/release": {},
    "pending/activate": {"event": "survey"},
    "pending/cancel": {"event": "survey"},
    "transfers": POINTS | {"to": NOBODY},
    "earnings": POINTS,
}
BY_ENTRY = {"refunds", "undo", f"earnings/{NO_ENTRY}/cancel", f"earnings/{NO_ENTRY}/expire"}
READ = ("account", "account/proof", "statement", "histogram", "metrics", "holds", "pending")


def test_a_group_that_is_not_there_has_no_account(shop: Shop, ada: str) -> None:
    for group_id in (NO_GROUP, "ours", ada):
        for what, body in ON_ACCOUNTS.items():
            reply = doing(shop, group_id, what, body)
            known = ("entry_not_found",) if what in BY_ENTRY and group_id == NO_GROUP else ()
            assert refusal(reply)[1] in ("group_not_found", *known), what
        for what in READ:
            assert refusal(shop.api.get(f"/v1/groups/{group_id}/{what}")) == (404, "group_not_found", "group_id"), what
    for what in (f"earnings/{NO_ENTRY}/trace", f"spends/{NO_ENTRY}/trace"):
        assert refusal(shop.api.get(f"/v1/groups/ours/{what}")) == (404, "group_not_found", "group_id")
    for what in ("earnings", "spends", "holds"):
        reply = doing(shop, NO_GROUP, what, POINTS | {"by": ada})
        assert refusal(reply) == (404, "group_not_found", "group_id"), what
    assert refusal(doing(shop, NO_GROUP, "earnings", POINTS)) == (404, "group_not_found", "group_id")


def test_a_group_is_no_member(shop: Shop, home: str) -> None:
    for what in ("account", "statement", "holds", "orders"):
        reply = shop.api.get(f"/v1/members/{home}/{what}")
        assert refusal(reply) == (404, "member_not_found", "member_id")
    assert refusal(shop.api.post(f"/v1/members/{home}/earnings", POINTS))[1] == "member_not_found"
    assert refusal(shop.api.post("/v1/orders", document("S1", member_id=home))) == (
        404,
        "member_not_found",
        "member_id",
    )


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"unit": "miles"}, (422, "unknown_unit", "unit")),
        ({"amount": 0}, (422, "number_too_small", "amount")),
        ({"amount": -1}, (422, "negative_amount", "amount")),
        ({"amount": 10**12 + 1}, (422, "number_too_large", "amount")),
        ({"amount": 11}, (422, "insufficient_balance", "amount")),
    ],
)
def test_a_group_spends_nothing_that_it_cannot(
    shop: Shop, ada: str, home: str, body: Json, refused: tuple[int, str, str]
) -> None:
    shop.earn(ada, 10)
    for what in ("spends", "holds"):
        assert refusal(doing(shop, home, what, POINTS | {"by": ada} | body)) == refused
    assert refusal(doing(shop, home, "transfers", POINTS | {"to": ada} | body)) == refused
    if refused[1] != "insufficient_balance":
        assert refusal(doing(shop, home, "earnings", POINTS | body)) == refused
    assert points(shop, home) == 10


def test_a_program_that_is_not_there(shop: Shop, ada: str, home: str) -> None:
    for what in ("earnings", "spends", "holds", "transfers"):
        body = POINTS | {"by": ada} | ({"to": ada} if what == "transfers" else {})
        assert refusal(doing(shop, home, what, body, "?program_id=9")) == (404, "program_not_found", "program_id")
