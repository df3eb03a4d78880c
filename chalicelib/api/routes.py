"""Every route of the native API, by resource. A new resource adds its table here."""

from __future__ import annotations

from chalicelib.api.native.routes import feed, members, operations, orders, programs, system, tiers
from chalicelib.api.route import Route

ROUTES: tuple[Route, ...] = (
    *programs.ROUTES,
    *members.ROUTES,
    *tiers.ROUTES,
    *orders.ROUTES,
    *operations.ROUTES,
    *feed.ROUTES,
    *system.ROUTES,
)
