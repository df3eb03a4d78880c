"""Configuration aggregates: what a tenant decides once and every operation reads. Small, few, read whole.

access pattern          | key                 | items | cost          | by
the whole configuration | {t}#CFG / *         | 0–n   | 1 Query, 3 RU | config_query, read_config
whether it has changed  | {t}#CFG / !REVISION | 0–1   | 1 Get, 1 RU   | ConfigCache
what is noted there     | {t}#CFG / !REVISION | 0–1   | 1 Get, 1 RU   | read_revision

item     | key                 | in index | cost
revision | {t}#CFG / !REVISION | –        | 2 WU

One Query reads a tenant's configuration; a process keeps it and asks for the revision at most every five seconds. An
aggregate lies at `{kind}#{id}`, which the store of its area says, with version, hash and body; its journal in a
partition of its own (table/journal.py). The revision counts every change: the config version. Beside it stands what is
known to be used up (table/config_notes.py), which a change of the configuration forgets.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kit.clock import Clock, Instant
from chalicelib.kit.facts import Fact
from chalicelib.table.damaged import readable
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.journal import Entry, Head, Stream
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Absent, AsRead, Attrs, Condition, Equals, Key, Put, Query, Table, Write

FRESH_SECONDS = 5.0
TENANTS_KEPT = 64
_REVISION = "!REVISION"

ValueT = TypeVar("ValueT")


class AggregateItem(StampbookItem):
    version = IntegerAttribute()
    hash = UnicodeAttribute()
    body = BodyAttribute()


class RevisionItem(StampbookItem):
    """With what is noted as used up (table/config_notes.py): the one item that every process asks for anyway."""

    kind = UnicodeAttribute(default="revision")
    revision = IntegerAttribute()
    notes = BodyAttribute(null=True)


class Note(NamedTuple):
    """So much is left of something that is limited, found out at this instant."""

    left: int
    at: Instant


Notes = Mapping[str, Note]


@dataclass(frozen=True, slots=True)
class ConfigChanged(Fact):
    """A part of the tenant's configuration is another: it holds no personal data and is small.

    field | meaning                                                           | unit
    kind  | what it is: `tenant`, `program`, `rule`, `tiers`, `coupon_series` | –
    id    | which of them                                                     | –
    body  | the whole definition after the change                             | –
    """

    type = "config.changed"

    kind: str
    id: str
    body: Mapping[str, Any]


class Name(NamedTuple):
    """Which aggregate: `program` / `0001`, `rule` / `0001#rul_…`. Ids of one kind sort as they are listed."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    head: Head
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Config:
    """A tenant's configuration at one revision. Values derived from it (compiled rules) live as long as it does."""

    tenant: str
    revision: int
    aggregates: Mapping[Name, Aggregate]
    notes: Notes = field(default_factory=dict, compare=False)
    _derived: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def get(self, name: Name) -> Aggregate | None:
        return self.aggregates.get(name)

    def of_kind(self, kind: str, prefix: str = "") -> dict[Name, Aggregate]:
        return {name: at for name, at in self.aggregates.items() if name.kind == kind and name.id.startswith(prefix)}

    def derived(self, key: Any, build: Callable[[], ValueT]) -> ValueT:
        """`build()` once per revision. Two threads may both build: the values are equal, either may stay."""
        if key not in self._derived:
            self._derived[key] = build()
        return cast(ValueT, self._derived[key])


class Configs(Protocol):
    """Where decisions get a tenant's configuration from."""

    def load(self, table: Table, tenant: str) -> Config: ...

    def forget(self, tenant: str) -> None:
        """After a change by this process: what it wrote it must read."""

    def noted(self, tenant: str, notes: Notes) -> None:
        """What this process has just noted, or read beside what it notes."""


