"""Giving back and taking back over HTTP: refunds, undoing by kind, earnings cancelled and let expire."""

from __future__ import annotations

import pytest

from chalicelib.areas.accounts.model import Story, earn
from chalicelib.flows.account_commit import change_account
from chalicelib.flows.account_views import id_of
from chalicelib.flows.terms import Terms
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import EntryRef, entry_id, entry_ref
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, PROGRAM, Json, Shop, answer, refusal
from tests.twins import StandingClock, caller_of, fresh
from tests.twins.bookshop import BookShop
from tests.unit.flows import by_hand as done

UNKNOWN = "ent_00000000000000000000"


def at(member_id: str, what: str) -> str:
    return f"/v1/members/{member_id}/{what}"


def earned(shop: Shop, member_id: str, amount: int, unit: str = "points") -> str:
    return str(shop.earn(member_id, amount, unit)["earning"]["earning_id"])


def spent(shop: Shop, member_id: str, amount: int) -> str:
    return str(shop.spend(member_id, amount)["spend_id"])


def policy(shop: Shop, **fields: object) -> None:
    """From now on, points are kept by another policy."""
    units = [{**unit, "policies": [fields]} if unit["code"] == "points" else unit for unit in PROGRAM["units"]]
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": units}))


# --- refunds -------------------------------------------------------------------------------------------------------------


def test_a_spend_is_given_back_in_parts_and_no_further(shop: Shop, ada: str) -> None:
    shop.earn(ada, 250)
    spend_id = spent(shop, ada, 40)
    reply = shop.api.post(at(ada, "refunds"), {"spend_id": spend_id, "amount": 15})
    refund_id = reply.json["refund_id"]
    assert refund_id.startswith("ent_")
    assert (reply.status, reply.json) == (
        201,
        {
            "refund_id": refund_id,
            "spend_id": spend_id,
            "unit": "points",
            "amount": 15,
            "fresh": None,
            "expired": [],
            "account": {"balances": {"points": 225}, "tier": "silver"},
        },
    )
    too_much = {"spend_id": spend_id, "amount": 26}
    assert refusal(shop.api.post(at(ada, "refunds"), too_much)) == (422, "refunded_more_than_spent", "amount")
    assert answer(shop.api.post(at(ada, "refunds"), {"spend_id": spend_id}))["amount"] == 25
    for body in ({"spend_id": spend_id}, {"spend_id": spend_id, "amount": 1}):
        assert refusal(shop.api.post(at(ada, "refunds"), body)) == (422, "already_undone", "spend_id")
    assert (shop.points(ada), shop.wallet(ada)["refunded"]) == (250, 40)
    assert answer(shop.api.get(at(ada, "account/proof")))["matches"]


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"amount": 0}, 422, "number_too_small", "amount"),
        ({"amount": -1}, 422, "negative_amount", "amount"),
        ({"amount": 10**12 + 1}, 422, "number_too_large", "amount"),
        ({"amount": 1.5}, 422, "too_many_decimals", "amount"),
        ({"amount": "1"}, 400, "unreadable_number", "amount"),
        ({"amount": True}, 400, "wrong_type", "amount"),
        ({"spend_id": 7}, 400, "wrong_type", "spend_id"),
        ({"spend_id": ""}, 404, "entry_not_found", "spend_id"),
        ({"spend_id": "nonsense"}, 404, "entry_not_found", "spend_id"),
        ({"spend_id": UNKNOWN}, 404, "entry_not_found", "spend_id"),
        ({"unit": "points"}, 400, "unknown_field", "unit"),
    ],
)
def test_a_refund_names_a_spend_and_a_whole_amount(
    shop: Shop, ada: str, body: Json, status: int, code: str, param: str
) -> None:
    shop.earn(ada, 5)
    good = {"spend_id": spent(shop, ada, 3)}
    assert refusal(shop.api.post(at(ada, "refunds"), good | body)) == (status, code, param)
    assert (shop.points(ada), shop.account(ada)["version"]) == (2, 2)


def test_a_refund_needs_a_spend(shop: Shop, ada: str) -> None:
    assert refusal(shop.api.post(at(ada, "refunds"), {})) == (400, "missing_field", "spend_id")
    earning_id = earned(shop, ada, 5)
    assert refusal(shop.api.post(at(ada, "refunds"), {"spend_id": earning_id})) == (422, "not_a_spend", "spend_id")


def test_what_comes_back_must_fit_into_the_balance(shop: Shop, ada: str) -> None:
    shop.earn(ada, 10)
    spend_id = spent(shop, ada, 10)
    shop.earn(ada, 10**12)
    for what, body, field in (
        ("refunds", {"spend_id": spend_id, "amount": 10}, "amount"),
        ("refunds", {"spend_id": spend_id}, "spend_id"),
        ("undo", {"entry_id": spend_id}, "entry_id"),
    ):
        assert refusal(shop.api.post(at(ada, what), body)) == (422, "balance_limit", field)


