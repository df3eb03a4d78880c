"""docs/routes.md: every route and every error code, from the route tables."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.api import codes
from chalicelib.api.native.resources import ABOUT
from chalicelib.api.route import Route
from infra.local.pages.markdown import code, table
from infra.local.pages.markdown import codes as codes_of

_GROUPS = {
    "every operation": codes.EVERY,
    "every operation that needs a key": codes.WITH_KEY,
    "every write": codes.WRITES,
    "every operation with a body": codes.WITH_BODY,
    "the gateway": codes.GATEWAY,
}
_HEAD = """# Routes

Generated from the route tables by `make docs`; do not edit. Beside its own codes, an operation answers those that
[every operation like it](#error-codes) does. *Needs* is the grant that a key must have. The whole API with its models:
`/docs` and `/openapi.json`; how it behaves throughout: [conventions](decisions/api-conventions.md).
"""


def routes_page(routes: Iterable[Route]) -> str:
    every = tuple(routes)
    parts = [_HEAD]
    for resource in dict.fromkeys(route.resource for route in every):
        own = [route for route in every if route.resource == resource]
        parts.append(f"## {resource}\n\n{ABOUT[resource]}\n\n{_rows(own)}\n")
    parts.append(f"## Error codes\n\n{_code_rows(every)}\n")
    return "\n".join(parts)


def _rows(routes: Iterable[Route]) -> str:
    head = ("Method", "Path", "Operation", "Needs", "What it does", "Handler", "Codes of its own")
    return table(head, map(_row, routes))


def _row(route: Route) -> tuple[str, ...]:
    needs = "no key" if route.access == "open" else f"{route.access} {route.resource}"
    handler = route.target.removeprefix("chalicelib.api.")
    told = (code(route.operation), needs, route.summary, code(handler), codes_of(route.errors))
    return route.method, code(route.path), *told


def _code_rows(routes: Iterable[Route]) -> str:
    every = tuple(routes)
    rows = []
    for name, (status, meaning) in sorted(codes.CODES.items()):
        common = next((group for group, known in _GROUPS.items() if name in known), None)
        own = codes_of(route.operation for route in every if name in route.errors)
        rows.append((code(name), str(status), meaning, common or own))
    return table(("Code", "Status", "Meaning", "Answered by"), rows)
