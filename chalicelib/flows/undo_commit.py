"""What flows that undo share: the entry is read with the account, and marked in the transaction that undoes it.

reads    1 BatchGet of profile, account and entry; 2 Gets more, of account and entry, for what the account refuses, for what has
         been undone already and is told by what the account has of it, and for a dry run
writes   account (version), entry (absent), the old entry (undone as far as it was read): 6 units, + 2 with an Idempotency-Key
         Of what a purchase earned besides what undo_of_sale reads and writes.

An entry's id says its owner and program. A blocked member's points are corrected like anybody's: that is when it is needed.

Items of one BatchGet are read one by one: the account may be older or newer than the entry's marks beside it. What is then
decided is not written, for the transaction asks whether both are as they were read. What is refused, or only tried,
asks nobody: so it counts only where the marks were the same before and after the account was read. Even then somebody's
transaction may just be applied, item by item: what contradicts itself is read again (undo_marks).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Story
from chalicelib.areas.accounts.model.facts import PointsConverted, PointsEarned, PointsPromised, PointsRefunded
from chalicelib.errors import NotFound, Refused, StampbookError
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.account_views import numbered_bodies
from chalicelib.flows.lost_account import must_not_be_lost
from chalicelib.flows.opened import Opened, opened_from, owner_keys
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.flows.undo_marks import Doubt, marks_of, must_be_possible
from chalicelib.flows.undo_of_sale import Sold, must_be_as_read, sold_of, sold_puts
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_ref, number_of, owner_kind
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Outdated, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, entry_from, undone_put

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entry of an owner, or one fact of it, as a request names it: in the field `param`. A member may also name an entry
    of the group that they are in. `in_part`: the request says how much of it, too."""

    owner: str
    text: str
    param: str
    in_part: bool = False

    @property
    def ref(self) -> EntryRef:
        """NotFound for what is no entry's id, and for that of another owner or of a profile: all look the same. Asked for
        within a commit, so that who sends a used key with another id is told of the key."""
        found = entry_ref(self.text, self.param)
        theirs = found.owner == self.owner or (owner_kind(self.owner), owner_kind(found.owner)) == ("member", "group")
        if not theirs or not found.program:
            raise self.missing()
        return found

    def missing(self) -> NotFound:
        return NotFound("entry_not_found", f"This account has no entry {self.text[:64]}.", param=self.param)


@dataclass(frozen=True, slots=True)
class Named:
    """A fact of a journal entry by its number, and how much of it has been undone. One that has a number has an amount.
    `sold` is the order of what a purchase earned."""

    entry: Entry
    number: int
    fact: Any
    sold: Sold | None = None

    @property
    def place(self) -> tuple[int, int]:
        """As facts that undo this one say it."""
        return self.entry.sequence, self.number

    @property
    def undone(self) -> int:
        return self.entry.undone.get(self.number, 0)

    @property
    def rest(self) -> int:
        return int(self.fact.amount) - self.undone

    @property
    def is_done(self) -> bool:
        """A conversion is undone once: how much came back of it is what its mark says."""
        return self.rest <= 0 or (self.undone > 0 and isinstance(self.fact, PointsConverted))

    @property
    def asked_back(self) -> int:
        """How much of what a purchase earned has been asked back."""
        return 0 if self.sold is None else self.sold.asked_back

    def with_sale(self, rt: Runtime, tenant: str) -> Named:
        """With the order, where the entry records one: who undoes again is told by what was asked back of it."""
        if not isinstance(self.fact, PointsEarned | PointsPromised):
            return self
        return replace(self, sold=sold_of(rt, tenant, self.entry, self.fact))


@dataclass(frozen=True, slots=True)
class Undoing:
    """What the entry says is to be done: how much more of which fact is undone, and how the account's story goes on."""

    of: Named
    amount: int
    goes_on: Callable[[Story], Story]

    def marked(self, after: Story) -> int:
        """How much more of it is undone: of a conversion what came back, which may be a share."""
        if not isinstance(self.of.fact, PointsConverted):
            return self.amount
        back = (fact for fact in after.facts if isinstance(fact, PointsRefunded) and fact.undoes == self.of.place)
        return sum(fact.amount for fact in back)


Decide = Callable[[Terms, Entry, Instant], Undoing]


