"""Segments over HTTP: defined, joined and left by hand, and by time."""

from __future__ import annotations

import pytest

from chalicelib.areas.segments.store import MAX_SEGMENTS
from chalicelib.flows.define_segment import MOST_COUNTED
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, Shop, answer, card, refusal
from tests.http.native.filled import numbered, put_there
from tests.http.native.segmented import (
    DAY,
    LETTER,
    REGULARS,
    VIP,
    add,
    adding,
    count,
    define,
    lines,
    members,
    of,
    remove,
)
from tests.twins import caller_of


def a_night_passes(rt: Runtime, shop: Shop) -> None:
    """The daily job of a day, early on the next."""
    shop.clock.at += DAY
    settle_due(rt, caller_of("ours"), local_day(shop.clock.at, "UTC") - 1)


def different(rt: Runtime) -> list[str]:
    """What verifying finds wrong."""
    told = [one for part in verify_tenant(rt, "ours", threads=1) for one in part.differences]
    return [one.what for one in told if "in the feed" not in one.what and "add up to" not in one.what]


def test_a_segment_is_defined_read_listed_and_ended(shop: Shop) -> None:
    made = define(shop, "winback", LETTER, labels=[{"key": "by", "value": "crm"}])
    assert (made["segment_id"], made["state"], made["horizon_days"]) == ("winback", "active", 30)
    define(shop, "vip")
    assert answer(shop.api.get("/v1/segments/winback")) == made | {"members": 0}
    assert [one["segment_id"] for one in answer(shop.api.get("/v1/segments"))["items"]] == ["vip", "winback"]
    assert define(shop, "winback", LETTER, state="ended")["state"] == "ended"
    assert refusal(shop.api.get("/v1/segments/none")) == (404, "segment_not_found", "segment_id")


def test_orders_are_counted_of_so_many_segments_and_no_more(rt: Runtime, shop: Shop) -> None:
    for number in range(MOST_COUNTED):
        define(shop, f"s{number}", counts_orders=True)
    refused = refusal(shop.api.put("/v1/segments/vip", VIP | {"counts_orders": True}))
    assert refused == (422, "too_many_counted", "counts_orders")
    define(shop, "s1", counts_orders=True)
    define(shop, "vip")
    metrics = "/v1/segments/s1/metrics"
    told = answer(shop.api.get(f"{metrics}?by=week"))
    assert told == {
        "segment_id": "s1",
        "program_id": 1,
        "counts_orders": True,
        "uncounted_entries": 0,
        "currencies": [],
    }
    assert refusal(shop.api.get("/v1/segments/none/metrics")) == (404, "segment_not_found", "segment_id")
    assert refusal(shop.api.get(f"{metrics}?program_id=2")) == (404, "program_not_found", "program_id")
    assert refusal(shop.api.get(f"{metrics}?from=2026-02-02&until=2026-02-01")) == (400, "invalid_span", "until")


def test_a_segment_that_cannot_be_meant_is_refused(shop: Shop) -> None:
    def refused(segment_id: str, **fields: object) -> tuple[int, str, str | None]:
        return refusal(shop.api.put(f"/v1/segments/{segment_id}", VIP | fields))

    assert refused("vip", type="rolling")[:2] == (400, "invalid_body")
    assert refused("vip", horizon_days=3)[:2] == (400, "invalid_body")
    assert refused("v i p")[:2] == (400, "wrong_format")


def test_members_are_added_by_id_or_identifier_and_whoever_is_unknown_is_told(shop: Shop) -> None:
    define(shop, "vip")
    ada, bea = shop.enrol("1"), shop.enrol("2")
    done = answer(adding(shop, "vip", ada, NOBODY, card("2"), card("77"), "mem_x", card("1")))
    assert (done["segment_id"], done["changed"]) == ("vip", 2)
    assert [(line["line"], line["member_id"], line["result"]) for line in done["items"]] == [
        (1, ada, "joined"),
        (2, None, "not_found"),
        (3, bea, "joined"),
        (4, None, "not_found"),
        (5, None, "not_found"),
        (6, ada, "unchanged"),
    ]
    assert (members(shop, "vip"), count(shop, "vip")) == (sorted([ada, bea], key=members(shop, "vip").index), 2)
    assert (of(shop, ada), of(shop, bea)) == (["vip"], ["vip"])
    assert add(shop, "vip", ada, bea) == ["unchanged", "unchanged"]


