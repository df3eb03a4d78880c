"""Segments by criteria over HTTP: defined in the words of rules, refused where they mean nothing, previewed, exported."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.flows.define_segment import MOST_BY_CRITERIA, MOST_WITH_PERK
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Shop, answer, refusal
from tests.http.native.segmented import VIP, add, adding, count, define, judged, members, of, reported

PREVIEWS = "/v1/segments/other/previews"
OLD: dict[str, Any] = {"ask": "member.days_enrolled", "at_least": 0}
LETTER: dict[str, Any] = {"ask": "member.newsletter", "is": True}


def by(condition: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"criteria": {"when": condition, **fields}}


def test_criteria_are_kept_as_they_were_written(shop: Shop) -> None:
    when = {"all": [{"any": [LETTER, {"not": OLD}]}, {"times": "orders", "per": "month", "at_least": 1}]}
    made = define(shop, "vip", **by(when))
    assert made["criteria"] == {"program_id": 1, "when": when}
    assert answer(shop.api.get("/v1/segments/vip"))["criteria"] == made["criteria"]
    assert define(shop, "vip")["criteria"] is None


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ({"ask": "order.value", "at_least": "10.00"}, "about a member and their account"),
        ({"ask": "time.weekday", "is": "mon"}, "about a member and their account"),
        ({"ask": "member.segments", "is": "vip"}, "about a member and their account"),
        ({"lines": {"skus": ["a"]}}, "about a member and their account"),
        ({"labels_of": "order", "one_of": [{"key": "a"}]}, "about a member and their account"),
        ({"times": "rule:base", "per": "ever", "at_least": 1}, "about a member and their account"),
        ({"ask": "member.shoe"}, "nobody knows what member.shoe is"),
        ({"all": [{"ask": "account.orders", "at_least": 3}, {"ask": "account.orders", "at_most": 2}]}, "never"),
        ({"any": [{"ask": "account.orders", "is": number} for number in range(51)]}, "at most 50 criteria"),
    ],
)
def test_what_nobody_could_be_judged_by_is_refused(shop: Shop, condition: dict[str, Any], says: str) -> None:
    reply = shop.api.put("/v1/segments/vip", VIP | by(condition))
    assert reply.status == 400
    assert says in reply.json["error"]["message"]


def test_what_the_program_has_not_is_refused(shop: Shop) -> None:
    def refused(condition: dict[str, Any], **fields: object) -> tuple[int, str, str | None]:
        criteria = by(condition, **fields)
        told, again = shop.api.put("/v1/segments/vip", VIP | criteria), shop.api.post(PREVIEWS, criteria)
        assert refusal(told) == refusal(again)
        return refusal(told)

    define(shop, "other")
    assert refused({"ask": "balance.stars", "at_least": 1}) == (422, "unknown_unit", "criteria")
    assert refused({"ask": "account.tier", "is": "diamond"}) == (422, "unknown_tier", "criteria")
    assert refused({"times": "event:party", "days": 7, "at_least": 1}) == (422, "unknown_event", "criteria")
    assert refused({"ask": "field.town", "is": "Rome"}) == (422, "unknown_member_field", "criteria")
    assert refused(OLD, program_id=7)[:2] == (404, "program_not_found")
    both = [{"ask": "account.orders", "at_least": 3}, {"ask": "account.orders", "at_most": 2}]
    assert refused({"all": both})[:2] == (400, "impossible_condition")
    assert refused({"ask": "member.shoe_size", "is": 42})[:2] == (400, "unknown_subject")
    assert refused({"ask": "account.orders"})[:2] == (400, "wrong_comparison")
    deep = OLD
    for _ in range(9):
        deep = {"all": [deep]}
    assert refused(deep)[:2] == (400, "conditions_too_large")
    assert refusal(shop.api.get("/v1/segments/vip"))[:2] == (404, "segment_not_found")


def test_a_stay_brings_only_perks_that_can_be_granted(shop: Shop) -> None:
    answer(shop.api.put("/v1/programs/1/perks/lounge", {"name": "Lounge", "what": {"kind": "level", "tier": "silver"}}))
    for perk, code in (("sofa", "unknown_perk"), ("lounge", "held_by_tier")):
        for moment in ("on_join", "on_leave"):
            assert refusal(shop.api.put("/v1/segments/vip", VIP | {moment: [perk]})) == (422, code, moment)


def test_so_many_segments_bring_the_same_perk_and_no_more(shop: Shop) -> None:
    answer(shop.api.put("/v1/programs/1/perks/lounge", {"name": "Lounge", "what": {"kind": "club"}}))
    for number in range(MOST_WITH_PERK):
        define(shop, f"s{number}", on_join=["lounge"])
    reply = shop.api.put("/v1/segments/vip", VIP | {"on_join": ["lounge"]})
    assert refusal(reply) == (422, "too_many_with_perk", "on_join")
    define(shop, "s1", on_join=["lounge"], labels=[{"key": "by", "value": "crm"}])


def test_so_many_segments_are_by_criteria_and_no_more(shop: Shop) -> None:
    for number in range(MOST_BY_CRITERIA):
        define(shop, f"s{number}", **by(LETTER))
    assert refusal(shop.api.put("/v1/segments/vip", VIP | by(LETTER)))[:2] == (422, "too_many_criteria")
    define(shop, "s1", **by(OLD))
    define(shop, "vip")


def test_who_meets_them_is_in_and_nobody_is_put_there_or_taken_out(rt: Runtime, shop: Shop) -> None:
    ada, bea = shop.enrol("1"), shop.enrol("2")
    answer(shop.api.patch(f"/v1/members/{ada}", {"newsletter": True}))
    define(shop, "letter", **by(LETTER))
    judged(rt, ada, bea)
    assert (members(shop, "letter"), count(shop, "letter"), of(shop, bea)) == ([ada], 1, [])
    assert refusal(adding(shop, "letter", bea)) == (422, "segment_by_criteria", "segment_id")
    removing = shop.api.post("/v1/segments/letter/members/remove", {"members": [{"member_id": ada}]})
    assert refusal(removing) == (422, "segment_by_criteria", "segment_id")
    assert [
        one for part in verify_tenant(rt, "ours", threads=1) for one in part.differences if "segment" in one.what
    ] == []


def test_a_preview_says_who_would_come_and_go_and_moves_nobody(rt: Runtime, shop: Shop) -> None:
    ada, bea = shop.enrol("1"), shop.enrol("2")
    answer(shop.api.patch(f"/v1/members/{ada}", {"newsletter": True}))
    define(shop, "vip")
    add(shop, "vip", bea)
    begun = answer(shop.api.post("/v1/segments/vip/previews", by(LETTER)))
    assert (begun["kind"], begun["name"], begun["state"]) == ("preview_segment", "vip", "running")
    counts, lines = reported(rt, shop, begun)
    assert counts == {"joined": 1, "left": 1}
    assert lines == [["member_id", "segment_id", "result"], *sorted([[ada, "vip", "joined"], [bea, "vip", "left"]])]
    assert members(shop, "vip") == [bea]
    assert refusal(shop.api.post("/v1/segments/none/previews", by(LETTER)))[:2] == (404, "segment_not_found")


def test_an_export_has_everybody_who_is_in_it(rt: Runtime, shop: Shop) -> None:
    some = [shop.enrol(str(number)) for number in range(3)]
    define(shop, "vip")
    add(shop, "vip", *some[:2])
    counts, lines = reported(rt, shop, answer(shop.api.post("/v1/segments/vip/exports")))
    assert counts == {"members": 2}
    assert [line[0] for line in lines] == ["member_id", *sorted(some[:2])]
    assert all(line[1].endswith("Z") and line[2] == "" for line in lines[1:])
    assert refusal(shop.api.post("/v1/segments/none/exports"))[:2] == (404, "segment_not_found")


@pytest.mark.parametrize(
    ("condition", "is_refused"),
    [
        ({"ask": "member.days_to_birthday", "at_most": -1}, True),
        ({"ask": "member.days_to_birthday", "below": 0}, True),
        ({"ask": "member.days_to_anniversary", "at_least": 367}, True),
        ({"ask": "member.days_to_anniversary", "is": 400}, True),
        ({"ask": "member.days_to_birthday", "at_most": 0}, False),
        ({"ask": "member.days_to_birthday", "at_least": 366}, False),
        ({"ask": "member.days_to_birthday", "is_not": 0}, False),
    ],
)
def test_days_to_a_birthday_that_never_are_left_are_refused(
    shop: Shop, condition: dict[str, Any], is_refused: bool
) -> None:
    reply = shop.api.put("/v1/segments/vip", VIP | by(condition))
    assert (reply.status, reply.code) == ((400, "impossible_condition") if is_refused else (200, None))


@pytest.mark.parametrize("name", ["   ", "\u00a0", "VIP\u202eeno", "\u2066VIP"])
def test_a_name_that_nobody_could_read_in_a_list_is_refused(shop: Shop, name: str) -> None:
    assert refusal(shop.api.put("/v1/segments/vip", VIP | {"name": name}))[2] == "name"
    other = {"translations": {"he": {"name": name}}}
    assert refusal(shop.api.put("/v1/segments/vip", VIP | other))[2] == "translations.he.name"
    assert define(shop, "vip", VIP, name="\u200fמועדון")["name"] == "\u200fמועדון"
