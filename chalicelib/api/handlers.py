"""From a route's target to the function it names, imported when it is first called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, get_type_hints

from pydantic import BaseModel


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Handler:
    """`body` is the model that the parameter of that name is annotated with; None for a handler without one."""

    run: Callable[..., Any]
    body: type[BaseModel] | None
    answer: Any

    @property
    def needs_body(self) -> bool:
        """Nothing sent is as good as `{}` where every field may be left out."""
        return self.body is not None and any(field.is_required() for field in self.body.model_fields.values())


@cache
def handler_of(target: str) -> Handler:
    module, _, name = target.partition(":")
    function = getattr(import_module(module), name)
    hints = get_type_hints(function)
    return Handler(function, hints.get("body"), hints.get("return"))
