"""`python -m infra.local.repair --tenant shop --from 2026-11-20 --to 2026-11-21T06:00:00Z`: the feed gets what it lacks.

For entries that were committed and never relayed, because the relay stood still longer than the stream remembers. They
are found by the hour in which they were recorded, and come into the feed once and are published, however often this is
run, beside the relay as well. Unless told otherwise (--to), what the stream may still have is left to the relay: the last
26 hours. A table just restored has an empty stream (--stream-is-empty, before anything was written to it).

What the feed has as a placeholder, for an older version could not read it, is told whole. With --recount the counts of
the span's days (of those in UTC that lie in it whole) are made anew from the feed's entries before: for days that an older
release counted, or whose counts are damaged.

Exit code 1: there are entries that this version cannot read, or days that could not be counted anew; 2: broken off, to be run again, or a feed that cannot be
read itself. Of several tenants, the worst.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

from chalicelib.areas.access.store import tenants
from chalicelib.flows.recount_days import recount_days
from chalicelib.flows.repair_feed import STREAM_KEEPS_MS, RepairedPart, repair_feed
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.kit.periods import Day, day_starts, iso_day, parse_day
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.feed import PAGE_SIZE, read_head
from chalicelib.table.feed_search import references_since
from chalicelib.table.recorded import HOUR_MS
from infra.local.broken_off import BROKEN_OFF, for_tenant, to_its_end
from infra.local.logs import NotSearchedError
from infra.local.stage_runtime import add_tenant_and_place, named_tenants, stage_runtime

UNREADABLE = 1
DAY_MS = 24 * HOUR_MS
AGAIN = "What was added stays; run it again, and it goes on from there.\n"
UNSAID = "Say whose and from when, such as make repair TENANT=shop FROM=2026-11-20; TENANT=all for every tenant.\n"


def main(arguments: Sequence[str], runtime: Callable[[argparse.Namespace], Runtime] = stage_runtime) -> int:
    asked = _parser().parse_args(arguments)
    if not (asked.tenant and asked.first):
        sys.stderr.write(UNSAID)
        return BROKEN_OFF
    return to_its_end(lambda: _all(runtime(asked), asked), AGAIN)


def _all(rt: Runtime, asked: argparse.Namespace) -> int:
    first, until = _span(rt, asked)
    work = _repaired_and_recounted if asked.recount else _repair
    return max(
        for_tenant(tenant, partial(work, rt, tenant, first, until), AGAIN) for tenant in named_tenants(rt, asked)
    )


def repair_feeds(rt: Runtime, stopped_at: Instant) -> int:
    """For a cloud that starts with an empty stream: what was recorded until it stopped and not relayed, of all tenants.

    A local cloud relays in order, so nothing is missing from before the last entries that the feed has.
    """
    missing = 0
    for tenant in tenants(rt.table):
        lately = references_since(rt.table, tenant, "P", read_head(rt.table, tenant), 0)
        newest = max((one.recorded_at for one in islice(lately, PAGE_SIZE)), default=stopped_at - DAY_MS)
        parts = repair_feed(rt, tenant, newest - HOUR_MS, stopped_at + HOUR_MS)
        missing += sum(part.repaired for part in parts)
    return missing


def time_of(text: str) -> Instant:
    """`2026-11-20T06:00:00Z`, or a day for its beginning in UTC."""
    day, read = parse_day(text), parse_rfc3339(text)
    if day is not None:
        return day_starts(day, "UTC")
    if read is None:
        raise NotSearchedError(f"{text!r} is neither a day nor a time, such as 2026-11-20 or 2026-11-20T06:00:00Z.")
    return read[0]


def _span(rt: Runtime, asked: argparse.Namespace) -> tuple[Instant, Instant]:
    now = rt.clock.now()
    latest = now if asked.stream_is_empty else now - STREAM_KEEPS_MS
    first, until = time_of(asked.first), min(time_of(asked.until), now) if asked.until else latest
    if first >= until:
        raise NotSearchedError(f"Nothing lies between {rfc3339(first)} and {rfc3339(until)}: say FROM, and TO.")
    return first, until


def _repair(rt: Runtime, tenant: str, first: Instant, until: Instant) -> int:
    looked_up, repaired, mended, unreadable = 0, 0, 0, 0
    for part in repair_feed(rt, tenant, first, until):
        looked_up, repaired = looked_up + part.looked_up, repaired + part.repaired
        mended, unreadable = mended + part.mended, unreadable + len(part.unreadable) + len(part.newer)
        _name_unreadable(part)
        sys.stderr.write(f"{rfc3339(part.at)}: {looked_up} looked up, {repaired} were missing\n")
    print(
        f"{tenant}: {looked_up} entries from {rfc3339(first)} until {rfc3339(until)}, "
        f"{repaired} were missing and are in the feed now."
    )
    if mended:
        print(f"{mended} had placeholders there, and are published and counted as what they are.")
    if until < rt.clock.now():
        print(f"What was recorded since {rfc3339(until)} was not looked at: the relay may still have it before it.")
    return UNREADABLE if unreadable else 0


def _repaired_and_recounted(rt: Runtime, tenant: str, first: Instant, until: Instant) -> int:
    """Counts first: a repair adds to them, and needs such as can be read."""
    return max(_recount(rt, tenant, first, until), _repair(rt, tenant, first, until))


def _recount(rt: Runtime, tenant: str, first: Instant, until: Instant) -> int:
    """The days that lie in the span whole."""
    days, changed, kept = set[Day](), set[Day](), 0
    for day in recount_days(rt, tenant, -(-first // DAY_MS), until // DAY_MS - 1):
        days.add(day.day)
        changed |= {day.day} if day.changed else set()
        kept += day.moved or bool(day.unreadable)
        if day.moved:
            sys.stderr.write(f"{iso_day(day.day)} was added to meanwhile and stays as it was: recount it again.\n")
        for owner, program, sequence in day.unreadable:
            sys.stderr.write(
                f"{iso_day(day.day)} stays as it was: entry {sequence} of program {program} of {owner} cannot be read.\n"
            )
    print(f"{tenant}: {len(days)} days counted anew, {len(changed)} of them had other counts.")
    return UNREADABLE if kept else 0


def _name_unreadable(part: RepairedPart) -> None:
    for places, means in (
        (part.unreadable, "it is missing from the feed"),
        (part.newer, "the feed has a placeholder until a newer one repairs it"),
    ):
        for owner, program, sequence in places:
            sys.stderr.write(
                f"Entry {sequence} of program {program} of {owner} cannot be read by this version: {means}.\n"
            )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.repair", description=(__doc__ or "").partition("\n")[0]
    )
    add_tenant_and_place(parser)
    parser.add_argument("--from", dest="first", default="", metavar="TIME", help="a day, or a time")
    parser.add_argument(
        "--to", dest="until", default="", metavar="TIME", help="up to 26 hours ago unless told otherwise"
    )
    parser.add_argument("--recount", action="store_true", help="make the counts of these days anew as well")
    parser.add_argument("--stream-is-empty", action="store_true", help="nothing will be delivered: up to now")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
