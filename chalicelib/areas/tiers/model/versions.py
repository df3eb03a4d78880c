"""The schemes that a program has had: each is in force from the instant at which it was defined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from chalicelib.areas.tiers.model.scheme import Downgrade, TierScheme, Window
from chalicelib.kit.clock import Instant

MAX_VERSIONS = 20  # what is older than the last twenty judges nobody any more


class Version(NamedTuple):
    since: Instant
    scheme: TierScheme


@dataclass(frozen=True, slots=True)
class Versions:
    """At least one, in the order in which they came. The first also judges what happened before it was there.
    `first_since` says when the very first came, where that is kept no more."""

    all: tuple[Version, ...]
    first_since: Instant | None = None

    @property
    def since(self) -> Instant:
        """From when on there has been any."""
        return self.all[0].since if self.first_since is None else self.first_since

    @property
    def newest(self) -> TierScheme:
        return self.all[-1].scheme

    def in_force(self, at: Instant) -> TierScheme:
        return next((version.scheme for version in reversed(self.all) if version.since <= at), self.all[0].scheme)

    def known_at(self, at: Instant) -> Versions | None:
        """As they were then; None before there was one. Of those that are kept no more, the first stands for them."""
        if at < self.since:
            return None
        return replace(self, all=tuple(version for version in self.all if version.since <= at) or self.all[:1])

    def changes(self, after: Instant, to: Instant) -> tuple[Instant, ...]:
        """When another scheme came into force, later than `after` and not later than `to`."""
        return tuple(version.since for version in self.all if after < version.since <= to)

    def periods_begin(self, since: Instant, to: Instant) -> Instant:
        """Since when a period runs at `to` that began at `since`: anew with each scheme of another window or way down."""
        for before, version in reversed(tuple(pairwise(self.all))):
            if version.since <= since:
                break
            if version.since <= to and _periods(version.scheme) != _periods(before.scheme):
                return version.since
        return since

    def followed_by(self, scheme: TierScheme, at: Instant) -> Versions:
        """With one more, unless it says what the newest says already."""
        if scheme == self.newest:
            return self
        longer = (*self.all, Version(max(at, self.all[-1].since), scheme))
        return replace(self, all=longer).without(len(longer) - MAX_VERSIONS)

    def without(self, oldest: int) -> Versions:
        """After so many of the oldest have gone: the newest stays."""
        return self if oldest <= 0 else Versions(self.all[oldest:], self.since)


def _periods(scheme: TierScheme) -> tuple[Window, Downgrade]:
    return scheme.window, scheme.downgrade
