"""Spans of time, from their first millisecond up to the one before their end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chalicelib.kit.clock import Instant


class Span(NamedTuple):
    first: Instant
    until: Instant


def merged(spans: Iterable[Span]) -> list[Span]:
    """As few as cover the same time, in order of time."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.first <= found[-1].until:
            found[-1] = Span(found[-1].first, max(found[-1].until, span.until))
        else:
            found.append(span)
    return found


def without(span: Span, done: Sequence[Span]) -> list[Span]:
    """What of it is in none of the others."""
    left, at = list[Span](), span.first
    for other in merged(done):
        if at < min(other.first, span.until):
            left.append(Span(at, min(other.first, span.until)))
        at = max(at, other.until)
    return [*left, Span(at, span.until)] if at < span.until else left