# --- undo ----------------------------------------------------------------------------------------------------------------


def test_an_earning_is_undone_once(shop: Shop, ada: str) -> None:
    earning_id = earned(shop, ada, 250)
    reply = shop.api.post(at(ada, "undo"), {"entry_id": earning_id})
    entry = reply.json["entry_id"]
    assert (reply.status, reply.json) == (
        200,
        {
            "entry_id": entry,
            "undone_id": earning_id,
            "changes": [{"type": "points.cancelled", "unit": "points", "amount": 250, "short": 0}],
            "expired": [],
            "account": {"balances": {"points": 0}, "tier": "bronze"},
        },
    )
    again = shop.api.post(at(ada, "undo"), {"entry_id": earning_id})
    assert refusal(again) == (422, "already_undone", "entry_id")
    assert refusal(shop.api.post(at(ada, "undo"), {"entry_id": entry})) == (422, "cannot_undo", "entry_id")


def test_an_entry_that_did_one_thing_is_undone_by_its_own_id(shop: Shop, ada: str) -> None:
    shop.earn(ada, 50)
    shop.spend(ada, 20)
    [last, _] = answer(shop.api.get(at(ada, "statement")))["items"]
    done = answer(shop.api.post(at(ada, "undo"), {"entry_id": last["entry_id"]}))
    assert (done["changes"][0]["type"], done["changes"][0]["amount"], shop.points(ada)) == ("points.refunded", 20, 50)


def test_a_transfer_is_undone_by_its_entry_where_it_was_sent(shop: Shop, ada: str) -> None:
    shop.earn(ada, 50)
    bo = shop.enrol("2")
    sent = answer(shop.api.post(at(ada, "transfers"), {"to": bo, "unit": "points", "amount": 20}))["transfer_id"]
    received = answer(shop.api.get(at(bo, "statement")))["items"][0]["entry_id"]
    told = shop.api.post(at(bo, "undo"), {"entry_id": received})
    assert refusal(told) == (422, "undo_by_sender", "entry_id")
    assert f"POST {at(ada, f'transfers/{sent}/undo')}" in told.json["error"]["message"]
    done = answer(shop.api.post(at(ada, "undo"), {"entry_id": sent}))
    change = {"type": "points.refunded", "unit": "points", "amount": 20, "short": 0}
    assert (done["undone_id"], done["changes"]) == (sent, [change])
    assert (shop.points(ada), shop.points(bo)) == (50, 0)


def test_an_order_is_undone_by_its_return(shop: Shop, ada: str) -> None:
    order = shop.buy(ada, "S1")
    undo = shop.api.post(at(ada, "undo"), {"entry_id": order["entry_id"]})
    assert refusal(undo) == (422, "undo_by_return", "entry_id")
    assert shop.points(ada) == 100


@pytest.mark.parametrize("way", ["cancel", "undo"])
def test_what_an_order_earned_is_cancelled_and_no_return_takes_it_again(shop: Shop, ada: str, way: str) -> None:
    order = shop.buy(ada, "S1")
    earning_id = order["earned"][0]["earning_id"]
    path, body = {
        "cancel": (f"earnings/{earning_id}/cancel", None),
        "undo": ("undo", {"entry_id": earning_id}),
    }[way]
    done = answer(shop.api.post(at(ada, path), body))
    assert (done["undone_id"], done["changes"]) == (
        earning_id,
        [{"type": "points.cancelled", "unit": "points", "amount": 100, "short": 0}],
    )
    assert answer(shop.api.get(f"/v1/orders/{order['order_id']}"))["credits"][0]["taken_back"] == 100
    again = shop.api.post(at(ada, path), body)
    assert refusal(again)[:2] == (422, "already_undone")
    back = shop.bring_back(order["order_id"], "R1")
    assert (back["full"], back["cancelled"], shop.points(ada)) == (True, [], 0)


def test_a_used_earning_that_may_not_be_undone(shop: Shop, ada: str) -> None:
    policy(shop, cancel_used="refuse")
    earning_id = earned(shop, ada, 50)
    shop.spend(ada, 1)
    undo = shop.api.post(at(ada, "undo"), {"entry_id": earning_id})
    assert refusal(undo) == (422, "earning_partly_used", "entry_id")
    cancel = shop.api.post(at(ada, f"earnings/{earning_id}/cancel"))
    assert refusal(cancel) == (422, "earning_partly_used", "earning_id")


