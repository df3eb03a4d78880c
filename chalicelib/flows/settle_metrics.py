"""Settle the metrics of one member: the thresholds that their account, or their group's, has come to since it was last looked at, or fallen
back from, are told in its journal, and rules on that give what they give, in the same transaction.

Derived afresh from the snapshot, whatever set it off: in whatever order things are told, and however often, a threshold is reached once,
for which of them are is a part of the account.

reads    for each program with thresholds 1 Query of the member's snapshot, of a member in a group 1 BatchGet more
writes   nothing where no threshold was crossed. Else account (version), entry (absent): 4 units, and what rules give beside points
repeats  what was reached is
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.facts import MetricFell, MetricReached
from chalicelib.areas.rules.outcome import Follow
from chalicelib.areas.segments import store as segments
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.follow_coupons import Giving
from chalicelib.flows.follow_effects import Followed, followed
from chalicelib.flows.full_cards import full_cards
from chalicelib.flows.happening import What, happened
from chalicelib.flows.judged import context_of
from chalicelib.flows.lost_account import must_not_be_lost
from chalicelib.flows.opened import Opened, of_their_group, open_snapshot
from chalicelib.flows.rule_limits import Gave, credits_since, with_uses, writes_within
from chalicelib.flows.settle_one_due import NothingDue
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.flows.thresholds import Crossing, Judged, crossings, with_thresholds, without_forgotten
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan, commit
from chalicelib.table.journal import Entry, Header

OPERATION = "settle_metrics"


def settle_metrics(rt: Runtime, caller: Caller, member_id: str, *, due_by: Instant | None = None) -> int:
    """How many thresholds were crossed: of metrics in real time. `due_by`: of all of them, if time was to be looked at by then (the watch of
    areas/segments). NotFound: member."""
    by = with_thresholds(rt.config.load(rt.table, caller.tenant))
    asked = [one for one in by if due_by is not None or not one.is_daily]
    programs = sorted({one.metric.program_id for one in asked})
    return sum(_settled(rt, caller, member_id, program_id, due_by) for program_id in programs)


def _settled(rt: Runtime, caller: Caller, member_id: str, program_id: int, due_by: Instant | None) -> int:
    command, taking = Command(rt.ids.command()), Taking(rt, caller.tenant, member_id)

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, program_id)
        header = header_for(rt, caller, command, OPERATION, terms)
        alone = open_snapshot(rt, caller.tenant, member_id, program_id)
        if due_by is not None:
            _must_be_due(alone, caller.tenant, member_id, due_by)
        opened = of_their_group(rt, caller.tenant, alone, program_id)
        must_not_be_lost(rt, caller.tenant, opened)
        made = _Decision(taking, terms, header, opened, due_by is not None).made()
        entry = account_entry(caller.tenant, made.story, opened.head, header, told=made.told)
        given = made.writes
        also = (*given, *writes_within(taking, *given))
        return replace(account_plan(caller, command, made.story, opened.head, entry, also), limited=taking)

    try:
        return commit(rt, command, plan, _crossed, lambda: None).answer
    except NothingDue:
        return 0


def _must_be_due(opened: Opened, tenant: str, member_id: str, due_by: Instant) -> None:
    watch = segments.watch_from(opened.beside.get(segments.watch_key(tenant, member_id)))
    if watch is None or watch.due_at > due_by:
        raise NothingDue("nothing_due", "Time has changed nothing yet.")


def _crossed(entry: Entry) -> int:
    return sum(1 for body in entry.facts if body["type"] in (MetricReached.type, MetricFell.type))


@dataclass(frozen=True, slots=True)
class _Decision:
    taking: Taking
    terms: Terms
    header: Header
    opened: Opened
    daily: bool

    def made(self) -> Followed:
        """Raises NothingDue. Where rules cannot give what they would (an account is full), the thresholds are told all the same."""
        if self.opened.is_blocked:
            raise NothingDue(
                "nothing_due", "Who is blocked reaches nothing: they are looked at when they no longer are."
            )
        before = self.terms.meets(self.opened.account, self.header, asks_now=True)
        some = self._crossings(before)
        if not some:
            raise NothingDue("nothing_due", "No threshold was crossed.")
        try:
            done = self._followed(before, some)
        except Refused:
            self.taking.begin()
            done = Followed(before.then(*(self._by(one) for one in some)))
        return replace(done, story=settle_tier(done.story, self.terms, self.header.effective_at))

    def _crossings(self, story: Story) -> tuple[Crossing, ...]:
        opened, terms, config = self.opened, self.terms, self.terms.config
        by = [one for one in with_thresholds(config) if self._asks(one)]
        context = context_of(terms, story.account, opened.member, self.header.effective_at)
        some = crossings(by, story.account, context)
        facts = without_forgotten(some, story.account, config)
        return tuple(replace(one, fact=fact) for one, fact in zip(some, facts, strict=True))

    def _asks(self, one: Judged) -> bool:
        return one.metric.program_id == self.terms.program.program_id and (self.daily or not one.is_daily)

    def _followed(self, before: Story, some: tuple[Crossing, ...]) -> Followed:
        """A group has nobody who did it: what it reaches is told, and rules give nothing for it."""
        if self.opened.group is not None:
            return Followed(before.then(*(self._by(one) for one in some)))
        taking, terms, opened, at = self.taking, self.terms, self.opened, self.header.effective_at
        taking.begin()
        story, follows = before, tuple[Follow, ...]()
        for one in some:
            story, more = happened(taking, story, terms, opened, What(one.occasion, one.fact), at)
            follows = (*follows, *more)
        own = credits_since(before, story)
        follows = (*full_cards(terms, story, own), *follows)
        done = followed(Giving(taking, trial=False), story, terms, opened, follows, self.header)
        counted = with_uses(done.story, terms, taking, Gave(own, beside=done.gave()), at, order="")
        return replace(done, story=counted.story)

    def _by(self, one: Crossing) -> MetricReached | MetricFell:
        return replace(one.fact, by=self.opened.by)
