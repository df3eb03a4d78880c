"""A member's tier by hand: pinned, let go, recalculated, and told with what it brings and what it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.native.bookshop import NOBODY, PROGRAM, TIERS, Json, Shop, answer, book, refusal
from tests.http.world import HandClock, key_for

SCHEME = "/v1/programs/1/tiers"
MONTH = 31 * 24 * 3600
GRANT = {"unit": "points", "reason": "goodwill"}


def path(member_id: str, what: str) -> str:
    return f"/v1/members/{member_id}/tier/{what}"


@pytest.fixture
def ada(shop: Shop) -> str:
    return shop.enrol("1")


def test_a_member_is_pinned_and_let_go(shop: Shop, ada: str) -> None:
    pinned = answer(shop.api.post(path(ada, "pin"), {"tier_id": "gold", "until": "2026-01-31"}))
    assert pinned == {
        "entry_id": pinned["entry_id"],
        "tier": "gold",
        "moves": [{"tier": "gold", "previous": None, "reason": "pinned"}],
        "pinned": True,
        "pinned_until": "2026-01-31",
        "expired": [],
        "account": {"balances": {}, "tier": "gold"},
    }
    assert shop.earn(ada, 250)["account"]["tier"] == "gold"
    assert shop.account(ada)["standing"]["pinned"] == {"until": "2026-01-31"}
    still = answer(shop.api.post(path(ada, "recalculate")))
    assert (still["tier"], still["moves"], still["pinned"], still["pinned_until"]) == ("gold", [], True, "2026-01-31")
    gone = answer(shop.api.post(path(ada, "unpin")))
    assert (gone["moves"], gone["pinned"], gone["pinned_until"]) == (
        [{"tier": "silver", "previous": "gold", "reason": "unpinned"}],
        False,
        None,
    )
    assert refusal(shop.api.post(path(ada, "unpin"))) == (422, "not_pinned", "member_id")


def test_a_recalculation_tells_a_pin_for_good(shop: Shop, ada: str) -> None:
    answer(shop.api.post(path(ada, "pin"), {"tier_id": "gold"}))
    still = answer(shop.api.post(path(ada, "recalculate")))
    assert (still["tier"], still["pinned"], still["pinned_until"]) == ("gold", True, None)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({}, (400, "missing_field", "tier_id")),
        ({"tier_id": "ruby"}, (422, "unknown_tier", "tier_id")),
        ({"tier_id": 3}, (400, "wrong_type", "tier_id")),
        ({"tier_id": "gold", "until": "2026-01-14"}, (400, "pin_in_past", "until")),
        ({"tier_id": "gold", "until": "2125-12-23"}, (400, "pin_too_late", "until")),
        ({"tier_id": "gold", "until": "9999-12-31"}, (400, "pin_too_late", "until")),
        ({"tier_id": "gold", "until": "2026-02-30"}, (400, "unreadable_date", "until")),
        ({"tier_id": "gold", "for": "ever"}, (400, "unknown_field", "for")),
    ],
)
def test_a_pin_that_cannot_be_is_refused_and_nothing_written(
    shop: Shop, ada: str, body: Json, refused: tuple[int, str, str | None]
) -> None:
    assert refusal(shop.api.post(path(ada, "pin"), body)) == refused
    assert shop.account(ada)["version"] == 0


@pytest.mark.parametrize("what", ["pin", "unpin", "recalculate"])
def test_whose_tier_it_is(shop: Shop, ada: str, what: str) -> None:
    body = {"tier_id": "gold"} if what == "pin" else None
    assert refusal(shop.api.post(path(NOBODY, what), body)) == (404, "member_not_found", "member_id")
    answer(shop.api.post("/v1/programs", PROGRAM, key=key_for(shop.api.rt, "theirs")))
    answer(shop.api.put(SCHEME, TIERS, key=key_for(shop.api.rt, "theirs")))
    foreign = shop.api.post(path(ada, what), body, key=key_for(shop.api.rt, "theirs"))
    assert refusal(foreign) == (404, "member_not_found", "member_id")
    assert refusal(shop.api.post(f"{path(ada, what)}?program_id=2", body)) == (404, "program_not_found", "program_id")
    answer(shop.api.post("/v1/programs", PROGRAM))
    assert refusal(shop.api.post(f"{path(ada, what)}?program_id=2", body)) == (404, "tiers_not_found", "program_id")
    shop.block(ada)
    assert refusal(shop.api.post(path(ada, what), body)) == (422, "member_blocked", "member_id")


def test_what_is_missing_and_what_a_tier_brings(shop: Shop, ada: str) -> None:
    scheme = {
        "basis": "spend",
        "window": {"type": "calendar_year"},
        "downgrade": {"type": "period_end", "every": "year", "to": "one_step"},
        "grace_days": 14,
        "excluded": {"delivery": True, "categories": ["Gifts"]},
        "tiers": [
            {"tier_id": "guest", "name": "Guest", "threshold": "0"},
            {
                "tier_id": "friend",
                "name": "Friend",
                "threshold": "200.00",
                "attributes": {"discount": {"kind": "percent", "value": "5"}},
            },
            {"tier_id": "patron", "name": "Patron", "threshold": "900.00"},
        ],
    }
    answer(shop.api.put(SCHEME, scheme))
    lines = book(210_00), book(50_00, sku="POST", delivery=True), book(70_00, sku="MUG", category=["Gifts"])
    shop.buy(ada, "S1", *lines, book(20_00, sku="CARD", excluded_from_tiers=True))
    account = shop.account(ada)
    assert account["next_tier"] == {"tier": "patron", "missing": "690"}
    assert account["standing"] == {
        "tier": "friend",
        "name": "Friend",
        "since": "2026-01-14T10:00:00Z",
        "reason": "joined",
        "attributes": {"discount": {"kind": "percent", "value": "5"}},
        "keep": {"missing": "0", "until": "2026-12-31"},
        "grace": False,
        "pinned": None,
    }
    year_after = shop.account(ada, "?as_of=2027-03-01T00:00:00Z")["standing"]
    assert (year_after["tier"], year_after["keep"]) == ("friend", {"missing": "200", "until": "2027-12-31"})
    in_grace = shop.account(ada, "?as_of=2028-01-05T00:00:00Z")["standing"]
    assert (in_grace["tier"], in_grace["grace"]) == ("friend", True)
    assert in_grace["keep"] == {"missing": "200", "until": "2028-01-14"}
    fallen = shop.account(ada, "?as_of=2028-01-15T00:00:00Z")["standing"]
    assert (fallen["tier"], fallen["reason"], fallen["keep"]) == ("guest", "grace_ended", None)


def test_the_past_is_told_by_the_tiers_of_then(shop: Shop, ada: str, clock: HandClock) -> None:
    steps = [("a", "A", 0), ("b", "B", 100), ("c", "C", 300)]
    named = [{"tier_id": one, "name": name, "threshold": step} for one, name, step in steps]
    scheme = {"basis": "points_earned", "unit": "points", "downgrade": {"type": "never"}}
    answer(shop.api.put(SCHEME, scheme | {"tiers": named}))
    bob = shop.enrol("2")
    shop.earn(ada, 150)
    then = [shop.account(one) for one in (ada, bob)]
    clock.pass_by(MONTH)
    gone = [named[0], {"tier_id": "x", "name": "X", "threshold": 140}, {**named[2], "name": "Cee", "threshold": 900}]
    answer(shop.api.put(SCHEME, scheme | {"tiers": gone}))
    assert (shop.account(ada)["tier"], shop.account(ada)["next_tier"]) == ("x", {"tier": "c", "missing": 750})
    past = [shop.account(one, "?as_of=2026-01-15T12:00:00Z") for one in (ada, bob)]
    assert past == then
    assert (past[0]["standing"]["name"], past[0]["next_tier"]) == ("B", {"tier": "c", "missing": 150})
    assert (past[1]["tier"], past[1]["standing"]["name"]) == ("a", "A")  # nothing had happened to them yet


def test_nobody_stood_on_a_tier_before_there_were_tiers_or_before_they_were_a_member(
    shop: Shop, ada: str, clock: HandClock
) -> None:
    def stands(member_id: str, as_of: str) -> list[Any]:
        account = shop.account(member_id, f"?as_of={as_of}T00:00:00Z")
        return [account[told] for told in ("tier", "next_tier", "standing")]

    none = [None, None, None]
    clock.pass_by(MONTH)
    late = shop.enrol("2")
    assert stands(late, "2026-02-01") == none
    assert stands(ada, "2026-02-01")[0] == "bronze"
    answer(shop.api.post("/v1/programs", PROGRAM | {"name": "Second"}))
    clock.pass_by(MONTH)
    tiers = [{"tier_id": "guest", "name": "Guest", "threshold": 0}]
    answer(shop.api.put("/v1/programs/2/tiers", {"basis": "orders", "tiers": tiers}))
    second = shop.account(ada, "?program_id=2&as_of=2026-02-20T00:00:00Z")
    assert [second[told] for told in ("tier", "next_tier", "standing")] == none
    assert shop.account(ada, "?program_id=2")["tier"] == "guest"


def test_what_passes_by_itself_is_reckoned_with_and_a_new_year_asks_for_all_anew(shop: Shop, ada: str) -> None:
    tiers = [{"tier_id": "guest", "name": "Guest", "threshold": 0}, {"tier_id": "friend", "name": "F", "threshold": 50}]
    answer(shop.api.put(SCHEME, {"basis": "points_active", "unit": "points", "tiers": tiers}))
    answer(shop.api.post(f"/v1/members/{ada}/grants", {**GRANT, "amount": 40, "expires_on": "2026-02-10"}))
    answer(shop.api.post(f"/v1/members/{ada}/grants", {**GRANT, "amount": 30, "expires_on": "2026-09-30"}))
    assert shop.account(ada)["standing"]["keep"] == {"missing": 20, "until": "2026-02-10"}
    assert shop.account(ada, "?as_of=2026-02-11T00:00:00Z")["tier"] == "guest"
    yearly = {"basis": "points_earned", "unit": "points", "window": {"type": "calendar_year"}, "tiers": tiers}
    answer(shop.api.put(SCHEME, yearly))
    shop.earn(ada, 60)
    assert shop.account(ada)["standing"]["keep"] == {"missing": None, "until": "2026-12-31"}


def test_a_line_says_itself_that_it_does_not_count(shop: Shop, ada: str) -> None:
    order = shop.buy(ada, "S1", book(20_00, excluded_from_tiers=True))
    kept = answer(shop.api.get(f"/v1/orders/{order['order_id']}"))
    assert [line["excluded_from_tiers"] for line in kept["lines"]] == [True]
