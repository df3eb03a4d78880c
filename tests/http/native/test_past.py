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
    shop.clock.at += 31 * DAY
    settle_due(rt, caller_of("ours"), local_day(shop.clock.now(), "UTC") - 1)
    assert of(shop, ada) == []


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
