"""What the steps of an operation tell each other through the queue `imports`, those of notifications through `notify`. Any of them may come twice, late, in any
order. Those of imports of orders say nothing of their kind, as they never did; all others do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from chalicelib.areas.jobs.model import Kind, Operation, Part, Progress
from chalicelib.aws.queues import Message
from chalicelib.errors import InvalidInput
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime

QUEUE: Literal["imports"] = "imports"
NOTIFY: Literal["notify"] = "notify"

Do = Literal["route", "chunk", "join"]
Job = Literal["import", "proof", "codes", "members", "simulation", "run", "segment", "notification", "audit"]
_JOBS: Mapping[Kind, Job] = {
    "import_orders": "import",
    "prove_accounts": "proof",
    "import_coupon_codes": "codes",
    "import_segment_members": "members",
    "simulate_rules": "simulation",
    "run_rule": "run",
    "judge_segment": "segment",
    "preview_segment": "segment",
    "export_segment": "segment",
    "send_notification": "notification",
    "export_audit": "audit",
}


class Step(NamedTuple):
    """What a message asks for; `part` and `chunk` are a chunk's."""

    do: Do
    tenant: str
    operation_id: str
    part: int = 0
    chunk: int = 0
    job: Job = "import"

    @property
    def name(self) -> str:
        """As logs and metrics have it."""
        return _named(self.do, self.job)


def _named(do: Do, job: Job) -> str:
    return f"{do}_{job}"


def _asked_of(job: Job) -> tuple[Do, ...]:
    """A proof, a run, a job on a segment and an export of the log have no file, so that there is nothing to route."""
    return tuple(do for do in get_args(Do) if do != "route" or job not in ("proof", "run", "segment", "audit"))


STEP_NAMES = tuple(_named(do, job) for job in get_args(Job) for do in _asked_of(job))


def send_route(rt: Runtime, operation: Operation) -> None:
    _send(rt, operation, [{"do": "route"}])


def send_next(rt: Runtime, progress: Progress) -> None:
    """Whatever an operation that is not finished waits for. A notification that has not begun is in the list of what is due."""
    if progress.operation.state == "queued" and progress.operation.kind != "send_notification":
        send_route(rt, progress.operation)
    if progress.operation.state == "running":
        send_chunks(rt, progress.operation, list(progress.parts))


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


def step_of(body: Any) -> Step:
    """InvalidInput: `unknown_message`."""
    match body:
        case {
            "job": "proof" | "codes" | "members" | "simulation" | "run" | "segment" | "notification" | "audit" as job,
            **said,
        }:
            step = step_of(said)
            if step.do in _asked_of(job):
                return step._replace(job=job)
        case {"job": _}:
            pass
        case {"do": "route" | "join" as do, "tenant": str() as tenant, "operation": str() as operation}:
            return Step(do, tenant, operation)
        case {
            "do": "chunk",
            "tenant": str() as tenant,
            "operation": str() as operation,
            "part": int() as part,
            "chunk": int() as chunk,
        }:
            return Step("chunk", tenant, operation, part, chunk)
    raise InvalidInput("unknown_message", "This is no message about a step of an operation.")


def importer(operation: Operation) -> Caller:
    """In whose name an import acts: the tenant comes from where the file was dropped."""
    return Caller(
        "", operation.tenant, "system", operation.operation_id, operation.name[:100], (), operation.request_id, "import"
    )


def _send(rt: Runtime, operation: Operation, bodies: list[dict[str, Any]]) -> None:
    of = {"tenant": operation.tenant, "operation": operation.operation_id}
    if (job := _JOBS[operation.kind]) != "import":
        of |= {"job": job}
    if bodies:
        queue = NOTIFY if job == "notification" else QUEUE
        rt.queues.send(queue, [Message(of | body, operation.request_id) for body in bodies])
