"""Whoever carries a notification out of here: pushes to phones (SNS platform endpoints), texts (SNS), mails (SES).

A phone is an endpoint: made of the token that its app has from Apple or Google, the same for the same token however often it is
asked for. Which of the ways a deployment has, its settings say; what it does not have is a NoSenderError.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Protocol

from chalicelib.kit.platforms import Platform

__all__ = [
    "MOST_BYTES",
    "DeadEndpointError",
    "NoSenderError",
    "Platform",
    "Pushed",
    "Senders",
    "UnsendableError",
]

MOST_BYTES = 4_096  # of what goes to a phone: neither Apple's service nor Google's carries more


class UnsendableError(Exception):
    """This one is not sent, and would not be if it were tried again. `code`: why, as receipts have it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DeadEndpointError(UnsendableError):
    """The phone takes nothing any more: its app was removed, or has another token by now."""

    def __init__(self) -> None:
        super().__init__("dead_device")


class NoSenderError(UnsendableError):
    """The deployment has no such way."""

    def __init__(self) -> None:
        super().__init__("no_sender")


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a phone shows; `notice_id` lets its app tell which one was opened."""

    title: str
    body: str
    notice_id: str

    def for_apple(self) -> str:
        return _json({"aps": {"alert": {"title": self.title, "body": self.body}}, "notice_id": self.notice_id})

    def for_google(self) -> str:
        return _json(
            {"notification": {"title": self.title, "body": self.body}, "data": {"notice_id": self.notice_id}},
        )

    @property
    def size(self) -> int:
        """Of the longer of the two, in bytes."""
        return max(len(self.for_apple().encode()), len(self.for_google().encode()))


class Senders(Protocol):
    """Every call may raise CloudError: then the same again may help."""

    def endpoint(self, platform: Platform, token: str) -> str:
        """The endpoint of this token, awake. UnsendableError `bad_token`; NoSenderError."""

    def forget(self, endpoint: str) -> None:
        """Nothing is pushed there any more; one that is not there is fine."""

    def push(self, endpoint: str, message: Pushed) -> None:
        """DeadEndpointError; UnsendableError `refused`."""

    def text(self, phone: str, body: str) -> None:
        """UnsendableError `refused`: no number that takes texts, or one whose owner wants none."""

    def mail(self, address: str, title: str, body: str) -> None:
        """UnsendableError `refused`; NoSenderError."""


def _json(message: dict[str, object]) -> str:
    return json.dumps(message, ensure_ascii=False)
