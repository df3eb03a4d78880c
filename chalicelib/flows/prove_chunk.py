"""Do one chunk of a proof: at most a thousand members and groups of some shards of their directories, or as many as are
begun in ten seconds: a journal that is long ends the chunk, however many are looked at together.

reads    as every chunk (job_chunks), and of members and groups (owner_chunks); and of each what verify_members reads,
         twenty together
writes   as every chunk: nothing of a member or a group. Its lease is lengthened while it reads, for one journal may be
         as long as it likes, and its message stays away as long
repeats  one that is done is left alone; one that is done again looks at the same members and groups again
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence

from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.flows.job_chunks import Chunk, work_on_chunk
from chalicelib.flows.job_lease import no_message
from chalicelib.flows.job_messages import Step
from chalicelib.flows.owner_chunks import Enough, look_at_owners
from chalicelib.flows.verify_members import VerifiedMember, verify_members
from chalicelib.flows.verify_stream import Difference
from chalicelib.kit.ids import owner_kind
from chalicelib.runtime import Runtime


def prove_chunk(rt: Runtime, step: Step, keep: Callable[[], None] = no_message) -> None:
    """As work_on_chunk has it; `keep` keeps its message away for as long as a lease."""
    work_on_chunk(rt, step, _do, keep=keep)


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    counts, kept = Counter[str](), list[bytes]()

    def look(some: Sequence[str], enough: Enough) -> int:
        verified = verify_members(rt, operation.tenant, some, enough)
        for owner, one in zip(some, verified, strict=False):
            counts.update(_counted(owner, one))
            kept.extend(map(_kept, one.differences))
        return len(verified)

    reached = look_at_owners(rt, operation, part, look)
    return Chunk(b"".join(kept), dict(counts), reached.offset, reached.last)


def _counted(owner: str, verified: VerifiedMember) -> dict[str, int]:
    return {
        "rows": 1,
        "groups": 1 if owner_kind(owner) == "group" else 0,
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
