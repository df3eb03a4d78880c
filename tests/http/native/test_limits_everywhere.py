"""Limits of rules on whatever sets them off, and of whatever they give: the first two get it, nobody has it twice, and what came
back can be had again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.verify_quotas import verify_quotas
from chalicelib.kit.periods import date_of, local_day
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, card, document, fixed
from tests.http.native.notified import HELLO
from tests.http.native.referred import brought, share
from tests.http.native.segmented import add, define
from tests.http.native.test_coupons import series
from tests.twins import at, caller_of
from tests.twins.hooked import HOST

FIRST_TWO: Json = {"in_all": 2}
ONCE_A_DAY: Json = {"per_member": [{"per": "day", "times": 1}]}
BUDGET: Json = {"budget": {"amount": 12, "unit": "points"}}
NOW = "2026-01-15T12:01:00Z"  # tills run a little fast
HERE: Json = {"latitude": "52.5", "longitude": "13.4"}

Sets = Callable[[Shop, Runtime, str], str]
"""Sets the rule off for somebody with this card, and says who it was."""


def member(shop: Shop, number: str) -> str:
    known = shop.api.post("/v1/members/find", card(number))
    return str(known.json["member_id"]) if known.status == 200 else shop.enrol(number)


def doing(**what: Any) -> Sets:
    def sets(shop: Shop, _: Runtime, number: str) -> str:
        member_id = member(shop, number)
        answer(shop.api.post("/v1/events", {"what": what, "member_id": member_id}))
        return member_id

    return sets


def enrolled(shop: Shop, _: Runtime, number: str) -> str:
    return shop.enrol(number)


def newsletter(shop: Shop, _: Runtime, number: str) -> str:
    member_id = shop.enrol(number)
    answer(shop.api.patch(f"/v1/members/{member_id}", {"newsletter": True}))
    return member_id


def complete(shop: Shop, _: Runtime, number: str) -> str:
    answer(shop.api.put("/v1/tenant", {"name": "Books", "complete_profile": ["given_name"]}))
    member_id = shop.enrol(number)
    answer(shop.api.patch(f"/v1/members/{member_id}", {"given_name": "Ada"}))
    return member_id


def birthday(shop: Shop, rt: Runtime, number: str) -> str:
    """The next day, whichever that is."""
    day = local_day(shop.clock.at, "UTC") + 1
    born = date_of(day).replace(year=1990).isoformat()
    member_id = shop.enrol(number, birth_date=born)
    shop.clock.at = at(f"{date_of(day + 1).isoformat()}T03:00:00Z")
    settle_due(rt, caller_of("ours"), day)
    return member_id


def bought(shop: Shop, _: Runtime, number: str) -> str:
    member_id = member(shop, number)
    shop.buy(member_id, f"{number} {shop.clock.at}")
    return member_id


def came(shop: Shop, _: Runtime, number: str) -> str:
    """By the same friend, who gets nothing for it."""
    return brought(shop, number, share(shop, member(shop, "friend")))


TRIGGERS: dict[str, tuple[Json, Sets]] = {
    "check_in": ({"on": "check_in"}, doing(kind="check_in", place="Berlin")),
    "scan": ({"on": "scan", "code": "POSTER"}, doing(kind="scan", code="POSTER")),
    "near": ({"on": "near", "radius": 500} | HERE, doing(kind="near", **HERE)),
    "event": ({"on": "event", "name": "review"}, doing(kind="event", name="review")),
    "enrolled": ({"on": "enrolled"}, enrolled),
    "newsletter": ({"on": "newsletter"}, newsletter),
    "profile_completed": ({"on": "profile_completed"}, complete),
    "birthday": ({"on": "birthday"}, birthday),
    "referral": ({"on": "referral", "stage": "registered", "who": "referred"}, came),
    "order": ({"on": "order"}, bought),
    "first_purchase": ({"on": "first_purchase"}, bought),
}
OFTEN = ("check_in", "scan", "near", "event", "order")


@pytest.fixture
def reviews(shop: Shop) -> Shop:
    """Where reviews are written, and purchases by themselves earn nothing."""
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"events": [{"name": "review"}]}))
    shop.define("base", state="paused")
    return shop


@pytest.mark.parametrize("on", TRIGGERS)
def test_the_first_two_get_it_whatever_sets_it_off(reviews: Shop, rt: Runtime, on: str) -> None:
    trigger, sets = TRIGGERS[on]
    reviews.define("gift", fixed(5), trigger=trigger, limits=FIRST_TWO)
    assert [balance(reviews, sets(reviews, rt, number)) for number in ("2", "3", "4")] == [5, 5, 0]
    assert verify_quotas(rt, "ours") == ()


@pytest.mark.parametrize("on", TRIGGERS)
def test_a_budget_is_given_to_its_last_point_whatever_sets_it_off(reviews: Shop, rt: Runtime, on: str) -> None:
    trigger, sets = TRIGGERS[on]
    reviews.define("gift", fixed(5), trigger=trigger, limits=BUDGET)
    assert [balance(reviews, sets(reviews, rt, number)) for number in ("2", "3", "4", "5")] == [5, 5, 2, 0]
    assert verify_quotas(rt, "ours") == ()


@pytest.mark.parametrize("on", OFTEN)
def test_nobody_has_it_twice_a_day_whatever_sets_it_off(reviews: Shop, rt: Runtime, on: str) -> None:
    trigger, sets = TRIGGERS[on]
    reviews.define("gift", fixed(5), trigger=trigger, limits=ONCE_A_DAY)
    had = []
    for _ in range(2):
        had.append(balance(reviews, sets(reviews, rt, "2")))
        reviews.clock.at += 1000
    assert had == [5, 5]


def balance(shop: Shop, member_id: str) -> int:
    return sum(wallet["available"] for wallet in shop.account(member_id)["wallets"])


# --- whatever it gives ---------------------------------------------------------------------------------------------------

EFFECTS: dict[str, Json] = {
    "grant_perk": {"perk": "cup"},
    "stamps": {"perk": "card", "amount": 1},
    "badge": {"perk": "regular"},
    "set_tier": {"tier": "silver", "days": 30},
    "issue_coupon": {"series": "summer"},
    "join_segment": {"segment": "vip"},
    "leave_segment": {"segment": "new"},
    "webhook": {"webhook_id": "warehouse"},
    "notify": {"template": "hello", "notice": "transactional"},
}
LIMITED = pytest.mark.parametrize("kind", EFFECTS)


@pytest.fixture
def cafe(reviews: Shop) -> Shop:
    """With one of everything that a rule can give."""
    api = reviews.api
    perks = {"cup": {"kind": "ad_hoc"}, "card": {"kind": "stamp_card", "unit": "points", "stamps": 9}}
    for perk_id, what in (perks | {"regular": {"kind": "badge"}}).items():
        answer(api.put(f"/v1/programs/1/perks/{perk_id}", {"name": perk_id, "what": what}))
    series(reviews, worth={"kind": "percent", "percent": 10})
    for segment_id in ("vip", "new"):
        define(reviews, segment_id)
    answer(api.put("/v1/notification-templates/hello", HELLO))
    answer(api.put("/v1/webhooks/warehouse", {"url": f"https://{HOST}/in", "types": ["order.recorded"]}))
    return reviews


def gift(shop: Shop, kind: str, limits: Json, **fields: Any) -> None:
    shop.define("gift", {"kind": kind} | EFFECTS[kind], limits=limits, **fields)


def customer(shop: Shop, number: str) -> str:
    """Somebody new, who is among the new ones."""
    member_id = shop.enrol(number)
    add(shop, "new", member_id)
    return member_id


def gives(shop: Shop, member_id: str, number: str) -> list[bool]:
    return [one["given"] for one in shop.buy(member_id, number, purchased_at=NOW)["effects"]]


@LIMITED
def test_the_first_two_buyers_get_it_whatever_it_is(cafe: Shop, rt: Runtime, kind: str) -> None:
    gift(cafe, kind, FIRST_TWO)
    orders = [cafe.buy(customer(cafe, number), number, purchased_at=NOW) for number in ("2", "3", "4")]
    assert [[one["given"] for one in order["effects"]] for order in orders] == [[True], [True], []]
    cafe.bring_back(orders[0]["order_id"], "R1", purchased_at=NOW)
    assert gives(cafe, customer(cafe, "5"), "S5") == [True]
    assert gives(cafe, customer(cafe, "6"), "S6") == []
    assert verify_quotas(rt, "ours") == ()


@pytest.mark.parametrize("kind", [kind for kind in EFFECTS if "segment" not in kind])
def test_nobody_has_it_twice_a_day_whatever_it_is(cafe: Shop, ada: str, kind: str) -> None:
    """Who is in a segment does not join it again, whatever limits say."""
    gift(cafe, kind, ONCE_A_DAY)
    order = cafe.buy(ada, "S1", purchased_at=NOW)
    assert [one["given"] for one in order["effects"]] == [True]
    assert gives(cafe, ada, "S2") == []
    cafe.bring_back(order["order_id"], "R1", purchased_at=NOW)
    assert gives(cafe, ada, "S3") == [True]
    assert answer(cafe.api.get(f"/v1/members/{ada}/account/proof"))["matches"]


def test_what_could_not_be_given_is_no_use(cafe: Shop, ada: str) -> None:
    gift(cafe, "grant_perk", FIRST_TWO)
    answer(cafe.api.put("/v1/programs/1/perks/cup", {"name": "cup", "what": {"kind": "ad_hoc"}, "state": "paused"}))
    assert [gives(cafe, ada, number) for number in ("S1", "S2", "S3")] == [[False]] * 3
    answer(cafe.api.put("/v1/programs/1/perks/cup", {"name": "cup", "what": {"kind": "ad_hoc"}}))
    assert [gives(cafe, ada, number) for number in ("S4", "S5", "S6")] == [[True], [True], []]


def test_a_try_takes_nothing_and_knows_what_is_left(cafe: Shop, ada: str) -> None:
    gift(cafe, "grant_perk", {"in_all": 1})
    for _ in range(2):
        tried = answer(cafe.api.post("/v1/orders?dry_run=true", document("S1", member_id=ada)))
        assert [one["given"] for one in tried["effects"]] == [True]
    assert gives(cafe, ada, "S1") == [True]
    again = answer(cafe.api.post("/v1/orders?dry_run=true", document("S2", member_id=ada)))
    assert again["effects"] == []
    assert gives(cafe, ada, "S2") == []
    asked = answer(cafe.api.post("/v1/orders/simulate", document("S3", member_id=ada)))
    [why] = [one for one in asked["skipped"] if one["rule_id"] == "gift"]
    assert (why["reason"], why["message"]) == ("limit_reached", "It could be had once, and has been.")


def test_points_and_a_perk_of_one_rule_are_one_use(cafe: Shop, ada: str) -> None:
    both = [fixed(5), {"kind": "grant_perk", "perk": "cup"}]
    cafe.define("gift", *both, limits=FIRST_TWO | {"budget": {"amount": 8, "unit": "points"}})
    orders = [cafe.buy(ada, number) for number in ("S1", "S2", "S3")]
    assert [sum(one["amount"] for one in order["earned"]) for order in orders] == [5, 3, 0]
    assert [len(order["effects"]) for order in orders] == [1, 1, 0]


# --- who brings others in, and what is refused ---------------------------------------------------------------------------


def test_both_of_a_referral_have_it_until_it_is_gone(reviews: Shop, rt: Runtime, ada: str) -> None:
    """Each of them is one: of three the second friend gets the last, and who brought them in nothing more."""
    both = {"on": "referral", "stage": "registered", "who": "both"}
    reviews.define("gift", fixed(5), trigger=both, limits={"in_all": 3})
    code = share(reviews, ada)
    friends = [brought(reviews, number, code) for number in ("2", "3", "4")]
    assert [balance(reviews, one) for one in (*friends, ada)] == [5, 5, 0, 5]
    assert verify_quotas(rt, "ours") == ()


def test_both_of_a_referral_draw_on_one_budget_at_a_purchase(reviews: Shop, rt: Runtime, ada: str) -> None:
    both = {"on": "referral", "stage": "purchase", "who": "both"}
    reviews.define("gift", fixed(5), trigger=both, limits={"budget": {"amount": 38, "unit": "points"}})
    friend = brought(reviews, "2", share(reviews, ada))
    for number in range(5):
        reviews.buy(friend, f"S{number}")
    assert [balance(reviews, one) for one in (friend, ada)] == [20, 18]
    assert verify_quotas(rt, "ours") == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"trigger": {"on": "birthday"}, "limits": ONCE_A_DAY}, "once a year"),
        ({"trigger": {"on": "anniversary"}, "limits": ONCE_A_DAY}, "once a year"),
        ({"effects": [{"kind": "grant_perk", "perk": "cup"}], "limits": BUDGET}, "limited by times"),
        (
            {
                "effects": [{"kind": "badge", "perk": "regular"}],
                "limits": {"per_member": [{"per": "day", "amount": 5, "unit": "points"}]},
            },
            "limited by times",
        ),
    ],
)
def test_limits_that_nothing_could_be_counted_by(cafe: Shop, body: Json, said: str) -> None:
    reply = cafe.api.put("/v1/programs/1/rules/wrong", {"name": "Wrong", "effects": [fixed(5)]} | body)
    assert (reply.status, reply.json["error"]["code"]) == (400, "wrong_limit")
    assert said in reply.json["error"]["message"]
    assert cafe.api.get("/v1/programs/1/rules/wrong").status == 404
