"""Tell what an entry of the topic wants told: by rules that fired in it, and by follow-ups of what happened in it.

reads    1 Get of the entry; and of each notice what tell_one reads
writes   of each what tell_one writes
repeats  each is named by entry and fact, so it is told once

Who is told is the member that the fact is about; of a group's account only facts that name a member tell anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.notifications.store import templates
from chalicelib.areas.programs import store as programs
from chalicelib.flows.tell_one import Wanted, tell_one
from chalicelib.kit.amounts import plain
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Body
from chalicelib.kit.ids import is_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.config import Config
from chalicelib.table.journal import Entry, Stream
from chalicelib.table.placeholders import entry_for_reader

HOUR_MS = 3_600_000


class Happened(NamedTuple):
    """A journal entry by its place, as the topic tells of it."""

    owner: str
    program: int
    sequence: int
    entry_id: str
    recorded_at: Instant


def tell_wanted(rt: Runtime, tenant: str, happened: Happened, types: tuple[str, ...]) -> int:
    """How many notices there are. CloudError, Busy."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, tenant))
    follow_ups = {one.after for one in templates.follow_ups(config) if one.state == "active"}
    if f.NotificationWanted.type not in types and follow_ups.isdisjoint(types):
        return 0
    bodies = entry_of(rt, tenant, happened).facts
    wanted = [*_by_rules(config, happened, bodies), *_by_follow_ups(config, happened, bodies)]
    return sum(tell_one(rt, tenant, one) is not None for one in wanted)


def entry_of(rt: Runtime, tenant: str, happened: Happened) -> Entry:
    """1 Get; a placeholder of what cannot be read. Busy."""
    stream = Stream(tenant, f"{tenant}#{happened.owner}", happened.program)
    attrs = read_patiently(rt, lambda: rt.table.get(stream.key(happened.sequence)))
    return entry_for_reader(stream, happened.sequence, happened.recorded_at, attrs)


def _by_rules(config: Config, happened: Happened, bodies: tuple[Body, ...]) -> Iterator[Wanted]:
    for place, body in enumerate(bodies):
        if body["type"] != f.NotificationWanted.type:
            continue
        fact = f.VOCABULARY.decode(body)
        assert isinstance(fact, f.NotificationWanted)  # noqa: S101
        due_at = happened.recorded_at + fact.after_hours * HOUR_MS
        values = _values(config, happened.program, bodies, fact.rule)
        kind: Any = fact.kind
        source = f"{happened.entry_id} {place}"
        yield Wanted(fact.member, source, happened.recorded_at, due_at, fact.template, kind, values)


def _by_follow_ups(config: Config, happened: Happened, bodies: tuple[Body, ...]) -> Iterator[Wanted]:
    """One for each follow-up, however many facts of its type the entry has."""
    for one in templates.follow_ups(config):
        found = [body for body in bodies if body["type"] == one.after]
        member = _member(happened, found[0]) if found and one.state == "active" else None
        if member is not None:
            source, due_at = f"{happened.entry_id} {one.follow_up_id}", happened.recorded_at + one.hours * HOUR_MS
            at = happened.recorded_at
            yield Wanted(member, source, at, due_at, one.template_id, one.kind, {}, one.follow_up_id)


def _member(happened: Happened, body: Body) -> str | None:
    owner = happened.owner.partition("#")[2]
    named = str(body.get("member", owner))
    return named if is_id("member", named) else None


def _values(config: Config, program: int, bodies: tuple[Body, ...], rule: str) -> Mapping[str, str]:
    """What the words may speak of: what the rule credited in its first unit, and the order's own number."""
    earned = [body for body in bodies if body["type"] == f.PointsEarned.type and body.get("rule", "") == rule]
    number = next((str(body["number"]) for body in bodies if body["type"] == f.OrderRecorded.type), "")
    if not earned:
        return {"order_number": number} if number else {}
    unit = earned[0]["unit"]
    total = sum(int(body["amount"]) for body in earned if body["unit"] == unit)
    decimals = next((one.decimals for one in programs.program(config, program).units if one.code == unit), 0)
    return {"order_number": number, "points": plain(total, decimals)}
