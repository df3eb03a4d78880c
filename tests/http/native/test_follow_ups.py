"""Follow-ups that come after some facts of a type only, and what their words may speak of, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.flows.follow_entry import look_again
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from tests.http.native import reward_shop, segmented
from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, fixed, refusal, rule
from tests.http.native.notified import define, tell_what_happened
from tests.http.native.test_coupons import DAY, issue, series
from tests.http.native.test_metrics_defined import TWICE, buy, put
from tests.twins import caller_of

THANKS: Json = {"kind": "notify", "template": "said"}


@pytest.fixture
def ada(shop: Shop) -> str:
    return shop.enrol("1", given_name="Ada", newsletter=True)


def says(shop: Shop, words: str, template_id: str = "said") -> None:
    define(shop, template_id, channel="in_app", title="", body=words, translations={})


def follow(shop: Shop, after: str, only: Json | None = None, follow_up_id: str = "after", **fields: Any) -> Json:
    body = {"after": after, "template_id": "said"} | ({} if only is None else {"only": only}) | fields
    return dict(answer(shop.api.put(f"/v1/notification-follow-ups/{follow_up_id}", body)))


def inbox(rt: Runtime, shop: Shop, member_id: str) -> list[str]:
    """Newest first, once all has been told."""
    tell_what_happened(rt)
    return [one["body"] for one in answer(shop.api.get(f"/v1/members/{member_id}/inbox"))["items"]]


def test_a_follow_up_comes_after_one_segment_only(rt: Runtime, shop: Shop, ada: str) -> None:
    segmented.define(shop, "vip", name="Very important")
    segmented.define(shop, "letter", name="Gets a letter")
    says(shop, "{{given_name}} is {{segment}}")
    made = follow(shop, "member.joined_segment", {"segments": ["vip"]})
    assert made["only"]["segments"] == ["vip"]
    segmented.add(shop, "letter", ada)
    assert inbox(rt, shop, ada) == []
    segmented.add(shop, "vip", ada)
    assert inbox(rt, shop, ada) == ["Ada is Very important"]


def test_who_moves_up_is_congratulated_and_who_falls_is_not(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop, "Welcome to {{tier}}")
    follow(shop, "tier.changed", {"tiers": ["silver"], "moved": "up"})
    shop.earn(ada, 250)
    assert inbox(rt, shop, ada) == ["Welcome to Silver"]
    shop.clock.at += 1
    answer(shop.api.post(f"/v1/members/{ada}/tier/pin", {"tier_id": "gold"}))
    shop.clock.at += 1
    answer(shop.api.post(f"/v1/members/{ada}/tier/pin", {"tier_id": "silver"}))
    assert inbox(rt, shop, ada) == ["Welcome to Silver"]
    follow(shop, "tier.changed", {"moved": "down"})
    shop.clock.at += 1
    answer(shop.api.post(f"/v1/members/{ada}/tier/pin", {"tier_id": "bronze"}))
    assert inbox(rt, shop, ada) == ["Welcome to Bronze", "Welcome to Silver", "Welcome to Silver"]


def test_a_coupon_is_told_with_its_code_and_its_last_day(rt: Runtime, shop: Shop, ada: str) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"zone": "Europe/Berlin"}))
    series(shop, valid_days=30)
    series(shop, "winter", name="Winter")
    says(shop, "{{series}}: {{code}}, until {{last_day|ever}}")
    follow(shop, "coupon.issued", {"coupon_series": ["summer"]})
    issue(shop, ada, "winter")
    code = issue(shop, ada)["code"]
    assert inbox(rt, shop, ada) == [f"Summer: {code}, until 2026-02-14"]
    follow(shop, "coupon.issued", {"coupon_series": ["winter"]})
    shop.clock.at += 1
    later = issue(shop, ada, "winter")["code"]
    assert f"Winter: {later}, until ever" in inbox(rt, shop, ada)


def test_points_that_expired_are_told_in_the_words_of_their_unit(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop, "{{points}} {{unit}} are gone")
    follow(shop, "points.expired")
    for _ in range(2):
        shop.earn(ada, 20)
        shop.clock.at += 1
    shop.clock.at += 400 * DAY
    settle_due(rt, caller_of("ours"), local_day(shop.clock.now(), "UTC"))
    assert inbox(rt, shop, ada) == ["40 Points are gone"]


def test_a_threshold_that_is_reached_is_followed_up(rt: Runtime, shop: Shop, ada: str) -> None:
    put(shop, thresholds=[TWICE, {"threshold_id": "once", "at_least": "1"}])
    says(shop, "{{metric}}: {{value}}")
    follow(shop, "metric.reached", {"metrics": ["visits"], "thresholds": ["regular"]})
    buy(rt, shop, ada, "S1")
    assert inbox(rt, shop, ada) == []
    buy(rt, shop, ada, "S2")
    look_again(rt, "ours", ada, None, "req_2")
    assert inbox(rt, shop, ada) == ["Visits: 2"]


def test_whoever_takes_a_reward_with_their_group_s_points_is_told(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop, "Enjoy it, {{given_name}}")
    follow(shop, "reward.redeemed")
    home = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": ada}))["group_id"]
    shop.earn(ada, 100)
    reward_shop.put(shop, "voucher")
    answer(shop.api.post(f"/v1/groups/{home}/redemptions", {"reward_id": "voucher", "by": ada}))
    assert inbox(rt, shop, ada) == ["Enjoy it, Ada"]


@pytest.mark.parametrize(
    ("after", "only", "refused"),
    [
        ("member.enrolled", {"segments": ["vip"]}, (422, "nothing_to_choose", "only.segments")),
        ("member.joined_segment", {"moved": "up"}, (422, "nothing_to_choose", "only.moved")),
        ("tier.changed", {"perks": ["cup"]}, (422, "nothing_to_choose", "only.perks")),
        ("member.left_segment", {"segments": ["none"]}, (422, "unknown_segment", "only.segments")),
        ("tier.changed", {"tiers": ["none"]}, (422, "unknown_tier", "only.tiers")),
        ("perk.granted", {"perks": ["none"]}, (422, "unknown_perk", "only.perks")),
        ("coupon.expired", {"coupon_series": ["none"]}, (422, "unknown_coupon_series", "only.coupon_series")),
        ("metric.fell", {"metrics": ["none"]}, (422, "unknown_metric", "only.metrics")),
        ("metric.fell", {"metrics": ["visits"], "thresholds": ["none"]}, (422, "unknown_metric", "only.thresholds")),
    ],
)
def test_what_would_come_after_nothing_is_refused(
    shop: Shop, after: str, only: Json, refused: tuple[int, str, str]
) -> None:
    says(shop, "Hello")
    put(shop, thresholds=[TWICE])
    body = {"after": after, "template_id": "said", "only": only}
    assert refusal(shop.api.put("/v1/notification-follow-ups/after", body)) == refused
    assert answer(shop.api.get("/v1/notification-follow-ups"))["items"] == []


def test_words_speak_of_what_their_fact_tells(shop: Shop) -> None:
    says(shop, "Your code: {{code}}")
    enrolled = shop.api.put("/v1/notification-follow-ups/after", {"after": "member.enrolled", "template_id": "said"})
    assert refusal(enrolled) == (422, "unknown_variable", "template_id")
    follow(shop, "coupon.issued")
    other = {"channel": "in_app", "body": "Welcome to {{tier}}"}
    assert refusal(shop.api.put("/v1/notification-templates/said", other)) == (422, "unknown_variable", "body")


@pytest.mark.parametrize(
    ("words", "effects", "on", "fits"),
    [
        ("{{points}} for {{order_number}}", [fixed(5)], "order", True),
        ("{{points}} for {{order_number}}", [], "order", False),
        ("{{order_number}}", [fixed(5)], "birthday", False),
        ("{{points|some}}", [fixed(5)], "birthday", True),
        ("{{given_name}}", [], "check_in", True),
        ("{{tier}}", [fixed(5)], "order", False),
    ],
)
def test_a_rule_tells_only_what_it_knows(shop: Shop, words: str, effects: list[Json], on: str, fits: bool) -> None:
    tells = rule(*effects, THANKS, trigger={"on": on})
    says(shop, words)
    reply = shop.api.put("/v1/programs/1/rules/tells", tells)
    if fits:
        answer(reply)
        return
    assert refusal(reply) == (422, "unknown_variable", f"effects.{len(effects)}.template")
    tried = {"from_day": "2025-12-16", "until_day": "2026-01-15", "rules": [tells | {"rule_id": "tells"}]}
    reply = shop.api.post("/v1/programs/1/rule-simulations", tried)
    assert refusal(reply) == (422, "unknown_variable", f"rules.0.effects.{len(effects)}.template")
    says(shop, "Hello")
    answer(shop.api.put("/v1/programs/1/rules/tells", tells))
    template = {"channel": "in_app", "body": words}
    assert refusal(shop.api.put("/v1/notification-templates/said", template)) == (422, "unknown_variable", "body")
    answer(shop.api.put("/v1/programs/1/rules/tells", tells | {"state": "ended"}))
    answer(shop.api.put("/v1/notification-templates/said", template))
