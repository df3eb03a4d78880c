"""What is wrong with a field, in our words: pydantic's kind of error becomes one of our codes and a sentence for a person.

A validator of ours may name one of our codes as the kind (PydanticCustomError) and brings its own words then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from chalicelib.api.codes import CODES

CODE_OF_KIND: Mapping[str, str] = {
    "missing": "missing_field",
    "extra_forbidden": "unknown_field",
    "json_invalid": "body_not_json",
    "greater_than": "number_too_small",
    "greater_than_equal": "number_too_small",
    "less_than": "number_too_large",
    "less_than_equal": "number_too_large",
    "decimal_max_digits": "number_too_large",
    "decimal_whole_digits": "number_too_large",
    "int_parsing_size": "number_too_large",
    "decimal_max_places": "too_many_decimals",
    "int_parsing": "unreadable_number",
    "decimal_parsing": "unreadable_number",
    "float_parsing": "unreadable_number",
    "finite_number": "unreadable_number",
    "int_from_float": "too_many_decimals",
    "timezone_aware": "unreadable_date",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_pattern_mismatch": "wrong_format",
    "literal_error": "unknown_choice",
    "enum": "unknown_choice",
    "union_tag_invalid": "unknown_choice",
    "union_tag_not_found": "missing_field",
    "none_required": "wrong_type",
    "value_error": "invalid_body",
    "assertion_error": "invalid_body",
}
# What a pattern asks for, in words. (A test knows every pattern of the API and finds the one that has none.)
FORMS: Mapping[str, str] = {
    r"^[\x21-\x7e]+$": "have no blanks, and none but the letters and signs of a plain keyboard",
    "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$": (
        "have 1 to 64 letters from A to Z, digits, dots, hyphens or underscores, a letter or digit first"
    ),
    "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$": (
        "have 1 to 64 letters from A to Z, digits, hyphens or underscores, a letter or digit first"
    ),
    "^(\\*|[a-z_]+\\.(\\*|[a-z_]+))$": "be the type of a fact such as order.recorded, all of a kind as member.*, or *",
    "^https://[^\\s]{1,2000}$": "be an address that begins with https://",
    "^([01][0-9]|2[0-3]):[0-5][0-9]$": "be a time of day such as 09:30",
    "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "be a language such as de or en-GB",
    "^[a-z0-9][a-z0-9_-]{0,63}$": (
        "have 1 to 64 lower-case letters, digits, hyphens or underscores, a letter or digit first"
    ),
    "^[a-z][a-z0-9_-]{0,31}$": "have 1 to 32 lower-case letters, digits, hyphens or underscores, a letter first",
    "^[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]$": (
        "have 3 to 64 letters from A to Z, digits or hyphens, a letter or digit first and last"
    ),
    "^[A-Za-z0-9-]{0,16}$": "have at most 16 letters from A to Z, digits or hyphens",
    r"^https://[^\s{}]+\{\{code\}\}[^\s{}]*$": "be an https link with {{code}} in it, such as https://shop.example.com/join?code={{code}}",
    "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "be a day of a year such as 12-31",
    "^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$": "be a language such as de or en-GB",
    "^[a-z]{2,3}(-[A-Z]{2})?$": "be a language such as de or en-GB",
    "^[A-Z]{2}$": "be a country of two capital letters, such as DE",
    "^https://[^\\s]{1,1990}$": "be an address that begins with https://",
    "^[0-9]{4,12}$": "have 4 to 12 digits",
    "^[a-z][a-z0-9_]{0,31}$": "have 1 to 32 lower-case letters, digits or underscores, a letter first",
    "^(given_name|family_name|birth_date|locale|newsletter|card|email|phone|external_id|fields\\.[a-z][a-z0-9_-]{0,31})$": (
        "be given_name, family_name, birth_date, locale, newsletter, card, email, phone, external_id or fields. with a name"
    ),
    "^(orders|check_in|redemptions|(rule|event):[A-Za-z0-9][A-Za-z0-9_.-]{0,63}|points_(earned|spent):[a-z][a-z0-9_-]{0,31})$": (
        "be orders, check_in, redemptions, rule: with the id of a rule, event: with the name of an event, or points_earned: or points_spent: "
        "with the code of a unit"
    ),
    "^(orders|check_in|redemptions|event:[A-Za-z0-9][A-Za-z0-9_.-]{0,63}|points_(earned|spent):[a-z][a-z0-9_-]{0,31})$": (
        "be orders, check_in, redemptions, event: with the name of an event, or points_earned: or points_spent: with the code of a unit"
    ),
    "^(orders|points_(earned|spent):[a-z][a-z0-9_-]{0,31})$": (
        "be orders, or points_earned: or points_spent: with the code of a unit"
    ),
    "^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$": "have 1 to 32 letters from A to Z, digits, dots, hyphens or underscores, a letter or digit first",
}
_NOUNS: Mapping[str, str] = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "decimal_type": "a number",
    "bool_type": "true or false",
    "none_required": "null",
    "date_type": "a day in quotes, such as 2026-01-31",
    "tuple_type": "a list",
    "list_type": "a list",
}
_DAY = "be a day of the calendar, such as 2026-01-31"
_TIME = "be an RFC 3339 time, such as 2026-01-31T12:00:00Z"
_WHOLE = "be a whole number, without quotes and without a decimal point"
_SMALLEST = ": amounts are in the smallest part, such as 1055 for 10.55"
_CHOICES = ("literal_error", "enum")
_QUOTED = re.compile(r"'([^']*)'")


class Fault(NamedTuple):
    code: str
    sentence: str


def fault_of(error: ErrorDetails, param: str | None) -> Fault:
    """The code of an error and what to say of it. What was sent is never said again."""
    code, subject = code_of(error), f"The field {param}" if param else "The body"
    if code == "missing_field":
        return Fault(code, f"{subject} is missing.")
    if code == "body_not_json":
        return Fault(code, "The body holds a character that is no valid text.")
    if code == "unknown_field":
        return Fault(code, f"{subject} is not known here.")
    if code == "invalid_body" or _is_ours(error):
        return Fault(code, _ours(subject, error["msg"]))
    return Fault(code, f"{subject} must {_must(code, error)}.")


def code_of(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "int_type" and isinstance(error["input"], str | float):
        return "unreadable_number" if isinstance(error["input"], str) else "too_many_decimals"
    if kind in _CHOICES and error["input"] is None:
        return "wrong_type"
    if kind in CODE_OF_KIND:
        return CODE_OF_KIND[kind]
    if kind in CODES:
        return kind
    if kind.endswith("_type"):
        return "wrong_type"
    return "unreadable_date" if kind.startswith(("date", "time")) else "invalid_body"


def discriminator(error: ErrorDetails) -> str | None:
    """The field inside the faulty object that says which kind it is, where that is what is wrong."""
    return str(error["ctx"]["discriminator"]).strip("'") if error["type"].startswith("union_tag") else None


def _is_ours(error: ErrorDetails) -> bool:
    """Some of our codes are called as pydantic calls its own kinds; those come with what they were measured by."""
    return error["type"] in CODES and ("ctx" not in error or "param" in error["ctx"])


def place_inside(error: ErrorDetails) -> tuple[str, ...]:
    """Where in the faulty object it is that a validator of ours found, if it says so (kit/slips)."""
    inside = error.get("ctx", {}).get("param")
    return tuple(str(inside).split(".")) if inside else ()


def _ours(subject: str, said: str) -> str:
    said = said.removeprefix("Value error, ").removeprefix("Assertion failed, ").removeprefix("it ").rstrip(".")
    told = said[:1].lower() + said[1:300]
    return f"{subject} {told}." if told.startswith("must ") else f"{subject} is not valid: {told}."


def _must(code: str, error: ErrorDetails) -> str:
    kind, bounds = error["type"], error.get("ctx", {})
    if code == "wrong_type":
        noun = _one_of(bounds) if kind in _CHOICES else _NOUNS.get(kind, "an object")
        return f"be {noun}, not null" if error["input"] is None else f"be {noun}"
    if code == "unknown_choice":
        return f"be {_one_of(bounds)}"
    if code == "unreadable_date":
        return _DAY if kind.startswith("date_") else _TIME
    if code == "unreadable_number" or (code == "too_many_decimals" and kind.startswith("int")):
        return _number(error)
    if code == "wrong_format":
        return FORMS.get(str(bounds.get("pattern")), "be written in the form that the documentation shows")
    return _size(kind, bounds)


def _one_of(bounds: Mapping[str, Any]) -> str:
    expected = bounds.get("expected_tags", bounds.get("expected", ""))
    return f"one of: {', '.join(_QUOTED.findall(str(expected)))}"


def _number(error: ErrorDetails) -> str:
    if not error["type"].startswith("int"):
        return "be a number, such as 10.5"
    return _WHOLE + _SMALLEST if error["loc"][-1:] == ("amount",) else _WHOLE


def _size(kind: str, bounds: Mapping[str, Any]) -> str:
    match kind:
        case "string_too_short":
            return "not be empty" if bounds["min_length"] == 1 else f"have at least {bounds['min_length']} characters"
        case "string_too_long":
            return f"have at most {bounds['max_length']} characters"
        case "too_short":
            return "not be empty" if bounds["min_length"] == 1 else f"hold at least {bounds['min_length']} entries"
        case "too_long":
            return f"hold at most {bounds['max_length']} entries"
        case "greater_than":
            return f"be above {bounds['gt']}"
        case "greater_than_equal":
            return f"be at least {bounds['ge']}"
        case "less_than":
            return f"be below {bounds['lt']}"
        case "less_than_equal":
            return f"be at most {bounds['le']}"
        case "decimal_max_places":
            return f"have at most {bounds['decimal_places']} decimals"
        case _:
            return "have fewer digits"
