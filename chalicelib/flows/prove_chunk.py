"""Do one chunk of a proof: at most a thousand members of some shards of the directory, or as many as ten seconds take.

reads    as every chunk (job_chunks); the directory, 1 Query two hundred members; and of each member what verify_members
         reads, twenty together
writes   as every chunk: nothing of a member
repeats  one that is done is left alone; one that is done again looks at the same members again
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice

from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.members.store import DIRECTORY_SHARDS
from chalicelib.flows.job_chunks import WORK_SECONDS, Chunk, work_on_chunk
from chalicelib.flows.job_messages import Step
from chalicelib.flows.verify_members import VerifiedMember, verify_members
from chalicelib.flows.verify_stream import Difference
from chalicelib.flows.verify_tenant import TOGETHER, listed_members
from chalicelib.kit.ids import number_of, shown
from chalicelib.runtime import Runtime
from chalicelib.table.patient import PatientTable


def prove_chunk(rt: Runtime, step: Step) -> None:
    """As work_on_chunk has it. A part's offset is the number of the last member that was looked at."""
    work_on_chunk(rt, step, _do)


def shards_of(operation: Operation, part: Part) -> range:
    """Those of the directory that a part goes through, one after the other."""
    bounds = [number * DIRECTORY_SHARDS // operation.parts for number in (part.number, part.number + 1)]
    return range(*bounds)


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    after = shown("member", part.offset) if part.offset else None
    everybody = listed_members(PatientTable(rt), operation.tenant, after, shards_of(operation, part))
    counts, kept, most = Counter[str](), list[bytes](), operation.details["chunk_members"]
    started = rt.clock.monotonic()
    last = False
    while counts["rows"] < most and rt.clock.monotonic() - started <= WORK_SECONDS:
        some = list(islice(everybody, min(TOGETHER, most - counts["rows"])))
        if not some:
            last = True
            break
        for verified in verify_members(rt, operation.tenant, some):
            counts.update(_counted(verified))
            kept += map(_kept, verified.differences)
        after = some[-1]
    return Chunk(b"".join(kept), dict(counts), 0 if after is None else number_of("member", after), last)


def _counted(verified: VerifiedMember) -> dict[str, int]:
    return {
        "rows": 1,
        "accounts": verified.accounts,
        "proven": verified.proven,
        "entries": verified.tally.entries,
        "orders": verified.orders,
        "differing": 1 if verified.differences else 0,
        "differences": len(verified.differences),
    }


def _kept(difference: Difference) -> bytes:
    return json.dumps(difference).encode() + b"\n"


def told(line: bytes) -> Difference:
    return Difference(*json.loads(line))
