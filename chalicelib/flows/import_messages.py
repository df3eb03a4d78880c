"""What the steps of an import tell each other through the queue `imports`. Any of them may come twice, late, in any order."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.aws.queues import Message
from chalicelib.errors import InvalidInput
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime

QUEUE: Literal["imports"] = "imports"


class ChunkTask(NamedTuple):
    tenant: str
    operation_id: str
    part: int
    chunk: int


def send_route(rt: Runtime, operation: Operation) -> None:
    _send(rt, operation, [{"do": "route"}])


def send_chunks(rt: Runtime, operation: Operation, parts: list[Part]) -> None:
    """The next chunk of each part; the join when there is no part left to do."""
    bodies: list[dict[str, Any]] = [
        {"do": "chunk", "part": part.number, "chunk": part.chunk, "offset": part.offset}
        for part in parts
        if not part.done
    ]
    if operation.all_parts_done:
        bodies.append({"do": "join"})
    _send(rt, operation, bodies)


def chunk_task(body: dict[str, Any]) -> ChunkTask:
    match body:
        case {
            "tenant": str() as tenant,
            "operation": str() as operation,
            "part": int() as part,
            "chunk": int() as chunk,
        }:
            return ChunkTask(tenant, operation, part, chunk)
    raise InvalidInput("unknown_message", "This is no message about a chunk.")


def whose(body: dict[str, Any]) -> tuple[str, str]:
    match body:
        case {"tenant": str() as tenant, "operation": str() as operation}:
            return tenant, operation
    raise InvalidInput("unknown_message", "This message names no operation.")


def importer(operation: Operation) -> Caller:
    """In whose name an import acts: the tenant comes from where the file was dropped."""
    return Caller(
        "", operation.tenant, "system", operation.operation_id, operation.name[:100], (), operation.request_id, "import"
    )


def _send(rt: Runtime, operation: Operation, bodies: list[dict[str, Any]]) -> None:
    of = {"tenant": operation.tenant, "operation": operation.operation_id}
    if bodies:
        rt.queues.send(QUEUE, [Message(of | body, operation.request_id) for body in bodies])
