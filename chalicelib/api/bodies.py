"""A body from bytes to a model: bounded before it is parsed, parsed strictly, refused with one code and one place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from chalicelib.api.codes import CODES
from chalicelib.errors import InvalidInput

MAX_BYTES = 1_000_000
MAX_DEPTH = 32

# A whole string, closed or not, or one bracket. Possessive, so that no text makes it go over its input twice.
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)

_CODES = {
    "missing": "missing_field",
    "extra_forbidden": "unknown_field",
    "json_invalid": "body_not_json",
    "greater_than": "number_too_small",
    "greater_than_equal": "number_too_small",
    "less_than": "number_too_large",
    "less_than_equal": "number_too_large",
    "decimal_max_places": "too_many_digits",
    "decimal_max_digits": "too_many_digits",
    "decimal_whole_digits": "too_many_digits",
    "multiple_of": "too_many_digits",
    "int_parsing_size": "too_many_digits",
    "int_parsing": "unreadable_number",
    "decimal_parsing": "unreadable_number",
    "float_parsing": "unreadable_number",
    "finite_number": "unreadable_number",
    "int_from_float": "unreadable_number",
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

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_body(raw: bytes, model: type[ModelT]) -> tuple[ModelT, Any]:
    """The body as the model, and as the plain JSON value it was (which fingerprints are made of)."""
    value = _read_json(raw)
    with as_refusal(value):
        return model.model_validate_json(raw, strict=True), value


@contextmanager
def as_refusal(sent: Any = None) -> Iterator[None]:
    """Around what turns a body into values: what does not fit is the sender's to mend, not our failure.

    `sent` is the JSON value of the body, by which the place of the fault is named; without it, the model's own names are.
    """
    try:
        yield
    except ValidationError as fault:
        raise _refusal(fault, sent) from fault


def _read_json(raw: bytes) -> Any:
    if not raw.strip():
        raise InvalidInput("body_missing", "This operation needs a JSON object as its body.")
    if len(raw) > MAX_BYTES:
        raise InvalidInput("body_too_large", f"The body has {len(raw)} bytes; {MAX_BYTES} are the most.")
    if _is_too_deep(raw):
        raise InvalidInput("body_too_deep", f"The body nests deeper than {MAX_DEPTH} levels.")
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_not_finite)
    except UnicodeDecodeError as fault:
        raise InvalidInput("body_not_utf8", f"The body is not UTF-8: byte {fault.start} cannot be read.") from fault
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        raise InvalidInput("body_not_json", f"The body is not JSON: it cannot be read from {where} on.") from fault
    except ValueError as fault:
        raise InvalidInput("body_not_json", "The body holds a number with thousands of digits.") from fault
    if not isinstance(value, dict):
        raise InvalidInput("body_not_object", "The body must be a JSON object.")
    return value


def _is_too_deep(raw: bytes) -> bool:
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(raw):
        mark = found[0]
        if mark in (b"[", b"{"):
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif mark in (b"]", b"}"):
            depth -= 1
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise InvalidInput("duplicate_name", "An object of the body has this name twice.", param=_repeated(pairs)[:64])
    return names


def _repeated(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            break
        seen.add(name)
    return name


def _not_finite(text: str) -> NoReturn:
    raise InvalidInput("body_not_finite", f"The body holds {text}, which JSON does not know.")


def _refusal(fault: ValidationError, sent: Any) -> InvalidInput:
    first = fault.errors(include_url=False, include_input=False, include_context=False)[0]
    place = first["loc"] if sent is None else _place(first["loc"], sent, missing=first["type"] == "missing")
    param = ".".join(str(part) for part in place)[:200] or None
    code = _code_of(first["type"])
    return InvalidInput(code, _sentence(code, param, first["msg"]), param=param)


def _place(loc: tuple[int | str, ...], sent: Any, *, missing: bool) -> list[int | str]:
    """The way to the fault in what was sent. (Pydantic names also the choices it tried there, which no sender knows.)"""
    place: list[int | str] = []
    for part in loc[:-1] if missing else loc:
        inside = part in sent if isinstance(sent, dict) else isinstance(sent, list) and isinstance(part, int)
        if inside:
            place.append(part)
            sent = sent[part]
    return [*place, loc[-1]] if missing else place


def _code_of(kind: str) -> str:
    """Our code for one of pydantic's kinds of error. A validator may name one of our codes as the kind itself."""
    if kind in _CODES:
        return _CODES[kind]
    if kind in CODES:
        return kind
    if kind.startswith(("date", "time")):
        return "wrong_type" if kind.endswith("_type") else "unreadable_date"
    return "wrong_type" if kind.endswith("_type") else "invalid_body"


def _sentence(code: str, param: str | None, said: str) -> str:
    subject = f"The field {param}" if param else "The body"
    if code == "missing_field":
        return f"{subject} is missing."
    if code == "unknown_field":
        return f"{subject} is not known here."
    said = said.removeprefix("Value error, ").removeprefix("Assertion failed, ").rstrip(".")
    return f"{subject} is not valid: {said[:1].lower()}{said[1:300]}."
