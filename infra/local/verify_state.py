"""Where a verification is, kept between its parts: what was interrupted goes on from there when the same is asked again."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from chalicelib.flows.verify_tenant import Position, VerifiedPart, position_from
from chalicelib.kit.clock import Instant
from infra.local.logs import RUN, RUNNING

FOLDER = Path(".local/verify")
KEPT_MS = 24 * 3_600_000  # a day later what was verified first says little


@dataclass(frozen=True, slots=True)
class SoFar:
    """What was verified, and what it took."""

    members: int = 0
    accounts: int = 0
    orders: int = 0
    entries: int = 0
    requests: int = 0
    seconds: float = 0.0
    different: int = 0

    def and_part(self, part: VerifiedPart, requests: int, seconds: float) -> SoFar:
        return SoFar(
            self.members + part.members,
            self.accounts + part.accounts,
            self.orders + part.orders,
            self.entries + part.entries,
            self.requests + requests,
            self.seconds + seconds,
            self.different + len(part.differences),
        )

    @property
    def entries_per_second(self) -> float:
        return self.entries / max(self.seconds, 0.001)

    @property
    def requests_per_member(self) -> float:
        return self.requests / max(self.members, 1)


@dataclass(slots=True)
class Kept:
    """`done`: how it ended for tenants that are through. `begun`: how far others are."""

    file: Path
    begun_at: Instant
    done: dict[str, int] = field(default_factory=dict)
    begun: dict[str, tuple[SoFar, Position]] = field(default_factory=dict)

    def reach(self, tenant: str, so_far: SoFar, at: Position) -> None:
        self.begun[tenant] = so_far, at
        self._write()

    def finish(self, tenant: str, code: int) -> None:
        self.done[tenant] = code
        self.begun.pop(tenant, None)
        self._write()

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)

    def _write(self) -> None:
        """Whole, or as it was before."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        told = {
            "begun_at": self.begun_at,
            "done": self.done,
            "begun": {tenant: [asdict(so_far), at.kept()] for tenant, (so_far, at) in self.begun.items()},
        }
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(told) + "\n", encoding="utf-8")
        new.replace(self.file)


def kept_at(root: Path, asked: argparse.Namespace, now: Instant, environ: Mapping[str, str] = os.environ) -> Kept:
    """What a run before has kept of the very same question, unless it is too old, unreadable, or not wanted."""
    file = root / FOLDER / f"{_digest(root, asked, environ)}.json"
    kept = Kept(file, now)
    if asked.anew or not file.is_file():
        return kept
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if now - told["begun_at"] < KEPT_MS:
            begun = {tenant: (SoFar(**so_far), position_from(at)) for tenant, (so_far, at) in told["begun"].items()}
            return Kept(file, told["begun_at"], told["done"], begun)
    except (ValueError, LookupError, TypeError):
        kept.forget()
    return kept


def _digest(root: Path, asked: argparse.Namespace, environ: Mapping[str, str]) -> str:
    """Of tenant and table, as they were asked for. Where make run is meant, of that cloud."""
    running = root / (RUN if asked.state is None else Path(asked.state)) / RUNNING
    said = [asked.tenant, asked.stage, asked.region, asked.endpoint, asked.table, environ.get("AWS_REGION")]
    said.append(running.read_text(encoding="utf-8") if running.is_file() else "")
    return blake2b(json.dumps(said).encode(), digest_size=8).hexdigest()
