"""Upload codes: a page of them comes into the pool of a series. What is there already is told, and left as it is.

reads    for each 40 codes 1 BatchGet of them; at the end 1 Query of what is free
writes   for each 40 new codes 1 transaction: the free code and its look-up (absent), 4 units a code, and the shards of the pool
         that they come into (drawn); with an Idempotency-Key at the end what came of the page and its guard, 4 units
repeats  a code says by which upload it came: a page that was broken off goes on where it was, and a repeated one answers what
         the first did. It writes no entry: what the series has is in its counts, and nobody has any of it yet
who      a key that may modify coupons
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.areas.coupons.store import codes as store
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.programs import store as programs
from chalicelib.areas.quotas import store as quotas
from chalicelib.errors import Refused
from chalicelib.flows.coupon_quotas import come_and_gone, pool_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently, settle
from chalicelib.table.guards import KEPT_SECONDS, place_puts, recall_place
from chalicelib.table.protocol import Write

AT_ONCE = 40  # two items each, and up to sixteen shards beside them


class Uploaded(Frozen):
    """How many codes are new, which were there already or came twice, and how many are free now."""

    added: int
    duplicates: tuple[str, ...]
    free: int


class _Chunk(NamedTuple):
    """`new`: what was not there before this transaction, or this trial."""

    added: int
    known: tuple[str, ...]
    new: int = 0


class Upload(NamedTuple):
    """`batch` names it: a code that is there by the same is not there already. Of a file by the line as well, for it may have
    a code twice, far apart."""

    tenant: str
    series: CouponSeries
    batch: str
    dry_run: bool = False
    lines: Mapping[str, int] | None = None

    def batch_of(self, code: str) -> str:
        return self.batch if self.lines is None else f"{self.batch}-{self.lines[code]}"


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
    must_be_pool(series)
    batch = sha256(command.id.encode()).hexdigest()[:24]
    upload = Upload(caller.tenant, series, batch, command.dry_run)
    added, duplicates, new = put_codes(rt, upload, codes)
    stand = read_patiently(rt, lambda: quotas.read(rt.table, caller.tenant, pool_of(series)))
    answer = Uploaded(added=added, duplicates=duplicates, free=stand.left + (new if command.dry_run else 0))
    return _remembered(rt, command, upload, answer)


def must_be_pool(series: CouponSeries) -> None:
    if series.codes.kind != "pool":
        raise Refused("no_pool", f"The codes of {series.name} do not come from a pool.", param="series_id")


def put_codes(rt: Runtime, upload: Upload, codes: Sequence[str]) -> tuple[int, tuple[str, ...], int]:
    """How many came by this upload, which were there already or came twice, and how many are new just now. Memory as the
    codes need."""
    sharing = all_series.sharing(read_patiently(rt, lambda: rt.config.load(rt.table, upload.tenant)))
    once = dict.fromkeys(codes)
    shared = [code for code in once if code in sharing]
    fresh = [code for code in once if code not in sharing]
    done = [settle(rt, partial(_chunk, rt, upload, some)) for some in _chunks(fresh)]
    twice = [code for code, times in Counter(codes).items() for _ in range(times - 1)]
    duplicates = (*shared, *twice, *(code for one in done for code in one.known))
    return sum(one.added for one in done), duplicates, sum(one.new for one in done)


def _chunk(rt: Runtime, upload: Upload, some: Sequence[str]) -> tuple[_Chunk, tuple[Write, ...]]:
    tenant, series = upload.tenant, upload.series
    keys = {code: store.code_key(tenant, code) for code in some}
    found = rt.table.batch_get(list(keys.values()))
    there = {code: store.code_from(found[key]) for code, key in keys.items() if key in found}
    known = tuple(code for code, one in there.items() if one.batch != upload.batch_of(code))
    new = [code for code in some if code not in there]
    writes = [write for code in new for write in store.free_puts(tenant, series, code, upload.batch_of(code))]
    done = _Chunk(len(some) - len(known), known, len(new))
    return done, () if upload.dry_run or not new else (*writes, *come_and_gone(tenant, series, come=new))


def _remembered(rt: Runtime, command: Command, upload: Upload, answer: Uploaded) -> Committed[Uploaded]:
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
