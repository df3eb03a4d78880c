"""Texts as they are kept: what is a name to a machine has no blanks around it, and nothing has control characters."""

from __future__ import annotations

import re

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from chalicelib.kit.base import was_let_in

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_TURNS_AROUND = re.compile("[\u202d\u202e]")  # what follows is shown from its end to its beginning, or never is


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
    if _TURNS_AROUND.search(text):
        raise PydanticCustomError("wrong_format", "must have no characters that turn the writing around")
    return _prose(text)


PLAIN_KEY = AfterValidator(_key)  # for that by which something is found again: it is written in one way only
PLAIN_TEXT = AfterValidator(_prose)  # for what people read; it may have several lines
PLAIN_NAME = AfterValidator(_name)  # for what a definition is called; what was let in before goes on