@dataclass(eq=False, repr=False)
class ConfigCache:
    """The configurations this process knows, each at most five seconds behind the table."""

    clock: Clock
    _kept: OrderedDict[str, tuple[float, Config]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self, table: Table, tenant: str) -> Config:
        now = self.clock.monotonic()
        with self._lock:
            checked, known = self._kept.get(tenant, (0.0, None))
        if known is not None and now - checked < FRESH_SECONDS:
            return known
        revision, notes = (0, {}) if known is None else _stored_revision(table, tenant)
        if known is None or revision != known.revision:
            known = read_config(table, tenant)
        elif notes != known.notes:
            known = replace(known, notes=notes)
        with self._lock:
            self._kept[tenant] = (now, known)
            self._kept.move_to_end(tenant)
            while len(self._kept) > TENANTS_KEPT:
                self._kept.popitem(last=False)
        return known

    def forget(self, tenant: str) -> None:
        with self._lock:
            self._kept.pop(tenant, None)

    def noted(self, tenant: str, notes: Notes) -> None:
        with self._lock:
            if tenant in self._kept:
                checked, known = self._kept[tenant]
                self._kept[tenant] = (checked, replace(known, notes=notes))


def config_pk(tenant: str) -> str:
    return f"{tenant}#CFG"


def stream_of(tenant: str, name: Name) -> Stream:
    return Stream(tenant, f"{config_pk(tenant)}#{name.kind}#{name.id}")


def read_config(table: Table, tenant: str) -> Config:
    """The whole configuration, strongly consistent: one Query (one per MB).

    The revision sorts first, so a change made between two pages leaves a revision too old: it is then read again.
    """
    revision = 0
    notes: Notes = {}
    aggregates: dict[Name, Aggregate] = {}
    for attrs in every_item(table, config_query(tenant)):
        name = name_of(attrs)
        if name is None:
            revision, notes = revision_from(attrs), notes_from(attrs)
        else:
            aggregates[name] = aggregate_from(attrs)
    return Config(tenant, revision, aggregates, notes)


def config_query(tenant: str) -> Query:
    return Query(config_pk(tenant))


def name_of(attrs: Attrs) -> Name | None:
    """None for the revision."""
    kind, _, rest = attrs["sk"]["S"].partition("#")
    return None if kind == _REVISION else Name(kind, rest)


def revision_from(attrs: Attrs) -> int:
    return readable(_revision, attrs)


def _revision(attrs: Attrs) -> int:
    revision: int = from_attrs(RevisionItem, attrs).revision
    return revision


def notes_from(attrs: Attrs) -> Notes:
    return readable(_notes, attrs)


def _notes(attrs: Attrs) -> Notes:
    kept = from_attrs(RevisionItem, attrs).notes or {}
    return {name: Note(*note) for name, note in kept.items()}


def aggregate_from(attrs: Attrs) -> Aggregate:
    return readable(_aggregate, attrs)


def _aggregate(attrs: Attrs) -> Aggregate:
    item = from_attrs(AggregateItem, attrs)
    if not str(item.sk).startswith(f"{item.kind}#"):
        raise ValueError("it is of another kind than its key")
    return Aggregate(Head(item.version, item.hash), item.body)


def config_writes(config: Config, name: Name, body: Mapping[str, Any], entry: Entry) -> tuple[Write, ...]:
    """Store the aggregate as `body`, at the version of `entry`, and count the revision on: 6 write units with the entry."""
    known = config.get(name)
    unchanged: Condition = Absent() if known is None else Equals("version", known.head.version)
    aggregate = AggregateItem(
        pk=config_pk(config.tenant),
        sk=f"{name.kind}#{name.id}",
        kind=name.kind,
        version=entry.sequence,
        hash=entry.hash,
        body=body,
    )
    same_revision: Condition = Absent() if config.revision == 0 else Equals("revision", config.revision)
    revision = RevisionItem(pk=config_pk(config.tenant), sk=_REVISION, revision=config.revision + 1)
    return Put(to_attrs(aggregate), unchanged), Put(to_attrs(revision), same_revision)


def read_revision(table: Table, tenant: str) -> Attrs | None:
    return table.get(Key(config_pk(tenant), _REVISION))


def noted_put(attrs: Attrs, notes: Notes) -> Put:
    """The revision as it was read, with these notes and no others."""
    item = from_attrs(RevisionItem, attrs)
    kept = {name: list(note) for name, note in notes.items()} or None
    noted = RevisionItem(pk=item.pk, sk=item.sk, v=item.v, revision=item.revision, notes=kept)
    return Put(to_attrs(noted), AsRead({name: attrs.get(name) for name in ("revision", "notes")}))


def _stored_revision(table: Table, tenant: str) -> tuple[int, Notes]:
    attrs = read_revision(table, tenant)
    return (0, {}) if attrs is None else (revision_from(attrs), notes_from(attrs))
