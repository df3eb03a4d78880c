"""A shop sends its sales: what they earn, what is told about them, and what is recorded once."""

from __future__ import annotations

import json
from random import Random

import pytest

from tests.http.native.bookshop import (
    PROGRAM,
    Json,
    Shop,
    answer,
    book,
    card,
    document,
    fixed,
    per_euro,
    refusal,
    sale_by,
)


def enrolling(shop: Shop) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"enrolment": "enrol"}))


# --- recording -----------------------------------------------------------------------------------------------------------


def test_a_sale_becomes_points(shop: Shop, ada: str) -> None:
    lines = [book(199_99, quantity=2), book(50_02, sku="LAMP"), book(4_90, sku="POST", delivery=True)]
    per_book = {"kind": "per_product", "unit": "points", "amount": 5, "stage": "bonus"}
    shop.define("bonus", per_book, lines={"skus": ["BOOK"]})
    reply = shop.api.post("/v1/orders", sale_by(ada, "S1", *lines))
    order = reply.json
    first, second = order["earned"]
    assert (order["order_id"][:4], order["entry_id"][:4]) == ("ord_", "ent_")
    assert first["earning_id"] != second["earning_id"]
    earned = {"unit": "points", "expires_on": "2027-01-31", "pending": False, "available_at": None, "event": None}
    assert (reply.status, order) == (
        201,
        {
            "order_id": order["order_id"],
            "number": "S1",
            "member_id": ada,
            "group_id": None,
            "entry_id": order["entry_id"],
            "effects": [],
            "earned": [
                earned
                | {"earning_id": first["earning_id"], "amount": 254, "rule_id": "base"}
                | {
                    "lines": [
                        {"line_no": 1, "amount": 201},
                        {"line_no": 2, "amount": 49},
                        {"line_no": 3, "amount": 4},
                    ]
                },
                earned
                | {"earning_id": second["earning_id"], "amount": 10, "rule_id": "bonus"}
                | {"lines": [{"line_no": 1, "amount": 10}]},
            ],
            "capped": [],
            "expired": [],
            "account": {"balances": {"points": 264}, "tier": "silver"},
            "referral": None,
        },
    )


def test_an_order_is_kept_as_it_was_sent(shop: Shop, ada: str) -> None:
    line = book(
        25_00,
        quantity="0.5",
        line_no=10,
        name="Tea",
        category=["Food", "Tea"],
        brand="Leaf",
        labels=[{"key": "fair", "value": "yes"}],
    )
    sent = {
        "purchased_at": "2026-01-14T12:00:00.250+02:00",
        "place": "Berlin",
        "payments": [{"kind": "cash", "amount": 20_00}, {"kind": "voucher", "amount": 5_00}],
        "labels": [{"key": "channel", "value": "till"}],
    }
    recorded = shop.buy(ada, "S/1 ä", line, **sent)
    kept = {
        "order_id": recorded["order_id"],
        "number": "S/1 ä",
        "member_id": ada,
        "group_id": None,
        "program_id": 1,
        "purchased_at": "2026-01-14T10:00:00.250Z",
        "recorded_at": "2026-01-15T12:00:00Z",
        "currency": "EUR",
        "place": "Berlin",
        "gross_value": 25_00,
        "returned_value": 0,
        "fully_returned": False,
        "lines": [
            line | {"delivery": False, "excluded_from_tiers": False, "returned_quantity": "0", "returned_value": 0}
        ],
        "payments": sent["payments"],
        "labels": sent["labels"],
        "credits": [{"rule_id": "base", "unit": "points", "amount": 25, "taken_back": 0}],
    }
    assert answer(shop.api.get(f"/v1/orders/{recorded['order_id']}")) == kept
    assert answer(shop.api.get("/v1/orders?number=S/1%20%C3%A4")) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(2, "2"), ("2", "2"), ("2.0", "2"), ("0.5", "0.5"), ("0.250", "0.25"), ("0.001", "0.001"), (10**9, "1000000000")],
    ids=["a number", "a text", "with zeros", "a half", "a quarter", "the least", "the most"],
)
def test_quantities_are_exact(shop: Shop, ada: str, sent: int | str, kept: str) -> None:
    order = shop.buy(ada, "S1", book(1_00, quantity=sent))
    lines = answer(shop.api.get(f"/v1/orders/{order['order_id']}"))["lines"]
    assert [line["quantity"] for line in lines] == [kept]


def test_money_is_exact_to_its_last_part(shop: Shop, ada: str) -> None:
    shop.define("base", per_euro(per="0.01", rounding=None))
    assert shop.buy(ada, "S1", book(123_456_789_01))["account"]["balances"] == {"points": 123_456_789_01}
    assert shop.buy(ada, "S2", book(1), currency="JPY")["earned"][0]["amount"] == 100
    assert shop.buy(ada, "S3", book(4), currency="KWD")["earned"] == []
    assert shop.buy(ada, "S4", book(5), currency="KWD")["earned"][0]["amount"] == 1


def test_a_free_order_is_an_order(shop: Shop, ada: str) -> None:
    assert shop.buy(ada, "S1", book(0))["earned"] == []
    assert shop.account(ada)["orders"] == 1


def test_the_buyer_may_be_named_by_card(shop: Shop, ada: str) -> None:
    recorded = answer(shop.api.post("/v1/orders", document("S1", identifier=card(" 1 "))))
    assert recorded["member_id"] == ada


