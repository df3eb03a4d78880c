"""Bodies: what is no JSON, too much of it, or JSON that says something else than the operation understands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from chalicelib.api.bodies import MAX_BYTES, MAX_DEPTH, as_refusal, read_body
from chalicelib.errors import Refused
from chalicelib.runtime import Runtime
from tests.http import shop
from tests.http.client import Api, status_of_body
from tests.http.world import key_for


@pytest.fixture
def till(rt: Runtime) -> Api:
    return Api(rt, key_for(rt, "ours"), shop.SOUND)


def nested(levels: int) -> bytes:
    return b'{"name":' * (levels - 1) + b'{"name":1}' + b"}" * (levels - 1)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "body_missing"),
        (b" \r\n", "body_missing"),
        (b"{", "body_not_json"),
        (b'{"name": "cup",}', "body_not_json"),
        (b"{'name': 'cup'}", "body_not_json"),
        (b'{"name": "cup"} {}', "body_not_json"),
        (b'\xef\xbb\xbf{"name": "cup"}', "body_not_json"),
        (b'{"name": "a\nb"}', "body_not_json"),
        (b'{"name": "\\ud800"}', "body_not_json"),  # half a character
        (b'{"name": "cup", "pieces": ' + b"9" * 5000, "body_not_json"),
        (b'{"name": "c\xfcp"}', "body_not_utf8"),
        ('{"name": "cup"}'.encode("utf-16"), "body_not_utf8"),
        (b'"cup"', "body_not_object"),
        (b"[]", "body_not_object"),
        (b"null", "body_not_object"),
        (b'{"price": NaN}', "body_not_finite"),
        (b'{"price": -Infinity}', "body_not_finite"),
        (b'{"name": "cup", "name": "mug"}', "duplicate_name"),
        (b'{"name": "cup", "parts": [{"sku": "A", "sku": "B"}]}', "duplicate_name"),
        (nested(MAX_DEPTH + 1), "body_too_deep"),
        (b"[" * 900_000, "body_too_deep"),
        (b'{"a":' * 100_000, "body_too_deep"),
        (b'{"name": "' + b"x" * MAX_BYTES + b'"}', "body_too_large"),
    ],
    ids=lambda value: None if isinstance(value, str) else repr(value[:24]),
)
def test_what_cannot_be_read_is_refused_with_a_code_of_its_own(till: Api, raw: bytes, code: str) -> None:
    reply = till.post("/v1/things", raw=raw)
    assert (reply.status, reply.code) == (400, code)


@pytest.mark.parametrize(
    "raw",
    [
        nested(MAX_DEPTH),
        b'{"name": "' + b"[{" * 100 + b'"}',
        b'{"name": "' + rb"\"[" * 100 + b'"}',
        b'{"parts": [' + b"[]," * 100 + b"[]]}",
        b'{"name": "cup", "parts": [' + b'{"sku": "A"},' * 50 + b'{"sku": "A"}]}',
        b'{"name": "' + b"x" * (MAX_BYTES - 12) + b'"}',
    ],
    ids=[
        "as deep as may be",
        "brackets in a text",
        "quoted brackets",
        "many side by side",
        "many texts",
        "as large as may be",
    ],
)
def test_what_is_within_the_bounds_is_read(till: Api, raw: bytes) -> None:
    assert till.post("/v1/things", raw=raw).code in (None, "missing_field", "too_long", "wrong_type")


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"name": None}, "wrong_type", "name"),
        ({"name": 5}, "wrong_type", "name"),
        ({"nmae": "cup"}, "unknown_field", "nmae"),
        ({"price": "12,50"}, "unreadable_number", "price"),
        ({"price": "NaN"}, "unreadable_number", "price"),
        ({"price": True}, "wrong_type", "price"),
        ({"price": "1.001"}, "too_many_decimals", "price"),
        ({"made_on": "2026-02-30"}, "unreadable_date", "made_on"),
        ({"made_on": "yesterday"}, "unreadable_date", "made_on"),
        ({"made_on": 5}, "wrong_type", "made_on"),
        ({"colour": "green"}, "unknown_choice", "colour"),
        ({"parts": "A"}, "wrong_type", "parts"),
        ({"parts": [{"sku": "A"}] * 3}, "too_long", "parts"),
        ({"parts": [{"sku": "A"}, {}]}, "missing_field", "parts.1.sku"),
        ({"parts": [{"sku": ""}]}, "too_short", "parts.0.sku"),
        ({"parts": [{"sku": "ABCDEF"}]}, "too_long", "parts.0.sku"),
        ({"parts": [{"sku": "abc"}]}, "wrong_format", "parts.0.sku"),
        ({"parts": [{"sku": "A", "pieces": -1}]}, "number_too_small", "parts.0.pieces"),
        ({"parts": [{"sku": "A", "pieces": 10}]}, "number_too_large", "parts.0.pieces"),
        ({"parts": [{"sku": "A", "pieces": 1.5}]}, "too_many_decimals", "parts.0.pieces"),
        ({"parts": [{"sku": "A", "pieces": "1"}]}, "unreadable_number", "parts.0.pieces"),
        ({"name": "nothing"}, "invalid_body", "name"),
        ({"name": "longest"}, "too_long", "name"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_a_field_that_does_not_fit_is_named(till: Api, change: dict[str, Any], code: str, param: str) -> None:
    reply = till.post("/v1/things", {"name": "cup"} | change)
    error = reply.json["error"]
    assert (reply.status, error["code"], error["param"]) == (status_of_body(code), code, param)
    assert error["message"].startswith(f"The field {param} ")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": None}, "The field name must be a text, not null."),
        ({"name": 5}, "The field name must be a text."),
        ({"name": "nothing"}, "The field name is not valid: a thing must be something."),
        ({"nmae": "cup"}, "The field nmae is not known here."),
        ({"price": "12,50"}, "The field price must be a number, such as 10.5."),
        ({"price": "1.001"}, "The field price must have at most 2 decimals."),
        ({"made_on": "yesterday"}, "The field made_on must be a day of the calendar, such as 2026-01-31."),
        ({"made_on": 5}, "The field made_on must be a day in quotes, such as 2026-01-31."),
        ({"colour": "green"}, "The field colour must be one of: red, blue."),
        ({"colour": None}, "The field colour must be one of: red, blue, not null."),
        ({"parts": "A"}, "The field parts must be a list."),
        ({"parts": ["A"]}, "The field parts.0 must be an object."),
        ({"parts": [{"sku": "A"}] * 3}, "The field parts must hold at most 2 entries."),
        ({"parts": [{"sku": ""}]}, "The field parts.0.sku must not be empty."),
        ({"parts": [{"sku": "ABCDEF"}]}, "The field parts.0.sku must have at most 5 characters."),
        ({"parts": [{"sku": "A", "pieces": -1}]}, "The field parts.0.pieces must be at least 0."),
        ({"parts": [{"sku": "A", "pieces": 10}]}, "The field parts.0.pieces must be at most 9."),
        ({"parts": [{"sku": "A", "pieces": True}]}, "The field parts.0.pieces must be a whole number."),
        (
            {"parts": [{"sku": "A", "pieces": "1"}]},
            "The field parts.0.pieces must be a whole number, without quotes and without a decimal point.",
        ),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_messages_are_sentences_that_say_what_to_mend(till: Api, change: dict[str, Any], sentence: str) -> None:
    assert till.post("/v1/things", {"name": "cup"} | change).json["error"]["message"] == sentence


@pytest.mark.parametrize(
    ("field", "code", "param"),
    [
        ('"parts": [{"sku": "A", "pieces": %s}]', "number_too_large", "parts.0.pieces"),
        ('"parts": [{"sku": "A", "pieces": -%s}]', "number_too_small", "parts.0.pieces"),
        ('"colour": %s', "unknown_choice", "colour"),
        ('"made_on": %s', "wrong_type", "made_on"),
        ('"parts": [%s, %s]', "wrong_type", "parts.0"),
        ('"nmae": %s', "unknown_field", "nmae"),
    ],
)
@pytest.mark.parametrize("digits", [20, 4_300, 4_301, 900_000])
def test_a_number_is_too_large_however_many_digits_it_has(
    till: Api, field: str, code: str, param: str, digits: int
) -> None:
    """Beyond some thousands of digits nobody reads it; who sent it is told what of a shorter one."""
    long = "9" * (digits // field.count("%s"))
    raw = f'{{"name": "cup", {field.replace("%s", long)}}}'.encode()
    reply = till.post("/v1/things", raw=raw)
    assert (reply.status, reply.code, reply.json["error"]["param"]) == (status_of_body(code), code, param)


def test_a_number_that_no_field_would_bound_is_too_large_all_the_same() -> None:
    class Anything(BaseModel):
        what: Any

    for digits in (4_301, 900_000):
        with pytest.raises(Refused, match="number_too_large"):
            read_body(b'{"what": ' + b"9" * digits + b"}", Anything)
    assert read_body(b'{"what": ' + b"9" * 4_300 + b"}", Anything)[1] == {"what": int("9" * 4_300)}


def test_what_is_not_there_is_told_as_that(till: Api) -> None:
    assert till.post("/v1/things", {}).json["error"]["message"] == "The field name is missing."


def test_a_refusal_does_not_show_what_was_sent(till: Api) -> None:
    assert "swordfish" not in till.post("/v1/things", {"name": "cup", "colour": "swordfish"}).text


def test_values_made_from_a_body_are_the_senders_to_mend() -> None:
    with pytest.raises(Refused, match="number_too_small"), as_refusal():
        shop.Part(sku="A", pieces=-1)


def test_a_body_comes_with_the_plain_value_it_was() -> None:
    body, value = read_body(b'{"name": "cup", "price": "1.50"}', shop.ThingBody)
    assert (body.name, value) == ("cup", {"name": "cup", "price": "1.50"})
