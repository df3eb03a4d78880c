"""What the API says of the bodies that its routes take: every field, with its place and its schema.

Whoever tries something wherever a body may name it finds the places here, so a field that is new is tried at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from chalicelib.api.openapi import build
from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES

Json = dict[str, Any]
Path = tuple[str | int, ...]  # a number is a place in a list


@cache
def document() -> Json:
    return build(ROUTES)


def told_fields() -> Iterator[tuple[Route, Path, Json]]:
    for route in ROUTES:
        told = document()["paths"][route.path][route.method.lower()].get("requestBody")
        if told is not None:
            for path, schema in _fields(told["content"]["application/json"]["schema"], ()):
                yield route, path, schema


def _fields(schema: Json, path: Path, within: tuple[Json, ...] = ()) -> Iterator[tuple[Path, Json]]:
    """What may hold another of its own kind, as conditions do, is told once."""
    known = _resolved(schema)
    if any(known is outer for outer in within):
        return
    yield path, known
    within = (*within, known)
    for one in (*known.get("anyOf", ()), *known.get("oneOf", ()), *known.get("allOf", ())):
        yield from _fields(one, path, within)
    for name, one in known.get("properties", {}).items():
        yield from _fields(one, (*path, name), within)
    if isinstance(known.get("items"), Mapping):
        yield from _fields(known["items"], (*path, 0), within)


def _resolved(schema: Json) -> Json:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
