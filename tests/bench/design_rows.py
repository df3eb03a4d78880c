"""Which row of DESIGN section 10 each operation is one of, as the page names operations."""

from __future__ import annotations

from collections.abc import Mapping

ROWS: Mapping[str, tuple[str, ...]] = {
    "evaluate a cart": (
        "evaluate a cart by id",
        "evaluate a cart by identifier",
        "evaluate a cart of nobody known",
        "evaluate a cart, in a group",
        "evaluate by id",
        "evaluate by identifier",
        "evaluate, without an account",
        "evaluate, in a group",
    ),
    "record an order": (
        "record an order by id",
        "record an order by identifier",
        "record an order, in a group",
        "record a first order, enrolling",
        "record an order of nobody",
    ),
    "earn, spend, hold, release": (
        "earn",
        "earn with a key",
        "earn, pending",
        "earn, waiting for an order",
        "earn, in a group",
        "grant",
        "grant with a key",
        "deduct",
        "spend",
        "spend with a key",
        "spend, in a group",
        "hold",
        "hold with a key",
        "release",
        "convert",
        "activate by event",
        "activate an earning",
    ),
    "undo, capture": (
        "refund",
        "refund with a key",
        "undo a spend",
        "undo an earning",
        "undo a transfer",
        "cancel an earning",
        "expire an earning",
        "cancel by event",
        "cancel a promise",
        "capture",
        "capture a part",
    ),
    "transfer between members": ("transfer", "transfer with a key"),
    "return": ("return", "cancel an earning of an order", "assign an order"),
    "redeem reward with code and stock": ("redeem a reward with code and stock",),
    "balance, statement page": (
        "balance",
        "expiries",
        "holds",
        "pending",
        "statement page",
        "statement page by state",
    ),
    "one due account": ("one due account",),
}
ROW_OF: Mapping[str, str] = {name: row for row, names in ROWS.items() for name in names}
