"""Members prove that it is they who redeem, by a PIN or a one-time code, where the program asks for it."""

from __future__ import annotations

import re
from typing import Literal

import pytest

from tests.http.client import Reply
from tests.http.native.bookshop import NOBODY, PROGRAM, Json, Shop, answer, refusal

MINUTE = 60_000
PAYING: Json = {"kind": "pay_with_points", "unit": "points", "points": 1, "value": "0.01"}
BOOK: Json = {"sku": "book", "quantity": 1, "gross_value": 20_00}
Way = Literal["points", "rewards", "awards"]
WAYS: tuple[Way, ...] = ("points", "rewards", "awards")


def ask(shop: Shop, **proofs: str) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"proofs": proofs}))


@pytest.fixture
def bea(shop: Shop) -> str:
    """She has points, and an award and a reward to redeem."""
    member_id = shop.enrol("100")
    shop.earn(member_id, 100)
    answer(shop.api.put("/v1/programs/1/perks/club", {"name": "Club", "what": {"kind": "club"}}))
    answer(shop.api.post(f"/v1/members/{member_id}/awards", {"perk_id": "club"}))
    mug = {"name": "Mug", "type": "gift", "state": "active", "costs": [{"unit": "points", "amount": 10}]}
    answer(shop.api.put("/v1/programs/1/rewards/mug", mug))
    return member_id


def set_pin(shop: Shop, member_id: str, pin: str, **headers: str) -> Reply:
    return shop.api.put(f"/v1/members/{member_id}/pin", {"pin": pin}, headers=headers)


def fresh_code(shop: Shop, member_id: str) -> str:
    return str(answer(shop.api.post(f"/v1/members/{member_id}/proof-codes"))["code"])


def redeem(shop: Shop, way: Way, member_id: str, proof: str | None = None, query: str = "", key: str = "") -> Reply:
    member = f"/v1/members/{member_id}"
    ways: dict[Way, tuple[str, Json]] = {
        "points": (f"{member}/spends", {"unit": "points", "amount": 10}),
        "rewards": (f"{member}/redemptions", {"reward_id": "mug"}),
        "awards": (f"{member}/awards/club.1/redeem", {}),
    }
    path, body = ways[way]
    shown: Json = {} if proof is None else {"proof": proof}
    return shop.api.post(path + query, body | shown, headers={"Idempotency-Key": key} if key else {})


def other_than(proof: str) -> str:
    return str((int(proof) + 1) % 10 ** len(proof)).zfill(len(proof))


@pytest.mark.parametrize("way", WAYS)
def test_what_needs_a_pin_is_redeemed_with_it_alone(shop: Shop, bea: str, way: Way) -> None:
    answer(redeem(shop, way, bea))
    ask(shop, **{way: "pin"})
    assert refusal(redeem(shop, way, bea)) == (422, "proof_required", "proof")
    assert refusal(redeem(shop, way, bea, "2718")) == (422, "pin_not_set", "proof")
    answer(set_pin(shop, bea, "2718"))
    assert refusal(redeem(shop, way, bea, "2719")) == (422, "wrong_proof", "proof")
    answer(redeem(shop, way, bea, "2718"))
    answer(set_pin(shop, bea, "31415"))
    assert refusal(redeem(shop, way, bea, "2718"))[1] == "wrong_proof"
    answer(redeem(shop, way, bea, "31415"))
    for other in WAYS:
        assert redeem(shop, other, bea).status == (422 if other == way else 201 if other != "awards" else 200)


@pytest.mark.parametrize("way", WAYS)
def test_a_one_time_code_is_good_for_one_redemption(shop: Shop, bea: str, way: Way) -> None:
    ask(shop, **{way: "code"})
    assert refusal(redeem(shop, way, bea, "123456")) == (422, "proof_expired", "proof")
    code = fresh_code(shop, bea)
    assert refusal(redeem(shop, way, bea, other_than(code))) == (422, "wrong_proof", "proof")
    answer(redeem(shop, way, bea, code, "?dry_run=true"))
    answer(redeem(shop, way, bea, code))
    assert refusal(redeem(shop, way, bea, code)) == (422, "proof_expired", "proof")


