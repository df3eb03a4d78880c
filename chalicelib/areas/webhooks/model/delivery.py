"""A delivery, and what a call makes of it: pure. When it is tried again, when it is given up, when its webhook is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Literal, NamedTuple

from chalicelib.errors import NotFound
from chalicelib.kit.clock import Instant

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
PAUSES_MS = (5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, *[24 * HOUR] * 5)
FAILING_DAYS = 5  # on end: then a webhook is disabled
FAILING_MS = FAILING_DAYS * 24 * HOUR
KEPT_SECONDS = 30 * 24 * 3600
SHOWN_BYTES = 1_024  # of a request and of an answer, in the log
EARLY_MS = 2 * SECOND  # clocks of two machines differ by as much
GONE = 410
TESTS = "test"
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_ID = re.compile(rf"msg_[{_DIGITS}]{{25}}", re.ASCII)

State = Literal["waiting", "succeeded", "failed"]


class Happening(NamedTuple):
    """What a delivery is about: a journal entry by its place. That of a test is about nothing: its owner is `test`. `told`: where
    in the entry a rule tells the webhook of what it gave; otherwise it is about all that the webhook wants of the entry."""

    owner: str
    program: int
    sequence: int
    entry_id: str
    recorded_at: Instant
    told: int | None = None

    @property
    def is_test(self) -> bool:
        return self.owner == TESTS


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a call: a status, or why there was none."""

    at: Instant
    duration_ms: int
    status: int | None
    error: str | None
    answer: str

    @property
    def went_well(self) -> bool:
        """A server that points elsewhere has not taken it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Told:
    """The last call in full: when, how long it took, what it said and what was said to it; as far as it is kept."""

    at: Instant
    duration_ms: int
    status: int | None
    error: str | None
    request: str
    answer: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """`attempts` in all; `begun_at`: how many there were when somebody last asked for it, for pauses grow from there.
    `next_at`: when a waiting one is tried; `asked_by`: the command of whoever last asked. `version`: as it is kept; 0 of one that is not."""

    delivery_id: str
    about: Happening
    created_at: Instant
    next_at: Instant
    state: State = "waiting"
    attempts: int = 0
    begun_at: int = 0
    last: Told | None = None
    asked_by: str = ""
    version: int = 0

    def is_due(self, now: Instant) -> bool:
        return self.state == "waiting" and self.next_at <= now + EARLY_MS


def delivery_id(tenant: str, webhook_id: str, about: Happening) -> str:
    """The same for the same entry and webhook, or rule of it, whoever asks; it sorts by when the entry was recorded. No `.` is in it, by which
    what is signed is put together."""
    name = f"{tenant} {webhook_id} {about.entry_id}" + ("" if about.told is None else f" {about.told}")
    digest = int.from_bytes(blake2b(name.encode(), digest_size=10).digest(), "big")
    return _id(about.recorded_at << 80 | digest)


def first_id(since: Instant) -> str:
    """No id of an entry recorded since then sorts before it."""
    return _id(since << 80)


def _id(number: int) -> str:
    return "msg_" + "".join(_DIGITS[number >> 5 * place & 31] for place in range(24, -1, -1))


def is_delivery_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def no_delivery(text: str) -> NotFound:
    return NotFound("delivery_not_found", f"There is no delivery {text[:64]}.", param="delivery_id")


def tried(known: Delivery, came: Tried, request: bytes) -> Delivery:
    """After a call: done with, or waiting for the next, or failed for good."""
    told = Told(
        came.at,
        came.duration_ms,
        came.status,
        came.error,
        _shown(request.decode("utf-8", "replace")),
        _shown(came.answer),
    )
    attempts = known.attempts + 1
    after = replace(known, attempts=attempts, last=told)
    if came.went_well:
        return replace(after, state="succeeded")
    failures = attempts - known.begun_at
    if failures > len(PAUSES_MS) or came.status == GONE:
        return replace(after, state="failed")
    return replace(after, next_at=came.at + _pause(known.delivery_id, failures))


def tried_again(known: Delivery, command_id: str, now: Instant) -> Delivery:
    """Somebody asks for it once more, whatever came of it: now, and with the first pauses again."""
    return replace(known, state="waiting", next_at=now, begun_at=known.attempts, asked_by=command_id)


def given_up(known: Delivery) -> Delivery:
    """Its webhook is told nothing any more."""
    return replace(known, state="failed")


def _pause(drawn_from: str, failures: int) -> int:
    """Up to a tenth longer, by the delivery: what failed together does not come again together."""
    pause = PAUSES_MS[failures - 1]
    share = blake2b(f"{drawn_from} {failures}".encode(), digest_size=2).digest()
    return pause + pause * int.from_bytes(share, "big") // 655_360


def _shown(text: str) -> str:
    return text.encode()[:SHOWN_BYTES].decode("utf-8", "ignore")
