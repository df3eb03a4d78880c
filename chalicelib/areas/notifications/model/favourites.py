"""The places whose news a member wants: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

MAX_FAVOURITES = 20


@dataclass(frozen=True, slots=True)
class Favourites:
    """All of one member, in their own order. `version`: as they are kept; 0 of those that are not."""

    places: tuple[str, ...] = ()
    version: int = 0

    def replaced(self, places: Iterable[str]) -> Favourites:
        """Each once."""
        return replace(self, places=tuple(dict.fromkeys(places)))
