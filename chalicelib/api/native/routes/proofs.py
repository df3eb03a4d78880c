"""Routes of proofs: that what members and groups have follows from their journals."""

from __future__ import annotations

from chalicelib.api.route import Route

_HANDLERS = "chalicelib.api.native.proofs"

ROUTES = (
    Route(
        "POST",
        "/v1/proofs",
        f"{_HANDLERS}:start_proof",
        "start_proof",
        "operations",
        "modify",
        "Rebuild every account of the tenant from its journal and compare: a long job, whose result names what differs.",
        status=201,
        dry_run=True,
        bodiless=True,
    ),
)
