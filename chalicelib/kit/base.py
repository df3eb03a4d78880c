"""The pydantic bases: `Frozen` for values inside, `Wire` for what clients send (unknown fields are refused)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationInfo

STORED = {"stored": True}  # the context in which a definition is read that was let in once


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Wire(BaseModel):
    """A body or answer of the native API: snake_case, strict about types and about names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


def was_let_in(info: ValidationInfo) -> bool:
    """What is refused of a definition since is refused of those that are sent: what is kept goes on as it did."""
    return info.context is STORED
