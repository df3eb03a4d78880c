"""The journals of all accounts, read as they grow: each entry is folded on its own, and every law is asked after it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from chalicelib.areas.accounts import store
from chalicelib.areas.accounts.model import VOCABULARY, Account, Story, advance, apply
from chalicelib.areas.accounts.model.facts import PointsExpired
from chalicelib.areas.accounts.model.laws import broken_laws
from chalicelib.areas.accounts.model.packed import packed, unpacked
from chalicelib.areas.programs.model import Program
from chalicelib.flows.standing import Ladder
from chalicelib.kit.facts import Fact, encode
from chalicelib.table.journal import Entry, Head, entry_from, verified
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs
from tests.simulation.day_laws import Days, ask_days, days_of, told_by
from tests.simulation.fact_laws import Setting, ask_arrival, ask_fact
from tests.simulation.ladders import Ladders, Reached
from tests.simulation.law import LawBroken, law
from tests.simulation.past_laws import ask_past
from tests.simulation.policy_laws import AS_THE_POLICY_SAYS, Asked, Sliding, ask_activity, ask_policy, ask_transfer
from tests.simulation.roll import Roll
from tests.simulation.sale_laws import Document, Sales
from tests.simulation.tally import UNDOABLE, Deed, Deeds, Tally
from tests.simulation.tier_laws import Standings, ask_tier

DAY = 86_400_000


class Told(NamedTuple):
    """A fact, where it stands, its number among those that can be undone, 0 for the others, and the day on which it took
    effect."""

    sequence: int
    number: int
    fact: Any
    day: int


@dataclass
class Known:
    """What one owner's journal has told so far, and the account as it was stored then."""

    account: Account
    stored: Attrs | None = None
    head: Head = field(default_factory=Head)
    tally: Tally = field(default_factory=Tally)
    deeds: Deeds = field(default_factory=Deeds)
    told: list[Told] = field(default_factory=list)
    commands: set[str] = field(default_factory=set)
    sliding: Sliding = field(default_factory=Sliding)
    reached: Reached = field(default_factory=Reached)
    sales: Sales = field(default_factory=Sales)
    days: Days = field(default_factory=Counter)


@dataclass
class Journals:
    """Of one program, and of members and the groups that they have founded: an owner is an owner. `programs` are all it ever
    was, by configuration revision. `documents` are what the shop has sent, by number; `asked` is what somebody asks for in
    this step beside what the policy says."""

    table: MemoryTable
    tenant: str
    roll: Roll
    program_id: int
    programs: dict[int, Program] = field(default_factory=dict)
    facts_seen: set[str] = field(default_factory=set)
    ladders: Ladders = field(default_factory=Ladders)
    documents: dict[str, Document] = field(default_factory=dict)
    asked: Asked = AS_THE_POLICY_SAYS

    def __post_init__(self) -> None:
        self.known = {member: Known(Account(member, self.program_id)) for member in self.roll.members}

    def __getitem__(self, owner: str) -> Known:
        return self.known[owner]

    @property
    def program(self) -> Program:
        """As it now is."""
        return self.programs[max(self.programs)]

    def open(self, group: str) -> None:
        self.known[group] = Known(Account(group, self.program_id))

    def entry(self, owner: str, sequence: int) -> Entry:
        stream = store.stream(self.tenant, owner, self.program_id)
        attrs = self.table.get(stream.key(sequence))
        assert attrs is not None, f"entry {sequence} of {owner} is gone"
        return entry_from(stream, attrs)

    def ask_laws(self, ladder: Ladder, dice: Random) -> None:
        """Of every account that changed since it was asked last; and of what lies between accounts. `ladder` as it now is."""
        for owner, known in self.known.items():
            attrs = self.table.get(store.account_key(self.tenant, owner, self.program_id))
            if attrs == known.stored:
                continue
            known.stored = attrs
            stored, head = store.account_from(attrs, owner, self.program_id)
            law(head != known.head, "an account changed without an entry")
            self._catch_up(owner, head)
            law(head == known.head, "the account's head is not that of its journal")
            if stored != known.account:
                raise LawBroken(f"fold(journal) = account: {_differs(stored, known)}")
            ask_tier(stored, ladder, self.entry(owner, head.version))
            ask_time(stored, ladder, dice)
        self.asked = AS_THE_POLICY_SAYS
        self._ask_transfers()
        sent = sum(known.tally.of["sent"] for known in self.known.values())
        received = sum(known.tally.of["received"] for known in self.known.values())
        law(sent == received, f"{sent} were sent and {received} received")

    def _catch_up(self, owner: str, head: Head) -> None:
        known = self.known[owner]
        undone: list[Deed] = []
        for sequence in range(known.head.version + 1, head.version + 1):
            entry = self.entry(owner, sequence)
            law(verified(entry, known.head), f"entry {sequence} does not follow the one before")
            self.roll.ask_whose(owner, entry)
            once = entry.header["operation"] != "settle_due"  # a job of today may be sent again when more is due
            law(
                not once or entry.header["command"] not in known.commands,
                f"entry {sequence} carries a command out again",
            )
            known.commands.add(entry.header["command"])
            undone += self._follow(known, entry)
            known.head = entry.head
            for unit, wallet in known.account.wallets.items():
                differs = known.tally.differs(wallet)
                law(not differs, f"wallet {unit}: {differs}")
            ask_account(known.account)
        ask_past(known.account, known.told)
        for deed in undone:
            self._ask_mark(deed, self.entry(owner, deed.sequence))

    def _follow(self, known: Known, entry: Entry) -> list[Deed]:
        """What its facts undo."""
        setting = Setting(entry, self.programs[entry.header["config_version"]])
        standings = Standings(self.ladders, setting.program.zone, entry)
        facts: list[Fact] = []
        undone: list[Deed] = []
        first, told = known.account, list(numbered(entry))
        taken_effect = list(days_of(entry, (fact for _, fact in told), setting.program.zone))
        for (number, fact), day in zip(told, taken_effect, strict=True):
            before, known.account = known.account, apply(known.account, fact)
            ask_fact(before, known.account, fact, setting)
            ask_policy(known.sliding, before, fact, setting, self.asked)
            standings.ask_fact(before, known.reached, fact)
            known.reached.count(fact)
            known.tally.count(fact)
            found = known.deeds.see(entry.sequence, number, entry.header["operation"], fact)
            undone += [] if found is None else [found]
            facts.append(fact)
            known.told.append(Told(entry.sequence, number, fact, day))
        self.facts_seen |= {fact.type for fact in facts}
        ask_activity(known.sliding, known.account, setting, facts)
        known.sales.ask(facts, setting, self.ladders, self.documents)
        standings.ask_end(known.account, known.reached)
        days = told_by(facts, taken_effect)
        ask_days(first, known.account, entry, days, setting.program.zone)
        known.days.update(days)
        ask_arrival(first, known.account, entry)
        return undone

    def _ask_transfers(self) -> None:
        """What came is what was sent, whatever else the receiver has."""
        for known in self.known.values():
            for deed in known.deeds.came:
                lots = len(known.account.wallet(deed.fact.unit).lots)
                ask_transfer(self.known[deed.fact.sender].deeds[deed.fact.entry].fact, deed.fact, lots)
            known.deeds.came.clear()

    def ask_marks(self) -> None:
        """Every entry is marked with what later ones undid of it, and with nothing else."""
        for owner, known in self.known.items():
            entries = {sequence: self.entry(owner, sequence) for sequence in range(1, known.head.version + 1)}
            for deed in known.deeds.values():
                self._ask_mark(deed, entries[deed.sequence])
            numbers = {(entry.sequence, number) for entry in entries.values() for number in entry.undone}
            law(numbers <= known.deeds.keys(), "something is marked as undone that nobody can undo")

    def _ask_mark(self, deed: Deed, entry: Entry) -> None:
        kept = entry.undone.get(deed.number, 0)
        law(kept == deed.undone, f"entry {deed.sequence} says that {kept} of it are undone, and {deed.undone} were")


