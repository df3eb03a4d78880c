"""What an XML file of the archive tells, as JSON again: what its schema does not know is none."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from xmlschema import XMLSchema

ROOT = Path(__file__).resolve().parents[2]
SPACE = "{urn:stampbook:audit:1}"


@cache
def schema() -> XMLSchema:
    return XMLSchema(ROOT / "docs/guides/audit-archive.xsd")


def entries_in(document: str) -> list[dict[str, Any]]:
    schema().validate(document)
    return [_entry(one) for one in ET.fromstring(document)]  # noqa: S314 - our own


def _entry(one: ET.Element) -> dict[str, Any]:
    actor, *facts = one
    program = one.get("program")
    told = [_fact(fact) for fact in facts]
    return {
        "entry_id": one.get("id"),
        "entity": one.get("entity", ""),
        "program_id": None if program is None else int(program),
        **{name: one.get(name) for name in ("operation", "recorded_at", "effective_at", "channel", "request_id")},
        "types": list(dict.fromkeys(fact["type"] for fact in told)),
        "actor": dict(actor.attrib),
        "quiet": one.get("quiet") == "true",
        "facts": told,
    }


def _fact(fact: ET.Element) -> dict[str, Any]:
    return {"type": fact.get("type"), "v": int(fact.get("v", ""))} | {one.get("key", ""): _value(one) for one in fact}


def _value(one: ET.Element) -> Any:
    match one.tag.removeprefix(SPACE):
        case "null":
            return None
        case "boolean":
            return one.text == "true"
        case "number":
            text = one.text or ""
            return float(text) if set(text) & set(".e") else int(text)
        case "map":
            return {child.get("key", ""): _value(child) for child in one}
        case "array":
            return [_value(child) for child in one]
    return one.text or ""
