"""Things that are limited for all, for tests of quotas: whoever takes writes it into a journal of their own, as an order would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from chalicelib.areas.quotas.model import Quota, Stand, Taken
from chalicelib.areas.quotas.operations import change_quota, read_quota
from chalicelib.errors import Refused
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.facts import Fact, vocabulary
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.config import Config, ConfigChanged, Name
from chalicelib.table.config_commit import Change, change_config
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Head, Header, Stream, entries_query, entry_from, entry_put, new_entry
from chalicelib.table.pages import every_item
from tests.twins import fresh

LIMITS = "limit"


@dataclass(frozen=True, slots=True)
class Took(Fact):
    type: ClassVar[str] = "limited.took"

    kept: list[list[str | int]] = field(default_factory=list)
    back: list[list[str | int]] = field(default_factory=list)


VOCABULARY = vocabulary(Took)


@dataclass(frozen=True)
class Rationed:
    """A tenant with limits as configuration, each known by its name."""

    rt: Runtime
    caller: Caller

    @property
    def tenant(self) -> str:
        return self.caller.tenant

    def quota(self, name: str = "lamps") -> Quota:
        """As this process knows it."""
        return _quota(self.rt.config.load(self.rt.table, self.tenant), name) or Quota("stock", f"0001#{name}", 0)

    def limit(self, total: int, name: str = "lamps", command: Command | None = None) -> Committed[ConfigChanged]:
        def decide(config: Config) -> Change:
            before, after = _quota(config, name), Quota("stock", f"0001#{name}", total)
            also = change_quota(self.rt.table, self.tenant, before, after)
            return Change(Name(LIMITS, name), {"total": total}, also)

        return change_config(self.rt, self.caller, command or fresh(), "limit", decide)

    def take(
        self, who: str, amount: int, name: str = "lamps", command: Command | None = None, *, part: bool = False
    ) -> Committed[Took]:
        """All of it, or `stock_gone`; or what there is, where a part will do."""

        def decide(taking: Taking) -> Took:
            can = taking.can_have(self.quota(name), amount)
            if can == 0 or (can < amount and not part):
                raise Refused("stock_gone", "There is not so much of it.")
            return Took(kept=[taking.take(self.quota(name), can).kept()])

        return self._recorded(who, command or fresh(), decide)

    def give_back(self, who: str, taken: Taken, command: Command | None = None) -> Committed[Took]:
        def decide(taking: Taking) -> Took:
            taking.give_back(taken)
            return Took(back=[taken.kept()])

        return self._recorded(who, command or fresh(), decide)

    def stand(self, name: str = "lamps") -> Stand:
        return read_quota(self.rt, self.caller, self.quota(name))

    def told(self, who: str) -> int:
        """What they have by their journal."""
        entries = every_item(self.rt.table, entries_query(self._stream(who), 1, 99_999))
        facts = [fact for attrs in entries for fact in entry_from(self._stream(who), attrs).facts]
        return sum(
            sum(int(one[2]) for one in fact.get("kept", ())) - sum(int(one[2]) for one in fact.get("back", ()))
            for fact in facts
        )

    def _stream(self, who: str) -> Stream:
        return Stream(self.tenant, f"{self.tenant}#TAKER#{who}")

    def _recorded(self, who: str, command: Command, decide: Callable[[Taking], Took]) -> Committed[Took]:
        taking, stream = Taking(self.rt, self.tenant, who), self._stream(who)

        def plan() -> Plan:
            known = [entry_from(stream, one) for one in every_item(self.rt.table, entries_query(stream, 1, 99_999))]
            taking.begin()
            fact = decide(taking)
            now = self.rt.clock.now()
            header = Header("take", command.id, self.caller, now, now, 1)
            entry = new_entry(stream, known[-1].head if known else Head(), header, [fact])
            guards = guard_puts(self.tenant, command, entry, now)
            writes = (entry_put(entry), *taking.writes, *guards)
            return Plan(entry, writes, frozenset(guard.key for guard in guards), taking)

        done = commit(self.rt, command, plan, _took, lambda: recall_guarded(self.rt.table, self.tenant, command))
        if not command.dry_run:
            taking.after()
        return done


def taken(done: Committed[Took]) -> Taken:
    [kept] = done.answer.kept
    return Taken.of(kept)


def _quota(config: Config, name: str) -> Quota | None:
    known = config.get(Name(LIMITS, name))
    return None if known is None else Quota("stock", f"0001#{name}", known.body["total"])


def _took(entry: Entry) -> Took:
    fact = VOCABULARY.decode(entry.facts[0])
    assert isinstance(fact, Took)
    return fact
