"""The schemes that a program has had: each is in force from the instant at which it was defined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.areas.tiers.model.scheme import TierScheme
from chalicelib.kit.clock import Instant

MAX_VERSIONS = 20  # what is older than the last twenty judges nobody any more


class Version(NamedTuple):
    since: Instant
    scheme: TierScheme


@dataclass(frozen=True, slots=True)
class Versions:
    """At least one, in the order in which they came. The first also judges what happened before it was there."""

    all: tuple[Version, ...]

    @property
    def newest(self) -> TierScheme:
        return self.all[-1].scheme

    def in_force(self, at: Instant) -> TierScheme:
        return next((version.scheme for version in reversed(self.all) if version.since <= at), self.all[0].scheme)

    def known_at(self, at: Instant) -> Versions | None:
        """As they were then; None before there was one. Of those that are kept no more, the first stands for them."""
        known = tuple(version for version in self.all if version.since <= at)
        if not known and len(self.all) == MAX_VERSIONS:
            known = self.all[:1]
        return Versions(known) if known else None

    def changes(self, after: Instant, to: Instant) -> tuple[Instant, ...]:
        """When another scheme came into force, later than `after` and not later than `to`."""
        return tuple(version.since for version in self.all if after < version.since <= to)

    def followed_by(self, scheme: TierScheme, at: Instant) -> Versions:
        """With one more, unless it says what the newest says already."""
        if scheme == self.newest:
            return self
        return Versions((*self.all, Version(max(at, self.all[-1].since), scheme))[-MAX_VERSIONS:])
