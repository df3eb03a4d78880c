"""What one member gets by an occurrence of a rule on schedule: decided from their snapshot, in a commit of their own.

It is judged and given as of the moment of the occurrence, however late it comes: what was due by then has happened first, points
last as if they had been given then. By what is known when it comes, though: whoever has bought since is not to be won back.

reads    1 Query of the member's snapshot, of a member in a group 1 BatchGet more; where nothing is given in a chunk that is done
         again 1 Get of the guard
writes   account (version), entry (absent), guard of occurrence and member (absent): 6 units, of each limit for all a slice (2
         units), and what follows beside points; nothing of whom it gives nothing
repeats  the guard refuses them for 30 days, and an operation is not worked on as long
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.areas.accounts.model.facts import EventRecorded
from chalicelib.areas.rules.evaluate import evaluate
from chalicelib.areas.rules.outcome import Outcome, Reason
from chalicelib.areas.rules.purchase import Happening
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.account_views import id_of
from chalicelib.flows.follow_coupons import Giving
from chalicelib.flows.follow_effects import Followed, followed
from chalicelib.flows.full_cards import full_cards
from chalicelib.flows.happening import Moment, with_gifts
from chalicelib.flows.judged import context_of
from chalicelib.flows.opened import Opened, of_their_group, open_snapshot
from chalicelib.flows.rule_limits import Gave, credits_since, cut_by_limits, with_uses, writes_within
from chalicelib.flows.segment_changes import segments_of
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, Header

OPERATION = "run_rule"
Came = Literal["given", "not_in_audience", "conditions_not_met", "limits_reached", "refused", "skipped"]
_CAME: dict[Reason, Came] = {
    "wrong_member": "not_in_audience",
    "wrong_tier": "not_in_audience",
    "wrong_segment": "not_in_audience",
    "wrong_member_labels": "not_in_audience",
    "condition_not_met": "conditions_not_met",
    "limit_reached": "limits_reached",
    "budget_spent": "limits_reached",
}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Of a rule, at a moment; `operation_id` runs it, `again`: who is asked for may have got it before. `before`: who is in one
    of these segments was met there."""

    program_id: int
    rule_id: str
    at: Instant
    operation_id: str
    again: bool = False
    before: frozenset[str] = frozenset()

    @property
    def occasion(self) -> str:
        return f"schedule {self.rule_id}"


@dataclass(frozen=True, slots=True)
class Given:
    """What came of it, the entry that tells it, and where nothing was given why: a code."""

    came: Came
    entry_id: str = ""
    reason: str = ""


class _NothingGiven(Refused):
    """Leaves the commit without writing."""

    def __init__(self, came: Came, reason: str = "") -> None:
        super().__init__("nothing_given", "Nothing is given.")
        self.came, self.reason = came, reason


def give_on_schedule(rt: Runtime, caller: Caller, occurrence: Occurrence, member_id: str) -> Given:
    """Busy; what cannot be read."""
    command = Command(f"run/{occurrence.operation_id}/{member_id}", guarded=True)
    taking = Taking(rt, caller.tenant, member_id)
    nothing = False

    def plan() -> Plan:
        nonlocal nothing
        try:
            return _plan(rt, caller, command, occurrence, member_id, taking)
        except Refused:
            nothing = True
            raise

    def recall() -> Entry | None:
        """Nobody has been there before where the chunk is begun for the first time."""
        return None if nothing and not occurrence.again else recall_guarded(rt.table, caller.tenant, command)

    try:
        return Given("given", commit(rt, command, plan, id_of, recall).answer)
    except _NothingGiven as gave:
        return Given(gave.came, reason=gave.reason)
    except Refused as refusal:
        return Given("refused", reason=refusal.code)


def _plan(
    rt: Runtime, caller: Caller, command: Command, occurrence: Occurrence, member_id: str, taking: Taking
) -> Plan:
    taking.begin()
    terms = terms_of(rt, caller.tenant, occurrence.program_id)
    header = header_for(rt, caller, command, OPERATION, terms, occurrence.at)
    found = open_snapshot(rt, caller.tenant, member_id, occurrence.program_id)
    if found.member is None or found.member.enrolled_at > occurrence.at:
        raise _NothingGiven("not_in_audience", "not_enrolled_yet")
    opened = of_their_group(rt, caller.tenant, found, occurrence.program_id)
    opened.must_be_active()
    done = _decided(terms, opened, occurrence, header, taking)
    story = settle_tier(done.story, terms, header.effective_at)
    entry = account_entry(caller.tenant, story, opened.head, header, told=done.told)
    also = (*done.writes, *writes_within(taking, *done.writes))
    return replace(account_plan(caller, command, story, opened.head, entry, also), limited=taking)


def _decided(terms: Terms, opened: Opened, occurrence: Occurrence, header: Header, taking: Taking) -> Followed:
    before, at = terms.meets(opened.account, header, asks_now=True), header.effective_at
    segments = segments_of(opened.beside, terms.config, before.account.advanced_to)
    if not occurrence.before.isdisjoint(segments):
        raise _NothingGiven("skipped")
    context = context_of(terms, before.account, opened.member, at, taking, segments=segments)
    context = replace(context, happening=Happening())
    outcome = evaluate(terms.rules, Moment(), context, (occurrence.occasion,), why=True)
    if not (outcome.credits or outcome.follows):
        raise _nothing(outcome)
    told = EventRecorded("schedule", occurrence.rule_id, terms.day(at), by=opened.by)
    story = cut_by_limits(before.then(told), outcome, "")
    story = with_gifts(story, terms, outcome, at, opened.by)
    credited = credits_since(before, story)
    follows = (*full_cards(terms, story, credited), *outcome.follows)
    done = followed(Giving(taking), story, terms, opened, follows, header)
    beside = done.gave()
    if not (credited or beside):
        raise _NothingGiven("refused", next((one.reason for one in done.effects if one.reason), "nothing_left"))
    counted = with_uses(done.story, terms, taking, Gave(credited, beside=beside), at, order="")
    return replace(done, story=counted.story)


def _nothing(outcome: Outcome) -> _NothingGiven:
    [skipped] = outcome.skipped or (None,)
    if skipped is None:
        return _NothingGiven("not_in_audience", "no_rule")
    return _NothingGiven(_CAME.get(skipped.reason, "refused"), skipped.reason)
