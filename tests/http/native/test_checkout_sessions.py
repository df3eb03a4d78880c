"""A till opens a checkout, changes its cart, is paid, or calls it off: all of it, or a line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.client import Reply
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, book, card, refusal

PENNIES: Json = {"kind": "pay_with_points", "unit": "points", "points": 10, "value": "1.00"}
UNKNOWN = "chk_00000000000"


def on_carts(shop: Shop, rule_id: str, *effects: Json, **fields: Any) -> None:
    body = {"name": rule_id, "trigger": {"on": "cart"}, "effects": list(effects)} | fields
    answer(shop.api.put(f"/v1/programs/1/rules/{rule_id}", body))


def rich(shop: Shop, points: int = 500) -> str:
    """A member with so many points, in a shop where ten of them pay for a euro."""
    on_carts(shop, "pay", PENNIES)
    member_id = shop.enrol("ada")
    shop.earn(member_id, points)
    return member_id


def asked(*lines: Json, points: int = 0, **fields: Any) -> Json:
    pays = {"pays": [{"unit": "points", "points": points}]} if points else {}
    return {"currency": "EUR", "lines": list(lines) or [book(100_00)]} | pays | fields


def opened(shop: Shop, *lines: Json, points: int = 0, **fields: Any) -> Json:
    return dict(answer(shop.api.post("/v1/checkouts", asked(*lines, points=points, **fields))))


def begun(shop: Shop, *lines: Json, points: int = 0, **fields: Any) -> str:
    return str(opened(shop, *lines, points=points, **fields)["checkout"]["checkout_id"])


def pay(shop: Shop, checkout_id: str, number: str = "S1", **fields: Any) -> Reply:
    return shop.api.post(f"/v1/checkouts/{checkout_id}/commit", {"number": number} | fields)


def cancel(shop: Shop, checkout_id: str, *lines: Json) -> Reply:
    return shop.api.post(f"/v1/checkouts/{checkout_id}/cancel", {"lines": list(lines)} if lines else {})


def update(shop: Shop, checkout_id: str, *lines: Json, points: int = 0, **fields: Any) -> Reply:
    return shop.api.put(f"/v1/checkouts/{checkout_id}", asked(*lines, points=points, **fields))


def test_what_is_promised_is_what_the_order_is_sold_for(shop: Shop) -> None:
    on_carts(shop, "tenth", {"kind": "percent_off", "percent": "10"})
    ada = shop.enrol("ada")
    found = opened(shop, book(30_00, "A"), book(10_05, "B"), member_id=ada)
    checkout = found["checkout"]
    assert (checkout["state"], checkout["to_pay"], found["earned"][0]["amount"]) == ("open", 36_04, 36)
    on_carts(shop, "tenth", {"kind": "percent_off", "percent": "50"})
    paid = answer(pay(shop, checkout["checkout_id"]))
    assert (paid["checkout"]["state"], paid["order"]["earned"][0]["amount"]) == ("committed", 36)
    order = answer(shop.api.get(f"/v1/orders/{paid['order']['order_id']}"))
    assert [line["gross_value"] for line in order["lines"]] == [line["to_pay"] for line in checkout["lines"]]
    assert answer(shop.api.get(f"/v1/checkouts/{checkout['checkout_id']}")) == paid["checkout"]


def test_points_are_set_apart_then_spent_and_come_back(shop: Shop) -> None:
    ada = rich(shop)
    begun_with = opened(shop, book(30_00, "A"), book(20_00, "B"), points=200, member_id=ada)
    found = begun_with["checkout"]
    assert begun_with["account"]["balances"] == {"points": 300}
    assert [(one["unit"], one["points"]) for one in found["held"]] == [("points", 200)]
    assert (shop.points(ada), shop.wallet(ada)["held"], found["to_pay"]) == (300, 200, 30_00)
    paid = answer(pay(shop, found["checkout_id"]))
    assert (paid["checkout"]["held"], shop.points(ada), shop.wallet(ada)["spent"]) == ([], 330, 200)
    part = answer(cancel(shop, found["checkout_id"], {"line_no": 1}))
    assert (part["checkout"]["state"], part["returned"]["value"], part["returned"]["full"]) == (
        "committed",
        18_00,
        False,
    )
    assert (shop.points(ada), shop.wallet(ada)["refunded"]) == (330 - 18 + 120, 120)
    rest = answer(cancel(shop, found["checkout_id"]))
    assert (rest["checkout"]["state"], rest["returned"]["full"], shop.points(ada)) == ("cancelled", True, 500)


def test_a_checkout_that_is_called_off_lets_go_of_what_is_set_apart(shop: Shop) -> None:
    ada = rich(shop)
    checkout_id = begun(shop, points=200, member_id=ada)
    found = answer(cancel(shop, checkout_id))
    assert (found["checkout"]["state"], found["returned"], found["account"]["balances"]) == (
        "cancelled",
        None,
        {"points": 500},
    )
    assert (shop.points(ada), shop.wallet(ada)["held"]) == (500, 0)


def test_another_cart_is_promised_anew(shop: Shop) -> None:
    ada = rich(shop)
    checkout_id = begun(shop, points=500, member_id=ada)
    found = answer(update(shop, checkout_id, book(10_00), points=50))
    assert (found["checkout"]["to_pay"], found["checkout"]["member_id"], shop.points(ada)) == (5_00, ada, 450)
    assert answer(update(shop, checkout_id, book(10_00)))["checkout"]["held"] == []
    assert shop.points(ada) == 500
    assert answer(pay(shop, checkout_id))["checkout"]["to_pay"] == 10_00


def test_whoever_is_not_known_may_be_known_when_they_pay(shop: Shop) -> None:
    on_carts(shop, "five", {"kind": "amount_off", "amount": "5.00"})
    checkout_id = begun(shop, book(20_00))
    assert refusal(pay(shop, checkout_id)) == (400, "missing_member", "member_id")
    ada = shop.enrol("ada")
    paid = answer(pay(shop, checkout_id, identifier=card("ada")))
    assert (paid["checkout"]["member_id"], paid["order"]["account"]["balances"]) == (ada, {"points": 15})


def test_what_is_set_apart_lapses_with_the_checkout(shop: Shop) -> None:
    ada = rich(shop)
    checkout_id = begun(shop, points=200, member_id=ada, lapses_after_seconds=60)
    shop.clock.sleep(60)
    assert answer(shop.api.get(f"/v1/checkouts/{checkout_id}"))["state"] == "lapsed"
    over = (409, "checkout_lapsed", "checkout_id")
    assert refusal(pay(shop, checkout_id)) == over
    assert refusal(update(shop, checkout_id)) == over
    assert refusal(cancel(shop, checkout_id)) == over
    assert shop.points(ada) == 500


def test_a_checkout_is_paid_for_once(shop: Shop) -> None:
    ada = shop.enrol("ada")
    checkout_id = begun(shop, member_id=ada)
    first = pay(shop, checkout_id, member_id=ada)
    again = pay(shop, checkout_id, member_id=ada)
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    paid_for = (409, "checkout_committed", "checkout_id")
    assert refusal(pay(shop, checkout_id, "S2")) == paid_for
    assert refusal(pay(shop, checkout_id, payments=[{"kind": "cash", "amount": 1}])) == paid_for
    assert refusal(update(shop, checkout_id)) == paid_for
    assert shop.points(ada) == 100


def test_naming_no_line_at_all_cancels_nothing(shop: Shop) -> None:
    checkout_id = begun(shop)
    refused = shop.api.post(f"/v1/checkouts/{checkout_id}/cancel", {"lines": []})
    assert refusal(refused) == (400, "too_short", "lines")
    assert answer(shop.api.get(f"/v1/checkouts/{checkout_id}"))["state"] == "open"
    answer(cancel(shop, checkout_id))


def test_what_was_cancelled_is_over(shop: Shop) -> None:
    over = (409, "checkout_cancelled", "checkout_id")
    for checkout_id in (begun(shop), begun(shop, member_id=shop.enrol("ada"))):
        pay(shop, checkout_id)
        answer(cancel(shop, checkout_id))
        assert refusal(cancel(shop, checkout_id)) == over
        assert refusal(pay(shop, checkout_id)) == over
        assert refusal(update(shop, checkout_id)) == over


def test_goods_that_came_back_otherwise_do_not_come_back_twice(shop: Shop) -> None:
    ada = rich(shop)
    checkout_id = begun(shop, book(30_00), points=100, member_id=ada)
    order_id = answer(pay(shop, checkout_id))["order"]["order_id"]
    shop.bring_back(order_id, "R1", book(20_00), purchased_at="2026-01-15T12:00:00Z")
    assert shop.points(ada) == 500
    assert refusal(cancel(shop, checkout_id)) == (409, "checkout_cancelled", "checkout_id")


@pytest.mark.parametrize("path", ["", "/commit", "/cancel"])
def test_a_checkout_that_is_not_there(shop: Shop, path: str) -> None:
    missing = (404, "checkout_not_found", "checkout_id")
    for checkout_id in (UNKNOWN, "nonsense"):
        body = {"number": "S1"} if path == "/commit" else {}
        call = shop.api.post(f"/v1/checkouts/{checkout_id}{path}", body) if path else None
        assert refusal(call or shop.api.get(f"/v1/checkouts/{checkout_id}")) == missing
        assert refusal(update(shop, checkout_id)) == missing


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"currency": "euro"}, (400, "invalid_currency", "currency")),
        ({"member_id": NOBODY}, (404, "member_not_found", "member_id")),
        ({"identifier": card("nobody")}, (404, "member_not_found", "identifier")),
        ({"identifier": {"type": "email", "value": "nobody"}}, (400, "invalid_identifier", "identifiers")),
        ({"member_id": NOBODY, "identifier": card("ada")}, (400, "two_members", "identifier")),
        ({"lines": [book(1_00), book(1_00, line_no=2)]}, (400, "line_numbers_mixed", "lines")),
        ({"pays": [{"unit": "miles", "points": 1}]}, (422, "unknown_unit", "unit")),
        ({"lapses_after_seconds": 59}, (422, "number_too_small", "lapses_after_seconds")),
    ],
)
def test_what_cannot_be_opened_or_changed_so(shop: Shop, fields: Json, refused: tuple[int, str, str]) -> None:
    assert refusal(shop.api.post("/v1/checkouts", asked() | fields)) == refused
    assert refusal(shop.api.put(f"/v1/checkouts/{begun(shop)}", asked() | fields)) == refused


def test_a_program_that_is_not_there(shop: Shop) -> None:
    refused = (404, "program_not_found", "program_id")
    assert refusal(shop.api.post("/v1/checkouts?program_id=9", asked())) == refused


def test_who_is_blocked_pays_nothing(shop: Shop) -> None:
    ada = shop.enrol("ada")
    checkout_id = begun(shop, member_id=ada)
    shop.block(ada)
    blocked = (422, "member_blocked", "member_id")
    assert refusal(shop.api.post("/v1/checkouts", asked(member_id=ada))) == blocked
    assert refusal(update(shop, checkout_id)) == blocked
    assert refusal(pay(shop, checkout_id)) == blocked
    assert answer(cancel(shop, checkout_id))["checkout"]["state"] == "cancelled"


def test_a_checkout_stays_with_its_member(shop: Shop) -> None:
    ada, bob = shop.enrol("ada"), shop.enrol("bob")
    checkout_id = begun(shop, member_id=ada)
    another = (422, "checkout_of_another_member", "member_id")
    assert refusal(update(shop, checkout_id, member_id=bob)) == another
    assert refusal(pay(shop, checkout_id, member_id=bob)) == another
    assert refusal(pay(shop, checkout_id, member_id=ada, identifier=card("ada"))) == (400, "two_members", "identifier")
    wrong = {"type": "email", "value": "nobody"}
    assert refusal(pay(shop, checkout_id, identifier=wrong)) == (400, "invalid_identifier", "identifiers")
    unknown = begun(shop)
    assert refusal(pay(shop, unknown, identifier=card("eve"))) == (404, "member_not_found", "identifier")


def test_an_order_number_is_given_once(shop: Shop) -> None:
    ada = shop.enrol("ada")
    shop.buy(ada, "S1")
    checkout_id = begun(shop, member_id=ada)
    assert refusal(pay(shop, checkout_id)) == (409, "order_number_taken", "number")
    assert answer(pay(shop, checkout_id, "S2"))["order"]["number"] == "S2"


def test_points_that_are_not_set_apart_may_be_gone(shop: Shop) -> None:
    ada = rich(shop)
    checkout_id = begun(shop, points=200, member_id=ada, hold=False)
    assert shop.points(ada) == 500
    shop.spend(ada, 400)
    assert refusal(pay(shop, checkout_id)) == (422, "insufficient_balance", "amount")
    shop.earn(ada, 100)
    assert answer(pay(shop, checkout_id))["order"]["account"]["balances"] == {"points": 80}


def test_what_was_let_go_by_hand_is_no_longer_promised(shop: Shop) -> None:
    ada = rich(shop)
    found = opened(shop, points=200, member_id=ada)["checkout"]
    hold = found["held"][0]["hold_id"]
    answer(shop.api.post(f"/v1/members/{ada}/holds/{hold}/release", {"amount": 1}))
    assert refusal(pay(shop, found["checkout_id"])) == (409, "checkout_lapsed", "checkout_id")
    assert answer(cancel(shop, found["checkout_id"]))["account"]["balances"] == {"points": 500}


def test_lines_are_cancelled_of_what_was_paid_for(shop: Shop) -> None:
    ada = shop.enrol("ada")
    checkout_id = begun(shop, book(10_00, "A", 3), member_id=ada)
    two = {"line_no": 1, "quantity": 2}
    assert refusal(cancel(shop, checkout_id, two)) == (422, "checkout_not_committed", "lines")
    answer(pay(shop, checkout_id))
    for lines in ([{"line_no": 2}], [{"line_no": 1}, two]):
        assert refusal(cancel(shop, checkout_id, *lines)) == (422, "unknown_line", "lines")
    assert answer(cancel(shop, checkout_id, two))["returned"]["value"] == 6_67
    assert refusal(cancel(shop, checkout_id, two)) == (422, "returned_more_than_bought", "lines")
    assert answer(cancel(shop, checkout_id))["returned"]["value"] == 3_33


def test_a_dry_run_leaves_all_as_it_is(shop: Shop) -> None:
    ada = rich(shop)
    dry = answer(shop.api.post("/v1/checkouts?dry_run=true", asked(points=200, member_id=ada)))
    assert (dry["checkout"]["to_pay"], shop.points(ada)) == (80_00, 500)
    checkout_id = begun(shop, points=200, member_id=ada)
    answer(shop.api.post(f"/v1/checkouts/{checkout_id}/commit?dry_run=true", {"number": "S1"}))
    answer(shop.api.post(f"/v1/checkouts/{checkout_id}/cancel?dry_run=true", {}))
    assert answer(shop.api.get(f"/v1/checkouts/{checkout_id}"))["state"] == "open"


def test_the_same_key_opens_one_checkout(shop: Shop) -> None:
    ada, headers = rich(shop), {"Idempotency-Key": "k"}
    for body in (asked(points=200, member_id=ada), asked()):
        first = shop.api.post("/v1/checkouts", body, headers=headers)
        if first.status == 409:
            assert refusal(first) == (409, "idempotency_key_reused", "Idempotency-Key")
            continue
        assert shop.api.post("/v1/checkouts", body, headers=headers).json == first.json
    assert shop.wallet(ada)["held"] == 200


def test_a_checkout_whose_id_was_lost_is_found_by_its_member(shop: Shop) -> None:
    bea, path = shop.enrol("700"), "/v1/members/{}/checkouts"
    assert answer(shop.api.get(path.format(bea))) == {"items": [], "next_cursor": None}
    first, second = begun(shop, member_id=bea), begun(shop, member_id=bea)
    found = [answer(shop.api.get(f"{path.format(bea)}?limit=1"))]
    found.append(answer(shop.api.get(f"{path.format(bea)}?limit=1&cursor={found[0]['next_cursor']}")))
    assert {one["items"][0]["checkout_id"] for one in found} == {first, second}
    answer(pay(shop, first))
    assert [one["checkout_id"] for one in answer(shop.api.get(path.format(bea)))["items"]] == [second]
    [past] = answer(shop.api.get(f"{path.format(bea)}?past=true"))["items"]
    shown = answer(shop.api.get(f"/v1/checkouts/{first}"))
    assert {name: shown[name] for name in ("checkout_id", "state", "to_pay", "number", "order_id")} == {
        name: past[name] for name in ("checkout_id", "state", "to_pay", "number", "order_id")
    }
    assert refusal(shop.api.get(path.format("mem_00000000000"))) == (404, "member_not_found", "member_id")
    wrong = f"{path.format(bea)}?past=true&cursor={found[0]['next_cursor']}"
    assert refusal(shop.api.get(wrong)) == (400, "invalid_cursor", "cursor")