def test_of_what_is_used_up_nothing_is_left(shop: Shop, ada: str) -> None:
    earning_id = earned(shop, ada, 50)
    shop.spend(ada, 50)
    undo = shop.api.post(at(ada, "undo"), {"entry_id": earning_id})
    assert refusal(undo) == (422, "nothing_left", "entry_id")
    for what in ("cancel", "expire"):
        reply = shop.api.post(at(ada, f"earnings/{earning_id}/{what}"))
        assert refusal(reply) == (422, "nothing_left", "earning_id")


# --- one earning ---------------------------------------------------------------------------------------------------------


def test_an_earning_is_cancelled(shop: Shop, ada: str) -> None:
    earning_id = earned(shop, ada, 50)
    shop.spend(ada, 20)
    done = answer(shop.api.post(at(ada, f"earnings/{earning_id}/cancel")))
    assert (done["undone_id"], done["changes"][0]["amount"]) == (earning_id, 30)
    again = shop.api.post(at(ada, f"earnings/{earning_id}/cancel"))
    assert refusal(again) == (422, "already_undone", "earning_id")
    assert shop.points(ada) == 0


def test_an_earning_expires_now(shop: Shop, ada: str) -> None:
    earning_id = earned(shop, ada, 50)
    reply = shop.api.post(at(ada, f"earnings/{earning_id}/expire"))
    entry = reply.json["entry_id"]
    assert (reply.status, reply.json) == (
        200,
        {
            "entry_id": entry,
            "earning_id": earning_id,
            "unit": "points",
            "amount": 50,
            "expired": [],
            "account": {"balances": {"points": 0}, "tier": "bronze"},
        },
    )


def test_a_pending_earning_is_cancelled_and_does_not_expire(shop: Shop, ada: str) -> None:
    policy(shop, available_after=3)
    earning_id = earned(shop, ada, 50)
    expire = shop.api.post(at(ada, f"earnings/{earning_id}/expire"))
    assert refusal(expire) == (422, "still_pending", "earning_id")
    done = answer(shop.api.post(at(ada, f"earnings/{earning_id}/cancel")))
    assert [change["type"] for change in done["changes"]] == ["promise.cancelled"]
    assert shop.wallet(ada)["pending"] == 0


@pytest.mark.parametrize("what", ["cancel", "expire"])
def test_a_spend_is_no_earning(shop: Shop, ada: str, what: str) -> None:
    shop.earn(ada, 50)
    reply = shop.api.post(at(ada, f"earnings/{spent(shop, ada, 20)}/{what}"))
    assert refusal(reply) == (422, "not_an_earning", "earning_id")
    assert shop.points(ada) == 30


# --- traces --------------------------------------------------------------------------------------------------------------


def test_a_spend_says_which_earnings_paid_it(shop: Shop, ada: str) -> None:
    earning_id = earned(shop, ada, 30)
    order = shop.buy(ada, "S1")
    spend_id = spent(shop, ada, 50)
    trace = answer(shop.api.get(at(ada, f"spends/{spend_id}/trace")))
    assert {name: trace[name] for name in ("spend_id", "unit", "amount", "owed", "refunded", "next_cursor")} == {
        "spend_id": spend_id,
        "unit": "points",
        "amount": 50,
        "owed": 0,
        "refunded": 0,
        "next_cursor": None,
    }
    nobody = {"peer_id": None, "transfer_id": None, "undoes_id": None}
    assert {name: trace[name] for name in ("type", *nobody)} == {"type": "points.spent"} | nobody
    by_hand = {"source_id": earning_id, "type": "points.earned", "amount": 0, "order_id": None, "rule_id": None}
    by_hand |= nobody
    by_order = by_hand | {
        "source_id": order["earned"][0]["earning_id"],
        "order_id": order["order_id"],
        "rule_id": "base",
    }
    told = [{name: part for name, part in one.items() if name != "at"} for one in trace["items"]]
    assert sorted(told, key=lambda one: str(one["source_id"])) == [by_hand | {"amount": 30}, by_order | {"amount": 20}]


def test_an_earning_says_where_it_went(shop: Shop, ada: str) -> None:
    earning_id = earned(shop, ada, 30)
    spend_id = spent(shop, ada, 20)
    trace = answer(shop.api.get(at(ada, f"earnings/{earning_id}/trace")))
    assert trace == {
        "earning_id": earning_id,
        "type": "points.earned",
        "unit": "points",
        "amount": 30,
        "left": 10,
        "held": 0,
        "pending": 0,
        "peer_id": None,
        "transfer_id": None,
        "undoes_id": None,
        "items": [
            {
                "id": spend_id,
                "type": "points.spent",
                "amount": 20,
                "value_day": "2026-01-15",
                "at": "2026-01-15T12:00:00Z",
                "peer_id": None,
                "received_id": None,
            }
        ],
        "next_cursor": None,
    }


