"""What makes a program: zones that exist, units told apart, policies in order; and what may never change again."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.areas.programs.model import Program, TenantSettings, Unit, succeed
from chalicelib.errors import Refused


def program(*units: dict[str, Any], zone: str = "UTC") -> Program:
    return Program.model_validate({"name": "Shop", "program_id": 1, "zone": zone, "units": units})


def unit(code: str = "points", **fields: Any) -> dict[str, Any]:
    return {"code": code, "name": code.title()} | fields


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_zone_of_the_database_is_taken(zone: str) -> None:
    assert program(unit(), zone=zone).zone == zone


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Europe",
        "Europe/Atlantis",
        "europe berlin",
        "../etc/passwd",
        "/etc/localtime",
        "a\0b",
        "x" * 65,
        "localtime",
        "posixrules",
        "Factory",
        "right/UTC",
        "posix/Europe/Berlin",
    ],
)
def test_anything_else_is_no_zone_on_any_machine(zone: str) -> None:
    with pytest.raises(ValidationError):
        program(unit(), zone=zone)


def test_two_units_of_one_code_are_refused() -> None:
    with pytest.raises(ValidationError, match="a code of its own"):
        program(unit("points"), unit("stamps"), unit("points"))


@pytest.mark.parametrize(
    "starts",
    [
        ["2026-01-01"],
        [None, None],
        [None, "2026-03-01", "2026-02-01"],
        [None, "2026-03-01", "2026-03-01"],
        ["2026-03-01", None],
        [],
    ],
)
def test_policies_out_of_order_are_refused(starts: list[str | None]) -> None:
    with pytest.raises(ValidationError):
        Unit.model_validate(unit(policies=[{"effective_from": start} for start in starts]))


@pytest.mark.parametrize("code", ["", "Points", "1st", "points!", "p" * 33, "pöints", "points\n"], ids=repr)
def test_a_unit_code_is_a_slug(code: str) -> None:
    with pytest.raises(ValidationError):
        Unit.model_validate(unit(code))


def test_a_unit_is_never_removed_and_its_decimals_never_change() -> None:
    before = program(unit("points", decimals=2), unit("stamps"))
    with pytest.raises(Refused, match="unit_in_use"):
        succeed(before, program(unit("points", decimals=2)))
    with pytest.raises(Refused, match="decimals_frozen"):
        succeed(before, program(unit("points", decimals=3), unit("stamps")))


def test_a_unit_may_come_be_renamed_and_change_its_policy() -> None:
    before = program(unit("points"))
    renamed = unit("points", name="Stars", policies=[{"expiry": {"type": "end_of_month", "months": 1}}])
    succeed(before, program(unit("stamps"), renamed))


def test_asking_for_a_unit_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="This program has no unit miles"):
        program(unit("points")).unit("miles")


def test_a_program_goes_to_json_and_back() -> None:
    policies = [
        {"expiry": {"type": "days", "days": 3}},
        {"effective_from": "2026-05-01", "return_basis": "order_value"},
    ]
    made = program(unit("points", decimals=2, policies=policies), unit("stamps"), zone="Asia/Tokyo")
    assert Program.model_validate(made.model_dump(mode="json")) == made


def test_a_tenants_member_fields_have_slugs_and_known_types() -> None:
    settings = TenantSettings.model_validate({"name": "Shop", "member_fields": {"shoe_size": "number"}})
    assert settings.member_fields == {"shoe_size": "number"}
    for wrong in ({"Shoe size": "number"}, {"shoe_size": "float"}):
        with pytest.raises(ValidationError):
            TenantSettings.model_validate({"name": "Shop", "member_fields": wrong})
