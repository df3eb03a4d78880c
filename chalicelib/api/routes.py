"""Every route of the native API, by resource. A new resource adds its table here."""

from __future__ import annotations

from chalicelib.api.native.routes import feed, members, operations, orders, programs, system, traces, undo
from chalicelib.api.route import Route

ROUTES: tuple[Route, ...] = (
    *programs.ROUTES,
    *members.ROUTES,
    *undo.ROUTES,
    *traces.ROUTES,
    *orders.ROUTES,
    *operations.ROUTES,
    *feed.ROUTES,
    *system.ROUTES,
)
