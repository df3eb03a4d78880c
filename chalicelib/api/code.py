"""What a code of the API says: its status, and what it means."""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    status: int
    meaning: str
