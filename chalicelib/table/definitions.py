"""Configuration bodies as the values that areas make of them.

A definition is checked when it comes in, and no version of the code takes back what an earlier one has let in. So one that
says more than this version knows was written by a newer one: it is refused, as any item of a newer schema is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from chalicelib.errors import NewerDataError
from chalicelib.kit.base import STORED
from chalicelib.table.config import Name

ModelT = TypeVar("ModelT", bound=BaseModel)

# How pydantic calls a field, a choice and a size that are not known here.
_MORE_THAN_IS_KNOWN = frozenset(
    {
        "extra_forbidden",
        "literal_error",
        "enum",
        "union_tag_invalid",
        "less_than_equal",
        "too_long",
        "string_too_long",
        "string_pattern_mismatch",
    }
)


def definition(model: type[ModelT], name: Name, body: Mapping[str, Any]) -> ModelT:
    """NewerDataError for what a newer version has written; what is damaged is pydantic's ValidationError, as ever."""
    try:
        return model.model_validate(body, context=STORED)
    except ValidationError as fault:
        for error in fault.errors():
            if error["type"] in _MORE_THAN_IS_KNOWN:
                raise _newer(name, ".".join(map(str, error["loc"]))) from fault
        raise


def _newer(name: Name, field: str) -> NewerDataError:
    return NewerDataError(
        "newer_data",
        f"A newer version of Stampbook, which is not at work just now, wrote this: {name.kind} {name.id} says something "
        f"in {field} that is not known here.",
    )
