"""Routes into Chalice: one Chalice route per entry of a table, all ending in the rim."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chalice.app import Chalice, Response

from chalicelib.api import rim
from chalicelib.api.cors import CORS
from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES


def mount_native(app: Chalice, runtime: rim.RuntimeProvider, routes: Iterable[Route] = ROUTES) -> None:
    """`runtime` is asked on every call of a route that is not open; it builds once and remembers."""
    for route in routes:
        content_types = ["application/json"] if route.takes_body else []
        mount = app.route(
            route.path, methods=[route.method], name=route.operation, content_types=content_types, cors=CORS
        )
        mount(_view(app, route, runtime))


def _view(app: Chalice, route: Route, runtime: rim.RuntimeProvider) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        request = app.current_request
        assert request is not None  # noqa: S101 - Chalice sets it before it calls a view
        return rim.answer(route, request, path, runtime)

    return view
