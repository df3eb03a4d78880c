"""What has happened to a member's profile for the first time, and what rules give for it in the same commit: they are enrolled,
have filled in all that the tenant asks for, take the newsletter. And what comes once a year (flows/settle_occasions).

Profiles are a tenant's and rules a program's: so each program that has a rule on it may give something. What a rule cannot
give (an account is full, the group is blocked) it does not give, and the profile changes all the same. Neither what finds no room
in the one transaction: of many programs each has its account and entry, and what else it gives as far as there is room.

reads    nothing where no program has a rule on it, nor for a new member; else 1 Query of the snapshot a program, of a member in a
         group 1 BatchGet more
writes   account (version), entry (absent): 4 units, of each program of which a rule gives something, the first 20 of them;
         the log says how many had no room, and counts them
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
from chalicelib.flows.follow_coupons import MOST_WRITES, Giving
from chalicelib.flows.follow_effects import Followed, followed
from chalicelib.flows.full_cards import full_cards
from chalicelib.flows.happening import What, happened
from chalicelib.flows.occasion_told import kind_of, nameless, private_part
from chalicelib.flows.opened import Opened, of_their_group, open_snapshot, opened_from
from chalicelib.flows.rule_limits import Gave, credits_since, with_uses
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.logs import logger
from chalicelib.kit.metrics import Measured, embedded
from chalicelib.kit.periods import Day, day_starts
from chalicelib.table.config import Config
from chalicelib.table.drawn import apart
from chalicelib.table.journal import Entry, Head, Header, entry_put
from chalicelib.table.protocol import MAX_TRANSACTION_ITEMS, Attrs, Key, Write

_LEFT_OUT = Measured((), {"programs_left_out": "Count"})
MOST_PROGRAMS = 20
MOST_DRAWN = 3
MOST_TOGETHER = (
    MAX_TRANSACTION_ITEMS - 12
)  # beside what is given to both: profile or order, with all that belongs to it
OF_EACH = 2  # account and entry


@dataclass(frozen=True, slots=True)
class Gift:
    """What the rules of one program give: for which moments, the entry that tells it, and all that is written. Not `gave`: it
    says why not."""

    moments: tuple[str, ...]
    entry: Entry
    writes: tuple[Write, ...]
    gave: bool


@dataclass(frozen=True, slots=True)
class Moments:
    """Of an operation that changes a profile, whose plan is limited by `taking`. `but`: a program that sees to its own, `only`: the
    one that is asked; `on`: the day as of whose beginning it is given, or `at`: the instant, where that is not now. `asks_now` as in
    record_order. `about`: what is told of a referral. `beside`: what else the transaction writes, of
    somebody else, and whose `account` it is about."""

    taking: Taking
    caller: Caller
    command: Command
    operation: str
    but: int = 0
    on: Day | None = None
    only: int = 0
    at: Instant | None = None
    asks_now: bool = True
    about: tuple[tuple[str, str], ...] = ()
    beside: tuple[Write, ...] = ()
    account: Key | None = None

    def beside_profile(self, member: Member, moments: Sequence[str]) -> tuple[Write, ...]:
        """What is written beside the profile, as it will be."""
        return tuple(write for gift in self.given(member, moments) for write in gift.writes)

    def given(
        self, member: Member, moments: Sequence[str], found: Mapping[Key, Attrs] | None = None
    ) -> tuple[Gift, ...]:
        """By every program that has a rule on them. `found`: the member's snapshot, where it was read."""
        rt = self.taking.rt
        config = rt.config.load(rt.table, self.caller.tenant)
        on = [one for one in _programs_on(config, moments) if self._asks(one)] if moments else []
        gifts: list[Gift] = []
        programs_on, left_out = on[:MOST_PROGRAMS], len(on[MOST_PROGRAMS:])
        for number, program_id in enumerate(programs_on, start=1):
            so_far = (*self.beside, *(write for gift in gifts for write in gift.writes))
            others = OF_EACH * (len(programs_on) - number)
            room = MOST_WRITES - len(so_far) - others - OF_EACH
            gift = self._apart(so_far, program_id, member, moments, found, room)
            if gift is not None and len(gift.writes) > room + OF_EACH:  # what is limited for all lies in many slices
                gift = self._apart(so_far, program_id, member, moments, found, 0)
            if gift is not None and len(so_far) + len(gift.writes) + others > MOST_TOGETHER:
                self._taking(program_id, member).begin()
                gift, left_out = None, left_out + 1
            gifts += [] if gift is None else [gift]
        if left_out and not self.command.dry_run:
            say_left_out(self.operation, self.caller.tenant, left_out)
        return tuple(gifts)

    def _apart(
        self,
        so_far: tuple[Write, ...],
        program_id: int,
        member: Member,
        moments: Sequence[str],
        found: Mapping[Key, Attrs] | None,
        room: int,
    ) -> Gift | None:
        """What meets nothing else of the transaction: who gets the very code of a pool that another one gets in it, draws anew."""
        taken = {write.key for write in so_far}
        for _ in range(MOST_DRAWN if self.beside else 1):
            gift = self._given(program_id, member, moments, found, taken, room)
            if gift is None or not self.beside or apart(so_far, gift.writes):
                return gift
        return None

    def _taking(self, program_id: int, member: Member) -> Taking:
        """Of who else is given something in the same transaction it is another, which takes after the first."""
        name = f"moments {program_id}"
        if not self.beside:
            return self.taking.apart(name)
        return self.taking.apart(f"{name} {member.member_id}", behind=name).of(member.member_id)

    def _asks(self, program_id: int) -> bool:
        return program_id != self.but and self.only in (0, program_id)

    def _given(
        self,
        program_id: int,
        member: Member,
        moments: Sequence[str],
        found: Mapping[Key, Attrs] | None,
        taken: Collection[Key],
        room: int,
    ) -> Gift | None:
        tenant, rt, mine = self.caller.tenant, self.taking.rt, self._taking(program_id, member)
        terms, giving = (
            terms_of(rt, tenant, program_id),
            Giving(mine, self.command.dry_run, taken, unnamed=self.on is not None, room=room),
        )
        at = self.at if self.on is None else day_starts(self.on, terms.program.zone)
        at = None if at is None else max(at, member.enrolled_at)
        header = header_for(rt, self.caller, self.command, self.operation, terms, at)
        opened = self._their_account(program_id, member, "enrolled" in moments, found)
        if accounts.account_key(tenant, opened.account.owner, program_id) in {self.account, *taken}:
            return None  # who was brought in collects for the same group as their friend, who is given nothing for that
        mine.begin()
        try:
            opened.must_be_active()
            before = terms.meets(opened.account, header, asks_now=self.asks_now)
            done, told = self._followed(giving, before, terms, opened, moments, header)
            if done.story == before:
                return None
            story = settle_tier(done.story, terms, at)
            entry = self._entry(story, opened.head, header, told, done)
            put = accounts.account_put(tenant, story.account, opened.head, entry)
        except Refused:
            mine.begin()  # nothing is taken of what is limited
            return None
        earned = any(isinstance(fact, PointsEarned | PointsPromised) for fact in done.story.facts[len(before.facts) :])
        gave = earned or any(effect.given for effect in done.effects)
        return Gift(told, entry, (put, entry_put(entry), *done.writes, *mine.writes), gave)

    def _followed(
        self, giving: Giving, before: Story, terms: Terms, opened: Opened, moments: Sequence[str], header: Header
    ) -> tuple[Followed, tuple[str, ...]]:
        """With what was counted of rules; what comes once a year says nothing of that, which would tell by which rule it was."""
        taking, at = giving.taking, header.effective_at
        story, follows, told = with_moments(taking, before, terms, opened, moments, at, self.about)
        own = credits_since(before, story)
        follows = (*full_cards(terms, story, own), *follows)
        done = followed(giving, story, terms, opened, follows, header)
        counted = with_uses(done.story, terms, taking, Gave(own, beside=done.gave()), at, order="")
        return (replace(done, story=counted.story) if self.on is None else done), told

    def _entry(self, story: Story, head: Head, header: Header, moments: Sequence[str], done: Followed) -> Entry:
        tenant = self.caller.tenant
        if self.on is None:
            return account_entry(tenant, story, head, header, told=done.told)
        private = private_part(story, moments, done, self.taking.rt.ids.salt())
        return account_entry(tenant, nameless(story), head, header, private)

    def _their_account(
        self, program_id: int, member: Member, is_new: bool, found: Mapping[Key, Attrs] | None
    ) -> Opened:
        if is_new:
            return Opened(member, Account(member.member_id, program_id), Head())
        tenant, rt = self.caller.tenant, self.taking.rt
        if found is None:
            opened = replace(open_snapshot(rt, tenant, member.member_id, program_id), member=member)
        else:
            opened = replace(opened_from(found, tenant, member.member_id, program_id), beside=found)
        return of_their_group(rt, tenant, opened, program_id)


