"""Changing a configuration aggregate: read strongly, decide, commit with its journal entry, forget what was cached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.facts import Fact, vocabulary
from chalicelib.table.commit import Committed, Means, Plan, commit
from chalicelib.table.config import Config, ConfigChanged, Configs, Name, config_writes, read_config, stream_of
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Head, Header, entry_put, new_entry
from chalicelib.table.protocol import Write

VOCABULARY = vocabulary(ConfigChanged)


class ConfigMeans(Means, Protocol):
    @property
    def config(self) -> Configs: ...


@dataclass(frozen=True, slots=True)
class Change:
    """`also` is written in the same transaction; where one of its conditions fails it is decided anew. `facts`: what the entry
    tells beside the change."""

    name: Name
    body: Mapping[str, Any]
    also: tuple[Write, ...] = ()
    facts: tuple[Fact, ...] = ()


def change_config(
    means: ConfigMeans,
    caller: Caller,
    command: Command,
    operation: str,
    decide: Callable[[Config], Change],
) -> Committed[ConfigChanged]:
    """Commit what `decide` makes of the tenant's configuration. 1 Query + 1 transaction of 3 items (4 with a key)."""

    def plan() -> Plan:
        config = read_config(means.table, caller.tenant)
        change = decide(config)
        now = means.clock.now()
        known = config.get(change.name)
        head = Head() if known is None else known.head
        header = Header(operation, command.id, caller, now, now, config.revision + 1)
        fact = ConfigChanged(change.name.kind, change.name.id, change.body)
        entry = new_entry(stream_of(caller.tenant, change.name), head, header, [fact, *change.facts])
        guards = guard_puts(caller.tenant, command, entry, now)
        writes = (*config_writes(config, change.name, change.body, entry), entry_put(entry), *change.also, *guards)
        return Plan(entry, writes, frozenset(guard.key for guard in guards))

    done = commit(means, command, plan, _changed, lambda: recall_guarded(means.table, caller.tenant, command))
    means.config.forget(caller.tenant)
    return done


def _changed(entry: Entry) -> ConfigChanged:
    fact = VOCABULARY.decode(entry.facts[0])
    assert isinstance(fact, ConfigChanged)  # noqa: S101
    return fact
