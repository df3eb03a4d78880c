"""Tell some members something, by one channel, and write down what became of it.

reads    1 BatchGet of profiles, for pushes of devices as well, of what was written down before where it may have been; 25 together
sends    to each what there is to send: a push to each of their phones, a text, a mail; nothing for the inbox
writes   what became of it, 25 in a batch: 1 unit each, + 1 for the list of the notification; of a member with phones that take
         nothing any more their devices

It is sent first and written down then: whoever dies in between sends to as many of the 25 once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.areas.notifications.model import (
    Channel,
    Devices,
    Notice,
    NoticeKind,
    Reason,
    notice_id,
    withheld,
)
from chalicelib.areas.notifications.store import devices, notices
from chalicelib.aws.senders import DeadEndpointError, Pushed, UnsendableError
from chalicelib.errors import NotFound
from chalicelib.flows.carried_words import is_carried
from chalicelib.flows.register_device import mark_dead
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import is_id
from chalicelib.kit.wording import Words, filled
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.items import UNREADABLE
from chalicelib.table.protocol import Attrs, Key

TOGETHER = 25  # of each a profile, devices, and two places of what was told: at most 100 items a BatchGet


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told, and by which source since when. `words`: in a locale; None where there are none any more. `values`: what is
    known beside the member. `again`: some may have been told before."""

    tenant: str
    channel: Channel
    kind: NoticeKind
    source: str
    since: Instant
    words: Callable[[str], Words | None]
    values: Mapping[str, str]
    notification_id: str = ""
    again: bool = False

    def notice(self, member_id: str, at: Instant) -> Notice:
        known = notice_id(self.tenant, member_id, self.source, self.since)
        return Notice(known, member_id, self.channel, self.kind, "sent", at, notification_id=self.notification_id)


def tell_members(rt: Runtime, telling: Telling, some: Sequence[str]) -> tuple[Notice, ...]:
    """What became of each, at most 25; who was told before is not told again. Of whom nobody knows nothing is written down.
    CloudError, Busy: not all of them were told, and what became of the others is written down."""
    found = read_patiently(rt, lambda: rt.table.batch_get(_keys(telling, some)))
    told, fresh = list[Notice](), list[Notice]()
    try:
        for member_id in some:
            known = _known(telling, member_id, found)
            if known is None:
                known = _told(rt, telling, member_id, found)
                fresh += [known] if known.reason != "member_not_found" else []
            told.append(known)
    finally:
        items = [notices.notice_item(telling.tenant, one) for one in fresh]
        if items:
            read_patiently(rt, lambda: rt.table.batch_put(items))
    return tuple(told)


def told_to(rt: Runtime, telling: Telling, member_id: str) -> Notice:
    """What became of it for one, who has not been told before; nothing is written down of it."""
    first = replace(telling, again=False)
    found = read_patiently(rt, lambda: rt.table.batch_get(_keys(first, [member_id])))
    return _told(rt, first, member_id, found)


def _keys(telling: Telling, some: Sequence[str]) -> list[Key]:
    tenant, keys = telling.tenant, list[Key]()
    for one in some:
        if is_id("member", one):
            keys.append(members.profile_key(tenant, one))
            keys += [devices.devices_key(tenant, one)] if telling.channel == "push" else []
            keys += notices.notice_keys(tenant, one, telling.notice(one, 0).notice_id) if telling.again else ()
    return keys


def _known(telling: Telling, member_id: str, found: Mapping[Key, Attrs]) -> Notice | None:
    """What became of it before; one that waits has not been told."""
    if not telling.again or not is_id("member", member_id):
        return None
    keys = notices.notice_keys(telling.tenant, member_id, telling.notice(member_id, 0).notice_id)
    known = next((notices.notice_from(found[key]) for key in keys if key in found), None)
    return None if known is None or known.state == "waiting" else known


def _told(rt: Runtime, telling: Telling, member_id: str, found: Mapping[Key, Attrs]) -> Notice:
    notice = telling.notice(member_id, rt.clock.now())
    try:
        profile = found.get(members.profile_key(telling.tenant, member_id)) if is_id("member", member_id) else None
        member, _ = members.member_from(profile, member_id)
        phones = devices.devices_from(found.get(devices.devices_key(telling.tenant, member_id)))
    except NotFound:
        return _not(notice, "member_not_found")
    except UNREADABLE:
        return _failed(notice, "unreadable")
    reason = withheld(telling.kind, blocked=member.status == "blocked", newsletter=member.newsletter)
    if reason is not None:
        return _not(notice, reason)
    said = telling.words(member.locale)
    if said is None:
        return _failed(notice, "template_gone")
    names = {"given_name": member.given_name, "family_name": member.family_name}
    return _SENT[telling.channel](rt, telling.tenant, notice, member, phones, filled(said, {**names, **telling.values}))


def _pushed(rt: Runtime, tenant: str, notice: Notice, member: Member, phones: Devices, said: Words) -> Notice:
    """To each phone; sent as soon as one of them has taken it."""
    if not phones.items:
        return _not(notice, "no_device")
    if not is_carried("push", said, notice.notice_id):
        return _failed(notice, "too_long")
    dead, refused, taken = set[str](), False, False
    for phone in phones.awake:
        try:
            rt.senders.push(phone.endpoint, Pushed(said.title, said.body, notice.notice_id))
            taken = True
        except DeadEndpointError:
            dead.add(phone.endpoint)
        except UnsendableError:
            refused = True
    if dead:
        mark_dead(rt, tenant, member.member_id, frozenset(dead))
    if taken:
        return notice
    return _failed(notice, "refused") if refused else _not(notice, "dead_device")


def _texted(rt: Runtime, _tenant: str, notice: Notice, member: Member, _phones: Devices, said: Words) -> Notice:
    phone = next((one.value for one in member.identifiers if one.type == "phone"), None)
    if phone is None:
        return _not(notice, "no_phone")
    if not is_carried("sms", said, notice.notice_id):
        return _failed(notice, "too_long")
    return _tried(notice, lambda: rt.senders.text(phone, said.body))


def _mailed(rt: Runtime, _tenant: str, notice: Notice, member: Member, _phones: Devices, said: Words) -> Notice:
    address = next((one.value for one in member.identifiers if one.type == "email"), None)
    if address is None:
        return _not(notice, "no_email")
    return _tried(notice, lambda: rt.senders.mail(address, said.title, said.body))


def _put_in(_rt: Runtime, _tenant: str, notice: Notice, _member: Member, _phones: Devices, said: Words) -> Notice:
    """Writing it down is all there is to do."""
    return replace(notice, title=said.title, body=said.body)


def _tried(notice: Notice, send: Callable[[], None]) -> Notice:
    try:
        send()
    except UnsendableError as why:
        return _failed(notice, "no_sender" if why.code == "no_sender" else "refused")
    return notice


def _not(notice: Notice, reason: Reason) -> Notice:
    return replace(notice, state="skipped", reason=reason)


def _failed(notice: Notice, reason: Reason) -> Notice:
    return replace(notice, state="failed", reason=reason)


_SENT: Mapping[Channel, Callable[[Runtime, str, Notice, Member, Devices, Words], Notice]] = {
    "push": _pushed,
    "sms": _texted,
    "email": _mailed,
    "in_app": _put_in,
}
