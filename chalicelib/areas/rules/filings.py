"""What a rule is filed under: of what must hold for it, all that can be asked once for all rules.

A filing names what is asked, and the answers that pass. What is filed is a part of what must hold: who fails one is none
whom the rule is for, and of who passes them all the rest is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain
from typing import Any, NamedTuple

from chalicelib.areas.rules.answers import reader
from chalicelib.areas.rules.basket import Basket
from chalicelib.areas.rules.conditions import as_answered
from chalicelib.areas.rules.model import Audience, LineFilter
from chalicelib.areas.rules.model.conditions import AllOf, Ask, AskLabels, AskLines, Condition, NotSo
from chalicelib.areas.rules.model.subjects import kind_of
from chalicelib.areas.rules.model.words import LabelMatch
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.labels import Label

ONE_OF = "one_of"
_SEGMENTS, _MEMBER_LABELS, _ORDER_LABELS, _LINE_LABELS = "segments", "member labels", "order labels", "line labels"
_OF_THEIR_OWN_RULE = "here.distance"
_ALWAYS_ANSWERED = ("order.", "time.")
_SOMETIMES = "order.first"  # of who buys unknown nobody knows


class Filing(NamedTuple):
    """Passes for an answer that is one of the values, or on the right side of the only one; `unless`: for every other."""

    asked: str
    how: str
    values: tuple[Hashable, ...]
    unless: bool = False


class Filed(NamedTuple):
    """Of one thing that must hold. `whole`: it holds for whoever passes all of these."""

    filings: tuple[Filing, ...] = ()
    whole: bool = False


UNFILED = Filed()


def among(asked: str, values: Iterable[Hashable]) -> Filed:
    return Filed((Filing(asked, ONE_OF, tuple(dict.fromkeys(values))),), whole=True)


def of_audience(audience: Audience) -> Mapping[str, Filed]:
    """By the name of what is asked for; of labels each passes by its key, or with its value."""
    return {
        "members": among("member.id", audience.members),
        "tiers": among("account.tier", audience.tiers),
        "segments": among(_SEGMENTS, audience.segments),
        "labels": among(_MEMBER_LABELS, _matches(audience.labels)),
        "places": among("order.place", audience.places),
    }


def of_lines(lines: LineFilter) -> Filed:
    """That there is a line that is asked for: each of its traits must be in the order, be it on one line or on several."""
    asked = (
        ("order.skus", lines.skus),
        ("order.brands", lines.brands),
        ("order.categories", lines.categories),
        (_LINE_LABELS, _matches(lines.labels)),
    )
    filings = tuple(filing for subject, values in asked if values for filing in among(subject, values).filings)
    return Filed(filings, whole=len(filings) == 1 and not lines.exclude_delivery)


def of_condition(condition: Condition) -> Filed:
    match condition:
        case AllOf():
            parts = [of_condition(part) for part in condition.all]
            return Filed(tuple(chain.from_iterable(part.filings for part in parts)), all(part.whole for part in parts))
        case NotSo():
            return _unless(of_condition(condition.not_))
        case Ask():
            return _of_comparisons(condition)
        case AskLabels():
            asked = _ORDER_LABELS if condition.labels_of == "order" else _MEMBER_LABELS
            return among(asked, _matches(condition.one_of))
        case AskLines() if condition.of == "any":
            return of_lines(condition.lines)
        case AskLines() if condition.of != "all" and Fraction(condition.at_least or 0) > 0:
            return Filed(of_lines(condition.lines).filings)
    return UNFILED


def asker(asked: str) -> Callable[[Basket, Context], Any]:
    """The answer to what filings ask: one, a set of them, or None."""
    return _ANSWERS.get(asked) or reader(asked)


def _unless(filed: Filed) -> Filed:
    """Of several, somebody may fail any."""
    if not filed.whole or len(filed.filings) != 1:
        return UNFILED
    [only] = filed.filings
    return Filed((only._replace(unless=not only.unless),), whole=True)


def _of_comparisons(condition: Ask) -> Filed:
    kind = kind_of(condition.ask)
    if kind is None or kind == "any" or condition.ask == _OF_THEIR_OWN_RULE:
        return UNFILED
    found = [_of_comparison(condition.ask, kind, name, value) for name, value in condition.comparisons()]
    return Filed(tuple(one for one in found if one is not None), whole=None not in found)


def _of_comparison(subject: str, kind: str, name: str, value: Any) -> Filing | None:
    kind = "number" if kind == "money" else kind
    values = tuple(as_answered(kind, one) for one in (value if isinstance(value, tuple) else (value,)))
    if name in ("is", "one_of"):
        return Filing(subject, ONE_OF, values)
    if name in ("is_not", "none_of"):
        answered = subject.startswith(_ALWAYS_ANSWERED) and subject != _SOMETIMES
        return Filing(subject, ONE_OF, values, unless=True) if answered else None
    return Filing(subject, name, values)


def _matches(asked: Iterable[LabelMatch]) -> tuple[Hashable, ...]:
    return tuple((match.key, match.value) for match in asked)


def _named(labels: Iterable[Label]) -> set[Hashable]:
    """As they are asked for: with their values, or with any."""
    return {one for label in labels for one in ((label.key, label.value), (label.key, None))}


def _line_labels(basket: Basket) -> Iterator[Label]:
    return (label for line in basket.lines for label in line.labels)


_ANSWERS: Mapping[str, Callable[[Basket, Context], Any]] = {
    "order.value": lambda basket, _: Fraction(basket.value, 10**basket.decimals),
    _SEGMENTS: lambda _, context: context.segments,
    _MEMBER_LABELS: lambda _, context: _named(context.member.labels) if context.member else None,
    _ORDER_LABELS: lambda basket, _: _named(basket.labels),
    _LINE_LABELS: lambda basket, _: _named(_line_labels(basket)),
}
