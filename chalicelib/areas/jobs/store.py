"""Where operations are kept.

access pattern             | key                                           | items   | cost                   | by
an operation               | {t}#OP#{operation} / A                        | 0–1     | 1 Get, 1 RU            | find, read
an operation and its parts | {t}#OP#{operation} / < Q                      | 0–n     | 1 Query, 1 RU          | find_progress, read_progress
an operation and one part  | {t}#OP#{operation} / A + P#{part:04}          | 0–2     | 1 BatchGet, 1 RU each  | read_with_part
notes of a chunk           | {t}#OP#{operation} / R#{part:04}#{chunk:08}#* | 0–1,000 | 1 Query, 1 RU          | notes_query
operations of a tenant     | gsi1 {t}#OPS / *                              | 0–n     | 1 Query a page, 0.5 RU | operations_query

item      | key                                                    | in index                                    | cost
operation | {t}#OP#{operation} / A                                 | gsi1 {t}#OPS / {created_at:014}#{operation} | 2 WU + 1 IU
part      | {t}#OP#{operation} / P#{part:04}                       | –                                           | 2 WU
note      | {t}#OP#{operation} / R#{part:04}#{chunk:08}#{line:012} | –                                           | 2 WU

Parts and notes are forgotten 90 days after they were last written; the operation stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.jobs.model import Failure, Kind, Operation, Part, Progress, State
from chalicelib.errors import NotFound
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import Time
from chalicelib.table.indexes import behind
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Absent, Attrs, Below, Check, Condition, Equals, Key, Prefix, Put, Query, Table

KEPT_SECONDS = 90 * 24 * 3600
_ATTRIBUTES = ("tenant", "operation_id", "state", "version")  # kept beside the body
_ID = re.compile(r"opr_[0-9a-f]{24}")


class OperationItem(StampbookItem):
    kind = UnicodeAttribute(default="operation")
    version = IntegerAttribute()
    state = UnicodeAttribute()
    body = BodyAttribute()
    gsi1pk = UnicodeAttribute()
    gsi1sk = UnicodeAttribute()
    card = BodyAttribute()


class PartItem(StampbookItem):
    kind = UnicodeAttribute(default="part")
    version = IntegerAttribute()
    body = BodyAttribute()
    ttl = IntegerAttribute()


class NoteItem(StampbookItem):
    kind = UnicodeAttribute(default="note")
    body = BodyAttribute()
    ttl = IntegerAttribute()


class OperationCard(Frozen):
    """An operation as a tenant's list shows it."""

    operation_id: str
    kind: Kind
    name: str
    state: State
    created_at: Time
    finished_at: Time | None


def operation_key(tenant: str, operation_id: str) -> Key:
    return Key(f"{tenant}#OP#{operation_id}", "A")


def part_key(tenant: str, operation_id: str, part: int) -> Key:
    return Key(operation_key(tenant, operation_id).pk, f"P#{part:04}")


def operation_of(pk: str) -> str:
    """Whose partition it is."""
    return pk.rsplit("#", 1)[1]


def find(table: Table, tenant: str, operation_id: str) -> Operation | None:
    attrs = table.get(operation_key(tenant, operation_id))
    return None if attrs is None else operation_from(tenant, attrs)


def read(table: Table, tenant: str, operation_id: str) -> Operation:
    _check_id(operation_id)
    found = find(table, tenant, operation_id)
    if found is None:
        raise _not_found(operation_id)
    return found


def find_progress(table: Table, tenant: str, operation_id: str) -> Progress | None:
    items = table.query(Query(operation_key(tenant, operation_id).pk, Below("Q"))).items
    if not items:
        return None
    return Progress(operation_from(tenant, items[0]), tuple(part_from(attrs) for attrs in items[1:]))


def read_progress(table: Table, tenant: str, operation_id: str) -> Progress:
    _check_id(operation_id)
    found = find_progress(table, tenant, operation_id)
    if found is None:
        raise _not_found(operation_id)
    return found


def read_with_part(table: Table, tenant: str, operation_id: str, part: int) -> tuple[Operation, Part]:
    _check_id(operation_id)
    whole, one = operation_key(tenant, operation_id), part_key(tenant, operation_id, part)
    found = table.batch_get([whole, one])
    if whole not in found or one not in found:
        raise _not_found(operation_id)
    return operation_from(tenant, found[whole]), part_from(found[one])


