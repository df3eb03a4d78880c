"""Start an import: a file was dropped.

reads    1 Get (and the tenant's configuration); the parts, when it is running already
writes   the operation, the first time; sends one message
repeats  the same object (bucket, key, ETag) is the same operation. Dropping it again nudges it: the messages it waits for
         are sent once more, the pass's while it is queued, those of the parts that are not done or of the join while it
         runs. What is already being done is kept apart by leases; when it is finished nothing is sent
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.imports.model import Drop, Place, place_of
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Kind, Operation, Progress
from chalicelib.errors import NotFound
from chalicelib.flows.job_messages import send_next
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.protocol import Put

PARTS = 16
CHUNK_ROWS = 1_000


def start_import(
    rt: Runtime, drop: Drop, request_id: str, parts: int = PARTS, chunk_rows: int = CHUNK_ROWS
) -> Operation | None:
    """How it is cut up is settled here, once, and changes nothing of what comes out.

    None for a folder made by hand. InvalidInput `not_an_import`; NotFound `tenant_not_found`: nobody would see such
    an operation, so the message itself is the poison."""
    place = place_of(drop.key) if not drop.is_folder else None
    if place is None:
        return None
    config = read_patiently(rt, lambda: rt.config.load(rt.table, place.tenant))
    if config.revision == 0:
        raise NotFound("tenant_not_found", f"There is no tenant {place.tenant}.", param="key")
    kind, meant = _meant(place)
    fresh = Operation(
        tenant=place.tenant,
        operation_id=drop.operation_id,
        kind=kind,
        name=place.name,
        state="queued",
        created_at=rt.clock.now(),
        request_id=request_id,
        details={"key": drop.key, "etag": drop.etag, "parts": parts, "chunk_rows": chunk_rows, **meant},
    )

    def decide() -> tuple[Operation, tuple[Put, ...]]:
        known = jobs.find(rt.table, place.tenant, fresh.operation_id)
        return (fresh, (jobs.operation_put(fresh),)) if known is None else (known, ())

    operation = settle(rt, decide)
    _nudge(rt, operation)
    return operation


def _meant(place: Place) -> tuple[Kind, Mapping[str, Any]]:
    """What is to be done with the file, and for what."""
    if place.segment_id is not None:
        return "import_segment_members", {"segment": place.segment_id}
    if place.series_id is not None:
        return "import_coupon_codes", {"program": place.program_id, "series": place.series_id}
    return "import_orders", {"program": place.program_id}


def _nudge(rt: Runtime, operation: Operation) -> None:
    progress = Progress(operation)
    if operation.state == "running":
        progress = read_patiently(rt, lambda: jobs.read_progress(rt.table, operation.tenant, operation.operation_id))
    send_next(rt, progress)