def test_a_stranger_s_card_is_enrolled_where_the_program_says_so(shop: Shop) -> None:
    enrolling(shop)
    recorded = answer(shop.api.post("/v1/orders", document("S1", identifier=card("new"))))
    found = answer(shop.api.post("/v1/members/find", card("new")))
    assert found["member_id"] == recorded["member_id"]
    again = answer(shop.api.post("/v1/orders", document("S2", identifier=card("new"))))
    assert again["account"]["balances"] == {"points": 200}


def test_a_thousand_lines_are_recorded(shop: Shop, ada: str) -> None:
    order = shop.buy(ada, "S1", *[book(1_00, sku=f"B{number}") for number in range(1_000)])
    assert order["account"]["balances"] == {"points": 1_000}
    assert len(answer(shop.api.get(f"/v1/orders/{order['order_id']}"))["lines"]) == 1_000


def test_what_does_not_fit_into_one_piece_is_refused(shop: Shop, ada: str) -> None:
    """A thousand lines of text that no compression makes small."""
    dice, letters = Random(1), [chr(code) for code in range(0x4E00, 0x9F00)]
    names = ["".join(dice.choices(letters, k=130)) for _ in range(1_000)]
    huge = sale_by(ada, "S1", *[book(1_00, name=name) for name in names])
    whole = json.dumps(huge, ensure_ascii=False).encode()
    assert len(whole) < 1_000_000
    assert refusal(shop.api.post("/v1/orders", raw=whole)) == (422, "too_large", None)
    assert (shop.account(ada)["version"], shop.api.get("/v1/orders?number=S1").code) == (0, "order_not_found")


# --- the same number again -----------------------------------------------------------------------------------------------


def test_a_sale_sent_again_is_recorded_once(shop: Shop, ada: str) -> None:
    first = shop.api.post("/v1/orders", sale_by(ada))
    shop.earn(ada, 7)
    again = shop.api.post("/v1/orders", sale_by(ada))
    assert "Idempotent-Replayed" not in first.headers
    assert (again.status, again.json, again.headers["Idempotent-Replayed"]) == (201, first.json, "true")
    by_card = shop.api.post("/v1/orders", document("S1", identifier=card("1")))
    assert by_card.json == first.json
    assert shop.points(ada) == 107


@pytest.mark.parametrize(
    "other",
    [
        {"currency": "USD"},
        {"lines": [book(100_01)]},
        {"lines": [book(100_00), book(0)]},
        {"lines": [book(100_00, quantity=2)]},
        {"purchased_at": "2026-01-14T10:00:01Z"},
        {"place": "Berlin"},
        {"labels": [{"key": "k", "value": "v"}]},
    ],
    ids=["currency", "value", "one more line", "quantity", "time", "place", "labels"],
)
def test_a_number_with_other_content_is_refused(shop: Shop, ada: str, other: Json) -> None:
    shop.buy(ada, "S1")
    assert refusal(shop.api.post("/v1/orders", sale_by(ada) | other)) == (409, "order_number_taken", "number")
    assert shop.points(ada) == 100


def test_a_number_of_another_member_s_sale_is_refused(shop: Shop, ada: str) -> None:
    shop.buy(ada, "S1")
    bob = shop.enrol("2")
    assert refusal(shop.api.post("/v1/orders", sale_by(bob))) == (409, "order_number_taken", "number")
    assert shop.account(bob)["version"] == 0


def test_two_tenants_may_use_one_number(shop: Shop, other: Shop, ada: str) -> None:
    ours = shop.buy(ada, "S1")
    theirs = other.buy(other.enrol("1"), "S1")
    assert theirs["order_id"] != ours["order_id"]
    assert refusal(shop.api.get(f"/v1/orders/{theirs['order_id']}")) == (404, "order_not_found", "order_id")
    assert refusal(shop.api.get(f"/v1/orders/{theirs['order_id']}/returns"))[1] == "order_not_found"


# --- simulating ----------------------------------------------------------------------------------------------------------


def test_what_is_simulated_is_what_would_be_recorded(shop: Shop, ada: str) -> None:
    shop.define("weekend", fixed(50, stage="bonus"), window={"from_day": "2026-01-14"})
    shop.define("tea", lines={"skus": ["TEA"]})
    sale = sale_by(ada, "S1", book(150_00), book(49_99, sku="LAMP", quantity="0.5"))
    reply = shop.api.post("/v1/orders/simulate", sale)
    assert reply.status == 200
    assert reply.json["skipped"] == [
        {
            "rule_id": "tea",
            "reason": "no_matching_lines",
            "message": "No line of the order is one the rule is about.",
        }
    ]
    assert (shop.points(ada), shop.account(ada)["version"]) == (0, 0)
    recorded = answer(shop.api.post("/v1/orders", sale))
    assert [earning["earning_id"] for earning in reply.json["earned"]] == [None, None]
    told = [{**earning, "earning_id": None} for earning in recorded["earned"]]
    assert reply.json["earned"] == told
    for name in ("member_id", "expired", "account"):
        assert reply.json[name] == recorded[name]
    assert answer(shop.api.post("/v1/orders/simulate", sale))["account"]["balances"] == {"points": 498}


def test_a_stranger_is_simulated_but_not_enrolled(shop: Shop) -> None:
    enrolling(shop)
    simulated = answer(shop.api.post("/v1/orders/simulate", document("S1", identifier=card("new"))))
    assert (simulated["member_id"], simulated["account"]["balances"]) == (None, {"points": 100})
    assert refusal(shop.api.post("/v1/members/find", card("new")))[1] == "member_not_found"
