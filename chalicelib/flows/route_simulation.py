"""Cut a simulation up: what it judges by is pinned, and its parts begin.

reads    operation and parts in 1 Query, the configuration; the tenant's counts by day, 1 Query a MB: how many members and
         groups there are
writes   the configuration and the rules as work files, then operation and parts in one transaction; sends the first chunk
         of every part
repeats  a pass that does not come to its end leaves nothing but files that nobody will read
"""

from __future__ import annotations

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part, Progress
from chalicelib.flows.import_config import pin
from chalicelib.flows.job_messages import send_next
from chalicelib.flows.job_parts import begin_parts
from chalicelib.flows.simulation_rules import keep_rules
from chalicelib.flows.start_job import counted_owners
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.config import read_config


def route_simulation(rt: Runtime, tenant: str, operation_id: str) -> None:
    """NotFound: `operation_not_found`."""
    progress = read_patiently(rt, lambda: jobs.read_progress(rt.table, tenant, operation_id))
    operation, parts = progress.operation, [part for part in progress.parts if part.chunk == 0]
    if operation.state == "queued":
        operation, parts = _routed(rt, operation)
    send_next(rt, Progress(operation, tuple(parts)))


def _routed(rt: Runtime, operation: Operation) -> tuple[Operation, list[Part]]:
    routing = rt.ids.command()
    pin(rt, operation, routing, read_patiently(rt, lambda: read_config(rt.table, operation.tenant)))
    keep_rules(rt, operation, routing, operation.details["rules"])
    rows = read_patiently(rt, lambda: counted_owners(rt, operation.tenant))
    parts = [Part(number) for number in range(operation.details["parts"])]
    return begin_parts(rt, operation, routing, rows, parts, {"rules": []})
