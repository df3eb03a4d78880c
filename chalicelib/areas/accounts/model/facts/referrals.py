"""Facts of referrals: in a member's own journal, or in the account's with the purchase that moves one on. They change no wallet.

Nobody is named who has not come: not by an address, and not by a code, which anybody might use who reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact


@dataclass(frozen=True, slots=True)
class ReferralInvited(Fact):
    """A member asked somebody in.

    field      | meaning                                              | unit
    referral   | the referral's id                                    | –
    channel    | how they are asked: `email`, `phone`, `link`         | –
    expires_at | until when the invitation is good                    | –
    """

    type = "referral.invited"

    referral: str
    channel: str
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class ReferralExpired(Fact):
    """Nobody came by an invitation in time.

    field    | meaning           | unit
    referral | the referral's id | –
    """

    type = "referral.expired"

    referral: str


@dataclass(frozen=True, slots=True)
class ReferralRegistered(Fact):
    """The member in whose journal this stands came by another.

    field    | meaning                                                               | unit
    referral | the referral's id                                                     | –
    referrer | who brought them in                                                   | –
    channel  | how: `code`, one that was shared; else as the invitation was sent     | –
    """

    type = "referral.registered"

    referral: str
    referrer: str
    channel: str


@dataclass(frozen=True, slots=True)
class ReferralPurchased(Fact):
    """Somebody who came by another bought something for the first time since.

    field    | meaning             | unit
    referral | the referral's id   | –
    referrer | who brought them in | –
    member   | who came            | –
    order    | the sale's id       | –
    """

    type = "referral.purchased"

    referral: str
    referrer: str
    member: str
    order: str


ON_REFERRALS: tuple[type[Fact], ...] = (ReferralInvited, ReferralExpired, ReferralRegistered, ReferralPurchased)