def open_entry(rt: Runtime, tenant: str, what: Wanted) -> tuple[Opened, Entry]:
    """1 BatchGet of the profile of whoever asks, of account and entry. NotFound: owner, entry."""
    owner, program, sequence, _ = what.ref
    number_of(owner_kind(what.owner), what.owner)
    profile, _ = owner_keys(tenant, what.owner, program)
    _, account = owner_keys(tenant, owner, program)
    stream = accounts.stream(tenant, owner, program)
    found = rt.table.batch_get([profile, account, stream.key(sequence)])
    asks = opened_from(found, tenant, what.owner, program)
    attrs = found.get(stream.key(sequence))
    if attrs is None or (owner != what.owner and (asks.member is None or asks.member.group_id != owner)):
        raise what.missing()
    stored, head = accounts.account_from(found.get(account), owner, program)
    opened = replace(asks, account=stored, head=head)
    must_not_be_lost(rt, tenant, opened)
    return opened, must_be_possible(entry_from(stream, attrs))


def named_fact(what: Wanted, entry: Entry) -> Named:
    """The very fact that was asked for. NotFound for a number that the entry does not have, and for an entry as a whole."""
    for number, body in numbered_bodies(entry):
        if number and number == what.ref.fact:
            return Named(entry, number, VOCABULARY.decode(body))
    raise what.missing()


def change_by_entry(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    what: Wanted,
    decide: Decide,
    answer: Callable[[Entry], AnswerT],
) -> Committed[AnswerT]:
    """`plan_by_entry`, committed."""
    doubt = Doubt()

    def plan() -> Plan:
        return plan_by_entry(rt, caller, command, operation, what, decide, doubt)

    return commit(rt, command, plan, answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def plan_by_entry(
    rt: Runtime, caller: Caller, command: Command, operation: str, what: Wanted, decide: Decide, doubt: Doubt
) -> Plan:
    """Open, decide by the entry, advance, undo, settle the tier: the entry named is marked where something of it is
    undone. `decide` may read the order of what a purchase earned (`with_sale`); what it refuses rests on the entry alone,
    whose marks only grow: that is refused for good. `goes_on` refuses by the account, also who undoes again and is told
    what the account has of it: that counts once account, marks and order were read anew. Where account and marks
    contradict each other: Outdated, DamagedItemError as `doubt` has it."""
    opened, old = open_entry(rt, caller.tenant, what)
    terms = terms_of(rt, caller.tenant, what.ref.program)
    header = header_for(rt, caller, command, operation, terms)
    with named_as(what.param, in_part=what.in_part):
        undoing = decide(terms, old, header.effective_at)

    def planned(opened: Opened) -> Plan:
        story = terms.advance(Story(opened.account), header.effective_at)
        with named_as(what.param, in_part=what.in_part):
            story = undoing.goes_on(story)
        settled = settle_tier(story, terms)
        entry = account_entry(caller.tenant, settled, opened.head, header)
        named, undone = undoing.of, undoing.marked(settled)
        marks = (undone_put(old, named.number, undone),) if undone else ()
        sold = sold_puts(caller.tenant, named.sold, named.place, settled, entry.sequence)
        return account_plan(caller, command, settled, opened.head, entry, (*marks, *sold))

    if not command.dry_run:
        with suppress(StampbookError, AssertionError):  # of an account that the marks may not belong to
            return planned(opened)
    again = _as_marked(rt, caller.tenant, opened, old)
    if not undoing.of.is_done:  # else the order gives no more than a sentence
        must_be_as_read(rt, caller.tenant, undoing.of.sold)
    try:
        return planned(again)
    except AssertionError as contradiction:
        raise doubt.contradicted(old, again.head, marks_of(old)) from contradiction


def _as_marked(rt: Runtime, tenant: str, opened: Opened, old: Entry) -> Opened:
    """With an account to which the marks that were read belong: they were the same before and after it was read. 2 Gets.
    Outdated: somebody has undone something of the entry meanwhile."""
    known = opened.account
    account, head = accounts.read(rt.table, tenant, known.owner, known.program)
    attrs = rt.table.get(old.key)
    if attrs is None or entry_from(old.stream, attrs).undone != old.undone:
        raise Outdated
    return replace(opened, account=account, head=head)


@contextmanager
def named_as(param: str, *, in_part: bool = False) -> Iterator[None]:
    """Decisions speak of an entry, a hold and an amount; a request may call the first something else, and not say the others."""
    try:
        yield
    except Refused as refusal:
        if refusal.param in ("entry_id", "hold_id") or (refusal.param == "amount" and not in_part):
            refusal.param = param
        raise
