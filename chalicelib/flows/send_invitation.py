"""Send an invitation to whoever is asked by an address or a number, in the words of the tenant's settings, and write down what
became of it.

reads    of what the topic tells 1 Get of the entry, and nothing else of one that is not to be sent; 1 Get of the invitation; 1 BatchGet
         of the referrer's profile, and of whether who is asked is a member by now; 1 Get of the invitation again
sends    one mail or text; in quiet hours none, but when they are over
writes   the invitation (version): 2 units and its places in the indexes; + 2 and 1 where it is put off, and the same when it no longer is

It is sent first and written down then, as notices are: whoever dies in between sends it once more. Sent at once by two one of them
writes it down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.areas.accounts.model.facts import ReferralInvited
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Identifier, Member
from chalicelib.areas.notifications.model import Channel
from chalicelib.areas.notifications.store import notices
from chalicelib.areas.programs import store as programs
from chalicelib.areas.programs.model import Asking, TenantSettings
from chalicelib.areas.referrals.model import Invitation, Sending, SendingReason
from chalicelib.areas.referrals.store import codes
from chalicelib.aws.senders import UnsendableError
from chalicelib.errors import NotFound
from chalicelib.flows.quiet_hours import quiet_now
from chalicelib.flows.tell_one import EARLY_MS
from chalicelib.flows.tell_wanted import Happened, entry_of
from chalicelib.kit.clock import Instant
from chalicelib.kit.wording import Words, filled
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.config import read_config
from chalicelib.table.protocol import Write


def send_invited(rt: Runtime, tenant: str, happened: Happened, types: tuple[str, ...]) -> Sending | None:
    """What became of the invitation that an entry tells of; None where there is none to send. CloudError, Busy."""
    if ReferralInvited.type not in types:
        return None
    told = entry_of(rt, tenant, happened).header.get("after") or {}
    return send_invitation(rt, tenant, told["code"]) if told.get("sending") == "waiting" else None


def send_put_off(rt: Runtime, tenant: str, code: str) -> Sending | None:
    """The same of one that waited for the end of quiet hours. What is not to be sent any more waits no longer."""
    sending = send_invitation(rt, tenant, code)
    if sending is None:
        settle(rt, lambda: (None, _no_longer_listed(rt, tenant, code)))
    return sending


def send_invitation(rt: Runtime, tenant: str, code: str) -> Sending | None:
    """What became of it; None where there is nothing to do: it was sent, or is over, or its time has not come. CloudError, Busy."""
    known = read_patiently(rt, lambda: _read(rt, tenant, code))
    now = rt.clock.now()
    if known is None or not _is_due(known, now):
        return None
    reason: SendingReason | None = "over"
    if known.asked is not None and known.state(now) == "invited":
        channel: Channel = "email" if known.channel == "email" else "sms"
        config = read_patiently(rt, lambda: rt.config.load(rt.table, tenant))
        until = quiet_now(config, "marketing", channel, now)
        if until is not None:
            return _written(rt, tenant, known, Sending("waiting", None, until))
        reason = _sent(rt, tenant, known, known.asked)
    return _written(rt, tenant, known, Sending("sent" if reason is None else "failed", reason, now))


def _is_due(known: Invitation, now: Instant) -> bool:
    return known.sending.state == "waiting" and (known.sending.at or 0) <= now + EARLY_MS


def _read(rt: Runtime, tenant: str, code: str) -> Invitation | None:
    attrs = rt.table.get(codes.code_key(tenant, code))
    known = None if attrs is None else codes.owner_or_invitation(attrs)
    return known if isinstance(known, Invitation) else None


def _sent(rt: Runtime, tenant: str, known: Invitation, who: Mapping[str, str]) -> SendingReason | None:
    """Why it was not."""
    asked = Identifier(type="email" if who["type"] == "email" else "phone", value=who["value"])
    keys = [members.profile_key(tenant, known.referrer), members.identifier_key(tenant, asked)]
    found = read_patiently(rt, lambda: rt.table.batch_get(keys))
    if keys[1] in found:
        return "member_already"
    try:
        member, _ = members.member_from(found.get(keys[0]), known.referrer)
    except NotFound:
        return "referrer_gone"
    if member.status == "blocked":
        return "referrer_blocked"
    words = _words(rt, tenant, known, member)
    return "no_words" if words is None else _carried(rt, asked, words)


def _words(rt: Runtime, tenant: str, known: Invitation, member: Member) -> Words | None:
    """Of what this process knows, or else of what there is: they may have been written since it looked."""
    asking: Asking = "email" if known.channel == "email" else "phone"
    settings = programs.settings(read_patiently(rt, lambda: rt.config.load(rt.table, tenant)))
    if settings.referrals.words_for(asking) is None:
        settings = programs.settings(read_patiently(rt, lambda: read_config(rt.table, tenant)))
    wording = settings.referrals.words_for(asking)
    return None if wording is None else filled(wording.said_in(member.locale), _values(settings, known, member))


def _values(settings: TenantSettings, known: Invitation, member: Member) -> dict[str, str]:
    names = {"given_name": member.given_name, "family_name": member.family_name, "shop": settings.name}
    return {**names, "code": known.code, "link": settings.referrals.link_with(known.code)}


def _carried(rt: Runtime, asked: Identifier, words: Words) -> SendingReason | None:
    try:
        if asked.type == "email":
            rt.senders.mail(asked.value, words.title, words.body)
        else:
            rt.senders.text(asked.value, words.body)
    except UnsendableError as why:
        return "no_sender" if why.code == "no_sender" else "refused"
    return None


def _written(rt: Runtime, tenant: str, known: Invitation, sending: Sending) -> Sending:
    """Unless somebody else, or this very call, has written it down. Of one that was taken up meanwhile it is still told that it was
    sent."""
    was_listed = known.sending.at is not None

    def decide() -> tuple[Sending, tuple[Write, ...]]:
        now = _read(rt, tenant, known.code)
        if now is None or now.sending.state == "sent":
            return sending, ()
        if now.sending != known.sending and sending.state != "sent":
            return sending, ()
        listed: tuple[Write, ...] = ()
        if sending.state == "waiting" and sending.at is not None:
            listed = (notices.sending_due_put(tenant, known.code, sending.at),)
        elif was_listed:
            listed = (notices.sending_due_delete(tenant, known.code),)
        return sending, (codes.invitation_put(tenant, replace(now, sending=sending)), *listed)

    return settle(rt, decide)


def _no_longer_listed(rt: Runtime, tenant: str, code: str) -> tuple[Write, ...]:
    known = _read(rt, tenant, code)
    waits = known is not None and known.sending.state == "waiting"
    return () if waits else (notices.sending_due_delete(tenant, code),)
