"""A profile: what a change means, which fields it may carry, and that it reads back as it was kept."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.areas.members.facts import MemberBlocked, MemberUnblocked, MemberUpdated
from chalicelib.areas.members.model import (
    Asked,
    Enrolment,
    Identifier,
    Member,
    MemberUpdate,
    enrolled,
    updated,
)
from chalicelib.errors import InvalidInput, Refused
from chalicelib.kit.facts import Fact
from chalicelib.table.items import compact_json
from tests.twins import at

DECLARED = {"shoe_size": "number", "vegan": "boolean", "since": "date", "motto": "text"}
ENROLLED = at("2026-06-15")


def ada(**fields: Any) -> Member:
    given: dict[str, Any] = {"identifiers": [{"type": "card", "value": "1"}], "given_name": "Ada"}
    return enrolled("mem_00000000001", ENROLLED, Enrolment.model_validate(given | fields), Asked(DECLARED))


def change(member: Member, **sent: Any) -> tuple[Member, tuple[Fact, ...]]:
    return updated(member, MemberUpdate.model_validate(sent), Asked(DECLARED), ENROLLED)


def test_what_is_sent_replaces_what_was_kept_and_the_rest_stays() -> None:
    before = ada(family_name="Byron", birth_date="1815-12-10", labels=[{"key": "vip", "value": "yes"}])
    after, facts = change(before, family_name="Lovelace", labels=[])
    assert facts == (MemberUpdated(("family_name", "labels")),)
    assert after == before.model_copy(update={"family_name": "Lovelace", "labels": ()})


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"given_name": "Ada"},
        {"identifiers": [{"type": "card", "value": " 1 "}]},
        {"status": "active"},
    ],
)
def test_sending_what_is_so_already_or_nothing_changes_nothing(same: dict[str, Any]) -> None:
    before = ada(birth_date="1815-12-10")
    assert change(before, **same) == (before, ())


def test_a_birth_date_can_be_taken_back() -> None:
    before = ada(birth_date="1815-12-10")
    assert before.birth_date == date(1815, 12, 10)
    after, facts = change(before, birth_date=None)
    assert (after.birth_date, facts) == (None, (MemberUpdated(("birth_date",)),))


def test_blocking_is_a_fact_of_its_own() -> None:
    blocked, facts = change(ada(), status="blocked", given_name="A.")
    assert (blocked.status, facts) == ("blocked", (MemberBlocked(), MemberUpdated(("given_name",))))
    assert change(blocked, status="blocked") == (blocked, ())
    assert change(blocked, status="active")[1] == (MemberUnblocked(),)


def test_facts_name_what_changed_never_to_what() -> None:
    _, facts = change(ada(), given_name="Augusta", identifiers=[{"type": "email", "value": "ada@example.com"}])
    assert facts == (MemberUpdated(("given_name", "identifiers")),)


def test_identifiers_are_kept_once_in_their_one_spelling() -> None:
    twice = [{"type": "email", "value": "Ada@Example.com"}, {"type": "email", "value": "ada@example.com "}]
    member = ada(identifiers=[*twice, {"type": "card", "value": "7"}])
    assert member.identifiers == (
        Identifier(type="email", value="ada@example.com"),
        Identifier(type="card", value="7"),
    )
    with pytest.raises(InvalidInput, match="invalid_identifier"):
        change(member, identifiers=[{"type": "phone", "value": "no"}])


def test_a_member_keeps_at_least_one_identifier_and_at_most_ten() -> None:
    for wrong in ([], [{"type": "card", "value": str(number)} for number in range(11)]):
        with pytest.raises(ValidationError):
            ada(identifiers=wrong)
        with pytest.raises(ValidationError):
            change(ada(), identifiers=wrong)


# --- fields ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shoe_size", 42),
        ("shoe_size", 42.5),
        ("shoe_size", -1),
        ("shoe_size", 10**30),
        ("vegan", False),
        ("since", "2020-02-29"),
        ("motto", ""),
        ("motto", "2020-02-29"),
        ("motto", "x" * 1_000),
    ],
)
def test_a_field_takes_a_value_of_its_type(name: str, value: object) -> None:
    member, facts = change(ada(), fields={name: value})
    assert member.fields == {name: value}
    assert type(member.fields[name]) is type(value)
    assert facts == (MemberUpdated(("fields",)),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shoe_size", "42"),
        ("shoe_size", True),
        ("shoe_size", float("inf")),
        ("shoe_size", float("-inf")),
        ("shoe_size", float("nan")),
        ("vegan", 1),
        ("vegan", "true"),
        ("since", "2021-02-29"),
        ("since", "20200229"),
        ("since", "2020-02-29T00:00:00Z"),
        ("since", 2020),
        ("motto", 5),
        ("motto", False),
        ("motto", "x" * 1_001),
    ],
)
def test_a_field_takes_no_value_of_another_type(name: str, value: object) -> None:
    for wish in (lambda: ada(fields={name: value}), lambda: change(ada(), fields={name: value})):
        with pytest.raises(Refused) as refusal:
            wish()
        assert (refusal.value.code, refusal.value.param) == ("wrong_field_type", f"fields.{name}")


def test_a_number_too_large_for_json_is_refused_not_kept() -> None:
    """1e999 is JSON, but reads as infinity, which is not."""
    sent = Enrolment.model_validate_json(
        '{"identifiers": [{"type": "card", "value": "1"}], "fields": {"shoe_size": 1e999}}'
    )
    with pytest.raises(Refused, match="wrong_field_type"):
        enrolled("mem_00000000001", ENROLLED, sent, Asked(DECLARED))


def test_a_field_nobody_declared_is_refused_but_may_be_removed() -> None:
    with pytest.raises(Refused, match="undeclared_field"):
        change(ada(), fields={"colour": "red"})
    with_colour = ada(fields={"motto": "onward"}).model_copy(update={"fields": {"colour": "red", "motto": "onward"}})
    assert change(with_colour, fields={"colour": None})[0].fields == {"motto": "onward"}
    assert change(with_colour, fields={"vegan": True})[0].fields == {"colour": "red", "motto": "onward", "vegan": True}


def test_fields_are_merged_and_removed_by_name() -> None:
    before = ada(fields={"shoe_size": 40, "vegan": True, "motto": "onward"})
    after, _ = change(before, fields={"shoe_size": 41, "motto": None})
    assert after.fields == {"shoe_size": 41, "vegan": True}


def test_a_member_with_fields_of_many_years_can_still_be_read() -> None:
    """A tenant may declare a hundred fields, then a hundred others: members keep what they carried."""
    member = ada()
    for year in ("a", "b"):
        declared = {f"{year}{number}": "number" for number in range(100)}
        member, _ = updated(member, MemberUpdate(fields=dict.fromkeys(declared, 1)), Asked(declared), ENROLLED)
    assert len(member.fields) == 200
    assert Member.model_validate(member.model_dump(mode="json")) == member


values = st.one_of(
    st.tuples(st.just("shoe_size"), st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))),
    st.tuples(st.just("vegan"), st.booleans()),
    st.tuples(st.just("since"), st.dates().map(date.isoformat)),
    st.tuples(st.just("motto"), st.text(st.characters(exclude_categories=["Cs"]), max_size=30)),
)


@given(st.lists(values).map(dict), st.none() | st.dates(), st.sampled_from(["", "de", "pt-BR", "zh-Hant-TW"]))
def test_a_member_reads_back_as_kept(fields: dict[str, Any], born: date | None, locale: str) -> None:
    member = ada(fields=fields, birth_date=born, locale=locale)
    read = Member.model_validate(json.loads(compact_json(member.model_dump(mode="json"))))
    assert read == member
    assert {name: type(value) for name, value in read.fields.items()} == {
        name: type(value) for name, value in fields.items()
    }


@pytest.mark.parametrize("locale", ["german", "DE", "de_DE", "de-", "de-D", "de\n", "x" * 36])
def test_a_locale_is_a_language_tag(locale: str) -> None:
    with pytest.raises(ValidationError):
        ada(locale=locale)
