"""What flows on awards share: a member's awards opened with the account, changed with it, and written in its transaction.

reads    1 Query of the member's snapshot; of a member in a group 1 BatchGet more, whose account it then is
writes   account (version), entry (absent), the awards that changed (version): 4 units, + 2 an award, + 2 with an Idempotency-Key

The awards are the member's own, also in a group: their points are the group's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import Award, Perk
from chalicelib.areas.perks.model.award import packed, unpacked
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Opened, of_their_group, opened_from
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import number_of
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.config import Config
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry
from chalicelib.table.keys import snapshot_query
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Write, key_of

AnswerT = TypeVar("AnswerT")
MOST_EXPIRIES = 20  # told of in one entry; the rest follow in the next


class AwardState(Frozen):
    """An award as it stood after the operation. `uses_left` is null where it can be used at will, while it lasts. `times`: how many
    grants it counts, as of a badge that is earned again and again; none where nobody was granted it yet."""

    award_id: str
    perk_id: str
    state: str
    granted_at: Time | None
    expires_at: Time | None
    uses_left: int | None
    used: int
    times: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What decisions on awards rest on, beside account and awards. `rule` and `order`: for what it is given, where an order set it
    off."""

    terms: Terms
    config: Config
    opened: Opened
    member_id: str
    at: Instant
    rule: str = ""
    order: str = ""

    def by(self, rule_id: str, order: str) -> Desk:
        """Of what a rule gives: it is kept for returns where an order set it off."""
        return replace(self, order=order, rule=rule_id if order else "")

    def perk(self, perk_id: str) -> Perk:
        return perks.perk(self.config, self.terms.program.program_id, perk_id)


@dataclass(frozen=True, slots=True)
class Turn:
    """The account's story and the awards beside it. `main` is the award that the answer is about; `told` what else it says."""

    story: Story
    awards: Mapping[str, Award]
    sequence: int
    changed: frozenset[str] = frozenset()
    gone: tuple[Award, ...] = ()
    main: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)

    def then(self, *facts: Fact) -> Turn:
        return replace(self, story=self.story.then(*facts))

    def put(self, award: Award) -> Turn:
        name = award.award_id
        return replace(self, awards={**self.awards, name: award}, changed=self.changed | {name})

    def without(self, award: Award) -> Turn:
        """It gives way to another."""
        rest = {name: one for name, one in self.awards.items() if name != award.award_id}
        return replace(self, awards=rest, gone=(*self.gone, award), changed=self.changed - {award.award_id})

    def about(self, award_id: str, **told: Any) -> Turn:
        return replace(self, main=award_id, told={**self.told, **told})

    def with_expired(self, member_id: str, most: int = MOST_EXPIRIES) -> Turn:
        """What was over by now is so for good, and told, the longest over first: so many of them."""
        now = self.story.account.advanced_to
        due = [one for one in self.awards.values() if one.state == "active" and one.at(now).state == "expired"]
        turn = self
        for award in sorted(due, key=lambda one: (one.expires_at or 0, one.award_id))[: min(most, MOST_EXPIRIES)]:
            turn = turn.put(award.at(now))
            turn = turn.then(f.PerkExpired(member_id, award.perk, award.number, award.expires_at or 0))
        return turn

    def writes(self, tenant: str, member_id: str, program_id: int) -> tuple[Write, ...]:
        puts = [perks.award_put(tenant, member_id, program_id, self.awards[name]) for name in sorted(self.changed)]
        return (*puts, *(perks.award_delete(tenant, member_id, program_id, one) for one in self.gone if one.version))

    @property
    def answered(self) -> dict[str, Any]:
        """What the entry says for the answer."""
        if not self.main:
            return dict(self.told)
        award = self.awards[self.main]
        return {
            "award": {"p": award.perk, "n": award.number, **packed(replace(award, refundable=(), ends=()))},
            **self.told,
        }


Decide = Callable[[Turn, Desk], Turn]


@dataclass(frozen=True, slots=True)
class OfMember:
    """Whose awards in which program. `spends`: points of theirs, so that their group must let them; `might_spend`: only if it
    does. `place`: where."""

    member_id: str
    program_id: int = 1
    spends: bool = False
    might_spend: bool = False
    place: str = ""
    blocked_too: bool = False


def open_awards(rt: Runtime, tenant: str, of: OfMember) -> tuple[Opened, dict[str, Award]]:
    """1 Query, of a member in a group 1 BatchGet more. NotFound: member. Refuses `may_not_spend`."""
    number_of("member", of.member_id)
    found = {key_of(attrs): attrs for attrs in every_item(rt.table, snapshot_query(tenant, of.member_id))}
    opened = opened_from(found, tenant, of.member_id, of.program_id)
    awards = perks.awards_from(found.values(), of.program_id)
    spends = "member_id" if of.spends else None
    return of_their_group(rt, tenant, opened, of.program_id, spends=spends, asks=of.might_spend), awards


def awards_plan(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    of: OfMember,
    decide: Decide,
    also: tuple[Write, ...] = (),
) -> Plan:
    """One operation on a member's awards at the clock's time: open, advance, decide, settle the tier."""
    terms = terms_of(rt, caller.tenant, of.program_id)
    config = rt.config.load(rt.table, caller.tenant)
    opened, awards = open_awards(rt, caller.tenant, of)
    if not of.blocked_too:
        opened.must_be_active()
    header = header_for(rt, caller, command, operation, terms, place=of.place)
    desk = Desk(terms, config, opened, of.member_id, header.effective_at)

    def decided() -> Turn:
        story = terms.advance(Story(opened.account), desk.at)
        turn = Turn(story, awards, opened.head.version + 1).with_expired(of.member_id)
        return decide(turn, desk)

    turn = unless_lost(rt, caller.tenant, (opened,), decided, dry_run=command.dry_run)
    story = settle_tier(turn.story, terms)
    entry = account_entry(caller.tenant, story, opened.head, header, told=turn.answered)
    writes = turn.writes(caller.tenant, of.member_id, of.program_id)
    return account_plan(caller, command, story, opened.head, entry, (*writes, *also))


def change_awards(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    of: OfMember,
    decide: Decide,
    answer: Callable[[Entry], AnswerT],
) -> Committed[AnswerT]:
    """`awards_plan`, committed."""

    def plan() -> Plan:
        return awards_plan(rt, caller, command, operation, of, decide)

    return commit(rt, command, plan, answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def told_of(entry: Entry) -> Mapping[str, Any]:
    after: Any = entry.header["after"]
    return dict(after)


def award_of(entry: Entry) -> AwardState:
    """The award that the entry is about, as it left it."""
    body = told_of(entry)["award"]
    return state_of(unpacked(body["p"], body["n"], body, 0))


def state_of(award: Award) -> AwardState:
    return AwardState(
        award_id=award.award_id,
        perk_id=award.perk,
        state=award.state,
        granted_at=award.granted_at or None,
        expires_at=award.expires_at,
        uses_left=award.left,
        used=award.used,
        times=1 + award.more if award.granted_at else 0,
    )
