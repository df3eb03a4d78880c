"""A command: one wish to change something, with the id that makes its repeat recognisable."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Command:
    """`id` is the client's Idempotency-Key, a message's id, or fresh. Only a `guarded` one (given from outside) costs a
    guard item. `fingerprint` is a hash of the whole request: the same id with another fingerprint is a conflict.
    `proof`: a PIN or a one-time code, which is no part of what is asked for, and is shown nowhere."""

    id: str
    guarded: bool = False
    fingerprint: str = ""
    dry_run: bool = False
    proof: str | None = field(default=None, repr=False)