def test_a_code_is_good_for_five_minutes_and_until_the_next(shop: Shop, bea: str) -> None:
    ask(shop, points="code")
    first = fresh_code(shop, bea)
    second = fresh_code(shop, bea)
    if first != second:  # once in a million
        assert refusal(redeem(shop, "points", bea, first))[1] == "wrong_proof"
    shop.clock.at += 5 * MINUTE
    assert refusal(redeem(shop, "points", bea, second)) == (422, "proof_expired", "proof")


def test_what_was_refused_for_something_else_uses_up_no_code(shop: Shop, bea: str) -> None:
    ask(shop, rewards="code")
    shop.spend(bea, 95)
    code = fresh_code(shop, bea)
    assert refusal(redeem(shop, "rewards", bea, code))[1] == "insufficient_balance"
    shop.earn(bea, 50)
    answer(redeem(shop, "rewards", bea, code))


def test_after_five_wrong_tries_nothing_is_looked_at_for_a_while(shop: Shop, bea: str) -> None:
    """By whichever way they are made, also dry runs; a right one begins anew."""
    ask(shop, points="pin", rewards="pin", awards="pin")
    answer(set_pin(shop, bea, "2718"))
    for _ in range(4):
        assert refusal(redeem(shop, "points", bea, "0000"))[1] == "wrong_proof"
    answer(redeem(shop, "points", bea, "2718"))
    tries: tuple[tuple[Way, str], ...] = (*((way, "") for way in WAYS), ("points", "?dry_run=true"), ("rewards", ""))
    for way, query in tries:
        assert refusal(redeem(shop, way, bea, "0000", query))[1] == "wrong_proof"
    for way in WAYS:
        assert refusal(redeem(shop, way, bea, "2718")) == (422, "proof_locked", "proof")
    shop.clock.at += 15 * MINUTE
    assert refusal(redeem(shop, "points", bea, "0000"))[1] == "wrong_proof"
    answer(redeem(shop, "points", bea, "2718"))


def test_a_new_pin_unlocks_and_a_new_code_does_not(shop: Shop, bea: str) -> None:
    ask(shop, points="code", awards="pin")
    code = fresh_code(shop, bea)
    for _ in range(2):
        redeem(shop, "points", bea, other_than(code))
    code = fresh_code(shop, bea)
    for _ in range(3):
        redeem(shop, "points", bea, other_than(code))
    assert refusal(redeem(shop, "points", bea, code))[1] == "proof_locked"
    issuing = shop.api.post(f"/v1/members/{bea}/proof-codes")
    assert refusal(issuing) == (422, "proof_locked", "proof")
    answer(set_pin(shop, bea, "2718"))
    answer(redeem(shop, "awards", bea, "2718"))
    answer(redeem(shop, "points", bea, code))


def test_the_same_key_is_the_same_redemption_whatever_is_shown(shop: Shop, bea: str) -> None:
    ask(shop, points="code")
    code = fresh_code(shop, bea)
    first = redeem(shop, "points", bea, code, key="k1")
    again = redeem(shop, "points", bea, code, key="k1")
    later = redeem(shop, "points", bea, fresh_code(shop, bea), key="k1")
    assert (answer(first), shop.points(bea)) == (answer(again), 90)
    assert answer(later) == answer(first)
    assert redeem(shop, "points", bea, "0000", key="k1").json == first.json
    for _ in range(4):  # none of those was counted as a wrong try
        assert refusal(redeem(shop, "points", bea, "0000"))[1] == "wrong_proof"


