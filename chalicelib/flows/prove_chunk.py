"""Do one chunk of a proof: at most a thousand members and groups of some shards of their directories, or as many as are
begun in ten seconds: a journal that is long ends the chunk, however many are looked at together.

reads    as every chunk (job_chunks); the directories, 1 Query two hundred of a shard; and of each member or group what
         verify_members reads, twenty together
writes   as every chunk: nothing of a member or a group. Its lease is lengthened while it reads, for one journal may be
         as long as it likes, and its message stays away as long
repeats  one that is done is left alone; one that is done again looks at the same members and groups again
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from itertools import islice

from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.members.store import DIRECTORY_SHARDS  # groups have as many
from chalicelib.flows.job_chunks import WORK_SECONDS, Chunk, work_on_chunk
from chalicelib.flows.job_lease import no_message
from chalicelib.flows.job_messages import Step
from chalicelib.flows.listed_owners import listed_owners
from chalicelib.flows.verify_members import VerifiedMember, verify_members
from chalicelib.flows.verify_stream import Difference
from chalicelib.flows.verify_tenant import TOGETHER
from chalicelib.kit.ids import owner_kind, owner_number, shown
from chalicelib.runtime import Runtime
from chalicelib.table.patient import PatientTable


def prove_chunk(rt: Runtime, step: Step, keep: Callable[[], None] = no_message) -> None:
    """As work_on_chunk has it; `keep` keeps its message away for as long as a lease. A part's offset is the number of the
    last member that was looked at; of a group, below 0."""
    work_on_chunk(rt, step, _do, keep=keep)


def shards_of(operation: Operation, part: Part) -> range:
    """Those of both directories that a part goes through, one after the other."""
    bounds = [number * DIRECTORY_SHARDS // operation.parts for number in (part.number, part.number + 1)]
    return range(*bounds)


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    after = _owner(part.offset)
    everybody = listed_owners(PatientTable(rt), operation.tenant, after, shards_of(operation, part))
    counts, kept, most = Counter[str](), list[bytes](), operation.details["chunk_members"]
    started = rt.clock.monotonic()

    def enough() -> bool:
        return rt.clock.monotonic() - started > WORK_SECONDS

    last = False
    while counts["rows"] < most and not enough():
        some = list(islice(everybody, min(TOGETHER, most - counts["rows"])))
        if not some:
            last = True
            break
        for owner, verified in zip(some, verify_members(rt, operation.tenant, some, enough), strict=False):
            counts.update(_counted(owner, verified))
            kept += map(_kept, verified.differences)
            after = owner
    return Chunk(b"".join(kept), dict(counts), _offset(after), last)


def _offset(owner: str | None) -> int:
    if owner is None:
        return 0
    return -owner_number(owner) if owner_kind(owner) == "group" else owner_number(owner)


def _owner(offset: int) -> str | None:
    if offset == 0:
        return None
    return shown("group", -offset) if offset < 0 else shown("member", offset)


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
