"""An entry of the log as XML, by the schema docs/guides/audit-archive.xsd: what `GET /v1/audit` tells, word for word.

Characters that XML 1.0 cannot have, however they are written, are told as U+FFFD; the JSON lines beside it have them.
"""

from __future__ import annotations

import re
from typing import Any

from chalicelib.areas.audit.model import AuditEntry
from chalicelib.kit.periods import Day, iso_day

NAMESPACE = "urn:stampbook:audit:1"
CLOSING = "</audit>\n"
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def opening(tenant: str, day: Day, number: int) -> str:
    """`number` counts the files of a day."""
    named = f"{_said('tenant', tenant)}{_said('day', iso_day(day))}{_said('file', str(number))}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<audit xmlns="{NAMESPACE}"{named}>\n'


def entry_xml(entry: AuditEntry) -> str:
    """What it has none of is left out: the entity, the program."""
    told = entry.model_dump(mode="json")
    program = "" if entry.program_id is None else str(entry.program_id)
    known = {
        "id": told["entry_id"],
        "entity": told["entity"],
        "program": program,
        **{name: told[name] for name in ("operation", "recorded_at", "effective_at", "channel", "request_id")},
        "quiet": "true" if entry.quiet else "false",
    }
    said = "".join(_said(name, text) for name, text in known.items() if text or name not in ("entity", "program"))
    actor = "".join(_said(name, told["actor"][name]) for name in ("kind", "id", "name"))
    facts = "".join(map(_fact, told["facts"]))
    return f"<entry{said}><actor{actor}/>{facts}</entry>\n"


def _fact(fact: dict[str, Any]) -> str:
    head = f"{_said('type', str(fact['type']))}{_said('v', str(fact.get('v', 1)))}"
    values = "".join(_value(value, name) for name, value in fact.items() if name not in ("type", "v"))
    return f"<fact{head}>{values}</fact>"


def _value(value: Any, name: str | None = None) -> str:
    """As JSON has it: an element for each kind of value, with its name in `key` where it has one."""
    key = "" if name is None else _said("key", name)
    match value:
        case None:
            return f"<null{key}/>"
        case bool():
            return f"<boolean{key}>{'true' if value else 'false'}</boolean>"
        case int() | float():
            return f"<number{key}>{value}</number>"
        case dict():
            return f"<map{key}>{''.join(_value(one, str(name)) for name, one in value.items())}</map>"
        case list() | tuple():
            return f"<array{key}>{''.join(map(_value, value))}</array>"
    return f"<string{key}>{_possible(str(value)).translate(_IN_TEXT)}</string>"


def _said(name: str, text: str) -> str:
    return f' {name}="{_possible(text).translate(_QUOTED)}"'


def _possible(text: str) -> str:
    return _IMPOSSIBLE.sub("\ufffd", text)
