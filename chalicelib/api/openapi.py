"""The OpenAPI 3.1 document, from the route tables, the handlers' models and the error codes.

Built by `make docs` into static/openapi.json, never per request: it imports every handler.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.api import cors
from chalicelib.api.codes import CODES, WORTH_ANOTHER_TRY, common_codes
from chalicelib.api.handlers import handler_of
from chalicelib.api.native.examples import BODIES, PLACEHOLDERS
from chalicelib.api.native.resources import ABOUT
from chalicelib.api.problems import INTERNAL, TYPES
from chalicelib.api.route import DRY_RUN_STATUS, ParamType, QueryParam, Route
from chalicelib.api.schemas import Json, Schemas, answer_model, schemas_of

API_VERSION = "1"
_ABOUT = (
    "Members, purchases and points of a loyalty programme. Send an API key as `Authorization: Bearer <key id>.<secret>`. "
    "Amounts are integers in the smallest part of their unit, times are RFC 3339, days are ISO 8601. Lists come in "
    "pages: pass `next_cursor` on as `cursor`. A write sent again with the same `Idempotency-Key` is carried out once. "
    "A page of any origin may call it from a browser, with a key and without cookies, and read each answer's "
    f"{', '.join(f'`{name}`' for name in cors.READ)}."
)
_PARAM_SCHEMAS: Mapping[ParamType, Json] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
}
_TEXT_TYPES = {
    "chalicelib.api.native.system:docs": "text/html",
    "chalicelib.api.native.system:docs_asset": "text/plain",
}
_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request is carried out once and answered the same; 30 days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*$"},
}


def build(routes: Iterable[Route]) -> Json:
    table = tuple(routes)
    schemas = schemas_of(table)
    paths: dict[str, Json] = {}
    for route in table:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stampbook", "version": API_VERSION, "description": _ABOUT},
        "servers": [{"url": ".", "description": "Where this document was found."}],
        "security": [{"api_key": []}],
        "tags": [_tag(name) for name in dict.fromkeys(route.resource for route in table)],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "api_key": {"type": "http", "scheme": "bearer", "description": "`<key id>.<secret>` of an API key."}
            },
            "schemas": {**schemas.definitions, "Error": _error_schema()},
        },
    }


def _tag(resource: str) -> Json:
    return {"name": resource} | ({"description": ABOUT[resource]} if resource in ABOUT else {})


def _operation(route: Route, schemas: Schemas) -> Json:
    handler = handler_of(route.target)
    body = handler.body
    operation: Json = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [route.resource],
        "parameters": _parameters(route),
        "responses": {**_successes(route, schemas), **_failures(route)},
    }
    if body is not None:
        content: Json = {"schema": schemas.of(body, "validation")}
        example = BODIES.get(route.operation) or BODIES.get(route.same_as)
        if example is not None:
            content["example"] = example
        operation["requestBody"] = {"required": handler.needs_body, "content": {"application/json": content}}
    if route.access == "open":
        operation["security"] = []
    else:
        operation["description"] = f"Needs a key that may {route.access} `{route.resource}`."
    return operation


def _parameters(route: Route) -> list[Json]:
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, **PLACEHOLDERS.get(name, {})}
        for name in route.placeholders
    ]
    found += [_query_parameter(param) for param in route.parameters]
    return [*found, _IDEMPOTENCY_KEY] if route.writes else found


def _query_parameter(param: QueryParam) -> Json:
    schema = dict(_PARAM_SCHEMAS[param.type])
    least, most = ("minLength", "maxLength") if param.type == "string" else ("minimum", "maximum")
    known = {
        least: param.minimum,
        most: param.maximum,
        "default": param.default,
        "enum": list(param.choices) or None,
    }
    schema |= {name: value for name, value in known.items() if value is not None}
    return {
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.description,
        "schema": schema,
    }


def _successes(route: Route, schemas: Schemas) -> Json:
    done = {str(route.status): _success(route, schemas)}
    if not route.dry_run:
        return done
    tried = done.get(str(DRY_RUN_STATUS)) or _success(route, schemas) | {"description": "What a dry run would answer."}
    tried["headers"] = tried["headers"] | {"Dry-Run": _said_true("on the answer to a dry run: nothing was written.")}
    return {str(DRY_RUN_STATUS): tried, **done}


def _said_true(when: str) -> Json:
    return {"description": f"`true` {when}", "schema": {"type": "string", "const": "true"}}


def _success(route: Route, schemas: Schemas) -> Json:
    model = answer_model(route)
    if model is None:
        kind = _TEXT_TYPES.get(route.target)
        content = (
            {kind: {"schema": {"type": "string"}}} if kind else {"application/json": {"schema": {"type": "object"}}}
        )
        return {"description": route.summary, "content": content}
    response: Json = {
        "description": route.summary,
        "content": {"application/json": {"schema": schemas.of(model, "serialization")}},
    }
    if route.writes:
        response["headers"] = {"Idempotent-Replayed": _said_true("on the answer to a repeat.")}
    return response


def _failures(route: Route) -> Json:
    by_status: dict[int, list[str]] = {}
    for code in (*route.errors, *common_codes(route)):
        by_status.setdefault(CODES[code].status, []).append(code)
    return {str(status): _failure(codes) for status, codes in sorted(by_status.items())}


def _failure(codes: Iterable[str]) -> Json:
    """What one status may mean; some meanings say when to come back."""
    told = tuple(codes)
    failure: Json = {
        "description": "\n".join(f"- `{code}` {CODES[code].meaning}" for code in told),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    again = [code for code in told if code in WORTH_ANOTHER_TRY]
    if again:
        whose = ", ".join(f"`{code}`" for code in again)
        failure["headers"] = {"Retry-After": {"description": f"With {whose}: seconds.", "schema": {"type": "integer"}}}
    return failure


def _error_schema() -> Json:
    nullable = {"type": ["string", "null"]}
    error: Json = {
        "type": "object",
        "required": ["type", "code", "message", "param", "request_id"],
        "properties": {
            "type": {"type": "string", "enum": [*TYPES.values(), INTERNAL]},
            "code": {"type": "string", "description": "Stable: made for programs."},
            "message": {"type": "string", "description": "A sentence for people; it may be improved."},
            "param": {**nullable, "description": "The field, parameter or header that it is about."},
            "request_id": {"type": "string", "description": "Tell it when you ask for help."},
        },
    }
    return {"type": "object", "required": ["error"], "properties": {"error": error}}
