"""What has happened to a member's profile for the first time, and what rules give for it in the same commit: they are enrolled,
have filled in all that the tenant asks for, take the newsletter. And what comes once a year (flows/settle_occasions).

Profiles are a tenant's and rules a program's: so each program that has a rule on it may give something. What a rule cannot
give (an account is full, the group is blocked) it does not give, and the profile changes all the same.

reads    nothing where no program has a rule on it, nor for a new member; else 1 Query of the snapshot a program, of a member in a
         group 1 BatchGet more
writes   account (version), entry (absent): 4 units, of each program of which a rule gives something, the first 20 of them
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, Story
from chalicelib.areas.accounts.model.facts import EventRecorded, PointsEarned, PointsPromised
from chalicelib.areas.members.model import Member
from chalicelib.areas.programs import store as programs
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.outcome import Follow
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import account_entry, header_for
from chalicelib.flows.follow_effects import followed
from chalicelib.flows.happening import What, happened
from chalicelib.flows.opened import Opened, of_their_group, open_snapshot, opened_from
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, day_starts
from chalicelib.runtime import Runtime
from chalicelib.table.config import Config
from chalicelib.table.journal import Entry, Head, entry_put
from chalicelib.table.protocol import Attrs, Key, Write

MOST_PROGRAMS = 20


@dataclass(frozen=True, slots=True)
class Gift:
    """What the rules of one program give: the entry that tells it, and all that is written. Not `gave`: it says why not."""

    entry: Entry
    writes: tuple[Write, ...]
    gave: bool


@dataclass(frozen=True, slots=True)
class Moments:
    """Of an operation that changes a profile. `but`: a program that sees to its own, `only`: the one that is asked; `on`: the day as of
    whose beginning it is given, or `at`: the instant, where that is not now. `asks_now` as in record_order. `about`: what is told of
    a referral. `taken`: what else the transaction writes."""

    rt: Runtime
    caller: Caller
    command: Command
    operation: str
    but: int = 0
    on: Day | None = None
    only: int = 0
    at: Instant | None = None
    asks_now: bool = True
    about: tuple[tuple[str, str], ...] = ()
    taken: Collection[Key] = ()

    def beside_profile(self, member: Member, moments: Sequence[str]) -> tuple[Write, ...]:
        """What is written beside the profile, as it will be."""
        return tuple(write for gift in self.given(member, moments) for write in gift.writes)

    def given(
        self, member: Member, moments: Sequence[str], found: Mapping[Key, Attrs] | None = None
    ) -> tuple[Gift, ...]:
        """By every program that has a rule on them. `found`: the member's snapshot, where it was read."""
        config = self.rt.config.load(self.rt.table, self.caller.tenant)
        on = [one for one in _programs_on(config, moments) if self._asks(one)] if moments else []
        gifts: list[Gift] = []
        for program_id in on[:MOST_PROGRAMS]:
            taken = {*self.taken, *(write.key for gift in gifts for write in gift.writes)}
            gift = self._given(program_id, member, moments, found, taken)
            gifts += [] if gift is None else [gift]
        return tuple(gifts)

    def _asks(self, program_id: int) -> bool:
        return program_id != self.but and self.only in (0, program_id)

    def _given(
        self,
        program_id: int,
        member: Member,
        moments: Sequence[str],
        found: Mapping[Key, Attrs] | None,
        taken: Collection[Key],
    ) -> Gift | None:
        tenant, terms = self.caller.tenant, terms_of(self.rt, self.caller.tenant, program_id)
        at = self.at if self.on is None else day_starts(self.on, terms.program.zone)
        at = None if at is None else max(at, member.enrolled_at)
        header = header_for(self.rt, self.caller, self.command, self.operation, terms, at)
        opened = self._their_account(program_id, member, "enrolled" in moments, found)
        if accounts.account_key(tenant, opened.account.owner, program_id) in taken:
            return None  # who was brought in collects for the same group as their friend, who is given nothing for that
        try:
            opened.must_be_active()
            before = terms.meets(opened.account, header, asks_now=self.asks_now)
            story, follows = with_moments(before, terms, opened, moments, header.effective_at, self.about)
            done = followed(story, terms, opened, follows, header, taken=taken)
            if done.story == before:
                return None
            story = settle_tier(done.story, terms, at)
            entry = account_entry(tenant, story, opened.head, header, told=done.told)
            put = accounts.account_put(tenant, story.account, opened.head, entry)
        except Refused:
            return None
        earned = any(isinstance(fact, PointsEarned | PointsPromised) for fact in done.story.facts[len(before.facts) :])
        gave = earned or any(effect.given for effect in done.effects)
        return Gift(entry, (put, entry_put(entry), *done.writes), gave)

    def _their_account(
        self, program_id: int, member: Member, is_new: bool, found: Mapping[Key, Attrs] | None
    ) -> Opened:
        if is_new:
            return Opened(member, Account(member.member_id, program_id), Head())
        tenant = self.caller.tenant
        if found is None:
            opened = replace(open_snapshot(self.rt, tenant, member.member_id, program_id), member=member)
        else:
            opened = replace(opened_from(found, tenant, member.member_id, program_id), beside=found)
        return of_their_group(self.rt, tenant, opened, program_id)


def with_moments(
    story: Story,
    terms: Terms,
    opened: Opened,
    moments: Sequence[str],
    at: Instant,
    about: tuple[tuple[str, str], ...] = (),
) -> tuple[Story, tuple[Follow, ...]]:
    """The story with what rules credit for each of them, and what else they give; a moment for which none gives anything is
    not told."""
    follows: list[Follow] = []
    for moment in moments:
        kind, _, name = moment.partition(" ")
        of_referral = kind == "referral"
        told = EventRecorded(kind, name, terms.day(at), about if of_referral else ())
        what = What(moment, told, only_if_given=True, counts=of_referral)
        story, more = happened(story, terms, opened, what, at)
        follows += more
    return story, tuple(follows)


def _programs_on(config: Config, moments: Sequence[str]) -> tuple[int, ...]:
    """The programs with an active rule on one of them."""

    def found() -> tuple[int, ...]:
        known = (program.program_id for program in programs.programs(config))
        return tuple(one for one in known if not set(moments).isdisjoint(rules.compiled(config, one).occasions))

    return config.derived(("programs on", tuple(moments)), found)
