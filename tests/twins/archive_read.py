"""What an XML file of the archive tells, as JSON again, read by the words of its schema and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[2]
SPACE = "{urn:stampbook:audit:1}"
XS = "{http://www.w3.org/2001/XMLSchema}"


def entries_in(document: str) -> list[dict[str, Any]]:
    root = ET.fromstring(document)  # noqa: S314 - our own
    must_be_declared(root)
    return [_entry(one) for one in root]


def must_be_declared(root: ET.Element) -> None:
    """Every element and every attribute has a declaration of its name in the schema, in that element's type."""
    schema = ET.parse(ROOT / "docs/guides/audit-archive.xsd").getroot()  # noqa: S314 - our own
    assert schema.get("targetNamespace") == SPACE.strip("{}")
    types = {one.get("name"): one for one in schema.iter(f"{XS}complexType") if one.get("name")}
    declared = {one.get("name"): one for one in schema.iter(f"{XS}element")}
    for element in root.iter():
        one = declared[element.tag.removeprefix(SPACE)]
        known = types[one.get("type")] if one.get("type") else one
        attributes = {told.get("name"): told.get("use") for told in known.iter(f"{XS}attribute")}
        assert set(element.attrib) <= set(attributes), element.tag
        assert {name for name, use in attributes.items() if use == "required"} <= set(element.attrib), element.tag


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