def test_the_same_key_is_the_same_code_and_the_same_pin(shop: Shop, bea: str) -> None:
    path, key = f"/v1/members/{bea}/proof-codes", {"Idempotency-Key": "k2"}
    one, two = (shop.api.post(path, headers=key) for _ in range(2))
    assert (answer(one), two.headers["Idempotent-Replayed"]) == (answer(two), "true")
    shop.clock.at += 5 * MINUTE
    assert refusal(shop.api.post(path, headers=key)) == (422, "proof_expired", "member_id")
    answer(set_pin(shop, bea, "2718", **{"Idempotency-Key": "k3"}))
    answer(set_pin(shop, bea, "2718", **{"Idempotency-Key": "k3"}))
    other = set_pin(shop, bea, "1414", **{"Idempotency-Key": "k3"})
    assert refusal(other) == (409, "idempotency_key_reused", "Idempotency-Key")


def test_whoever_shows_an_awards_own_code_has_proven_it_by_a_code_and_not_by_a_pin(shop: Shop, bea: str) -> None:
    ask(shop, awards="code")
    shown = [answer(shop.api.post(f"/v1/members/{bea}/awards/club.1/codes"))["code"] for _ in range(2)]
    answer(shop.api.post("/v1/redemptions", {"code": shown[0]}))
    ask(shop, awards="pin")
    answer(set_pin(shop, bea, "2718"))
    assert refusal(shop.api.post("/v1/redemptions", {"code": shown[1]}))[1] == "proof_required"
    answer(shop.api.post("/v1/redemptions", {"code": shown[1], "proof": "2718"}))


def test_whoever_shows_an_awards_own_code_proves_themselves_by_a_pin_as_without_it(shop: Shop, bea: str) -> None:
    ask(shop, awards="pin")
    code = answer(shop.api.post(f"/v1/members/{bea}/awards/club.1/codes"))["code"]

    def tried(pin: str) -> tuple[int, str, str | None]:
        return refusal(shop.api.post("/v1/redemptions", {"code": code, "proof": pin}))

    assert tried("2718") == (422, "pin_not_set", "proof")
    answer(set_pin(shop, bea, "2718"))
    assert [tried("0000") for _ in range(5)] == [(422, "wrong_proof", "proof")] * 5
    assert tried("2718") == (422, "proof_locked", "proof")
    answer(set_pin(shop, bea, "31415"))
    answer(shop.api.post("/v1/redemptions", {"code": code, "proof": "31415"}))


def test_who_spends_for_a_group_proves_themselves(shop: Shop, bea: str) -> None:
    cem = shop.enrol("200")
    group = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": bea}))["group_id"]
    answer(shop.api.put(f"/v1/groups/{group}/members/{cem}", {}))
    shop.earn(bea, 50)
    ask(shop, points="pin")
    answer(set_pin(shop, bea, "2718"))
    answer(set_pin(shop, cem, "1414"))
    body: Json = {"by": cem, "unit": "points", "amount": 10, "proof": "2718"}
    assert refusal(shop.api.post(f"/v1/groups/{group}/spends", body))[1] == "wrong_proof"
    answer(shop.api.post(f"/v1/groups/{group}/spends", body | {"proof": "1414"}))


@pytest.fixture
def till(shop: Shop, bea: str) -> Json:
    """A cart that Bea pays for with ten points; points are proven by her PIN."""
    answer(shop.api.put("/v1/programs/1/rules/pay", {"name": "Pay", "trigger": {"on": "cart"}, "effects": [PAYING]}))
    ask(shop, points="pin")
    answer(set_pin(shop, bea, "2718"))
    return {"currency": "EUR", "member_id": bea, "lines": [BOOK], "pays": [{"unit": "points", "points": 10}]}


def commit(shop: Shop, opened: Reply, number: str = "T1", **shown: str) -> Reply:
    checkout_id = answer(opened)["checkout"]["checkout_id"]
    return shop.api.post(f"/v1/checkouts/{checkout_id}/commit", {"number": number} | shown)


