"""Where a verification is and what it has found, kept between its parts: what was interrupted goes on from there, and tells
it again, when the same is asked again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from chalicelib.flows.verify_stream import Difference
from chalicelib.flows.verify_tenant import Position, VerifiedPart, position_from
from chalicelib.kit.clock import Instant

FOLDER = Path(".local/verify")
KEPT_MS = 24 * 3_600_000  # a day later what was verified first says little
MOST_TOLD = 1_000  # differences of a tenant that are kept by name: who has more knows where to begin


@dataclass(frozen=True, slots=True)
class SoFar:
    """What was verified, what it took, and what differed: how much, and the first of it as it was told."""

    members: int = 0
    accounts: int = 0
    orders: int = 0
    entries: int = 0
    requests: int = 0
    seconds: float = 0.0
    different: int = 0
    told: tuple[str, ...] = ()
    feed_until: Instant = 0
    groups: int = 0

    def and_part(self, part: VerifiedPart, requests: int, seconds: float) -> SoFar:
        return SoFar(
            self.members + part.members,
            self.accounts + part.accounts,
            self.orders + part.orders,
            self.entries + part.entries,
            self.requests + requests,
            self.seconds + seconds,
            self.different + len(part.differences),
            (*self.told, *map(told, part.differences))[:MOST_TOLD],
            part.feed_until or self.feed_until,
            self.groups + part.groups,
        )

    @property
    def entries_per_second(self) -> float:
        return self.entries / max(self.seconds, 0.001)

    @property
    def requests_per_member(self) -> float:
        return self.requests / max(self.members + self.groups, 1)


def told(difference: Difference) -> str:
    return f"{difference.owner}: {difference.what}"


@dataclass(slots=True)
class Kept:
    """`done`: what there was of tenants that are through. `begun`: how far others are. `run`: who writes it down, for the same
    may be asked twice at once."""

    file: Path
    begun_at: Instant
    done: dict[str, SoFar] = field(default_factory=dict)
    begun: dict[str, tuple[SoFar, Position]] = field(default_factory=dict)
    run: int = field(default_factory=os.getpid)

    def reach(self, tenant: str, so_far: SoFar, at: Position) -> None:
        self.begun[tenant] = so_far, at
        self._write()

    def finish(self, tenant: str, whole: SoFar) -> None:
        self.done[tenant] = whole
        self.begun.pop(tenant, None)
        self._write()

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)

    def _write(self) -> None:
        """Whole, or as it was before."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        whole = {
            "begun_at": self.begun_at,
            "done": {tenant: asdict(whole) for tenant, whole in self.done.items()},
            "begun": {tenant: [asdict(so_far), at.kept()] for tenant, (so_far, at) in self.begun.items()},
        }
        new = self.file.with_suffix(f".{self.run}.new")
        new.write_text(json.dumps(whole) + "\n", encoding="utf-8")
        new.replace(self.file)


def kept_at(root: Path, tenant: str, table: str, now: Instant, *, anew: bool) -> Kept:
    """What a run before has kept of the same tenant (or of all) on the very same `table`, unless it is too old, unreadable,
    or not wanted."""
    asked = blake2b(json.dumps([tenant, table]).encode(), digest_size=8).hexdigest()
    file = root / FOLDER / f"{asked}.json"
    kept = Kept(file, now)
    if anew or not file.is_file():
        return kept
    try:
        known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if now - known["begun_at"] < KEPT_MS:
            begun = {tenant: (_so_far(one), position_from(at)) for tenant, (one, at) in known["begun"].items()}
            done = {tenant: _so_far(one) for tenant, one in known["done"].items()}
            return Kept(file, known["begun_at"], done, begun)
    except (ValueError, LookupError, TypeError):
        kept.forget()
    return kept


def _so_far(known: Mapping[str, Any]) -> SoFar:
    return SoFar(**{**known, "told": tuple(known["told"])})
