"""A tier or an event by which somebody goes is not removed without a word: the refusal says who does."""

from __future__ import annotations

import pytest

from tests.http.client import Reply
from tests.http.native.bookshop import PROGRAM, TIERS, Json, Shop, answer, fixed, refusal, rule
from tests.http.native.reward_shop import BAG
from tests.twins.happenings import DECLARED, ON_REVIEW

BY_TIER: dict[str, tuple[Json, str]] = {
    "/v1/programs/1/rules/who": (rule(audience={"tiers": ["gold"]}), "the rule"),
    "/v1/programs/1/rules/whose": (rule(when={"ask": "account.tier", "one_of": ["silver", "gold"]}), "the rule"),
    "/v1/programs/1/rules/gives": (rule({"kind": "set_tier", "tier": "gold"}), "the rule"),
    "/v1/programs/1/rewards/who": (BAG | {"tiers": ["gold"]}, "the reward"),
    "/v1/programs/1/perks/who": ({"name": "Who", "what": {"kind": "level", "tier": "gold"}}, "the perk"),
    "/v1/segments/who": (
        {"type": "persistent", "criteria": {"when": {"ask": "account.tier", "is": "gold"}}},
        "the segment",
    ),
}
BY_EVENT: dict[str, tuple[Json, str]] = {
    "/v1/programs/1/rules/who": (ON_REVIEW, "the rule"),
    "/v1/programs/1/rules/times": (
        rule(when={"times": "event:review", "per": "year", "at_least": 2}),
        "the rule",
    ),
    "/v1/segments/who": (
        {"type": "persistent", "criteria": {"when": {"times": "event:review", "per": "year", "at_least": 2}}},
        "the segment",
    ),
    "/v1/metrics/who": (
        {"program_id": 1, "what": {"measure": "times", "of": "event:review", "days": 30}},
        "the metric",
    ),
}


def without_gold(shop: Shop) -> Reply:
    return shop.api.put("/v1/programs/1/tiers", TIERS | {"tiers": TIERS["tiers"][:2]})


def without_review(shop: Shop) -> Reply:
    return shop.api.put("/v1/programs/1", PROGRAM | {"events": DECLARED["events"][1:]})


@pytest.mark.parametrize("path", BY_TIER)
def test_a_tier_that_somebody_goes_by_stays(shop: Shop, path: str) -> None:
    body, who = BY_TIER[path]
    answer(shop.api.put(path, body | {"name": "Who"}))
    reply = without_gold(shop)
    assert refusal(reply) == (422, "tier_in_use", "tiers")
    said = f"Tier gold cannot be removed: {who} Who goes by it. End that first."
    assert reply.json["error"]["message"] == said
    answer(shop.api.put("/v1/programs/1/tiers", TIERS))
    answer(shop.api.put(path, body | {"name": "Who", "state": "ended"}))
    answer(without_gold(shop))


@pytest.mark.parametrize("path", BY_EVENT)
def test_an_event_that_somebody_goes_by_stays(shop: Shop, path: str) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | DECLARED))
    body, who = BY_EVENT[path]
    answer(shop.api.put(path, body | {"name": "Who"}))
    reply = without_review(shop)
    assert refusal(reply) == (422, "event_in_use", "events")
    said = f"Event review cannot be removed: {who} Who goes by it. End that first."
    assert reply.json["error"]["message"] == said
    answer(shop.api.put(path, body | {"name": "Who", "state": "ended"}))
    answer(without_review(shop))


def test_a_property_that_a_rule_asks_about_stays(shop: Shop) -> None:
    asked: Json = {"name": "visit", "properties": {"stars": "integer", "words": "integer"}}
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"events": [asked]}))
    on: Json = {"trigger": {"on": "event", "name": "visit"}, "when": {"ask": "event.stars", "at_least": 4}}
    answer(shop.api.put("/v1/programs/1/rules/who", {"name": "Who", "effects": [fixed(5)]} | on))

    def leaving(left: str) -> Reply:
        events = [asked | {"properties": {left: "integer"}}]
        return shop.api.put("/v1/programs/1", PROGRAM | {"events": events})

    answer(leaving("stars"))
    reply = leaving("words")
    assert refusal(reply) == (422, "event_in_use", "events")
    said = "Property stars of the event visit cannot be removed: the rule Who asks about it. End that first."
    assert reply.json["error"]["message"] == said


def test_another_program_s_rules_are_not_asked(shop: Shop) -> None:
    answer(shop.api.post("/v1/programs", PROGRAM))
    answer(shop.api.put("/v1/programs/2/tiers", TIERS))
    answer(shop.api.put("/v1/programs/2/rules/who", rule(audience={"tiers": ["gold"]})))
    answer(without_gold(shop))