def numbered(entry: Entry) -> Iterator[tuple[int, Fact]]:
    """Each fact with its number among those that can be undone; 0 for the others."""
    number = 0
    for body in entry.facts:
        fact = VOCABULARY.decode(body)
        undoable = isinstance(fact, UNDOABLE)
        number += undoable
        yield number if undoable else 0, fact


def ask_account(account: Account) -> None:
    broken = broken_laws(account)
    law(not broken, "; ".join(broken))
    body = json.loads(json.dumps(packed(account)))
    law(unpacked(body, account.owner, account.program, account.advanced_to) == account, "packed, then unpacked")
    now = account.advanced_to
    for unit, wallet in account.wallets.items():
        for lot in wallet.lots:
            over = lot.expires_at is not None and lot.expires_at <= now
            law(not over or not lot.left, f"wallet {unit}: lot {lot.number} outlived its last day")
    law(all(one.lapses_at is None or one.lapses_at > now for one in account.holds), "a hold outlived its lapse")
    comes = (one.releases_at for one in account.pendings)
    law(all(at is None or at > now for at in comes), "a promise did not come on its day")


def ask_time(account: Account, ladder: Ladder, dice: Random) -> None:
    """advance(a); advance(b) = advance(b); and what a stride tells is what it does."""
    now = account.advanced_to
    halt = dice.choice((*_turns(account), now + dice.randrange(90 * DAY)))
    one, other = sorted((halt, now + dice.randrange(90 * DAY)))
    straight = advance(Story(account), other, ladder)
    in_two = advance(advance(Story(account), one, ladder), other, ladder)
    if in_two.account != straight.account:
        raise LawBroken(f"advance(a); advance(b) = advance(b): {_told(in_two, straight)}")
    if _passed(in_two) != _passed(straight):
        raise LawBroken(f"a last day goes by who came by before it: {_told(in_two, straight)}")
    law(advance(straight, one, ladder).account == straight.account, "time went back")
    ask_account(straight.account)


def _passed(story: Story) -> Counter[tuple[str, int | None]]:
    """What has passed, by its last day."""
    passed: Counter[tuple[str, int | None]] = Counter()
    for fact in story.facts:
        if isinstance(fact, PointsExpired):
            passed[fact.unit, fact.expires_on] += fact.amount
    return passed


def _turns(account: Account) -> Iterator[int]:
    """When something of the account is due: whether somebody comes just then must make no difference."""
    for wallet in account.wallets.values():
        yield from (lot.expires_at for lot in wallet.lots if lot.expires_at is not None)
    yield from (promise.releases_at for promise in account.pendings if promise.releases_at is not None)
    yield from (hold.lapses_at for hold in account.holds if hold.lapses_at is not None)


def _told(*stories: Story) -> str:
    return ", not ".join(str([encode(fact) for fact in story.facts]) for story in stories)


def _differs(stored: Account, known: Known) -> str:
    names = [name for name in Account.__dataclass_fields__ if getattr(stored, name) != getattr(known.account, name)]
    return ", ".join(f"{name} {getattr(stored, name)}, not {getattr(known.account, name)}" for name in names)
