"""A body from bytes to a model: bounded before it is parsed, parsed strictly, refused with one code and one place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from chalicelib.api.codes import OUT_OF_BOUNDS
from chalicelib.api.faults import discriminator, fault_of, place_inside
from chalicelib.errors import InvalidInput, Refused

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
SHORT_DIGITS = 300

# A whole string, closed or not, or one bracket. Possessive, so that no text makes it go over its input twice.
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_body(raw: bytes, model: type[ModelT]) -> tuple[ModelT, Any]:
    """The body as the model, and as the plain JSON value it was (which fingerprints are made of)."""
    try:
        value = _read_json(raw)
    except ValueError as fault:
        raise _too_long_a_number(raw, model) from fault
    with as_refusal(value):
        try:
            return model.model_validate_json(raw, strict=True), value
        except ValidationError as fault:
            if fault.errors(include_url=False)[0]["type"] != "json_invalid":
                raise
    raise _too_long_a_number(raw, model)


@contextmanager
def as_refusal(sent: Any = None) -> Iterator[None]:
    """Around what turns a body into values: what does not fit is the sender's to mend, not our failure.

    `sent` is the JSON value of the body, by which the place of the fault is named; without it, the model's own names are.
    """
    try:
        yield
    except ValidationError as fault:
        raise _refusal(fault, sent) from fault


def _too_long_a_number(raw: bytes, model: type[BaseModel]) -> Refused:
    """For a body that only its numbers keep from being read: neither reader takes one of thousands of digits, and nobody
    lifts that bound. Raises what is wrong with it once they are shorter and still too large for anything."""
    shorter = _read_json(raw, _read_shorter)
    with as_refusal(shorter):
        model.model_validate_json(json.dumps(shorter), strict=True)
    return Refused("number_too_large", "The body holds a number with thousands of digits.")


def _read_shorter(digits: str) -> int:
    return int(digits if len(digits) <= SHORT_DIGITS else digits[:SHORT_DIGITS])


def _read_json(raw: bytes, parse_int: Callable[[str], int] = int) -> Any:
    """ValueError for an integer that `parse_int` does not read."""
    if not raw.strip():
        raise InvalidInput("body_missing", "This operation needs a JSON object as its body.")
    if len(raw) > MAX_BYTES:
        raise InvalidInput("body_too_large", f"The body has {len(raw)} bytes; {MAX_BYTES} are the most.")
    if _is_too_deep(raw):
        raise InvalidInput("body_too_deep", f"The body nests deeper than {MAX_DEPTH} levels.")
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_object, parse_int=parse_int, parse_constant=_not_finite
        )
    except UnicodeDecodeError as fault:
        raise InvalidInput("body_not_utf8", f"The body is not UTF-8: byte {fault.start} cannot be read.") from fault
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        raise InvalidInput("body_not_json", f"The body is not JSON: it cannot be read from {where} on.") from fault
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


def _refusal(fault: ValidationError, sent: Any) -> InvalidInput | Refused:
    """A number that reads well and is none for anybody is refused; everything else is malformed."""
    first = fault.errors(include_url=False)[0]
    place = first["loc"] if sent is None else _place(first["loc"], sent, missing=first["type"] == "missing")
    tag = discriminator(first)
    param = ".".join(str(part) for part in (*place, *([tag] if tag else []), *place_inside(first)))[:200] or None
    code, sentence = fault_of(first, param)
    kind = Refused if code in OUT_OF_BOUNDS else InvalidInput
    return kind(code, sentence, param=param)


def _place(loc: tuple[int | str, ...], sent: Any, *, missing: bool) -> list[int | str]:
    """The way to the fault in what was sent. (Pydantic names also the choices it tried there, which no sender knows.)"""
    place: list[int | str] = []
    for part in loc[:-1] if missing else loc:
        inside = part in sent if isinstance(sent, dict) else isinstance(sent, list) and isinstance(part, int)
        if inside:
            place.append(part)
            sent = sent[part]
    return [*place, loc[-1]] if missing else place