def test_points_are_set_apart_for_a_checkout_by_whom_they_are(shop: Shop, bea: str, till: Json) -> None:
    for query in ("", "?dry_run=true"):
        assert refusal(shop.api.post(f"/v1/checkouts{query}", till)) == (422, "proof_required", "proof")
    assert refusal(shop.api.post("/v1/checkouts", till | {"proof": "0000"})) == (422, "wrong_proof", "proof")
    assert shop.points(bea) == 100
    opened = shop.api.post("/v1/checkouts", till | {"proof": "2718"})
    assert answer(commit(shop, opened))["checkout"]["to_pay"] == 19_90


def test_a_cart_that_takes_no_points_asks_for_no_proof(shop: Shop, till: Json) -> None:
    answer(commit(shop, shop.api.post("/v1/checkouts", till | {"pays": []})))


def test_a_change_is_proven_where_it_sets_more_points_apart(shop: Shop, till: Json) -> None:
    opened = shop.api.post("/v1/checkouts", till | {"proof": "2718"})
    path = f"/v1/checkouts/{answer(opened)['checkout']['checkout_id']}"
    answer(shop.api.put(path, till | {"lines": [BOOK, BOOK]}))
    more = till | {"pays": [{"unit": "points", "points": 11}]}
    assert refusal(shop.api.put(path, more)) == (422, "proof_required", "proof")
    assert refusal(shop.api.put(path, more | {"proof": "0000"})) == (422, "wrong_proof", "proof")
    answer(shop.api.put(path, more | {"proof": "2718"}))


def test_what_was_captured_by_hand_proves_nothing_more(shop: Shop, bea: str, till: Json) -> None:
    opened = shop.api.post("/v1/checkouts", till | {"proof": "2718"})
    path = f"/v1/checkouts/{answer(opened)['checkout']['checkout_id']}"
    [held] = answer(shop.api.get(f"/v1/members/{bea}/holds"))["items"]
    answer(shop.api.post(f"/v1/members/{bea}/holds/{held['hold_id']}/capture", {}))
    assert refusal(shop.api.put(path, till))[1] == "proof_required"


def test_points_that_were_not_set_apart_are_proven_as_they_are_spent(shop: Shop, bea: str, till: Json) -> None:
    ask(shop, points="code")
    opened = shop.api.post("/v1/checkouts", till | {"hold": False})
    assert refusal(commit(shop, opened)) == (422, "proof_required", "proof")
    code = fresh_code(shop, bea)
    assert refusal(commit(shop, opened, proof=other_than(code))) == (422, "wrong_proof", "proof")
    done = answer(commit(shop, opened, proof=code))
    assert answer(commit(shop, opened, proof=code)) == done  # the same order once more
    opened = shop.api.post("/v1/checkouts", till | {"hold": False})
    assert refusal(commit(shop, opened, "T2", proof=code)) == (422, "proof_expired", "proof")


@pytest.mark.usefixtures("till")
def test_who_holds_points_proves_it_and_nobody_is_asked_again(shop: Shop, bea: str) -> None:
    path, body = f"/v1/members/{bea}/holds", {"unit": "points", "amount": 10}
    assert refusal(shop.api.post(path, body)) == (422, "proof_required", "proof")
    assert refusal(shop.api.post(path, body | {"proof": "0000"})) == (422, "wrong_proof", "proof")
    held = answer(shop.api.post(path, body | {"proof": "2718"}))
    answer(shop.api.post(f"{path}/{held['hold_id']}/capture", {}))
    group = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": bea}))["group_id"]
    answer(shop.api.post(f"/v1/groups/{group}/earnings", body))
    ours = body | {"by": bea}
    assert refusal(shop.api.post(f"/v1/groups/{group}/holds", ours))[1] == "proof_required"
    answer(shop.api.post(f"/v1/groups/{group}/holds", ours | {"proof": "2718"}))