def with_moments(
    taking: Taking,
    story: Story,
    terms: Terms,
    opened: Opened,
    moments: Sequence[str],
    at: Instant,
    about: tuple[tuple[str, str], ...] = (),
) -> tuple[Story, tuple[Follow, ...], tuple[str, ...]]:
    """The story with what rules credit for each of them, what else they give, and which moments are told: not one for which
    none gives anything. `about`: what is told of a referral."""
    follows, told = list[Follow](), list[str]()
    for moment in moments:
        kind, _, name = kind_of(moment).partition(" ")
        fact = EventRecorded(kind, name, terms.day(at), about if kind == "referral" else ())
        what, before = What(moment, fact, only_if_given=True), story
        story, more = happened(taking, story, terms, opened, what, at)
        follows += more
        told += [] if story == before else [moment]
    return story, tuple(follows), tuple(told)


def say_left_out(operation: str, tenant: str, programs: int) -> None:
    """So many programs with a rule on it had no room in the transaction: nothing is given by them, whatever else is. An attempt
    that is made again says it again."""
    told = {"operation": operation, "tenant": tenant, "programs_left_out": programs}
    logger().warning("programs with rules on a moment of a member had no room", extra=told | embedded(_LEFT_OUT))


def _programs_on(config: Config, moments: Sequence[str]) -> tuple[int, ...]:
    """The programs with an active rule on one of them."""

    def found() -> tuple[int, ...]:
        known = (program.program_id for program in programs.programs(config))
        return tuple(one for one in known if not set(moments).isdisjoint(rules.compiled(config, one).occasions))

    return config.derived(("programs on", tuple(moments)), found)
