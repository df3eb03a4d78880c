"""Lines of the log: whether one is about an id, when it was written, and how a person reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.kit.clock import Instant, instant, moment

TOLD_IN_THEIR_PLACE = frozenset(
    "level message timestamp service tenant operation duration_ms done failed status code exception".split()
)
TOLD_ELSEWHERE = frozenset(  # by the question itself, by another field, or only of use to a machine
    "request_id request_ids exception_name stack_trace stage outcome requests refusals _aws".split()
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """`fields` is empty where the line is no JSON: Lambda writes such lines itself."""

    at: Instant
    source: str
    text: str
    fields: Mapping[str, Any]


def log_line(text: str, source: str, seen_at: Instant) -> LogLine:
    """`seen_at` is when the log got it: the time of a line that does not say when it was written."""
    text = text.rstrip("\r\n")
    fields = _fields(text)
    return LogLine(_written_at(fields.get("timestamp"), seen_at), source, text, fields)


def is_about(line: LogLine, wanted: str) -> bool:
    """Whether one of its fields is this id, or lists it; of a line without fields, whether it stands there as a word."""
    if not line.fields:
        return re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", line.text) is not None
    return any(value == wanted or (isinstance(value, list) and wanted in value) for value in line.fields.values())


def readable(line: LogLine) -> str:
    """One line, and the stack behind it, indented."""
    head = f"{moment(line.at).strftime('%Y-%m-%d %H:%M:%S')}.{line.at % 1000:03}  {line.source:<11}  "
    if not line.fields:
        return head + line.text
    stack = str(line.fields.get("exception") or "").splitlines()
    return "\n".join([head + "  ".join(_columns(line.fields)), *(f"    {one}" for one in stack)])


def _columns(fields: Mapping[str, Any]) -> Iterator[str]:
    yield f"{fields.get('level', '')!s:<7}"
    yield f"{fields.get('operation', '-')!s:<14}"
    yield str(fields.get("tenant", "-"))
    if "duration_ms" in fields:
        yield f"{fields['duration_ms']} ms"
    if "done" in fields or "failed" in fields:
        yield f"{fields.get('done', 0)} done, {fields.get('failed', 0)} failed"
    if "status" in fields:
        yield " ".join(str(fields[name]) for name in ("status", "code") if name in fields)
    yield str(fields.get("message", ""))
    for name in sorted(set(fields) - TOLD_IN_THEIR_PLACE - TOLD_ELSEWHERE):
        yield f"{name}={_shown(fields[name])}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _fields(text: str) -> dict[str, Any]:
    if not text.startswith("{"):
        return {}
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}


def _written_at(timestamp: object, seen_at: Instant) -> Instant:
    try:
        return instant(datetime.strptime(str(timestamp), "%Y-%m-%d %H:%M:%S,%f%z"))
    except ValueError:
        return seen_at
