"""Labels: the `key: value` furniture of every entity."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.kit.base import Frozen

MAX_LABELS = 50


class Label(Frozen):
    key: Annotated[str, Field(min_length=1, max_length=64)]
    value: Annotated[str, Field(max_length=256)]


Labels = Annotated[tuple[Label, ...], Field(max_length=MAX_LABELS)]
