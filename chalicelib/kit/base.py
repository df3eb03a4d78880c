"""The pydantic bases: `Frozen` for values inside, `Wire` for what clients send (unknown fields are refused)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Wire(BaseModel):
    """A body or answer of the native API: snake_case, strict about types and about names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