def test_members_are_taken_out_and_who_is_not_in_it_is_left_alone(shop: Shop) -> None:
    define(shop, "vip")
    ada, bea = shop.enrol("1"), shop.enrol("2")
    add(shop, "vip", ada)
    assert remove(shop, "vip", ada, bea, NOBODY) == ["left", "unchanged", "not_found"]
    assert (members(shop, "vip"), count(shop, "vip"), of(shop, ada)) == ([], 0, [])
    assert (add(shop, "vip", ada), count(shop, "vip")) == (["joined"], 1)


def test_a_hundred_members_at_once_and_their_list_by_pages(shop: Shop, rt: Runtime) -> None:
    define(shop, "vip")
    every = [shop.enrol(str(number)) for number in range(60)]
    assert set(add(shop, "vip", *every)) == {"joined"}
    assert (sorted(members(shop, "vip", limit=25)), count(shop, "vip")) == (sorted(every), 60)
    assert refusal(adding(shop, "vip", *every, *every))[:2] == (400, "too_long")
    assert different(rt) == []


def test_a_repeat_answers_as_the_first_and_a_trial_writes_nothing(shop: Shop) -> None:
    define(shop, "vip")
    every = [shop.enrol(str(number)) for number in range(30)]
    tried = adding(shop, "vip", *every, query="?dry_run=true")
    assert (answer(tried)["changed"], count(shop, "vip")) == (30, 0)
    first = adding(shop, "vip", *every, headers={"Idempotency-Key": "k1"})
    remove(shop, "vip", every[0], every[29])
    again = adding(shop, "vip", *every, headers={"Idempotency-Key": "k1"})
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert count(shop, "vip") == 28
    other = adding(shop, "vip", *every[:3], headers={"Idempotency-Key": "k1"})
    assert refusal(other)[:2] == (409, "idempotency_key_reused")


KEY = {"Idempotency-Key": "k1"}


def test_a_repeat_of_what_changed_nothing_changes_nothing_and_answers_the_same(shop: Shop) -> None:
    """Whatever has become of them since: nobody is added to what they have left."""
    define(shop, "vip")
    every = [shop.enrol(str(number)) for number in range(30)]
    add(shop, "vip", *every)
    first = adding(shop, "vip", *every, card("77"), headers=KEY)
    assert {line["result"] for line in answer(first)["items"]} == {"unchanged", "not_found"}
    assert "Idempotent-Replayed" not in first.headers
    remove(shop, "vip", every[0], every[29])
    again = adding(shop, "vip", *every, card("77"), headers=KEY)
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert count(shop, "vip") == 28


def test_a_key_of_another_request_is_told_before_anybody_joins(shop: Shop) -> None:
    """Also where only the last lines of that had changed something, or none at all."""
    define(shop, "vip")
    every = [shop.enrol(str(number)) for number in range(60)]
    add(shop, "vip", *every[:25])
    answer(adding(shop, "vip", *every[:30], headers=KEY))
    other = adding(shop, "vip", *every[30:], headers=KEY)
    assert refusal(other)[:2] == (409, "idempotency_key_reused")
    assert count(shop, "vip") == 30
    answer(adding(shop, "vip", every[0], headers={"Idempotency-Key": "k2"}))
    other = adding(shop, "vip", every[59], headers={"Idempotency-Key": "k2"})
    assert (refusal(other)[:2], count(shop, "vip")) == ((409, "idempotency_key_reused"), 30)


def test_a_trial_of_what_would_change_nothing_keeps_no_key(shop: Shop) -> None:
    define(shop, "vip")
    ada, bea = shop.enrol("1"), shop.enrol("2")
    add(shop, "vip", ada)
    assert answer(adding(shop, "vip", ada, query="?dry_run=true", headers=KEY))["changed"] == 0
    assert answer(adding(shop, "vip", bea, headers=KEY))["changed"] == 1


