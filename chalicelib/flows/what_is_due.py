"""What the daily job finds in the index of what is due: one kind for each thing that time alone changes.

A release of before knows fewer of them: what it does not know it counts, and leaves to a newer one.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.members import store as members
from chalicelib.areas.perks import store as perks
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.referrals.store import codes
from chalicelib.areas.segments import store as segments
from chalicelib.table.protocol import Attrs


@dataclass(frozen=True, slots=True)
class DueAccount:
    """Of a member, or of a group."""

    owner: str
    program_id: int


@dataclass(frozen=True, slots=True)
class DueAwards:
    """All that are over of a member in a program: they are settled at once."""

    member_id: str
    program_id: int


@dataclass(frozen=True, slots=True)
class DueCoupon:
    member_id: str
    coupon_id: str


@dataclass(frozen=True, slots=True)
class DueStay:
    """In a segment."""

    member_id: str
    segment_id: str


@dataclass(frozen=True, slots=True)
class DueCriteria:
    """Of segments, which a member may meet by now, or no longer meet."""

    member_id: str


@dataclass(frozen=True, slots=True)
class DueOccasion:
    """A birthday or an anniversary."""

    member_id: str


@dataclass(frozen=True, slots=True)
class DueQuota:
    """What is held of it for checkouts that have lapsed."""

    quota: str


@dataclass(frozen=True, slots=True)
class DueInvitation:
    """That nobody has followed."""

    code: str


Due = DueAccount | DueAwards | DueCoupon | DueStay | DueCriteria | DueOccasion | DueQuota | DueInvitation


def due_of(attrs: Attrs) -> Due | None:
    """What a key of the index stands for; None for what only a newer release knows."""
    if (quota := quotas.due_quota(attrs)) is not None:
        return DueQuota(quota)
    if (code := codes.due_invitation(attrs)) is not None:
        return DueInvitation(code)
    if (coupon := owned.due_coupon(attrs)) is not None:
        return DueCoupon(*coupon)
    if (stay := segments.due_membership(attrs)) is not None:
        return DueStay(*stay)
    if (watched := segments.due_watch(attrs)) is not None:
        return DueCriteria(watched)
    if (member_id := members.due_occasion(attrs)) is not None:
        return DueOccasion(member_id)
    if (awards := perks.due_award(attrs)) is not None:
        return DueAwards(*awards)
    account = accounts.due_member(attrs)
    return None if account is None else DueAccount(*account)
