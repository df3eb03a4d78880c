"""The queue `imports`: notifications of the bucket, and the messages that imports, proofs, simulations, runs of rules, jobs on segments
and exports of the audit log send to themselves.

    from the bucket       objects under imports/ (flows/start_import)      {Records: [{s3, eventName …}]}, keys url-encoded
    a route               one pass over the file                           {do: route, tenant, operation}
    a chunk               a thousand lines of one part                     {do: chunk, tenant, operation, part, chunk, offset}
    a join                the report                                       {do: join, tenant, operation}
    of codes              the same of a file of coupon codes             {job: codes, do: route …}, {job: codes, do: chunk …} …
    of a segment's file   the same of members who are to join it       {job: members, do: route …}, {job: members, do: chunk …} …
    of a proof            a thousand members or groups; a report         {job: proof, do: chunk …}, {job: proof, do: join …}
    of a simulation       the same, once it has been cut up              {job: simulation, do: route …}, and as a proof's
    of a rule's run       some hundred members; a report                 {job: run, do: chunk …}, {job: run, do: join …}
    on a segment          the same                                     {job: segment, do: chunk …}, {job: segment, do: join …}
    of the audit log      a thousand entries; a file of them           {job: audit, do: chunk …}, {job: audit, do: join …}

Everything may come twice and in any order. What can never be done (another prefix, a tenant that is not there) fails
until it lies in the dead-letter queue, where somebody sees it. A step of an import is tried four times; received for the
fifth time it is given up: its operation ends as failed, even if it was never told why (a process cut off tells nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.areas.imports.model import Drop
from chalicelib.errors import InvalidInput, NotFound, Refused, StampbookError
from chalicelib.events.chunks import coming_again
from chalicelib.events.log import Note, noted
from chalicelib.events.messages import Delivery, handle_messages
from chalicelib.flows.audit_chunk import audit_chunk
from chalicelib.flows.give_up_operation import give_up_operation
from chalicelib.flows.import_chunk import import_chunk
from chalicelib.flows.import_codes import codes_chunk, join_codes, route_codes
from chalicelib.flows.import_members import join_members, members_chunk, route_members
from chalicelib.flows.job_messages import QUEUE, Job, Step, step_of
from chalicelib.flows.join_audit_export import join_audit_export
from chalicelib.flows.join_import import join_import
from chalicelib.flows.join_proof import join_proof
from chalicelib.flows.join_run import join_run
from chalicelib.flows.join_segment_job import join_segment_job
from chalicelib.flows.join_simulation import join_simulation
from chalicelib.flows.prove_chunk import prove_chunk
from chalicelib.flows.replay_chunk import replay_chunk
from chalicelib.flows.route_import import route_import
from chalicelib.flows.route_simulation import route_simulation
from chalicelib.flows.run_chunk import run_chunk
from chalicelib.flows.segment_chunk import segment_chunk
from chalicelib.flows.start_import import start_import
from chalicelib.runtime import Runtime

_Whole = Callable[[Runtime, str, str], None]
POISON_SECONDS = 1
LAST_RECEIVE = 5  # as the template's redrive policy says: behind it the message is dead
_ROUTES: Mapping[Job, _Whole] = {
    "import": route_import,
    "codes": route_codes,
    "members": route_members,
    "simulation": route_simulation,
}
_WRITING: Mapping[Job, Callable[[Runtime, Step], None]] = {
    "import": import_chunk,
    "codes": codes_chunk,
    "members": members_chunk,
    "run": run_chunk,
    "segment": segment_chunk,
}
_READING: Mapping[Job, Callable[[Runtime, Step, Callable[[], None]], None]] = {
    "proof": prove_chunk,
    "simulation": replay_chunk,
    "audit": audit_chunk,
}
_JOINS: Mapping[Job, _Whole] = {
    "import": join_import,
    "codes": join_codes,
    "members": join_members,
    "proof": join_proof,
    "simulation": join_simulation,
    "run": join_run,
    "segment": join_segment_job,
    "audit": join_audit_export,
}


def imports(rt: Runtime, event: Mapping[str, Any]) -> dict[str, Any]:
    """A batch of the queue."""
    return handle_messages(event, "import", partial(_import, rt))


def _import(rt: Runtime, body: Any, note: Note, delivery: Delivery) -> None:
    try:
        _handle(rt, body, note, delivery)
    except (InvalidInput, NotFound):  # can never be done: let its tries be over soon, where somebody sees it
        rt.queues.come_again(QUEUE, delivery.receipt, POISON_SECONDS)
        raise


def _handle(rt: Runtime, body: Any, note: Note, delivery: Delivery) -> None:
    match body:
        case {"Event": "s3:TestEvent"}:
            note.operation = "test_event"
        case {"Records": list() as notices}:
            note.operation = "start_import"
            _start_all(rt, notices, note)
        case _:
            step = step_of(body)
            note.operation, note.tenant, note.job = step.name, step.tenant, step.operation_id
            _step(rt, step, delivery)
            note.done += 1


def _step(rt: Runtime, step: Step, delivery: Delivery) -> None:
    if delivery.received >= LAST_RECEIVE:
        if give_up_operation(rt, step):
            raise Refused("given_up", f"This step of {step.job} {step.operation_id} failed as often as it may.")
        return
    match step.do:
        case "route":
            _ROUTES[step.job](rt, step.tenant, step.operation_id)
        case "chunk":
            with coming_again(rt, QUEUE, delivery) as keep:
                if step.job in _READING:
                    _READING[step.job](rt, step, keep)
                else:
                    _WRITING[step.job](rt, step)
        case "join":
            _JOINS[step.job](rt, step.tenant, step.operation_id)


def _start_all(rt: Runtime, notices: list[Any], note: Note) -> None:
    """One bad notice keeps back none of the others: those change nothing when the message comes again.

    Each is of a request of its own, so each of several has a line of its own."""
    if len(notices) == 1:
        _start(rt, notices[0], note)
        return
    note.operation = "start_imports"
    refusals: list[StampbookError] = []
    for notice in notices:
        try:
            with noted("start_import", note.request_id) as own:
                _start(rt, notice, own)
            note.done += 1
        except StampbookError as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0]


def _start(rt: Runtime, notice: Any, note: Note) -> None:
    match notice:
        case {"eventName": str() as name, "s3": {"bucket": {"name": str() as bucket}, "object": {"key": str() as key}}}:
            if name.removeprefix("s3:").startswith("ObjectCreated:"):
                note.request_id = str(notice.get("responseElements", {}).get("x-amz-request-id") or note.request_id)
                etag = str(notice["s3"]["object"].get("eTag", "")).strip('"')
                operation = start_import(rt, Drop(bucket, unquote_plus(key), etag), note.request_id)
                if operation is not None:
                    note.tenant, note.job = operation.tenant, operation.operation_id
                note.done += 1
        case _:
            raise InvalidInput("unknown_message", "This is no notification of a bucket.")
