"""Events of a shop's own: what members may do in a program beside buying, declared with the properties that are sent of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from chalicelib.errors import Refused
from chalicelib.kit.amounts import MAX_AMOUNT, plain_decimal
from chalicelib.kit.base import Frozen
from chalicelib.kit.periods import parse_day

MAX_EVENTS = 100
MAX_PROPERTIES = 20
MAX_TEXT = 500

EventName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
PropertyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
PropertyType = Literal["text", "integer", "decimal", "boolean", "day"]
Value = str | bool | int
Properties = Annotated[
    dict[PropertyName, PropertyType],
    Field(max_length=MAX_PROPERTIES),
    AfterValidator(lambda one: dict(sorted(one.items()))),
]


class EventType(Frozen):
    """`told`: the properties whose values stand in the journal and the feed, for ever. They name no person."""

    name: EventName
    properties: Properties = Field(default_factory=dict)
    told: Annotated[tuple[PropertyName, ...], Field(max_length=MAX_PROPERTIES)] = ()

    @model_validator(mode="after")
    def _tells_what_it_has(self) -> Self:
        if not set(self.told) <= self.properties.keys():
            raise ValueError("what is told of an event is one of its properties")
        return self

    def answers(self, sent: Mapping[str, Value]) -> dict[str, Any]:
        """What is sent, as conditions compare it. Refuses `unknown_property`, `wrong_property_type`."""
        return {name: self._answer(name, value) for name, value in sent.items()}

    def told_of(self, sent: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
        return tuple((name, sent[name]) for name in sorted(self.told) if name in sent)

    def _answer(self, name: str, value: Value) -> Any:
        declared = self.properties.get(name)
        if declared is None:
            text = f"The event {self.name} has no property {name[:64]}."
            raise Refused("unknown_property", text, param=f"properties.{name[:64]}")
        answer = _READ[declared](value)
        if answer is None:
            text = f"The property {name} takes {_SAID[declared]}."
            raise Refused("wrong_property_type", text, param=f"properties.{name}")
        return answer


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and len(value) <= MAX_TEXT else None


def _integer(value: Value) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return int(value) if whole and abs(int(value)) <= MAX_AMOUNT else None


def _decimal(value: Value) -> Fraction | None:
    read = plain_decimal(value) if isinstance(value, str) else None
    return None if read is None else Fraction(read)


def _boolean(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None


def _day(value: Value) -> str | None:
    """Days of the calendar are in order as they are written."""
    return value if isinstance(value, str) and parse_day(value) is not None else None


_READ = {"text": _text, "integer": _integer, "decimal": _decimal, "boolean": _boolean, "day": _day}
_SAID = {
    "text": f"a text of at most {MAX_TEXT} characters",
    "integer": "a whole number, without quotes",
    "decimal": 'a decimal in quotes, such as "2.5"',
    "boolean": "true or false",
    "day": "a day of the calendar, such as 2026-01-31",
}
