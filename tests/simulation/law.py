"""Laws: what must always hold, and how it is told when it does not."""

from __future__ import annotations


class LawBroken(AssertionError):
    """What must always hold does not."""


def law(holds: bool, text: str) -> None:
    if not holds:
        raise LawBroken(text)
