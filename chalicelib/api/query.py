"""The query string, read against what the route declares: unknown, repeated and unreadable parameters are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.api.route import QueryParam
from chalicelib.errors import InvalidInput
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import parse_day
from chalicelib.kit.wire import parse_rfc3339

MAX_LENGTH = 1_000

_INTEGER = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_FORMS = {
    "integer": "a whole number",
    "boolean": "true or false",
    "date": "a day from 1900 to 8999, like 2026-01-31",
    "instant": "a time from 1970 to 8999, like 2026-01-31T12:00:00Z",
}


def read_query(declared: Iterable[QueryParam], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    known = {param.name: param for param in declared}
    for name, values in given.items():
        if name not in known:
            raise InvalidInput("unknown_parameter", "This operation has no such query parameter.", param=name[:64])
        if len(values) != 1:
            raise InvalidInput("repeated_parameter", f"{name} may be given once.", param=name)
    return {name: _value(param, given[name][0] if name in given else None) for name, param in known.items()}


def _value(param: QueryParam, text: str | None) -> Any:
    if text is None:
        if param.required:
            raise InvalidInput("missing_parameter", f"{param.name} is needed: {param.description}", param=param.name)
        return param.default
    value = _parsed(param, text)
    if value is None:
        raise _invalid(param, f"be {_FORMS[param.type]}")
    _check_bounds(param, value)
    return value


def _parsed(param: QueryParam, text: str) -> Any:
    match param.type:
        case "string":
            return text
        case "integer":
            return int(text) if _INTEGER.fullmatch(text) else None
        case "boolean":
            return {"true": True, "false": False}.get(text)
        case "date":
            return parse_day(text) if _is_of_our_times(text) else None
        case "instant":
            return _instant(text)


def _check_bounds(param: QueryParam, value: Any) -> None:
    if param.choices and value not in param.choices:
        raise _invalid(param, f"be one of {', '.join(param.choices)}")
    if param.type not in ("string", "integer"):
        return
    text = param.type == "string"
    size, what = (len(value), " characters long") if text else (value, "")
    most = param.maximum if param.maximum is not None or not text else MAX_LENGTH
    if param.minimum is not None and size < param.minimum:
        raise _invalid(param, f"be at least {param.minimum}{what}")
    if most is not None and size > most:
        raise _invalid(param, f"be at most {most}{what}")


def _instant(text: str) -> Instant | None:
    """Nothing has been recorded before the year from which instants are counted."""
    read = parse_rfc3339(text) if _is_of_our_times(text) else None
    return None if read is None or read[0] < 0 else read[0]


def _is_of_our_times(text: str) -> bool:
    """Far enough from where calendars end that a year or a zone more is still a date."""
    return "1900" <= text[:4] < "9000"


def _invalid(param: QueryParam, must: str) -> InvalidInput:
    return InvalidInput("invalid_parameter", f"{param.name} must {must}.", param=param.name)
