"""Points set aside over HTTP: held, captured, released, lapsed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.flows.hold_points import hold_points
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, refusal
from tests.twins import caller_of, fresh
from tests.twins.faulty import FaultyTable

HOUR = 3_600


def at(member_id: str, *rest: object) -> str:
    return "/".join(("/v1/members", member_id, "holds", *map(str, rest)))


def held(shop: Shop, member_id: str, amount: int, **fields: object) -> int:
    body = {"unit": "points", "amount": amount} | fields
    return int(answer(shop.api.post(at(member_id), body))["hold_id"])


def listed(shop: Shop, member_id: str) -> list[Json]:
    items: list[Json] = answer(shop.api.get(at(member_id)))["items"]
    assert shop.account(member_id)["holds"] == items
    return items


@pytest.fixture
def bea(shop: Shop) -> str:
    """A member with 100 points."""
    member_id = shop.enrol("100")
    shop.earn(member_id, 100)
    return member_id


def test_points_are_held_captured_in_part_and_released(shop: Shop, bea: str) -> None:
    reply = shop.api.post(at(bea), {"unit": "points", "amount": 60, "lapses_after_seconds": HOUR})
    entry_id = reply.json["entry_id"]
    assert (reply.status, reply.json) == (
        201,
        {
            "group_id": None,
            "hold_id": 1,
            "entry_id": entry_id,
            "unit": "points",
            "amount": 60,
            "lapses_at": "2026-01-15T13:00:00Z",
            "expired": [],
            "account": {"balances": {"points": 40}, "tier": "bronze"},
        },
    )
    assert listed(shop, bea) == [{"hold_id": 1, "unit": "points", "amount": 60, "lapses_at": "2026-01-15T13:00:00Z"}]
    captured = shop.api.post(at(bea, 1, "capture"), {"amount": 20, "keep_rest": True})
    assert (captured.status, captured.json) == (
        200,
        {
            "hold_id": 1,
            "capture_id": captured.json["capture_id"],
            "unit": "points",
            "amount": 20,
            "released": 0,
            "left": 40,
            "expired": [],
            "account": {"balances": {"points": 40}, "tier": "bronze"},
        },
    )
    released = shop.api.post(at(bea, 1, "release"), {"amount": 15})
    assert (released.status, released.json) == (
        200,
        {
            "hold_id": 1,
            "unit": "points",
            "amount": 15,
            "left": 25,
            "expired": [],
            "account": {"balances": {"points": 55}, "tier": "bronze"},
        },
    )
    rest = answer(shop.api.post(at(bea, 1, "capture"), {"amount": 5}))
    assert (rest["amount"], rest["released"], rest["left"]) == (5, 20, 0)
    wallet = shop.wallet(bea)
    assert (wallet["available"], wallet["held"], wallet["spent"], listed(shop, bea)) == (75, 0, 25, [])
    proof = answer(shop.api.get(f"/v1/members/{bea}/account/proof"))
    assert proof["matches"]


def test_a_hold_lapses_by_itself(shop: Shop, bea: str) -> None:
    held(shop, bea, 60, lapses_at="2026-01-15T14:00:00+01:00")
    shop.clock.pass_by(HOUR)
    assert (shop.points(bea), listed(shop, bea)) == (100, [])
    for what in ("capture", "release"):
        assert refusal(shop.api.post(at(bea, 1, what), {})) == (422, "hold_closed", "hold_id")


def test_what_is_sent_twice_with_its_key_is_held_once(shop: Shop, bea: str) -> None:
    body, key = {"unit": "points", "amount": 60}, {"Idempotency-Key": "cart 17"}
    first, second = (shop.api.post(at(bea), body, headers=key) for _ in range(2))
    assert (first.json, second.headers["Idempotent-Replayed"]) == (second.json, "true")
    captured = [shop.api.post(at(bea, 1, "capture"), {}, headers={"Idempotency-Key": "paid 17"}) for _ in range(2)]
    assert captured[0].json == captured[1].json
    assert (shop.points(bea), shop.wallet(bea)["spent"]) == (40, 60)


@pytest.mark.parametrize("what", ["capture", "release"])
def test_no_more_than_is_held(shop: Shop, bea: str, what: str) -> None:
    held(shop, bea, 10)
    for amount, status, code in (
        (11, 422, "more_than_held"),
        (0, 422, "number_too_small"),
        (-1, 422, "negative_amount"),
        (10**12 + 1, 422, "number_too_large"),
    ):
        assert refusal(shop.api.post(at(bea, 1, what), {"amount": amount})) == (status, code, "amount")
    for number in ("2", "0", "one", "01", "9" * 12):
        assert refusal(shop.api.post(at(bea, number, what), {})) == (404, "hold_not_found", "hold_id")
    assert listed(shop, bea)[0]["amount"] == 10


@pytest.mark.parametrize(
    ("wrong", "status", "code", "param"),
    [
        ({"unit": "stars"}, 422, "unknown_unit", "unit"),
        ({"amount": 101}, 422, "insufficient_balance", "amount"),
        ({"amount": 0}, 422, "number_too_small", "amount"),
        ({"amount": 10**12 + 1}, 422, "number_too_large", "amount"),
        ({"lapses_at": "2026-01-15T12:00:00Z"}, 400, "lapses_in_past", "lapses_at"),
        ({"lapses_at": "2036-02-01T12:00:00Z"}, 400, "lapses_too_late", "lapses_at"),
        ({"lapses_at": "tomorrow"}, 400, "unreadable_date", "lapses_at"),
        ({"lapses_after_seconds": 0}, 422, "number_too_small", "lapses_after_seconds"),
        ({"lapses_after_seconds": 10**10}, 422, "number_too_large", "lapses_after_seconds"),
        (
            {"lapses_after_seconds": 1, "lapses_at": "2026-02-01T12:00:00Z"},
            400,
            "two_lapses",
            "lapses_after_seconds",
        ),
    ],
)
def test_a_hold_that_cannot_be_is_refused(
    shop: Shop, bea: str, wrong: Json, status: int, code: str, param: str
) -> None:
    assert refusal(shop.api.post(at(bea), {"unit": "points", "amount": 5} | wrong)) == (status, code, param)
    assert (shop.points(bea), shop.account(bea)["version"]) == (100, 1)


def test_an_account_has_so_many_holds(shop: Shop, bea: str) -> None:
    for _ in range(64):
        held(shop, bea, 1)
    assert refusal(shop.api.post(at(bea), {"unit": "points", "amount": 1})) == (422, "too_many_holds", None)
    assert (len(listed(shop, bea)), shop.points(bea)) == (64, 36)


def test_a_blocked_member_holds_nothing_more(shop: Shop, bea: str) -> None:
    number = held(shop, bea, 10)
    shop.block(bea)
    reply = shop.api.post(at(bea), {"unit": "points", "amount": 1})
    assert refusal(reply) == (422, "member_blocked", "member_id")
    assert answer(shop.api.post(at(bea, number, "capture"), {}))["amount"] == 10


def test_holds_of_nobody_are_not_there(shop: Shop, other: Shop, bea: str) -> None:
    theirs = other.enrol("1")
    other.earn(theirs, 5)
    held(other, theirs, 5)
    calls = (("GET", (), None), ("POST", (), {"unit": "points", "amount": 1}))
    for method, rest, body in (*calls, ("POST", (1, "capture"), {}), ("POST", (1, "release"), {})):
        for member_id in (NOBODY, theirs, "nobody"):
            reply = shop.api.call(method, at(member_id, *rest), body)
            assert refusal(reply) == (404, "member_not_found", "member_id")
        reply = shop.api.call(method, f"{at(bea, *rest)}?program_id=2", body)
        assert refusal(reply) == (404, "program_not_found", "program_id")


def test_a_hold_is_named_by_its_entry_as_well(shop: Shop, bea: str) -> None:
    entry = answer(shop.api.post(at(bea), {"unit": "points", "amount": 20}))["entry_id"]
    assert answer(shop.api.post(at(bea, entry, "release"), {"amount": 5}))["left"] == 15
    for unknown in (f"{entry}0", entry[:-1], "ent_", "ent_00000000000000000000", f"{entry[:-1]}2"):
        for what in ("capture", "release"):
            assert refusal(shop.api.post(at(bea, unknown, what), {})) == (404, "hold_not_found", "hold_id")
    assert answer(shop.api.post(at(bea, entry, "capture"), {}))["hold_id"] == 1
    assert refusal(shop.api.post(at(bea, entry, "capture"), {})) == (422, "hold_closed", "hold_id")


def test_a_number_of_two_holds_is_refused_and_their_entries_are_not(shop: Shop, bea: str, rt: Runtime) -> None:
    """One was under way when Bea joined, so it is her own; the other is the group's."""
    ada = shop.enrol("101")
    group_id = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": ada}))["group_id"]
    shop.earn(ada, 100)

    def join(before: int) -> None:
        if before == 0:
            answer(shop.api.put(f"/v1/groups/{group_id}/members/{bea}", {}))

    late = replace(rt, table=FaultyTable(table=rt.table, meanwhile=join))
    own = hold_points(late, caller_of("ours"), fresh(), bea, "points", 30).answer
    theirs = answer(shop.api.post(at(bea), {"unit": "points", "amount": 20}))
    assert (own.group_id, theirs["group_id"], own.hold_id, theirs["hold_id"]) == (None, group_id, 1, 1)
    for what in ("capture", "release"):
        assert refusal(shop.api.post(at(bea, 1, what), {})) == (422, "two_holds", "hold_id")
    assert answer(shop.api.post(at(bea, own.entry_id, "capture"), {}))["amount"] == 30
    assert answer(shop.api.post(at(bea, theirs["entry_id"], "release"), {}))["amount"] == 20
