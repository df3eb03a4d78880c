"""Cursors: where the next page of one list begins, opaque to clients and good for that list only."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Annotated, Any

from pydantic import Field

from chalicelib.errors import InvalidInput

MAX_PAGE = 100
DEFAULT_PAGE = 25
PageLimit = Annotated[int, Field(ge=1, le=MAX_PAGE)]


def encode_cursor(scope: str, place: Any) -> str:
    """`scope` names the list (tenant, owner, filters); `place` is any JSON value."""
    raw = json.dumps([_mark(scope), place], separators=(",", ":"))
    return urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode_cursor(scope: str, cursor: str) -> Any:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        mark, place = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, TypeError, RecursionError, UnicodeError, binascii.Error) as fault:
        raise another_list() from fault
    if mark != _mark(scope):
        raise another_list()
    return place


def _mark(scope: str) -> str:
    return blake2b(scope.encode(), digest_size=6).hexdigest()


def another_list() -> InvalidInput:
    """For a cursor that does not say a place of the list that is asked for."""
    return InvalidInput("invalid_cursor", "This cursor does not belong to this list.", param="cursor")
