"""What must hold, as a tree: `all`, `any` and `not` over questions about a purchase, its lines, a member and a moment."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationInfo, model_validator

from chalicelib.areas.rules.model.possible import must_be_a_day, must_be_meant, must_be_possible, must_not_cross
from chalicelib.areas.rules.model.subjects import Kind, kind_of
from chalicelib.areas.rules.model.times import AskShare, AskSum, AskTimes
from chalicelib.areas.rules.model.words import Flag, LabelMatch, LineFilter, PlainNumber, Question, Text
from chalicelib.kit.amounts import plain_decimal
from chalicelib.kit.base import Frozen, was_let_in
from chalicelib.kit.periods import minute_of, parse_day
from chalicelib.kit.slips import slip

MAX_DEPTH = 8
MAX_QUESTIONS = 200

Answer = Flag | Annotated[int, Field(strict=True)] | Text
Answers = Annotated[tuple[Answer, ...], Field(min_length=1, max_length=1_000)]

_ORDERED: frozenset[Kind | str] = frozenset(("money", "number", "day", "time", "any"))
_LIMITS = ("at_least", "at_most", "above", "below")
_HOW = {
    "money": 'a decimal in quotes, such as "20.00"',
    "number": 'a whole number, or a decimal in quotes, such as "2.5"',
    "day": 'a day of the calendar, such as "2026-01-31"',
    "time": 'a time of day, such as "16:30"',
    "text": "a text",
    "texts": "a text",
    "flag": "true or false",
}


class Ask(Question):
    """One question: what a subject is. Several comparisons must all hold. Of several texts, `is` and `one_of` ask
    whether one of them is there. What has no answer (the age of a member without a birth date) passes no question."""

    ask: Annotated[str, Field(min_length=1, max_length=128)]
    is_: Annotated[Answer | None, Field(alias="is")] = None
    is_not: Answer | None = None
    one_of: Answers | None = None
    none_of: Answers | None = None
    at_least: Answer | None = None
    at_most: Answer | None = None
    above: Answer | None = None
    below: Answer | None = None

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    @model_validator(mode="after")
    def _can_be_answered(self, info: ValidationInfo) -> Self:
        kind = kind_of(self.ask)
        if kind is None:
            text = f"nobody knows what {self.ask[:64]} is: docs/guides/promotions.md lists what can be asked"
            raise slip("unknown_subject", text)
        asked = tuple(self.comparisons())
        if not asked:
            raise slip(
                "wrong_comparison",
                f"say what {self.ask} must be: is, is_not, one_of, none_of, at_least, at_most, above or below",
            )
        for name, value in asked:
            if name in _LIMITS and (kind not in _ORDERED or (kind == "any" and isinstance(value, bool))):
                raise slip("wrong_comparison", f"{self.ask} has no order: ask is, is_not, one_of or none_of")
            for one in value if isinstance(value, tuple) else (value,):
                if not _suits(kind, one):
                    raise slip("wrong_comparison", f"{self.ask} is compared with {_HOW[kind]}")
        if not was_let_in(info):
            must_be_meant(self.ask, kind, asked)
        return self

    def comparisons(self) -> Iterator[tuple[str, Answer | tuple[Answer, ...]]]:
        for name in ("is_", "is_not", "one_of", "none_of", *_LIMITS):
            value = getattr(self, name)
            if value is not None:
                yield name.rstrip("_"), value


class AskLabels(Frozen):
    """Whether the order or the member carries one of these labels."""

    labels_of: Literal["order", "member"]
    one_of: Annotated[tuple[LabelMatch, ...], Field(min_length=1, max_length=100)]


class AskLines(Question):
    """About the lines that pass a filter: that there is one (`any`), that there are no others (`all`), what they come to
    (`value`, at face value) or how many pieces they have (`quantity`)."""

    lines: LineFilter
    of: Literal["any", "all", "value", "quantity"] = "any"
    at_least: PlainNumber | None = None
    at_most: PlainNumber | None = None

    @model_validator(mode="after")
    def _compares_what_has_a_size(self, info: ValidationInfo) -> Self:
        compares = self.at_least is not None or self.at_most is not None
        if compares is not (self.of in ("value", "quantity")):
            raise slip(
                "wrong_comparison", "value and quantity are compared by at_least or at_most; any and all are not"
            )
        if not was_let_in(info):
            must_not_cross(self.at_least, self.at_most)
        return self


class AllOf(Frozen):
    all: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _can_hold_together(self, info: ValidationInfo) -> Self:
        if was_let_in(info):
            return self
        asked: dict[str, list[tuple[str, Answer | tuple[Answer, ...]]]] = {}
        for part in self.all:
            if isinstance(part, Ask):
                asked.setdefault(part.ask, []).extend(part.comparisons())
        for subject, comparisons in asked.items():
            must_be_possible(subject, kind_of(subject) or "any", comparisons)
        must_be_a_day(asked.get("time.month", ()), asked.get("time.day_of_month", ()))
        return self


class AnyOf(Frozen):
    any: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=100)]


class NotSo(Frozen):
    not_: Annotated[Condition, Field(alias="not")]

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


# The last also narrows what was bought before.
_WORDS = ("all", "any", "not", "ask", "labels_of", "times", "sum", "share", "lines")


def _tag(value: Any) -> str | None:
    """By the word that makes it what it is; spelled as no field is, so that nobody takes it for one."""
    words: Container[str] = ()
    if isinstance(value, dict):
        words = value
    elif isinstance(value, Frozen):
        words = {name.rstrip("_") for name in type(value).model_fields}
    return next((f"~{word}" for word in _WORDS if word in words), None)


Condition = Annotated[
    Annotated[AllOf, Tag("~all")]
    | Annotated[AnyOf, Tag("~any")]
    | Annotated[NotSo, Tag("~not")]
    | Annotated[Ask, Tag("~ask")]
    | Annotated[AskLabels, Tag("~labels_of")]
    | Annotated[AskLines, Tag("~lines")]
    | Annotated[AskTimes, Tag("~times")]
    | Annotated[AskSum, Tag("~sum")]
    | Annotated[AskShare, Tag("~share")],
    Discriminator(
        _tag,
        custom_error_type="unknown_condition",
        custom_error_message="a condition has one of: all, any, not, ask, labels_of, lines, times, sum, share",
    ),
]


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    if isinstance(condition, AllOf):
        return condition.all
    if isinstance(condition, AnyOf):
        return condition.any
    return (condition.not_,) if isinstance(condition, NotSo) else ()


def questions(condition: Condition, depth: int = 1) -> Iterator[Condition]:
    """The leaves. Refuses what is too deep to be read by anybody."""
    if depth > MAX_DEPTH:
        raise slip("conditions_too_large", f"conditions go at most {MAX_DEPTH} levels deep", "when")
    parts = parts_of(condition)
    if not parts:
        yield condition
    for part in parts:
        yield from questions(part, depth + 1)


def of_goods(question: Condition) -> bool:
    """Whether it is about what is bought."""
    if isinstance(question, Ask):
        return question.ask.startswith("order.")
    return isinstance(question, AskLines) or (isinstance(question, AskLabels) and question.labels_of == "order")


def _suits(kind: str, value: object) -> bool:
    if kind == "any":
        return True
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        return True
    if not isinstance(value, str):
        return False
    if kind in ("money", "number"):
        return plain_decimal(value) is not None
    if kind == "day":
        return parse_day(value) is not None
    return kind != "time" or minute_of(value) is not None
