"""Register a member's phone, or forget it. Its app does that at each of its starts, and whenever it has another token.

reads    1 BatchGet of profile, devices and whose the token is; with an Idempotency-Key 1 Get; where it was another member's 1 Get of
         theirs
writes   the devices, whose the token is, whose the token before is no more: 2 units each; of whom it was the same. Where nothing
         changes nothing
asks     SNS for the endpoint before: it is the same for the same token, so a repeat makes no other. One that is forgotten goes
         behind the commit: where that was broken off, whoever asks again lets it go, 1 Get, unless somebody has the token by then
may      who may change members. No entry: a token has no history

A token is one phone's, and a phone is whoever's app said so last: it is taken from whom it was before, so that they are not told on
it what is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.areas.members import store as members
from chalicelib.areas.notifications.model import Device, Devices, mark_of, no_device
from chalicelib.areas.notifications.store import devices as store
from chalicelib.aws.senders import NoSenderError, UnsendableError
from chalicelib.errors import InvalidInput, Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.kit.platforms import Platform
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, settle
from chalicelib.table.guards import place_puts, recall_place
from chalicelib.table.protocol import Attrs, Key, Write


class DeviceView(Frozen):
    """`dead_since`: it takes nothing any more, until its app registers it again."""

    device_id: str
    platform: Platform
    registered_at: Time
    dead_since: Time | None


def list_devices(rt: Runtime, caller: Caller, member_id: str) -> tuple[DeviceView, ...]:
    """In order of registration: 1 BatchGet. NotFound: member."""
    number_of("member", member_id)
    keys = (members.profile_key(caller.tenant, member_id), store.devices_key(caller.tenant, member_id))
    found = rt.table.batch_get(keys)
    members.member_from(found.get(keys[0]), member_id)
    return tuple(map(_shown, store.devices_from(found.get(keys[1])).items))


def register_device(
    rt: Runtime, caller: Caller, command: Command, member_id: str, device_id: str, platform: Platform, token: str
) -> Committed[DeviceView]:
    """In place of the one of that name. NotFound: member; InvalidInput `bad_token`; Refused `no_sender`, `too_many_devices`."""
    number_of("member", member_id)
    mark, tenant, tried = mark_of(platform, token), caller.tenant, list[DeviceView]()
    keys = (
        members.profile_key(tenant, member_id),
        store.devices_key(tenant, member_id),
        store.token_key(tenant, mark),
    )

    def decide() -> tuple[Committed[DeviceView], tuple[Write, ...]]:
        came_before = recall_place(rt.table, tenant, command) is not None
        found = rt.table.batch_get(keys)
        members.member_from(found.get(keys[0]), member_id)
        known = store.devices_from(found.get(keys[1]))
        kept, owner = known.find(device_id), _owner(found, keys[2])
        is_so = kept is not None and kept.mark == mark and kept.dead_since is None and owner == member_id
        if came_before:  # whatever has become of it since
            was = tried[0] if tried else _shown(kept or Device(device_id, platform, "", mark, rt.clock.now()))
            return Committed(was, replayed=not tried), ()
        guards = place_puts(tenant, command, keys[1].pk, rt.clock.now())
        if kept is not None and is_so:
            return Committed(_shown(kept)), () if command.dry_run or tried else guards
        new = Device(device_id, platform, "", mark, rt.clock.now())
        after = known.with_device(new)
        if command.dry_run:
            return Committed(_shown(new)), ()
        after = known.with_device(Device(device_id, platform, _endpoint(rt, platform, token), mark, new.registered_at))
        writes = _writes(rt, tenant, member_id, known, after, mark, owner)
        tried.append(_shown(new))
        return Committed(_shown(new)), (*writes, *guards)

    return settle(rt, decide)


def forget_device(
    rt: Runtime, caller: Caller, command: Command, member_id: str, device_id: str
) -> Committed[DeviceView]:
    """Nothing is pushed there any more. The answer is as it was. NotFound: member, `device_not_found`."""
    number_of("member", member_id)
    key, tenant, tried = store.devices_key(caller.tenant, member_id), caller.tenant, list[Device]()
    leaving: Device | None = None

    def decide() -> tuple[Committed[DeviceView], tuple[Write, ...]]:
        nonlocal leaving
        recall_place(rt.table, tenant, command)  # a key of another request is refused
        known = store.devices_from(rt.table.get(key))
        kept = leaving = known.find(device_id)
        if kept is None:
            _let_go(rt, tenant, () if command.dry_run else known.gone_by(device_id))
            if tried:
                return Committed(_shown(tried[0])), ()
            members.read(rt.table, tenant, member_id)
            before = recall_place(rt.table, tenant, command)  # by who was faster since
            if before is not None:
                return Committed(_gone(device_id, before), replayed=True), ()
            raise no_device(device_id)
        if command.dry_run:
            return Committed(_shown(kept)), ()
        tried.append(kept)
        after = store.devices_put(tenant, member_id, known.forgotten(kept))
        told = f"{key.pk}#{kept.platform}#{kept.registered_at}#{kept.dead_since or ''}"
        guards = place_puts(tenant, command, told, rt.clock.now())
        return Committed(_shown(kept)), (after, store.token_delete(tenant, kept.mark, member_id), *guards)

    done = settle(rt, decide)
    if leaving is not None and not command.dry_run:
        rt.senders.forget(leaving.endpoint)
    return done


def mark_dead(rt: Runtime, tenant: str, member_id: str, endpoints: frozenset[str]) -> None:
    """They take nothing any more; unless their apps have registered them since: 1 Get + 1 transaction of 2 units."""
    key = store.devices_key(tenant, member_id)

    def decide() -> tuple[None, tuple[Write, ...]]:
        known = store.devices_from(rt.table.get(key))
        after = known.with_dead(endpoints, rt.clock.now())
        return None, () if after == known else (store.devices_put(tenant, member_id, after),)

    settle(rt, decide)


def _let_go(rt: Runtime, tenant: str, some: Iterable[Device]) -> None:
    """Of those that were forgotten before: none whose token somebody has registered since."""
    for one in some:
        if rt.table.get(store.token_key(tenant, one.mark)) is None:
            rt.senders.forget(one.endpoint)


def _endpoint(rt: Runtime, platform: Platform, token: str) -> str:
    try:
        return rt.senders.endpoint(platform, token)
    except NoSenderError as why:
        raise Refused("no_sender", f"Nothing can be pushed to phones of {platform} here.", param="platform") from why
    except UnsendableError as why:
        raise InvalidInput("bad_token", f"This is no token of a phone of {platform}.", param="token") from why


def _writes(
    rt: Runtime, tenant: str, member_id: str, known: Devices, after: Devices, mark: str, owner: str | None
) -> tuple[Write, ...]:
    kept = {one.mark for one in after.items}
    gone = [one.mark for one in known.items if one.mark not in kept]
    writes: list[Write] = [store.devices_put(tenant, member_id, after)]
    writes += [store.token_delete(tenant, one, member_id) for one in gone]
    if owner != member_id:
        writes.append(store.token_put(tenant, mark, member_id, owner))
    if owner not in (None, member_id):
        theirs = store.devices_from(rt.table.get(store.devices_key(tenant, str(owner))))
        writes.append(store.devices_put(tenant, str(owner), theirs.without((mark,))))
    return tuple(writes)


def _owner(found: Mapping[Key, Attrs], key: Key) -> str | None:
    attrs = found.get(key)
    return None if attrs is None else store.owner_from(attrs)


def _shown(one: Device) -> DeviceView:
    return DeviceView(
        device_id=one.device_id, platform=one.platform, registered_at=one.registered_at, dead_since=one.dead_since
    )


def _gone(device_id: str, told: str) -> DeviceView:
    platform, registered_at, dead_since = told.rsplit("#", 3)[1:]
    return DeviceView.model_validate(
        {
            "device_id": device_id,
            "platform": platform,
            "registered_at": int(registered_at),
            "dead_since": int(dead_since) if dead_since else None,
        }
    )