def operation_put(operation: Operation) -> Put:
    key = operation_key(operation.tenant, operation.operation_id)
    item = OperationItem(
        pk=key.pk,
        sk=key.sk,
        version=operation.version,
        state=operation.state,
        body=_body(operation),
        gsi1pk=_of_tenant(operation.tenant),
        gsi1sk=_place(operation.created_at, operation.operation_id),
        card=_card(operation).model_dump(mode="json"),
    )
    return Put(to_attrs(item), _before(operation.version))


def part_put(operation: Operation, part: Part, now: Instant) -> Put:
    key = part_key(operation.tenant, operation.operation_id, part.number)
    body = [part.chunk, part.offset, part.done, part.counts, part.attempt, part.holder, part.leased_until]
    item = PartItem(pk=key.pk, sk=key.sk, version=part.version, body=body, ttl=_ttl(now))
    return Put(to_attrs(item), _before(part.version))


def part_unchanged(operation: Operation, part: Part) -> Check:
    return Check(part_key(operation.tenant, operation.operation_id, part.number), Equals("version", part.version))


def note_put(operation: Operation, part: Part, line: int, body: Any, now: Instant) -> Put:
    key = note_key(operation, part, line)
    return Put(to_attrs(NoteItem(pk=key.pk, sk=key.sk, body=body, ttl=_ttl(now))), Absent())


def note_key(operation: Operation, part: Part, line: int) -> Key:
    return Key(operation_key(operation.tenant, operation.operation_id).pk, f"{_notes(part)}{line:012}")


def note_from(attrs: Attrs) -> tuple[int, Any]:
    """The line it is about, and what was noted."""
    item = from_attrs(NoteItem, attrs)
    return int(item.sk.rsplit("#", 1)[1]), item.body


def notes_query(operation: Operation, part: Part) -> Query:
    return Query(operation_key(operation.tenant, operation.operation_id).pk, Prefix(_notes(part)))


def operations_query(tenant: str, limit: int, after: tuple[str, Instant] | None) -> Query:
    """Newest first, behind the operation `after` (id and time of creation)."""
    start = None
    if after is not None:
        key = operation_key(tenant, after[0])
        start = behind("gsi1", key, Key(_of_tenant(tenant), _place(after[1], after[0])))
    return Query(_of_tenant(tenant), index="gsi1", limit=limit, reverse=True, start=start)


def card_from(attrs: Attrs) -> OperationCard:
    return OperationCard.model_validate(BodyAttribute().deserialize(attrs["card"]["B"]))


def operation_from(tenant: str, attrs: Attrs) -> Operation:
    item = from_attrs(OperationItem, attrs)
    body = dict(item.body)
    failure = body.pop("failure", None)
    return Operation(
        tenant=tenant,
        operation_id=operation_of(item.pk),
        state=cast(State, item.state),
        version=item.version,
        failure=None if failure is None else Failure(*failure),
        **body,
    )


def part_from(attrs: Attrs) -> Part:
    item = from_attrs(PartItem, attrs)
    chunk, offset, done, counts, attempt, holder, leased_until = item.body
    number = int(item.sk.rsplit("#", 1)[1])
    return Part(number, chunk, offset, done, counts, attempt, holder, leased_until, item.version)


def _body(operation: Operation) -> Mapping[str, Any]:
    kept = {field.name: getattr(operation, field.name) for field in fields(operation)}
    return {name: value for name, value in kept.items() if name not in _ATTRIBUTES and value is not None}


def _card(operation: Operation) -> OperationCard:
    return OperationCard(**{name: getattr(operation, name) for name in OperationCard.model_fields})


def _check_id(operation_id: str) -> None:
    if not _ID.fullmatch(operation_id):
        raise _not_found(operation_id)


def _not_found(operation_id: str) -> NotFound:
    return NotFound("operation_not_found", f"There is no operation {operation_id[:64]}.", param="operation_id")


def _before(version: int) -> Condition:
    return Absent() if version == 1 else Equals("version", version - 1)


def _notes(part: Part) -> str:
    return f"R#{part.number:04}#{part.chunk:08}#"


def _of_tenant(tenant: str) -> str:
    return f"{tenant}#OPS"


def _place(created_at: Instant, operation_id: str) -> str:
    return f"{created_at:014}#{operation_id}"


def _ttl(now: Instant) -> int:
    return now // 1000 + KEPT_SECONDS
