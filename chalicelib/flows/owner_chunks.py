"""One chunk of a job that goes through a tenant's members and groups: as many of some shards of their directories as are
asked for, or as are begun in ten seconds.

reads    the directories, 1 Query two hundred of a shard

A part's offset is the number of the last member that was looked at; of a group, below 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.members.store import DIRECTORY_SHARDS  # groups have as many
from chalicelib.flows.job_chunks import WORK_SECONDS
from chalicelib.flows.listed_owners import listed_owners
from chalicelib.flows.verify_tenant import TOGETHER
from chalicelib.kit.ids import owner_kind, owner_number, shown
from chalicelib.runtime import Runtime
from chalicelib.table.patient import PatientTable

Enough = Callable[[], bool]
Look = Callable[[Sequence[str], Enough], int]


class Reached(NamedTuple):
    """Where the next chunk begins, and whether there is none."""

    offset: int
    last: bool


def look_at_owners(rt: Runtime, operation: Operation, part: Part, look: Look) -> Reached:
    """`look` gets some twenty at a time, and says how many of the first of them it has looked at: all, or one at least
    where it was `enough` by then."""
    after, done, most = _owner(part.offset), 0, operation.details["chunk_members"]
    everybody = listed_owners(PatientTable(rt), operation.tenant, after, shards_of(operation, part))
    started = rt.clock.monotonic()

    def enough() -> bool:
        return rt.clock.monotonic() - started > WORK_SECONDS

    while done < most and not enough():
        some = list(islice(everybody, min(TOGETHER, most - done)))
        if not some:
            return Reached(_offset(after), last=True)
        looked = look(some, enough)
        done, after = done + looked, some[looked - 1]
    return Reached(_offset(after), last=False)


def shards_of(operation: Operation, part: Part) -> range:
    """Those of both directories that a part goes through, one after the other."""
    bounds = [number * DIRECTORY_SHARDS // operation.parts for number in (part.number, part.number + 1)]
    return range(*bounds)


def _offset(owner: str | None) -> int:
    if owner is None:
        return 0
    return -owner_number(owner) if owner_kind(owner) == "group" else owner_number(owner)


def _owner(offset: int) -> str | None:
    if offset == 0:
        return None
    return shown("group", -offset) if offset < 0 else shown("member", offset)
