"""Questions about the past over HTTP: of rules and of segments, from the order to what they answer."""

from __future__ import annotations

from chalicelib.areas.rules.past import MAX_COUNTERS
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer, book, fixed, refusal, rule
from tests.http.native.segmented import DAY, define, judged, of
from tests.twins import caller_of

RULES = "/v1/programs/1/rules"
TWICE: Json = {"times": "orders", "lines": {"skus": ["COFFEE"]}, "days": 30, "at_least": 2}


def coffee(shop: Shop, member_id: str, number: str) -> Json:
    return shop.buy(member_id, number, book(400, "COFFEE"))


def test_who_bought_something_twice_lately_gets_more_and_is_in_a_segment_until_it_is_too_long_ago(
    rt: Runtime, shop: Shop
) -> None:
    shop.define("regular", fixed(50), when=TWICE)
    define(shop, "coffee", criteria={"when": TWICE})
    kept = answer(shop.api.get(f"{RULES}/regular"))["when"]
    assert (kept["days"], kept["lines"]["skus"], "per" in kept) == (30, ["COFFEE"], False)
    ada = shop.enrol("1")
    earned = [[one["rule_id"] for one in coffee(shop, ada, number)["earned"]] for number in ("S1", "S2", "S3")]
    assert ["regular" in some for some in earned] == [False, False, True]
    judged(rt, ada)
    assert of(shop, ada) == ["coffee"]
    night(rt, shop, 31)
    assert of(shop, ada) == []


def visit(shop: Shop, member_id: str, place: str = "Mitte") -> int:
    """Checks in, and what that earns."""
    body = {"what": {"kind": "check_in", "place": place}, "member_id": member_id}
    return sum(one["amount"] for one in answer(shop.api.post("/v1/events", body))["earned"])


def night(rt: Runtime, shop: Shop, days: int = 1) -> None:
    """So many days pass, and the daily job runs on the last."""
    shop.clock.at += days * DAY
    settle_due(rt, caller_of("ours"), local_day(shop.clock.now(), "UTC") - 1)


def test_bought_three_times_in_the_last_30_days(rt: Runtime, shop: Shop) -> None:
    """It is 15 January; all is bought the day before, the first order of it on 1 January."""
    define(shop, "regulars", criteria={"when": TWICE | {"at_least": 3}})
    ada, after = shop.enrol("1"), []
    for number, day in (("S1", "01"), ("S2", "14"), ("S3", "14")):
        shop.buy(ada, number, book(400, "COFFEE"), purchased_at=f"2026-01-{day}T10:00:00Z")
        judged(rt, ada)
        after.append(of(shop, ada))
    assert after == [[], [], ["regulars"]]
    night(rt, shop, 16)
    assert of(shop, ada) == ["regulars"]  # on 31 January the job was there for 30 January, the last of 30 days
    night(rt, shop)
    assert of(shop, ada) == []


def test_at_the_fifth_check_in_of_a_week_50_points(shop: Shop) -> None:
    fifth = {"times": "check_in", "per": "week", "at_least": 4, "at_most": 4}
    shop.define("fifth", fixed(50), trigger={"on": "check_in"}, when=fifth)
    ada = shop.enrol("1")
    assert [visit(shop, ada) for _ in range(6)] == [0, 0, 0, 0, 50, 0]
    shop.clock.at += 4 * DAY  # from Thursday to Monday
    assert [visit(shop, ada) for _ in range(5)] == [0, 0, 0, 0, 50]
    assert shop.points(ada) == 100


def test_who_buys_half_of_the_time_at_a_place(rt: Runtime, shop: Shop) -> None:
    half = {"share": "orders", "places": ["Mitte"], "days": 90, "at_least": "50"}
    define(shop, "of-mitte", criteria={"when": half})
    ada, after = shop.enrol("1"), []
    for number, place in enumerate(("Ost", "Mitte", "Ost", "Mitte")):
        shop.buy(ada, f"S{number}", book(400), place=place)
        judged(rt, ada)
        after.append(of(shop, ada))
    assert after == [[], ["of-mitte"], [], ["of-mitte"]]


def test_what_comes_back_was_not_bought(rt: Runtime, shop: Shop) -> None:
    define(shop, "coffee", criteria={"when": TWICE})
    ada = shop.enrol("1")
    bought = [coffee(shop, ada, number) for number in ("S1", "S2")]
    judged(rt, ada)
    assert of(shop, ada) == ["coffee"]
    shop.bring_back(bought[0]["order_id"], "R1", book(400, "COFFEE"))
    judged(rt, ada)
    assert of(shop, ada) == []


def test_what_cannot_be_counted_is_refused(shop: Shop) -> None:
    def asking(condition: Json, name: str = "more") -> tuple[int, str, str | None]:
        told = shop.api.put(f"{RULES}/{name}", rule(when=condition))
        same = shop.api.put(f"/v1/segments/{name}", {"name": name, "criteria": {"when": condition}})
        assert refusal(told)[:2] == refusal(same)[:2]
        return refusal(told)

    assert asking({"times": "event:party", "days": 7, "at_least": 1}) == (422, "unknown_event", "when")
    for number in range(MAX_COUNTERS):
        shop.define(f"asks-{number}", fixed(1), when=TWICE | {"places": [f"place-{number}"]})
    assert asking(TWICE) == (422, "too_many_counters", "when")
