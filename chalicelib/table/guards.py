"""Guards: a command id given from outside is remembered for 30 days, in the transaction that carried it out.

access pattern                | key                  | items | cost        | by
whether a command came before | {t}#GUARD#{hash} / - | 0–1   | 1 Get, 1 RU | recall_guarded, recall_place, recall_version, recall_told

item  | key                  | in index | cost
guard | {t}#GUARD#{hash} / - | –        | 2 WU

It holds the fingerprint of the request and the key of the entry made: where there is one, that is one Get more. What is
made without an entry is named by its partition alone; and of what changed nothing it has what was told of it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, NamedTuple

from pynamodb.attributes import UnicodeAttribute

from chalicelib.errors import Conflict
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.journal import Entry, Stream, entry_from
from chalicelib.table.protocol import Absent, Key, Put, Table

KEPT_SECONDS = 30 * 24 * 3600
NOWHERE = "-"  # no partition: nothing was made


class Recalled(NamedTuple):
    """What a guard leads to: the entry that was made, or what was told where none was; neither where there is no guard."""

    entry: Entry | None = None
    told: Any = None


class GuardItem(StampbookItem):
    kind = UnicodeAttribute(default="guard")
    fingerprint = UnicodeAttribute()
    entry_pk = UnicodeAttribute()
    program = IntegerAttribute()
    sequence = IntegerAttribute()
    ttl = IntegerAttribute()
    told = BodyAttribute(null=True)


def guard_puts(tenant: str, command: Command, entry: Entry, now: Instant) -> tuple[Put, ...]:
    """The guard of a command that brought its own id; nothing for a fresh one."""
    return _puts(tenant, command, entry.stream, entry.sequence, now)


def place_puts(tenant: str, command: Command, pk: str, now: Instant) -> tuple[Put, ...]:
    """The same for a command that makes no entry, but something else: what is in this partition."""
    return _puts(tenant, command, Stream(tenant, pk, 0), 0, now)


def told_puts(tenant: str, command: Command, told: Any, now: Instant) -> tuple[Put, ...]:
    """The same for a command that found nothing to change: what it told, as JSON."""
    return _puts(tenant, command, Stream(tenant, NOWHERE, 0), 0, now, told)


def recall_guarded(table: Table, tenant: str, command: Command) -> Entry | None:
    """The entry an earlier run of this command made. The same id for another request is a conflict."""
    return recall_told(table, tenant, command).entry


def recall_told(table: Table, tenant: str, command: Command) -> Recalled:
    """The same, or what it told where it changed nothing."""
    guard = _recalled(table, tenant, command)
    if guard is None:
        return Recalled()
    if guard.told is not None:
        return Recalled(told=guard.told)
    stream = Stream(tenant, guard.entry_pk, guard.program)
    stored = table.get(stream.key(guard.sequence))
    return Recalled(None if stored is None else entry_from(stream, stored))


def recall_place(table: Table, tenant: str, command: Command) -> str | None:
    """The partition of what an earlier run of this command made. The same id for another request is a conflict."""
    guard = _recalled(table, tenant, command)
    return None if guard is None else guard.entry_pk


def recall_version(table: Table, tenant: str, command: Command) -> tuple[str, int] | None:
    """The same with the number under which it is there, of what is kept as versions."""
    guard = _recalled(table, tenant, command)
    return None if guard is None else (guard.entry_pk, guard.sequence)


def _puts(
    tenant: str, command: Command, stream: Stream, sequence: int, now: Instant, told: Any = None
) -> tuple[Put, ...]:
    if not command.guarded:
        return ()
    key = _key(tenant, command)
    item = GuardItem(
        pk=key.pk,
        sk=key.sk,
        fingerprint=command.fingerprint,
        entry_pk=stream.pk,
        program=stream.program,
        sequence=sequence,
        ttl=now // 1000 + KEPT_SECONDS,
        told=told,
    )
    return (Put(to_attrs(item), Absent()),)


def _recalled(table: Table, tenant: str, command: Command) -> GuardItem | None:
    if not command.guarded:
        return None
    attrs = table.get(_key(tenant, command))
    if attrs is None:
        return None
    guard = from_attrs(GuardItem, attrs)
    if guard.fingerprint != command.fingerprint:
        raise Conflict(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request: give each request a key of its own.",
            param="Idempotency-Key",
        )
    return guard


def _key(tenant: str, command: Command) -> Key:
    return Key(f"{tenant}#GUARD#{sha256(command.id.encode()).hexdigest()[:40]}", "-")