@pytest.mark.parametrize("how", ["held", "held by a group", "opened", "changed", "committed"])
def test_wherever_points_are_proven_a_pin_is_set_a_code_is_fresh_and_tries_have_an_end(
    shop: Shop, bea: str, how: str
) -> None:
    answer(shop.api.put("/v1/programs/1/rules/pay", {"name": "Pay", "trigger": {"on": "cart"}, "effects": [PAYING]}))
    cart: Json = {"currency": "EUR", "member_id": bea, "lines": [BOOK]}
    pays: Json = cart | {"pays": [{"unit": "points", "points": 10}]}
    if how == "held by a group":
        group = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": bea}))["group_id"]
        shop.earn(bea, 50)
    begun = answer(shop.api.post("/v1/checkouts", pays | {"hold": False} if how == "committed" else cart))["checkout"]

    def tried(proof: str) -> tuple[int, str, str | None]:
        amount: Json = {"unit": "points", "amount": 10, "proof": proof}
        path = f"/v1/checkouts/{begun['checkout_id']}"
        match how:
            case "held":
                return refusal(shop.api.post(f"/v1/members/{bea}/holds", amount))
            case "held by a group":
                return refusal(shop.api.post(f"/v1/groups/{group}/holds", amount | {"by": bea}))
            case "opened":
                return refusal(shop.api.post("/v1/checkouts", pays | {"proof": proof}))
            case "changed":
                return refusal(shop.api.put(path, pays | {"proof": proof}))
        return refusal(shop.api.post(f"{path}/commit", {"number": "T1", "proof": proof}))

    ask(shop, points="code")
    assert tried("123456") == (422, "proof_expired", "proof")
    ask(shop, points="pin")
    assert tried("2718") == (422, "pin_not_set", "proof")
    answer(set_pin(shop, bea, "2718"))
    assert [tried("0000") for _ in range(5)] == [(422, "wrong_proof", "proof")] * 5
    assert tried("2718") == (422, "proof_locked", "proof")


def test_a_pin_is_digits_and_a_member_is_known(shop: Shop, bea: str) -> None:
    for pin in ("123", "1" * 13, "12a4", "", "１２３４"):
        assert set_pin(shop, bea, pin).status == 400
    assert refusal(set_pin(shop, NOBODY, "2718")) == (404, "member_not_found", "member_id")
    path = f"/v1/members/{NOBODY}/proof-codes"
    assert refusal(shop.api.post(path)) == (404, "member_not_found", "member_id")
    shop.block(bea)
    assert refusal(shop.api.post(f"/v1/members/{bea}/proof-codes")) == (422, "member_blocked", "member_id")


def test_a_dry_run_sets_no_pin_and_issues_no_code(shop: Shop, bea: str) -> None:
    ask(shop, points="pin", awards="code")
    answer(shop.api.put(f"/v1/members/{bea}/pin?dry_run=true", {"pin": "2718"}))
    code = answer(shop.api.post(f"/v1/members/{bea}/proof-codes?dry_run=true"))["code"]
    assert refusal(redeem(shop, "points", bea, "2718"))[1] == "pin_not_set"
    assert refusal(redeem(shop, "awards", bea, code))[1] == "proof_expired"


def test_a_log_tells_no_pin_and_no_code(shop: Shop, bea: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the right one nor a wrong one, which is mostly the right one with a slip."""
    ask(shop, points="pin", rewards="code")
    answer(set_pin(shop, bea, "27182818"))
    assert refusal(redeem(shop, "points", bea, "27182819"))[1] == "wrong_proof"
    answer(redeem(shop, "points", bea, "27182818"))
    code = fresh_code(shop, bea)
    wrong = other_than(code)
    assert refusal(redeem(shop, "rewards", bea, wrong))[1] == "wrong_proof"
    answer(redeem(shop, "rewards", bea, code))
    assert len(caplog.records) >= 7
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert not [shown for shown in ("27182818", "27182819", code, wrong) if re.search(rf"\b{shown}\b", logged)]
