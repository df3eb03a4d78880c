"""What can be wrong with a line: the codes (the package's page explains them) and how a bad value is shown."""

from __future__ import annotations

from typing import Literal, NamedTuple

Code = Literal[
    "line_too_long",
    "bad_encoding",
    "bad_quoting",
    "wrong_column_count",
    "cell_too_large",
    "value_too_long",
    "bad_character",
    "missing_value",
    "bad_document_type",
    "unreadable_date",
    "date_too_early",
    "future_purchase",
    "invalid_currency",
    "unreadable_number",
    "negative_amount",
    "too_many_decimals",
    "zero_quantity",
    "number_too_large",
    "bad_category",
    "bad_labels",
    "bad_flag",
    "too_many_lines",
]

SHOWN_CHARACTERS = 40


class Fault(NamedTuple):
    code: Code
    message: str


class BadLineError(Exception):
    """Carries a fault from where it is found to the document that it refuses; it never leaves this package."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.fault = Fault(code, message)


def printable(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """The text in at most `limit` characters, control characters escaped: safe in a report or a log line."""
    escaped = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[: limit + 1])
    return escaped if len(escaped) <= limit else escaped[: limit - 1] + "…"


def shown(text: str) -> str:
    return f'"{printable(text)}"'
