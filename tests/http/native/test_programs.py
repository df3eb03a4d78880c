"""A tenant sets up its programs: what units there are, how long they last, and what may never change again."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.programs.model import Program
from chalicelib.areas.programs.store import program_name
from chalicelib.runtime import Runtime
from chalicelib.table.config_commit import Change, change_config
from tests.http.client import Api, status_of_body
from tests.http.native.bookshop import CASHBACK, POINTS, PROGRAM, Json, Shop, answer, refusal
from tests.http.world import HandClock
from tests.twins import caller_of, fresh

KEPT_POINTS = {
    "code": "points",
    "name": "Points",
    "decimals": 0,
    "policies": [
        {
            "effective_from": None,
            "rounding": "half_up",
            "expiry": {"type": "end_of_month", "months": 12},
            "expiry_counts": "earned",
            "available_after": 0,
            "consumption": "earliest_expiry",
            "negative": "never",
            "negative_limit": None,
            "return_basis": "own_lines",
            "return_policy": "clip",
            "refund_expiry": "fresh",
            "cancel_used": "left",
            "caps": {"per_transaction": None, "per_period": None, "balance": None},
        }
    ],
}


def unit(**fields: Any) -> Json:
    return PROGRAM | {"units": [POINTS | fields]}


def policies(*given: Json) -> Json:
    return unit(policies=list(given))


# --- the tenant ----------------------------------------------------------------------------------------------------------

UNSAID_WORDS: Json = {"invitation_link": None, "invitation_words": {"email": None, "sms": None}}
UNSAID: Json = {
    "member_fields": {},
    "complete_profile": [],
    "referrals": {
        "claim_days": 30,
        "invitation_days": 30,
        "per_device": 1,
        **UNSAID_WORDS,
    },
    "quiet_hours": None,
    "refusals_kept_days": 90,
    "audit_archive": False,
}


def test_a_new_tenant_is_called_by_its_name_and_declares_nothing(api: Api) -> None:
    assert answer(api.get("/v1/tenant")) == UNSAID | {"name": "ours"}


def test_settings_are_replaced_whole(api: Api) -> None:
    fields = {"genre": "text", "age": "number"}
    said = {"name": "The Corner Bookshop", "member_fields": fields, "complete_profile": ["email", "fields.genre"]}
    quiet = {"begins": "22:00", "ends": "07:30"}
    referrals = {"claim_days": 7, "invitation_days": 14, "per_device": 3, **UNSAID_WORDS}
    log = {"refusals_kept_days": 365, "audit_archive": True}
    settings = said | {"referrals": referrals, "quiet_hours": quiet} | log
    bare = UNSAID | {"name": "Corner"}
    assert answer(api.put("/v1/tenant", settings)) == settings
    assert answer(api.get("/v1/tenant")) == settings
    assert answer(api.put("/v1/tenant", {"name": "Corner"})) == bare
    assert answer(api.get("/v1/tenant")) == bare


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_field", "name"),
        ({"name": ""}, "too_short", "name"),
        ({"name": "N" * 201}, "too_long", "name"),
        ({"name": "Shop", "motto": "Read!"}, "unknown_field", "motto"),
        ({"name": "Shop", "member_fields": {"genre": "colour"}}, "unknown_choice", "member_fields.genre"),
        ({"name": "Shop", "member_fields": {"Genre": "text"}}, "wrong_format", "member_fields.Genre"),
        ({"name": "Shop", "member_fields": ["genre"]}, "wrong_type", "member_fields"),
        ({"name": "Shop", "member_fields": {f"f{n}": "text" for n in range(101)}}, "too_long", "member_fields"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(api: Api, body: Json, code: str, param: str) -> None:
    assert refusal(api.put("/v1/tenant", body)) == (400, code, param)


# --- programs ------------------------------------------------------------------------------------------------------------


def test_programs_are_numbered_in_order(api: Api) -> None:
    reply = api.post("/v1/programs", {"name": "Club", "units": [POINTS]})
    club = {"name": "Club", "zone": "UTC", "enrolment": "refuse", "units": [KEPT_POINTS], "rates": [], "program_id": 1}
    club |= {"events": [], "proofs": dict.fromkeys(("awards", "rewards", "points"), "none")}
    assert (reply.status, reply.json) == (201, club)
    second = answer(api.post("/v1/programs", PROGRAM | {"zone": "Europe/Berlin", "enrolment": "enrol"}))
    assert (second["program_id"], second["zone"], second["enrolment"]) == (2, "Europe/Berlin", "enrol")
    assert answer(api.get("/v1/programs/1")) == club
    assert answer(api.get("/v1/programs")) == {"items": [club, second]}


def test_a_program_is_replaced_whole(shop: Shop) -> None:
    changed = {
        "name": "Club of Readers",
        "zone": "America/New_York",
        "units": [POINTS, CASHBACK, {**POINTS, "code": "p2"}],
    }
    reply = shop.api.put("/v1/programs/1", changed)
    assert reply.status == 200
    assert (reply.json["name"], reply.json["program_id"], len(reply.json["units"])) == ("Club of Readers", 1, 3)
    assert answer(shop.api.get("/v1/programs/1")) == reply.json


@pytest.mark.parametrize("number", ["2", "0", "01", "1024", "-1", "x", "1.0", "0x1", "1e0", "%D9%A1", "9" * 30])
def test_a_program_that_is_not_there_is_not_found(shop: Shop, number: str) -> None:
    missing = (404, "program_not_found", "program_id")
    assert refusal(shop.api.get(f"/v1/programs/{number}")) == missing
    assert refusal(shop.api.put(f"/v1/programs/{number}", PROGRAM)) == missing


def test_a_unit_that_members_may_hold_stays(shop: Shop) -> None:
    gone = shop.api.put("/v1/programs/1", PROGRAM | {"units": [POINTS]})
    assert refusal(gone) == (422, "unit_in_use", "units")
    assert "cashback" in gone.json["error"]["message"]


def test_the_decimals_of_a_unit_never_change(shop: Shop) -> None:
    finer = shop.api.put("/v1/programs/1", PROGRAM | {"units": [POINTS, CASHBACK | {"decimals": 3}]})
    assert refusal(finer) == (422, "decimals_frozen", "units")


def test_a_policy_that_is_in_force_stays_once_something_was_earned(shop: Shop) -> None:
    shop.earn(shop.enrol("1"), 5)
    other = {"expiry": {"type": "days", "days": 10}}
    for policies, place in (([other], 0), ([*POINTS["policies"], other | {"effective_from": "2026-01-15"}], 1)):
        body = PROGRAM | {"units": [POINTS | {"policies": policies}, CASHBACK]}
        for query in ("", "?dry_run=true"):
            reply = shop.api.put(f"/v1/programs/1{query}", body)
            assert refusal(reply) == (422, "policy_in_force", f"units.0.policies.{place}")
            assert "effective_from 2026-01-16 or later" in reply.json["error"]["message"]
    assert (
        answer(shop.api.get("/v1/programs/1"))["units"][0]["policies"][0]["expiry"] == POINTS["policies"][0]["expiry"]
    )
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [POINTS, CASHBACK | {"policies": [other]}]}))


def test_the_zone_stays_where_a_policy_has_begun_there_and_not_yet_here(shop: Shop, clock: HandClock) -> None:
    shop.earn(shop.enrol("1"), 5)
    later = [*POINTS["policies"], {"effective_from": "2026-01-16", "expiry": {"type": "days", "days": 10}}]
    body = PROGRAM | {"units": [POINTS | {"policies": later}, CASHBACK]}
    answer(shop.api.put("/v1/programs/1", body))
    assert refusal(shop.api.put("/v1/programs/1", body | {"zone": "Pacific/Kiritimati"})) == (
        422,
        "policy_in_force",
        "zone",
    )
    clock.pass_by(12 * 60 * 60)
    answer(shop.api.put("/v1/programs/1", body | {"zone": "Pacific/Kiritimati"}))


def test_what_was_earned_keeps_its_day_when_the_policy_changes(shop: Shop) -> None:
    ada = shop.enrol("1")
    shop.earn(ada, 5)
    later = [*POINTS["policies"], {"effective_from": "2026-02-01", "expiry": {"type": "days", "days": 10}}]
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [POINTS | {"policies": later}, CASHBACK]}))
    shop.earn(ada, 7)
    shop.clock.pass_by(31 * 24 * 3600)
    shop.earn(ada, 9)
    assert shop.wallet(ada)["expiring"] == [
        {"expires_on": "2026-02-25", "amount": 9},
        {"expires_on": "2027-01-31", "amount": 12},
    ]


def test_there_is_an_end_to_programs(api: Api, rt: Runtime) -> None:
    last = Program.model_validate(PROGRAM | {"program_id": 1_023})
    change = Change(program_name(1_023), last.model_dump(mode="json"))
    change_config(rt, caller_of("ours"), fresh(), "import", lambda _: change)
    assert refusal(api.post("/v1/programs", PROGRAM)) == (422, "too_many_programs", None)
    assert answer(api.put("/v1/programs/1023", PROGRAM | {"name": "The last"}))["name"] == "The last"


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"units": [POINTS]}, "missing_field", "name"),
        ({"name": "Club"}, "missing_field", "units"),
        (PROGRAM | {"units": []}, "too_short", "units"),
        (PROGRAM | {"units": [POINTS] * 33}, "too_long", "units"),
        (PROGRAM | {"units": [POINTS, POINTS]}, "invalid_body", None),
        (PROGRAM | {"zone": "Mars/Olympus"}, "invalid_body", "zone"),
        (PROGRAM | {"zone": "../../etc/passwd"}, "invalid_body", "zone"),
        (PROGRAM | {"zone": "Z" * 65}, "too_long", "zone"),
        (PROGRAM | {"enrolment": "perhaps"}, "unknown_choice", "enrolment"),
        (PROGRAM | {"program_id": 7}, "unknown_field", "program_id"),
        (unit(code="Points"), "wrong_format", "units.0.code"),
        (unit(decimals=7), "number_too_large", "units.0.decimals"),
        (unit(decimals=-1), "number_too_small", "units.0.decimals"),
        (unit(decimals="2"), "unreadable_number", "units.0.decimals"),
        (unit(decimals=1.5), "too_many_decimals", "units.0.decimals"),
        (unit(decimals=True), "wrong_type", "units.0.decimals"),
        (policies(), "too_short", "units.0.policies"),
        (policies({"expiry": {"type": "someday"}}), "unknown_choice", "units.0.policies.0.expiry.type"),
        (policies({"expiry": {"days": 3}}), "missing_field", "units.0.policies.0.expiry.type"),
        (policies({"expiry": {"type": "days"}}), "missing_field", "units.0.policies.0.expiry.days"),
        (policies({"expiry": {"type": "days", "days": -1}}), "number_too_small", "units.0.policies.0.expiry.days"),
        (policies({"expiry": {"type": "days", "days": "3"}}), "unreadable_number", "units.0.policies.0.expiry.days"),
        (policies({"effective_from": "2026-01-01"}), "invalid_body", "units.0"),
        (policies({}, {"effective_from": "2026-02-30"}), "unreadable_date", "units.0.policies.1.effective_from"),
        (policies({}, {"effective_from": "2026-02-01"}, {"effective_from": "2026-01-01"}), "invalid_body", "units.0"),
        (policies({"return_policy": "generous"}), "unknown_choice", "units.0.policies.0.return_policy"),
        (policies({"return_policy": "negative"}), "invalid_body", "units.0.policies.0"),
    ],
)
def test_a_program_that_cannot_be_meant_is_refused(shop: Shop, body: Json, code: str, param: str | None) -> None:
    assert refusal(shop.api.post("/v1/programs", body)) == (status_of_body(code), code, param)
    assert refusal(shop.api.put("/v1/programs/1", body)) == (status_of_body(code), code, param)
    assert len(answer(shop.api.get("/v1/programs"))["items"]) == 1


def test_the_programs_of_another_tenant_are_not_ours(shop: Shop, other: Shop) -> None:
    answer(other.api.put("/v1/programs/1", PROGRAM | {"name": "Across the street"}))
    assert answer(shop.api.get("/v1/programs/1"))["name"] == "Readers' Club"
