"""Work on one chunk of an operation's part: nobody else is at it, it is counted once, and what it says lies in a file.

reads    1 BatchGet of operation and part before and after
writes   the part (lease, and its lengthening), the chunk's results (a file), the part (done), with the last one the
         operation; sends the next
repeats  a chunk that is done is left alone, only the message behind it is sent again
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.files import result_file
from chalicelib.areas.jobs.model import Counts, Operation, Part
from chalicelib.aws.files import FileNotThereError
from chalicelib.errors import Busy, InvalidInput
from chalicelib.flows.give_up_operation import fail_lost
from chalicelib.flows.job_lease import LEASE_MS, Lease, LengthenedTable, no_message
from chalicelib.flows.job_messages import Step, send_chunks
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.leased import LeasedTable
from chalicelib.table.protocol import Table, Write

WORK_SECONDS = 10.0  # then the chunk ends where it is: progress shows, and whoever wants to stop need not wait long
COMES_AGAIN_SECONDS = 200  # a chunk whose worker died: as soon as the lease is surely over


@dataclass(frozen=True, slots=True)
class Chunk:
    """What has come of one: its results, what they count, and where the next begins; `last` when there is none."""

    results: bytes
    counts: Counts
    offset: int
    last: bool


Do = Callable[[Runtime, Operation, Part], Chunk]


class ChunkHeld(Busy):
    """By another worker, for as long as its lease lasts."""


def work_on_chunk(rt: Runtime, step: Step, do: Do, *, keep: Callable[[], None] | None = None) -> None:
    """With `keep` the lease is lengthened while `do` reads, and the message kept away by it as long; then `do` writes
    nothing. A work file that is not there fails the operation: `work_lost`. Busy: somebody else is at it, or the table is;
    NotFound, InvalidInput: no such chunk was ever sent."""
    operation, part, ours = _take(rt, step)
    if ours:
        lease = Lease(rt, operation, part, keep or no_message)
        table: Table = LengthenedTable(lease) if keep else LeasedTable(rt.table, rt.clock, part.leased_until)
        try:
            done = do(replace(rt, table=table), operation, part)
            lease.must_hold()  # results that come too late must not stand in the place of another worker's
            operation, part = _count(rt, operation, lease.part, done)
        except FileNotThereError:
            fail_lost(rt, operation)
            return
        except Exception:
            _release(rt, operation, lease.part)
            raise
    if operation.state == "running" and part.chunk == step.chunk + 1:
        send_chunks(rt, operation, [part])


def _take(rt: Runtime, step: Step) -> tuple[Operation, Part, bool]:
    """Operation and part, and whether the chunk is now ours to do."""
    holder = rt.ids.command()

    def decide() -> tuple[tuple[Operation, Part, bool], tuple[Write, ...]]:
        operation, part = jobs.read_with_part(rt.table, step.tenant, step.operation_id, step.part)
        if operation.state != "running" or part.done or part.chunk > step.chunk:
            return (operation, part, False), ()
        if part.chunk < step.chunk:
            raise InvalidInput("unknown_message", "This chunk cannot have been sent: the one before is not done.")
        if part.holder == holder:
            return (operation, part, True), ()
        now = rt.clock.now()
        if part.leased_until > now:
            raise ChunkHeld("busy", "Another worker is at this chunk.")
        taken = part.taken(holder, now + LEASE_MS)
        return (operation, taken, True), (jobs.part_put(operation, taken, now),)

    return settle(rt, decide)


def _release(rt: Runtime, operation: Operation, part: Part) -> None:
    """So that the next try need not wait. If this fails as well, the lease ends by itself."""

    def decide() -> tuple[None, tuple[Write, ...]]:
        _, known = jobs.read_with_part(rt.table, operation.tenant, operation.operation_id, part.number)
        held = known.version == part.version
        return None, (jobs.part_put(operation, known.released(), rt.clock.now()),) if held else ()

    try:
        settle(rt, decide)
    except Busy:
        return


def _count(rt: Runtime, operation: Operation, part: Part, done: Chunk) -> tuple[Operation, Part]:
    """Results first, then the chunk counts as done; the last chunk counts its part. Each once, whoever tries."""
    key = result_file(operation.operation_id, operation.details["routing"], part.number, part.chunk)
    rt.files.put(key, done.results, "application/jsonl")
    finished = part.finished_chunk(done.offset, done.counts, last=done.last)

    def decide() -> tuple[tuple[Operation, Part], tuple[Write, ...]]:
        whole, known = jobs.read_with_part(rt.table, operation.tenant, operation.operation_id, part.number)
        if known.chunk > part.chunk:
            return (whole, known), ()
        if known.version != part.version:
            raise ChunkHeld("busy", "Another worker has taken over this chunk.")
        writes: tuple[Write, ...] = (jobs.part_put(operation, finished, rt.clock.now()),)
        if finished.done and whole.state == "running":
            whole = whole.with_part_done()
            writes += (jobs.operation_put(whole),)
        return (whole, finished), writes

    return settle(rt, decide)