@pytest.mark.parametrize("remove", ["", "/remove"])
def test_lines_that_name_nobody_or_two_are_refused_and_nobody_joins(shop: Shop, remove: str) -> None:
    define(shop, "vip")
    ada, path = shop.enrol("1"), f"/v1/segments/vip/members{remove}"
    two = {"members": [{"member_id": ada}, {"member_id": ada, "identifier": card("1")}]}
    assert refusal(shop.api.post(path, two)) == (400, "two_members", "members.1.identifier")
    none = {"members": [{"member_id": ada}, {}]}
    assert refusal(shop.api.post(path, none)) == (400, "missing_member", "members.1.member_id")
    wrong = lines(ada, {"type": "email", "value": "nobody"})
    assert refusal(shop.api.post(path, wrong)) == (400, "invalid_identifier", "members.1.identifier")
    unknown = refusal(shop.api.post(f"/v1/segments/none/members{remove}", lines(ada)))
    assert (unknown, count(shop, "vip")) == ((404, "segment_not_found", "segment_id"), 0)


def test_who_is_unknown_is_in_no_segment_and_lists_know_their_own_cursors(shop: Shop) -> None:
    define(shop, "vip")
    assert refusal(shop.api.get(f"/v1/members/{NOBODY}/segments")) == (404, "member_not_found", "member_id")
    assert refusal(shop.api.get("/v1/segments/none/members")) == (404, "segment_not_found", "segment_id")
    assert refusal(shop.api.get("/v1/segments/vip/members?cursor=x")) == (400, "invalid_cursor", "cursor")


def test_a_tenant_has_only_so_many_segments(shop: Shop, rt: Runtime) -> None:
    known = define(shop, "vip")
    put_there(rt, "segment", numbered(known, "segment_id", range(MAX_SEGMENTS - 1)), program_id=0)
    assert refusal(shop.api.put("/v1/segments/one-more", VIP)) == (422, "too_many_segments", None)
    assert define(shop, "vip", name="Very")["name"] == "Very"


def test_nobody_joins_a_segment_that_has_ended_and_its_members_come_back_with_it(shop: Shop) -> None:
    define(shop, "vip")
    ada, bea = shop.enrol("1"), shop.enrol("2")
    add(shop, "vip", ada)
    define(shop, "vip", state="ended")
    assert refusal(adding(shop, "vip", bea)) == (422, "segment_ended", "segment_id")
    assert (of(shop, ada), members(shop, "vip")) == ([], [ada])
    define(shop, "vip")
    assert of(shop, ada) == ["vip"]
    define(shop, "vip", state="ended")
    assert remove(shop, "vip", ada) == ["left"]


def test_a_scheduled_stay_is_over_with_its_days_whether_or_not_a_job_ran(shop: Shop, rt: Runtime) -> None:
    define(shop, "letter", LETTER)
    ada = shop.enrol("1")
    add(shop, "letter", ada)
    shop.clock.at += 29 * DAY
    assert add(shop, "letter", ada) == ["unchanged"]  # its clock is not set back
    assert of(shop, ada) == ["letter"]
    shop.clock.at += DAY
    assert (of(shop, ada), members(shop, "letter"), count(shop, "letter")) == ([], [], 1)
    a_night_passes(rt, shop)
    assert count(shop, "letter") == 0
    assert different(rt) == []


def test_who_is_added_after_their_time_joins_anew(shop: Shop, rt: Runtime) -> None:
    define(shop, "letter", LETTER)
    ada = shop.enrol("1")
    add(shop, "letter", ada)
    shop.clock.at += 31 * DAY
    assert add(shop, "letter", ada) == ["joined"]
    assert (of(shop, ada), count(shop, "letter")) == (["letter"], 1)
    a_night_passes(rt, shop)
    assert of(shop, ada) == ["letter"]


def test_a_rolling_stay_is_counted_anew_each_time(shop: Shop, rt: Runtime) -> None:
    define(shop, "regulars", REGULARS)
    ada = shop.enrol("1")
    add(shop, "regulars", ada)
    shop.clock.at += 20 * DAY
    assert add(shop, "regulars", ada) == ["renewed"]
    a_night_passes(rt, shop)
    shop.clock.at += 19 * DAY
    assert of(shop, ada) == ["regulars"]
    assert different(rt) == []
    shop.clock.at += 10 * DAY
    a_night_passes(rt, shop)
    assert (of(shop, ada), count(shop, "regulars")) == ([], 0)


def test_another_horizon_moves_no_stay_that_has_begun(shop: Shop) -> None:
    define(shop, "letter", LETTER)
    ada, bea = shop.enrol("1"), shop.enrol("2")
    add(shop, "letter", ada)
    define(shop, "letter", LETTER, horizon_days=1)
    add(shop, "letter", bea)
    shop.clock.at += 2 * DAY
    assert (of(shop, ada), of(shop, bea)) == (["letter"], [])
