"""Texts as they are kept: what is a name to a machine has no blanks around it, and nothing has control characters."""

from __future__ import annotations

import re

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from chalicelib.kit.base import was_let_in

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Marks of one place, which right-to-left names need, are none of them.
_TURNS_OTHERS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _key(text: str) -> str:
    if text != text.strip() or _CONTROL.search(text):
        raise PydanticCustomError("wrong_format", "must have no control characters, and no blanks at its ends")
    return text


def _prose(text: str) -> str:
    if _CONTROL_BUT_BREAKS.search(text):
        raise PydanticCustomError("wrong_format", "must have no control characters but line breaks and tabs")
    return text


def _name(text: str, info: ValidationInfo) -> str:
    if was_let_in(info):
        return text
    if not text.strip():
        raise PydanticCustomError("wrong_format", "must have more than blanks")
    if _TURNS_OTHERS.search(text):
        raise PydanticCustomError("wrong_format", "must have no characters that turn the direction of others")
    return _prose(text)


PLAIN_KEY = AfterValidator(_key)  # for that by which something is found again: it is written in one way only
PLAIN_TEXT = AfterValidator(_prose)  # for what people read; it may have several lines
PLAIN_NAME = AfterValidator(_name)  # for what stands in lists among others; what was let in before goes on
