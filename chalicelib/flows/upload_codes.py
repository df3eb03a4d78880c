"""Upload codes: a page of them comes into the pool of a series. What is there already is told, and left as it is.

reads    for each 48 codes 1 BatchGet of them and of what is counted
writes   for each 48 new codes 1 transaction: the free code and its look-up (absent), 4 units a code, and the counts (version);
         with an Idempotency-Key at the end what came of the page and its guard, 4 units
repeats  a code says by which upload it came: a page that was broken off goes on where it was, and a repeated one answers what
         the first did. It writes no entry: what the series has is in its counts, and nobody has any of it yet
who      a key that may modify coupons
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.areas.coupons.store import codes as store
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.programs import store as programs
from chalicelib.errors import Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently, settle
from chalicelib.table.guards import KEPT_SECONDS, place_puts, recall_place
from chalicelib.table.protocol import Write

AT_ONCE = 48  # two items each, and the counts beside them


class Uploaded(Frozen):
    """How many codes are new, which were there already or came twice, and how many are free now."""

    added: int
    duplicates: tuple[str, ...]
    free: int


class _Chunk(NamedTuple):
    added: int
    known: tuple[str, ...]
    free: int


class _Upload(NamedTuple):
    tenant: str
    series: CouponSeries
    batch: str
    dry_run: bool


def upload_codes(
    rt: Runtime, caller: Caller, command: Command, program_id: int, series_id: str, codes: Sequence[str]
) -> Committed[Uploaded]:
    """Refuses `no_pool`; NotFound: program, series; Conflict `idempotency_key_reused`."""
    before = read_patiently(rt, lambda: _recalled(rt, caller.tenant, command))
    if before is not None:
        return Committed(before, replayed=True)
    config = read_patiently(rt, lambda: rt.config.load(rt.table, caller.tenant))
    programs.program(config, program_id)
    series = all_series.series(config, program_id, series_id)
    if series.codes.kind != "pool":
        raise Refused("no_pool", f"The codes of {series.name} do not come from a pool.", param="series_id")
    upload = _Upload(caller.tenant, series, sha256(command.id.encode()).hexdigest()[:24], command.dry_run)
    once = dict.fromkeys(codes)
    shared = [code for code in once if code in all_series.sharing(config)]
    fresh = [code for code in once if code not in shared]
    done = [settle(rt, partial(_chunk, rt, upload, some)) for some in _chunks(fresh)]
    twice = [code for place, code in enumerate(codes) if code in codes[:place]]
    duplicates = (*shared, *twice, *(code for one in done for code in one.known))
    answer = Uploaded(added=sum(one.added for one in done), duplicates=duplicates, free=done[-1].free if done else 0)
    return _remembered(rt, command, upload, answer)


def _chunk(rt: Runtime, upload: _Upload, some: Sequence[str]) -> tuple[_Chunk, tuple[Write, ...]]:
    tenant, series = upload.tenant, upload.series
    keys = {code: store.code_key(tenant, code) for code in some}
    counted = store.counts_key(tenant, series)
    found = rt.table.batch_get([counted, *keys.values()])
    there = {code: store.code_from(found[key]) for code, key in keys.items() if key in found}
    known = tuple(code for code, one in there.items() if one.batch != upload.batch)
    new = [code for code in some if code not in there]
    counts, version = store.counts_from(found.get(counted))
    writes: list[Write] = []
    for code in new:
        counts = counts.with_free(store.place_of(code)[0], 1)
        writes += store.free_puts(tenant, series, code, upload.batch)
    if writes:
        writes.append(store.counts_put(tenant, series, counts, version))
    return _Chunk(len(some) - len(known), known, counts.free_codes), () if upload.dry_run else tuple(writes)


def _remembered(rt: Runtime, command: Command, upload: _Upload, answer: Uploaded) -> Committed[Uploaded]:
    """What came of the page, for whoever asks again with its key."""
    if command.dry_run or not command.guarded:
        return Committed(answer)

    def decide() -> tuple[Committed[Uploaded], tuple[Write, ...]]:
        known = _recalled(rt, upload.tenant, command)
        if known is not None:
            return Committed(known), ()
        now = rt.clock.now()
        until = now // 1000 + KEPT_SECONDS
        put = store.upload_put(upload.tenant, upload.batch, answer.model_dump(mode="json"), until)
        place = store.upload_key(upload.tenant, upload.batch).pk
        return Committed(answer), (put, *place_puts(upload.tenant, command, place, now))

    return settle(rt, decide)


def _recalled(rt: Runtime, tenant: str, command: Command) -> Uploaded | None:
    place = recall_place(rt.table, tenant, command)
    kept = None if place is None else store.read_upload(rt.table, place)
    return None if kept is None else Uploaded.model_validate(kept)


def _chunks(codes: Sequence[str]) -> Iterable[Sequence[str]]:
    return (codes[first : first + AT_ONCE] for first in range(0, len(codes), AT_ONCE))
