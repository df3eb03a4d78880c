"""Facts: what a committed operation made true. Frozen, versioned, and the only thing that changes an aggregate.

A fact class declares `type` and `v`. Its body in the journal is its fields by name; a field at its default is left out.
Old versions are lifted by pure upcasters before the class sees them, so `apply` knows only today's shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, TypeVar

from chalicelib.errors import newer_data

Body = dict[str, Any]
Upcaster = Callable[[Body], Body]


@dataclass(frozen=True, slots=True)
class Fact:
    type: ClassVar[str]
    v: ClassVar[int] = 1


FactT = TypeVar("FactT", bound=Fact)


@dataclass(frozen=True, eq=False, repr=False)
class Vocabulary:
    """The facts of one stream: today's classes by type, and how to lift version n of a type to n + 1."""

    classes: Mapping[str, type[Fact]]
    upcasters: Mapping[tuple[str, int], Upcaster]

    def decode(self, body: Body) -> Fact:
        rest = {name: _tuples(value) if type(value) is list else value for name, value in body.items()}
        del rest["type"]
        rest.pop("v", None)
        written, cls = body.get("v", 1), self.classes.get(body["type"])
        if cls is None or written > cls.v:
            raise newer_data(body["type"], written, "none" if cls is None else cls.v)
        for version in range(written, cls.v):
            rest = self.upcasters[body["type"], version](rest)
        return cls(**rest)


def vocabulary(*classes: type[Fact], upcasters: Mapping[tuple[str, int], Upcaster] | None = None) -> Vocabulary:
    return Vocabulary({cls.type: cls for cls in classes}, upcasters or {})


def encode(fact: Fact) -> Body:
    body: Body = {"type": fact.type, "v": fact.v}
    for field in fields(fact):
        value = getattr(fact, field.name)
        if field.default is MISSING or value != field.default:
            body[field.name] = value
    return body


def _tuples(values: list[Any]) -> tuple[Any, ...]:
    return tuple([_tuples(value) if type(value) is list else value for value in values])