def test_what_was_sent_is_traced_on_both_sides(shop: Shop, ada: str) -> None:
    bob = shop.enrol("2")
    earning_id = earned(shop, ada, 30)
    sent = answer(shop.api.post(at(ada, "transfers"), {"to": bob, "unit": "points", "amount": 20}))["transfer_id"]
    [went] = answer(shop.api.get(at(ada, f"earnings/{earning_id}/trace")))["items"]
    assert (went["id"], went["peer_id"]) == (sent, bob)
    spend_id = spent(shop, bob, 5)
    [paid] = answer(shop.api.get(at(bob, f"spends/{spend_id}/trace")))["items"]
    assert (paid["source_id"], paid["type"], paid["peer_id"]) == (went["received_id"], "points.received", ada)
    received = answer(shop.api.get(at(bob, f"earnings/{paid['source_id']}/trace")))
    assert (received["amount"], received["left"], received["transfer_id"]) == (20, 15, sent)
    back = answer(shop.api.get(at(ada, f"spends/{paid['transfer_id']}/trace")))
    assert (back["type"], back["items"][0]["source_id"]) == ("points.sent", earning_id)


def test_a_trace_is_of_one_kind_and_a_cursor_of_one_trace(shop: Shop, ada: str) -> None:
    earning_id = earned(shop, ada, 30)
    spend_id = spent(shop, ada, 20)
    no_spend = shop.api.get(at(ada, f"spends/{earning_id}/trace"))
    assert refusal(no_spend) == (422, "not_a_spend", "spend_id")
    no_earning = shop.api.get(at(ada, f"earnings/{spend_id}/trace"))
    assert refusal(no_earning) == (422, "not_an_earning", "earning_id")
    for path in (f"spends/{spend_id}/trace", f"earnings/{earning_id}/trace"):
        assert refusal(shop.api.get(at(ada, f"{path}?cursor=nonsense"))) == (400, "invalid_cursor", "cursor")


# --- who -----------------------------------------------------------------------------------------------------------------

CALLS = {
    "refunds": ("POST", "refunds", "spend_id"),
    "undo": ("POST", "undo", "entry_id"),
    "cancel": ("POST", "earnings/{id}/cancel", None),
    "expire": ("POST", "earnings/{id}/expire", None),
    "trace of an earning": ("GET", "earnings/{id}/trace", None),
    "trace of a spend": ("GET", "spends/{id}/trace", None),
}


@pytest.mark.parametrize("name", CALLS)
def test_only_a_members_own_entries_are_there(shop: Shop, other: Shop, ada: str, name: str) -> None:
    method, path, field = CALLS[name]
    bob, theirs = shop.enrol("2"), other.enrol("1")
    for home, owner in ((shop, bob), (other, theirs)):
        home.earn(owner, 5)
        home.spend(owner, 2)

    def ask(member_id: str, of: str) -> tuple[int, str]:
        body = None if field is None else {field: of}
        return refusal(shop.api.call(method, at(member_id, path.replace("{id}", of)), body))[:2]

    for of in (entry_id(EntryRef(bob, 1, 2, 1)), entry_id(EntryRef(ada, 1, 1, 1)), UNKNOWN, "nonsense"):
        assert ask(ada, of) == (404, "entry_not_found")
    assert ask(theirs, entry_id(EntryRef(theirs, 1, 2, 1))) == (404, "member_not_found")
    assert ask(NOBODY, entry_id(EntryRef(NOBODY, 1, 2, 1))) == (404, "member_not_found")
    assert (shop.points(bob), other.points(theirs)) == (3, 3)


# --- holds, and entries of several things ---------------------------------------------------------------------------------


def test_a_hold_that_is_over_is_not_undone(shop: Shop, rt: Runtime, ada: str) -> None:
    shop.earn(ada, 50)
    held = done.held(at_the_desk(rt), ada, 30)
    done.captured(at_the_desk(rt), ada)
    assert refusal(shop.api.post(at(ada, "undo"), {"entry_id": held})) == (422, "hold_closed", "entry_id")


def test_of_several_things_one_is_named(shop: Shop, rt: Runtime, ada: str) -> None:
    """No operation besides an order does several things as yet."""

    def twice(story: Story, terms: Terms, now: Instant) -> Story:
        return earn(earn(story, terms.credit("points", 5, now)), terms.credit("points", 7, now))

    desk = at_the_desk(rt)
    whole = change_account(rt, desk.caller, fresh(), "earn_points", (ada, 1), twice, id_of).answer
    last = entry_id(entry_ref(whole)._replace(fact=2))
    assert refusal(shop.api.post(at(ada, "undo"), {"entry_id": whole})) == (422, "several_to_undo", "entry_id")
    answer(shop.api.post(at(ada, "undo"), {"entry_id": last}))
    assert shop.points(ada) == 5


def at_the_desk(rt: Runtime) -> BookShop:
    return BookShop(rt, StandingClock(rt.clock.now()), caller_of("ours"))
