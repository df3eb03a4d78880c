"""What one member is told, and whether they may be: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Literal, get_args

from chalicelib.areas.notifications.model.template import Channel, NoticeKind
from chalicelib.errors import Conflict, NotFound
from chalicelib.kit.clock import Instant

KEPT_SECONDS = 45 * 24 * 3600
NoticeState = Literal["waiting", "sent", "failed", "skipped", "cancelled"]
Reason = Literal[
    "no_consent",
    "member_blocked",
    "member_not_found",
    "no_device",
    "dead_device",
    "no_phone",
    "no_email",
    "no_sender",
    "refused",
    "template_gone",
    "unreadable",
    "too_long",
]
REASONS: tuple[Reason, ...] = get_args(Reason)
_ID = re.compile(r"ntc_[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Notice:
    """`notification_id`: the operation that it is part of, if any. `about`: what a waiting one will be made of. `title` and `body`
    are kept of what is in the inbox only. `version`: as it is kept; 0 of one that is not."""

    notice_id: str
    member_id: str
    channel: Channel
    kind: NoticeKind
    state: NoticeState
    at: Instant
    reason: Reason | None = None
    notification_id: str = ""
    title: str = ""
    body: str = ""
    read_at: Instant | None = None
    due_at: Instant | None = None
    about: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    def read(self, at: Instant) -> Notice:
        return self if self.read_at is not None else replace(self, read_at=at)

    def called_off(self, at: Instant) -> Notice:
        """Conflict `notice_finished`."""
        if self.state != "waiting":
            raise Conflict("notice_finished", f"This notice is {self.state}: there is nothing to cancel.")
        return replace(self, state="cancelled", at=at, due_at=None, about={})


def notice_id(tenant: str, member_id: str, source: str, since: Instant) -> str:
    """The same for the same member and source, whoever asks; it sorts by when that came about."""
    digest = blake2b(f"{tenant} {member_id} {source}".encode(), digest_size=10).hexdigest()
    return f"ntc_{since:012x}{digest}"


def is_notice_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def no_notice(text: str) -> NotFound:
    return NotFound("notice_not_found", f"There is no notice {text[:64]}.", param="notice_id")


def withheld(kind: NoticeKind, *, blocked: bool, newsletter: bool) -> Reason | None:
    """Why a member is told nothing."""
    if blocked:
        return "member_blocked"
    return "no_consent" if kind == "marketing" and not newsletter else None
