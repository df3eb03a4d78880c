"""The models of bodies and answers as JSON schemas: pydantic's, finished for readers.

Bounds that pydantic leaves under its own names get JSON Schema's, days and times get an example, and what no operation
refers to is left out. A field has its name and no title made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from chalicelib.api.calls import Answered
from chalicelib.api.handlers import handler_of
from chalicelib.api.route import Route

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]

_PLACE = "#/components/schemas/"
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_EXAMPLES = {"date": "2026-01-31", "date-time": "2026-01-31T12:00:00Z"}


class _WithoutFieldTitles(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic asks for each
        return False


@dataclass(frozen=True, slots=True)
class Schemas:
    refs: Mapping[tuple[type[BaseModel], Mode], Json]
    definitions: Json

    def of(self, model: Any, mode: Mode) -> Json:
        return dict(self.refs[model, mode])


def answer_model(route: Route) -> Any:
    """The model a route answers with; None for a page."""
    answer = handler_of(route.target).answer
    if get_origin(answer) is Answered:
        answer = get_args(answer)[0]
    return answer if isinstance(answer, type) and issubclass(answer, BaseModel) else None


def schemas_of(routes: Iterable[Route]) -> Schemas:
    models: dict[tuple[type[BaseModel], Mode], None] = {}
    for route in routes:
        body, answer = handler_of(route.target).body, answer_model(route)
        if body is not None:
            models[body, "validation"] = None
        if answer is not None:
            models[answer, "serialization"] = None
    refs: Any
    refs, whole = models_json_schema(
        list(models), ref_template=f"{_PLACE}{{model}}", schema_generator=_WithoutFieldTitles
    )
    definitions = {name: _finished(schema) for name, schema in whole.get("$defs", {}).items()}
    used = _reachable({ref["$ref"].removeprefix(_PLACE) for ref in refs.values()}, definitions)
    return Schemas(refs, {name: schema for name, schema in definitions.items() if name in used})


def _finished(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_finished(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    typed = isinstance(schema.get("type"), str)
    done = {_BOUNDS.get(name, name) if typed else name: _finished(part) for name, part in schema.items()}
    if typed and schema.get("format") in _EXAMPLES:
        done.setdefault("examples", [_EXAMPLES[schema["format"]]])
    return done


def _reachable(names: set[str], definitions: Json) -> set[str]:
    found: set[str] = set()
    ahead = set(names)
    while ahead:
        name = ahead.pop()
        found.add(name)
        ahead |= set(_references(definitions[name])) - found
    return found


def _references(schema: Any) -> Iterator[str]:
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for part in parts:
        if isinstance(part, str) and part.startswith(_PLACE):
            yield part.removeprefix(_PLACE)
        else:
            yield from _references(part)
