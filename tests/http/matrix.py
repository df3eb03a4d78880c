"""The tenant matrix: what nobody, a stranger and a key without the grant find when they call an operation.

Whoever is refused leaves nothing behind: not a byte of the table is another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

from chalicelib.api.handlers import handler_of
from chalicelib.api.route import Route, RouteAccess
from chalicelib.kit.caller import Access, Grant
from chalicelib.table.protocol import Attrs, Key
from tests.http.client import Api, Reply
from tests.http.registry import Names, Registry, request_of
from tests.http.world import key_for, stored

OPEN_PATHS = {"/health", "/docs", "/docs/assets/{asset}", "/openapi.json"}
STRANGER = "stranger"


def undeclared(route: Route, registry: Registry) -> list[str]:
    """What the route or the registry lacks for the matrix to speak of this operation."""
    lacks = []
    if route.access not in get_args(RouteAccess):
        lacks.append(f"access is {route.access!r}")
    if not route.resource or not route.operation:
        lacks.append("resource or operation is empty")
    if (route.access == "open") != (route.path in OPEN_PATHS):
        lacks.append("it is open and should not be, or the other way round")
    if route.writes and route.access == "view":
        lacks.append("it writes with a view grant")
    if route.access != "open":
        lacks += [f"no id for {{{name}}}" for name in route.placeholders if name not in registry.ids]
        if handler_of(route.target).body is not None and route.operation not in registry.bodies:
            lacks.append("no body")
    return [f"{route.method} {route.path}: {lack}" for lack in lacks]


def as_nobody(api: Api, route: Route, names: Names) -> list[str]:
    """Without a credential and with one that is none: 401, whatever else is sent."""
    found: list[str] = []
    for key in (None, "key_0123456789abcdef01234567.nosuchsecret"):
        reply = _call(api, route, names, key, found)
        if reply.status != 401:
            found.append(f"{route.operation} answers nobody with {reply.status}: {reply.text[:200]}")
    return found


def as_stranger(api: Api, route: Route, names: Names) -> list[str]:
    """With another tenant's good key: 404 for what names our things, and never a trace of them."""
    key = key_for(api.rt, STRANGER)
    names.make_all()
    names.registry.furnish(api, key)
    names.forget()
    found: list[str] = []
    reply = _call(api, route, names, key, found)
    own = names.registry.makes.get(route.operation, "")
    names.used.discard(own)
    allowed = reply.status == 404 if names.used else reply.status == 404 or reply.status < 300
    if not allowed:
        found.append(f"{route.operation} answers a stranger with {reply.status}: {reply.text[:200]}")
    if reply.status < 300:
        found += [
            f"{route.operation} shows a stranger our {name}"
            for name, made in names.made.items()
            if name != own and re.search(rf"(?<![\w-]){re.escape(made)}(?![\w-])", reply.text)
        ]
    return found


def without_grant(api: Api, route: Route, names: Names) -> list[str]:
    """With a key of ours that may do everything but this: 403."""
    less: tuple[Grant, ...] = (Grant("keys", "modify"),)
    if route.access == "modify":
        less += (Grant(route.resource, "view"),)
    found: list[str] = []
    reply = _call(api, route, names, key_for(api.rt, "ours", *less), found)
    if reply.status != 403:
        found.append(f"{route.operation} lets in a key without grant: {reply.status}")
    return found


def with_grant(api: Api, route: Route, names: Names) -> list[str]:
    """With a key of ours that may do just this: it is not turned away. (So a 404 above means: not yours.)"""
    access: Access = "view" if route.access == "view" else "modify"
    found: list[str] = []
    reply = _call(api, route, names, key_for(api.rt, "ours", Grant(route.resource, access)), found)
    if reply.status >= 300:
        found.append(f"{route.operation} fails with its own grant: {reply.text[:300]}")
    return found


def open_routes(routes: Iterable[Route]) -> set[str]:
    return {route.path for route in routes if route.access == "open"}


def _call(api: Api, route: Route, names: Names, key: str | None, found: list[str]) -> Reply:
    path, body = request_of(route, names)
    there = _stored(api)
    reply = api.call(route.method, path, body, key=key)
    if reply.status >= 400 and _stored(api) != there:
        found.append(f"{route.operation} writes something and answers {reply.status}")
    return reply


def _stored(api: Api) -> dict[Key, Attrs]:
    """But for the audit log, which says who was refused."""
    return {key: item for key, item in stored(api.rt).items() if not key.pk.endswith("#AUD")}
