"""An entry as the log tells it, and what may be asked of the log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import InvalidInput, NotFound
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import Time

REFUSED = ".refused"
_OWNED = re.compile(r"(?:mem|grp)_[0-9a-z]{11}")
_ORDER = re.compile(r"ord_[0-9a-z]{11}")
_CONFIGURED = re.compile(r"([a-z_]{1,40}):([A-Za-z0-9_.-]{1,80}(?::[A-Za-z0-9_.-]{1,80})*)")


class AuditActor(Frozen):
    """`name` is what a key or a job is called."""

    kind: str
    id: str
    name: str


class AuditEntry(Frozen):
    """`entity` is whose journal it is in: a member, a group, an order, or a part of the configuration as `rule:0001:base`.

    A refusal is in no journal: it has no entity, its facts say `code` and `times`, and its time is the minute's. `quiet`: no feed has it and no webhook was told. `facts` have a `type`, a version `v` and fields.
    """

    entry_id: str
    entity: str
    program_id: int | None
    operation: str
    types: tuple[str, ...]
    recorded_at: Time
    effective_at: Time
    actor: AuditActor
    channel: str
    request_id: str
    quiet: bool
    facts: tuple[dict[str, Any], ...]


class AuditPage(Frozen):
    """Newest first. A page looks at so much and no more: one with few items or none is not the last, unless `next_cursor` is
    null. `reached` is how far back everything is told with it."""

    items: tuple[AuditEntry, ...]
    next_cursor: str | None
    reached: Time


@dataclass(frozen=True, slots=True)
class Sought:
    """Of the log: recorded no earlier than `since` and no later than `until`, of one type, by one actor, of one entity."""

    since: Instant
    until: Instant
    type: str | None = None
    actor: str | None = None
    entity: str | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether an entry must be read to know that it is wanted."""
        return self.type is not None or self.actor is not None

    @property
    def of_refusals(self) -> bool:
        """Nothing else has such a type."""
        return self.type is not None and self.type.endswith(REFUSED)

    @property
    def of_entries(self) -> bool:
        return self.type is not None and not self.of_refusals

    def wants(self, entry: AuditEntry) -> bool:
        return (
            self.since <= entry.recorded_at <= self.until
            and (self.type is None or self.type in entry.types)
            and (self.actor is None or self.actor == entry.actor.id)
        )


def entity_of(owner: str) -> str:
    """As the log names whoever's journal it is, of the key that the journal is under: `M#mem_…`, `CFG#rule#0001#base`."""
    kind, _, name = owner.partition("#")
    return name.replace("#", ":") if kind == "CFG" else name


@dataclass(frozen=True, slots=True)
class Owned:
    """A member or a group."""

    owner: str


@dataclass(frozen=True, slots=True)
class Ordered:
    order_id: str


@dataclass(frozen=True, slots=True)
class Configured:
    kind: str
    id: str


def named_entity(text: str) -> Owned | Ordered | Configured:
    """InvalidInput `invalid_entity`."""
    if _OWNED.fullmatch(text):
        return Owned(text)
    if _ORDER.fullmatch(text):
        return Ordered(text)
    if configured := _CONFIGURED.fullmatch(text):
        return Configured(configured[1], configured[2].replace(":", "#"))
    told = "An entity is the id of a member, a group or an order, or a part of the configuration as rule:0001:base."
    raise InvalidInput("invalid_entity", told, param="entity")


def no_entity(text: str) -> NotFound:
    return NotFound("entity_not_found", f"Nothing has happened to any {text[:64]}.", param="entity")
