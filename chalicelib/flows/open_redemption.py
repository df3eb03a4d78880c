"""A redemption opened by its id, with the account that paid for it.

reads    1 BatchGet of the profile of whoever asks, entry and redemption, then 1 of the account and what else is wanted: so
         the account is never older than what the redemption says of it
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import Counted, Redemption
from chalicelib.errors import NotFound, StampbookError
from chalicelib.flows.opened import Opened, opened_from, owner_keys
from chalicelib.kit.ids import EntryRef, entry_ref, number_of, owner_kind
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Outdated
from chalicelib.table.journal import Entry, entry_from
from chalicelib.table.protocol import Attrs, Key

DecidedT = TypeVar("DecidedT")


@dataclass(frozen=True, slots=True)
class OpenRedemption:
    """`version` is the redemption's own; `beside` what else was read with the account."""

    ref: EntryRef
    redemption: Redemption
    counted: Counted
    version: int
    entry: Entry
    opened: Opened
    beside: dict[Key, Attrs] = field(default_factory=dict)


def redemption_ref(owner: str, text: str) -> EntryRef:
    """Of the owner's own, or of the group's that a member may be in. NotFound for anything else: all look the same."""
    try:
        found = entry_ref(text)
    except NotFound:
        raise no_redemption(text) from None
    theirs = found.owner == owner or (owner_kind(owner), owner_kind(found.owner)) == ("member", "group")
    if not theirs or not found.program or found.fact:
        raise no_redemption(text)
    return found


def no_redemption(text: str) -> NotFound:
    return NotFound("redemption_not_found", f"There is no redemption {text[:64]} here.", param="redemption_id")


def open_redemption(
    rt: Runtime, tenant: str, owner: str, text: str, beside: Callable[[Redemption, Counted], tuple[Key, ...]]
) -> OpenRedemption:
    """NotFound: owner, `redemption_not_found`."""
    number_of(owner_kind(owner), owner)
    ref = redemption_ref(owner, text)
    profile, _ = owner_keys(tenant, owner, ref.program)
    stream = accounts.stream(tenant, ref.owner, ref.program)
    place = rewards.redemption_key(tenant, ref)
    found = rt.table.batch_get([profile, stream.key(ref.sequence), place])
    asks = opened_from(found, tenant, owner, ref.program)
    stored, told = found.get(place), found.get(stream.key(ref.sequence))
    if stored is None or told is None or not may_see(asks, ref):
        raise no_redemption(text)
    redemption, counted, version = rewards.redemption_from(stored)
    key, wanted = accounts.account_key(tenant, ref.owner, ref.program), beside(redemption, counted)
    read = rt.table.batch_get([key, *wanted])
    account, head = accounts.account_from(read.get(key), ref.owner, ref.program)
    others = {one: read[one] for one in wanted if one in read}
    opened = replace(asks, account=account, head=head)
    return OpenRedemption(ref, redemption, counted, version, entry_from(stream, told), opened, others)


def may_see(asks: Opened, ref: EntryRef) -> bool:
    own = asks.account.owner == ref.owner
    return own or (asks.member is not None and asks.member.group_id == ref.owner)


def unless_changed(rt: Runtime, tenant: str, it: OpenRedemption, decide: Callable[[], DecidedT]) -> DecidedT:
    """What is decided of a redemption and the account read after it. What is refused, or contradicts itself, counts only if
    nobody has changed the redemption meanwhile: 1 Get. Outdated where somebody has."""
    try:
        return decide()
    except (StampbookError, AssertionError):
        stored = rt.table.get(rewards.redemption_key(tenant, it.ref))
        if stored is None or rewards.redemption_from(stored)[2] != it.version:
            raise Outdated from None
        raise
