"""Every route of the native API, by resource. A new resource adds its table here."""

from __future__ import annotations

from chalicelib.api.native.routes import (
    adjustments,
    checkouts,
    coupons,
    expiries,
    feed,
    groups,
    holds,
    members,
    operations,
    orders,
    pending,
    perks,
    programs,
    proofs,
    reports,
    rewards,
    simulations,
    system,
    tiers,
    traces,
    transfers,
    undo,
)
from chalicelib.api.route import Route

ROUTES: tuple[Route, ...] = (
    *programs.ROUTES,
    *members.ROUTES,
    *transfers.ROUTES,
    *undo.ROUTES,
    *traces.ROUTES,
    *tiers.ROUTES,
    *adjustments.ROUTES,
    *holds.ROUTES,
    *pending.ROUTES,
    *expiries.ROUTES,
    *perks.ROUTES,
    *groups.ROUTES,
    *rewards.ROUTES,
    *orders.ROUTES,
    *checkouts.ROUTES,
    *operations.ROUTES,
    *feed.ROUTES,
    *reports.ROUTES,
    *proofs.ROUTES,
    *simulations.ROUTES,
    *coupons.ROUTES,
    *system.ROUTES,
)
