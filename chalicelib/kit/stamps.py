"""How many stamps are given at a time: by a rule as by hand."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

MOST_STAMPS = 1_000

Stamps = Annotated[int, Field(strict=True, ge=1, le=MOST_STAMPS)]
