"""What a wish comes to: an answer, or a refusal; and whether two of them are the same."""

from __future__ import annotations

from typing import Any

from chalicelib.errors import Conflict, InvalidInput, NotFound, Refused, StampbookError
from chalicelib.table.commit import Committed

REFUSALS = (Refused, InvalidInput, NotFound, Conflict)  # but for those that are worth another try
Outcome = Committed[Any] | StampbookError


def same(one: Outcome, other: Outcome) -> bool:
    if isinstance(one, StampbookError) or isinstance(other, StampbookError):
        return str(one) == str(other)
    return bool(one.answer == other.answer)


def told(result: Outcome) -> str:
    return str(result) if isinstance(result, StampbookError) else repr(result.answer)


def answered(result: Outcome) -> Any:
    if isinstance(result, StampbookError):
        raise result
    return result.answer
