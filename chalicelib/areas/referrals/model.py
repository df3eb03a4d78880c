"""Who came by whom, as values, and what becomes of them: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from chalicelib.errors import InvalidInput, Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import Time

Channel = Literal["code", "link", "email", "phone"]
State = Literal["invited", "registered", "purchased", "expired"]
SendingState = Literal["none", "waiting", "sent", "failed"]
SendingReason = Literal[
    "refused", "no_sender", "no_words", "member_already", "referrer_gone", "referrer_blocked", "over"
]
CODE_DIGITS = 8
MOST_OPEN = 50

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}", re.ASCII)


def normal_code(text: str) -> str:
    """The one spelling under which a code is kept and found. InvalidInput for what cannot be one."""
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        sentence = "A referral code is 4 to 32 letters, digits and hyphens, and begins with a letter or a digit."
        raise InvalidInput("invalid_referral_code", sentence, param="referral_code")
    return code


@dataclass(frozen=True, slots=True)
class Referral:
    """Of who came. `created_at`: when they were invited, or else came. `version`: as it is kept; 0 of one that is not."""

    referral_id: str
    referrer: str
    channel: Channel
    created_at: Instant
    registered_at: Instant
    purchased_at: Instant | None = None
    version: int = 0

    @property
    def state(self) -> State:
        return "registered" if self.purchased_at is None else "purchased"


def bought(known: Referral, at: Instant) -> Referral:
    """With the first purchase."""
    return replace(known, purchased_at=at)


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of sending an invitation. `at`: since when; of one that waits until when, where it was put off."""

    state: SendingState = "none"
    reason: SendingReason | None = None
    at: Instant | None = None

    def too_late(self, at: Instant | None) -> Sending:
        """What was not sent by now is not sent any more."""
        return Sending("failed", "over", at) if self.state == "waiting" else self


NOT_SENT = Sending()


@dataclass(frozen=True, slots=True)
class Invitation:
    """`asked`: who was, as an identifier; nobody of one that is shared as a link, or is over. `sending`: what became of sending it."""

    referral_id: str
    code: str
    referrer: str
    channel: Channel
    created_at: Instant
    expires_at: Instant
    taken: bool = False
    told: bool = False  # that it is over
    asked: Mapping[str, str] | None = None
    sending: Sending = NOT_SENT
    version: int = 0

    def state(self, now: Instant) -> State:
        if self.taken:
            return "registered"
        return "expired" if self.told or self.expires_at <= now else "invited"

    def must_be_good(self, now: Instant) -> None:
        """Refuses `invitation_used`, `invitation_expired`."""
        state = self.state(now)
        if state == "registered":
            raise Refused("invitation_used", "Somebody has come by this invitation already.", param="referral_code")
        if state == "expired":
            raise Refused("invitation_expired", "This invitation is over.", param="referral_code")

    def taken_up(self) -> Invitation:
        return replace(self, taken=True, asked=None, sending=self.sending.too_late(None))

    def over(self) -> Invitation:
        return replace(self, told=True, asked=None, sending=self.sending.too_late(self.expires_at))


@dataclass(frozen=True, slots=True)
class Friends:
    """How many a member has asked, how many came, how many of these bought something, how many invitations were not taken up. `open`:
    until when those are good that nobody has taken up yet."""

    invited: int = 0
    registered: int = 0
    purchased: int = 0
    expired: int = 0
    version: int = 0
    open: tuple[Instant, ...] = ()

    def with_one_more_open(self, until: Instant, now: Instant) -> Friends:
        """One more. Refuses `too_many_invitations`; those that are over count no more, whether or not that was told."""
        still = tuple(one for one in self.open if one > now)
        if len(still) >= MOST_OPEN:
            text = f"A member has at most {MOST_OPEN} invitations open: another is sent when one is taken up or over."
            raise Refused("too_many_invitations", text, param="member_id")
        return replace(self, invited=self.invited + 1, open=(*still, until))

    def without(self, invitation: Invitation) -> Friends:
        """It was taken up, or is over."""
        rest = list(self.open)
        if invitation.expires_at in rest:
            rest.remove(invitation.expires_at)
        return replace(self, open=tuple(rest))


@dataclass(frozen=True, slots=True)
class Seen:
    """How often something (a device, an identifier) came with an enrolment, by a hash, and with which member last; of an identifier
    once is as good as often."""

    name: str
    times: int = 0
    member: str = ""
    version: int = 0

    def times_with_others(self, member_id: str) -> int:
        """Whoever says afterwards who brought them in comes with what they were enrolled with."""
        return self.times - (bool(member_id) and self.member == member_id)


def seen_name(what: str, value: str) -> str:
    """Nobody reads it back, whoever has the value finds it again."""
    return f"{what}#{sha256(f'{what}/{value}'.encode()).hexdigest()[:40]}"


class ReferralCard(Frozen):
    """Somebody whom a member brought in, or asked, as lists show them. `member_id`: who came, once they have."""

    referral_id: str
    state: State
    channel: Channel
    member_id: str | None = None
    created_at: Time
    expires_at: Time | None = None
    registered_at: Time | None = None
    purchased_at: Time | None = None

    def as_of(self, now: Instant) -> ReferralCard:
        """An invitation is over with its time, whether or not that was told."""
        is_over = self.state == "invited" and self.expires_at is not None and self.expires_at <= now
        return self.model_copy(update={"state": "expired"}) if is_over else self
