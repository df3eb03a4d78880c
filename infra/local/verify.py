"""`python -m infra.local.verify --tenant shop`: everything a tenant has follows from its journal, or what does not is named.

Every account, profile, order, return and part of the configuration is made anew from its journal and compared, every chain
of entries followed, and every entry looked for in the feed. It writes nothing there and can run beside everything else.
Interrupted, it goes on where it was when the same is asked of the same table again within a day, unless told to begin --anew,
and tells again what had been found by then, marked as such: it may have been mended since.

Exit code 0: all is as it must be; 1: differences, one a line; 2: not verified to the end. Of several tenants, the worst.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from chalicelib.flows.verify_tenant import THREADS, Position, VerifiedPart, verify_tenant
from chalicelib.kit.clock import rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.counted import CountedTable
from infra.local.broken_off import BROKEN_OFF, for_tenant, to_its_end
from infra.local.logs import ROOT
from infra.local.stage_runtime import add_tenant_and_place, named_tenants, stage_runtime, stage_table
from infra.local.verify_state import Kept, SoFar, kept_at, told

DIFFERENT = 1
MOST_THREADS = 64
UNSAID = "Say whose, such as make verify TENANT=shop; TENANT=all for every tenant, one after the other.\n"
BEFORE = "(told by the run before)"
AGAIN = "Not verified to the end: run it again, and it goes on from there.\n"


def main(
    arguments: Sequence[str],
    runtime: Callable[[argparse.Namespace], Runtime] = stage_runtime,
    root: Path = ROOT,
    table: Callable[[argparse.Namespace], str] = stage_table,
) -> int:
    asked = _parser().parse_args(arguments)
    if not asked.tenant:
        sys.stderr.write(UNSAID)
        return BROKEN_OFF
    return to_its_end(lambda: _all(runtime(asked), asked, root, table), AGAIN)


def verifying(
    rt: Runtime, tenant: str, so_far: SoFar | None = None, at: Position | None = None, threads: int = THREADS
) -> Iterator[tuple[SoFar, VerifiedPart]]:
    """Part by part, what was verified by then and what it took."""
    counted, before, reached = CountedTable(rt.table), rt.clock.monotonic(), so_far or SoFar()
    asked = 0
    for part in verify_tenant(replace(rt, table=counted), tenant, at, threads):
        now, requests = rt.clock.monotonic(), counted.meter.cost.requests
        reached = reached.and_part(part, requests - asked, now - before)
        asked, before = requests, now
        yield reached, part


def measured(rt: Runtime, tenant: str, threads: int = THREADS) -> SoFar:
    """A whole verification: entries per second, requests per member, and how much differed."""
    whole = SoFar()
    for reached, _ in verifying(rt, tenant, threads=threads):
        whole = reached
    return whole


def _all(rt: Runtime, asked: argparse.Namespace, root: Path, table: Callable[[argparse.Namespace], str]) -> int:
    named = named_tenants(rt, asked)
    kept = kept_at(root, asked.tenant, table(asked), rt.clock.now(), anew=asked.anew)
    codes = [for_tenant(tenant, partial(_one, rt, tenant, kept, asked.threads), AGAIN) for tenant in named]
    if BROKEN_OFF not in codes:
        kept.forget()
    return max(codes)


def _one(rt: Runtime, tenant: str, kept: Kept, threads: int) -> int:
    if (done := kept.done.get(tenant)) is not None:
        print(f"{told_again(done)}{_summed_up(tenant, done)} That was verified by the run before.")
    else:
        done = _verify(rt, tenant, kept, threads)
    return DIFFERENT if done.different else 0


def _verify(rt: Runtime, tenant: str, kept: Kept, threads: int) -> SoFar:
    so_far, at = kept.begun.get(tenant, (SoFar(), None))
    if at is not None:
        sys.stderr.write(
            f"{tenant}: going on behind {at.after}, the last of {so_far.members + so_far.groups} members and groups.\n"
        )
        print(told_again(so_far), end="")
    before = so_far.different
    for reached, part in verifying(rt, tenant, so_far, at, threads):
        so_far = reached
        for difference in part.differences:
            print(told(difference))
        if part.position is not None:
            sys.stderr.write(f"{so_far.members} members, {so_far.different} differences, up to {part.position.after}\n")
            kept.reach(tenant, so_far, part.position)
    kept.finish(tenant, so_far)
    print(f"{_summed_up(tenant, so_far)}{_of_before(before)}")
    return so_far


def told_again(so_far: SoFar) -> str:
    """What a run before has found, a line each. It is not looked at again: somebody may have mended it."""
    more = so_far.different - len(so_far.told)
    lines = [
        *(f"{line} {BEFORE}" for line in so_far.told),
        *([f"{more} more were named by the run before."] if more else ()),
    ]
    return "".join(f"{line}\n" for line in lines)


def _of_before(different: int) -> str:
    return f" {different} of them were told by the run before: ANEW=1 looks at everything again." if different else ""


def _summed_up(tenant: str, whole: SoFar) -> str:
    groups = f"{whole.groups} groups, " if whole.groups else ""
    return (
        f"{tenant}: {whole.members} members, {groups}{whole.accounts} accounts, {whole.orders} orders, {whole.entries} entries "
        f"in {whole.seconds:.1f} s ({whole.entries_per_second:.0f} entries/s, {whole.requests_per_member:.1f} requests "
        f"a member), feed compared up to {rfc3339(whole.feed_until)}: {whole.different or 'no'} differences."
    )


def _threads(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MOST_THREADS):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MOST_THREADS}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.verify", description=(__doc__ or "").partition("\n")[0]
    )
    add_tenant_and_place(parser)
    parser.add_argument("--threads", type=_threads, default=THREADS, help=f"how many read at once: {THREADS}")
    parser.add_argument("--anew", action="store_true", help="not from where an interrupted run was, but from the start")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
