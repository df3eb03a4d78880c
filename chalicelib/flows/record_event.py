"""Record an event: something else than buying that a member did, and what rules give for it, in one commit.

An event of the shop's own is declared by the program (`events`), with the properties that may be sent of it; a check-in says
at which place, a scan which code, and who is near where they are: that is asked about and kept nowhere.

reads    1 Query of the member's snapshot (+ 1 Get when they are named by an identifier, + 1 BatchGet of profile and account of
         the group that they are in: what it gives is then the group's; + 1 Get where whoever has no account yet is refused or
         only tries)
writes   account (version), entry (absent): 4 units, + 2 for the guard of its own id, + 2 with an Idempotency-Key
repeats  its own id refuses them for 30 days: the same content answers as the first time, other content is a conflict
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from json import dumps

from chalicelib.areas.accounts.model.facts import EventRecorded
from chalicelib.areas.programs.model import Program
from chalicelib.areas.programs.model.events import Value
from chalicelib.errors import Conflict, Refused
from chalicelib.flows.account_commit import account_plan, document_entry, header_for
from chalicelib.flows.account_views import (
    Capped,
    Earning,
    Expired,
    Standing,
    capped_of,
    earnings_of,
    expiries_of,
    facts_of,
    group_of,
    id_of,
    owner_of,
    standing_of,
)
from chalicelib.flows.decide_happening import Decided, decide_happening
from chalicelib.flows.follow_effects import GivenEffect, effects_of
from chalicelib.flows.happening import What
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.rule_limits import writes_within
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS, Instant
from chalicelib.kit.command import Command
from chalicelib.kit.geo import Point
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Header


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. `kind` as rules name it; `name`: the event's, or the code; `own_id`: that of whoever sends it."""

    kind: str
    occurred_at: Instant
    name: str = ""
    place: str = ""
    properties: Mapping[str, Value] = field(default_factory=dict)
    point: Point | None = None
    own_id: str = ""

    @property
    def occasion(self) -> str:
        return f"{self.kind} {self.name}" if self.name else self.kind

    def fingerprint(self, who: Buyer) -> str:
        named = who.identifier.normalised() if who.identifier is not None else None
        said = [self.kind, self.name, self.occurred_at, self.place, dict(self.properties), self.point]
        whom = [who.member_id, None if named is None else [named.type, named.value]]
        return sha256(dumps([*said, *whom], sort_keys=True).encode()).hexdigest()


class RecordedEvent(Frozen):
    """What the member earned by it, and what they have now; or their group, `group_id`."""

    entry_id: str
    member_id: str
    group_id: str | None
    earned: tuple[Earning, ...]
    effects: tuple[GivenEffect, ...]
    capped: tuple[Capped, ...]
    expired: tuple[Expired, ...]
    account: Standing


def record_event(
    rt: Runtime, caller: Caller, command: Command, who: Buyer, event: Event, program_id: int = 1
) -> Committed[RecordedEvent]:
    """Refuses `future_event`, `unknown_event`, `unknown_property`, `wrong_property_type`, `unknown_event_code`, `member_blocked`,
    `group_blocked`, `too_many_credits`, `too_many_limits`, `balance_limit`, `too_many_lots`, `too_many_pending`; NotFound: program,
    `member_not_found`; InvalidInput: identifiers; Conflict `event_id_taken`."""
    own = Command(f"event/{program_id}/{event.own_id}", bool(event.own_id), event.fingerprint(who))

    taking = Taking(rt, caller.tenant, who.member_id or event.own_id or command.id)

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, program_id)
        header = header_for(rt, caller, command, "record_event", terms, event.occurred_at, event.place)
        _must_be_meant(terms, header, event)
        done = _decided(taking, header, terms, who, event, dry_run=command.dry_run)
        entry = document_entry(caller.tenant, terms, done.story, done.opened.head, header, told=done.followed.told)
        given = done.followed.writes
        also = (*given, *writes_within(taking, *given))
        made = account_plan(caller, command, done.story, done.opened.head, entry, also)
        guards = guard_puts(caller.tenant, own, entry, entry.recorded_at)
        done_if = made.done_if | {guard.key for guard in guards}
        return replace(made, writes=(*made.writes, *guards), done_if=done_if, limited=taking)

    def recall() -> Entry | None:
        return recall_guarded(rt.table, caller.tenant, command) or _repeated(rt, caller, own)

    return commit(rt, command, plan, recorded_event, recall)


def recorded_event(entry: Entry) -> RecordedEvent:
    [recorded] = facts_of(entry, EventRecorded)
    return RecordedEvent(
        entry_id=id_of(entry),
        member_id=recorded.by or owner_of(entry),
        group_id=group_of(entry),
        earned=earnings_of(entry),
        effects=effects_of(entry),
        capped=capped_of(entry),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )


def _must_be_meant(terms: Terms, header: Header, event: Event) -> None:
    """Devices run a little fast: five minutes are allowed."""
    if event.occurred_at > header.recorded_at + FUTURE_TOLERANCE_MS:
        raise Refused("future_event", "The time of the event lies in the future.", param="occurred_at")
    if event.kind == "scan" and event.occasion not in terms.rules.known_occasions:
        text = f"No rule of the program knows the code {event.name[:64]}."
        raise Refused("unknown_event_code", text, param="code")


def _decided(taking: Taking, header: Header, terms: Terms, who: Buyer, event: Event, *, dry_run: bool) -> Decided:
    properties, told = _declared(terms.program, event)
    fact = EventRecorded(event.kind, event.name, terms.day(event.occurred_at), told)
    what = What(event.occasion, fact, properties, event.point)
    return decide_happening(taking, header, terms, who, what, dry_run=dry_run)


def _declared(program: Program, event: Event) -> tuple[dict[str, object], tuple[tuple[str, Value], ...]]:
    if event.kind != "event":
        return {}, ()
    declared = program.event(event.name)
    return declared.answers(event.properties), declared.told_of(event.properties)


def _repeated(rt: Runtime, caller: Caller, own: Command) -> Entry | None:
    try:
        return recall_guarded(rt.table, caller.tenant, own)
    except Conflict:
        text = "An event of this id is already recorded, with other content or of another member."
        raise Conflict("event_id_taken", text, param="event_id") from None
