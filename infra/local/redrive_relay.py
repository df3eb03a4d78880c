"""What the relay gave up, or Lambda with it: their dead messages name stretches of the table's stream by their time, and nothing
of the entries. What the relay itself gave up was one tenant's; Lambda does not know whose its records were.

A round holds many messages and puts together what their stretches have in common: each time is gone through once for
every tenant, its entries are published again and added to the feed where it lacks them, and only then are the messages
deleted. What an earlier round of the same run went through is not gone through again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.access.store import tenants
from chalicelib.errors import NewerDataError
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.damaged import DamagedItemError
from infra.local.dead_letters import DeadLetters, Message
from infra.local.spans import Span, merged, without

ROUND = 1_000  # messages held at once: theirs are some hundred thousand entries at most
ANYBODY = ""
MARGIN_MS = 2 * 60_000  # an entry says when it was recorded, a dead message when the stream had it


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a message stands for: `batch` names it where it was given up twice, `records` is how many there were of it.
    `tenant` is nobody where it may have been anybody's."""

    tenant: str
    span: Span
    batch: tuple[str, ...]
    records: int


@dataclass
class Redriven:
    """`stood_for`: records of the stream. `stayed` says, a line each, what is still among the dead, and why."""

    messages: int = 0
    found: int = 0
    missing: int = 0
    stayed: list[str] = field(default_factory=list)
    batches: dict[tuple[str, ...], int] = field(default_factory=dict)

    @property
    def stood_for(self) -> int:
        return sum(self.batches.values())


def redrive_relay(rt: Runtime, dead: DeadLetters, most: int, together: int = ROUND) -> Redriven:
    """As many messages as wait, up to `most`. Whatever is raised or killed: run again, it goes on from there."""
    told, done = Redriven(), defaultdict[str, list[Span]](list)
    left = min(most, dead.waiting())
    try:
        while left > 0 and (round_of := dead.hold(min(together, left))):
            left -= len(round_of)
            _work_off(rt, dead, round_of, done, told)
    finally:
        dead.release()
    return told


def _work_off(
    rt: Runtime, dead: DeadLetters, messages: Sequence[Message], done: dict[str, list[Span]], told: Redriven
) -> None:
    stretches = dict(_read(messages, told))
    for tenant in sorted({one.tenant for one in stretches.values()}):  # everybody's come first
        own = {name: one for name, one in stretches.items() if one.tenant == tenant}
        for whole in merged(one.span for one in own.values()):
            inside = {name: one for name, one in own.items() if whole.first <= one.span.first < whole.until}
            rest = without(whole, [*done[ANYBODY], *done[tenant]])
            unreadable = [line for span in rest for line in _gone_through(rt, dead, tenant, span, told)]
            told.stayed += unreadable
            if not unreadable:
                done[tenant].append(whole)
                told.messages += len(inside)
                told.batches |= {one.batch: one.records for one in inside.values()}
                dead.delete([dead.held[name] for name in inside])


def _gone_through(rt: Runtime, dead: DeadLetters, whose: str, span: Span, told: Redriven) -> Iterator[str]:
    """Answers, a line each, which entries or feeds cannot be read; the others' entries are in the feed and published."""
    every = list(tenants(rt.table))
    for tenant in [whose] if whose in every else every:
        try:
            for part in repair_feed(rt, tenant, *span, publish_again=True):
                dead.keep()
                told.found, told.missing = told.found + part.looked_up, told.missing + part.repaired
                for owner, program, sequence in part.unreadable:
                    yield f"Entry {sequence} of program {program} of {owner} cannot be read by this version."
        except (NewerDataError, DamagedItemError) as fault:
            yield f"{tenant}: {fault}"


def _read(messages: Sequence[Message], told: Redriven) -> Iterator[tuple[str, Stretch]]:
    for message in messages:
        try:
            yield message["MessageId"], _stretch(json.loads(message["Body"]))
        except (ValueError, KeyError, TypeError) as damaged:
            told.stayed.append(f"Message {message['MessageId']} is none that the relay left: {damaged!r}.")


def _stretch(left: dict[str, Any]) -> Stretch:
    lost, tenant = left["DDBStreamBatchInfo"], str(left.get("tenant", ANYBODY))
    first, last = (_instant(lost[f"approximateArrivalOf{which}Record"]) for which in ("First", "Last"))
    batch = tuple(str(lost[name]) for name in ("shardId", "startSequenceNumber", "endSequenceNumber"))
    return Stretch(tenant, Span(first - MARGIN_MS, last + MARGIN_MS), (tenant, *batch), int(lost["batchSize"]))


def _instant(text: str) -> Instant:
    read = parse_rfc3339(text)
    if read is None:
        raise ValueError(f"{text!r} is no time")
    return read[0]
