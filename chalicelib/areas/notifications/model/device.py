"""The phones of a member: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from chalicelib.errors import NotFound, Refused
from chalicelib.kit.clock import Instant
from chalicelib.kit.platforms import Platform

MAX_DEVICES = 10


@dataclass(frozen=True, slots=True)
class Device:
    """`device_id`: as its app calls it. `mark`: by which its token is known again, which is not kept itself."""

    device_id: str
    platform: Platform
    endpoint: str
    mark: str
    registered_at: Instant
    dead_since: Instant | None = None


@dataclass(frozen=True, slots=True)
class Devices:
    """All of one member, in order of registration. `gone`: those that were forgotten last, whose endpoints may still be there.
    `version`: as they are kept; 0 of those that are not."""

    items: tuple[Device, ...] = ()
    version: int = 0
    gone: tuple[Device, ...] = ()

    @property
    def awake(self) -> tuple[Device, ...]:
        return tuple(one for one in self.items if one.dead_since is None)

    def find(self, device_id: str) -> Device | None:
        return next((one for one in self.items if one.device_id == device_id), None)

    def with_device(self, new: Device) -> Devices:
        """In place of the one of the same name or token; one that is dead gives way to it. Refuses `too_many_devices`."""
        rest = [one for one in self.items if one.device_id != new.device_id and one.mark != new.mark]
        if len(rest) >= MAX_DEVICES:
            rest = [one for one in rest if one.dead_since is None]
        if len(rest) >= MAX_DEVICES:
            raise Refused("too_many_devices", f"A member has at most {MAX_DEVICES} devices.", param="device_id")
        return replace(self, items=(*rest, new), gone=tuple(one for one in self.gone if one.mark != new.mark))

    def forgotten(self, known: Device) -> Devices:
        gone = (*(one for one in self.gone if one.mark != known.mark), known)
        return replace(self.without((known.mark,)), gone=gone[-MAX_DEVICES:])

    def gone_by(self, device_id: str) -> tuple[Device, ...]:
        return tuple(one for one in self.gone if one.device_id == device_id)

    def without(self, marks: Iterable[str]) -> Devices:
        gone = frozenset(marks)
        return replace(self, items=tuple(one for one in self.items if one.mark not in gone))

    def with_dead(self, endpoints: Iterable[str], at: Instant) -> Devices:
        """Those of these endpoints take nothing any more."""
        found = frozenset(endpoints)
        items = (
            replace(one, dead_since=at) if one.endpoint in found and one.dead_since is None else one
            for one in self.items
        )
        return replace(self, items=tuple(items))


def mark_of(platform: Platform, token: str) -> str:
    return sha256(f"{platform} {token}".encode()).hexdigest()[:40]


def no_device(device_id: str) -> NotFound:
    return NotFound("device_not_found", f"There is no device {device_id[:64]}.", param="device_id")
