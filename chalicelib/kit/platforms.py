"""Whose phones there are."""

from __future__ import annotations

from typing import Literal, get_args

Platform = Literal["apple", "google"]
PLATFORMS: tuple[Platform, ...] = get_args(Platform)
