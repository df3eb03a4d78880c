"""A notice in a member's inbox is read; one that waits is cancelled.

reads    1 BatchGet of where it may be; with an Idempotency-Key 1 Get
writes   the notice: 2 units, + 2 with an Idempotency-Key. No entry: nothing of what members are told is in a journal
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.areas.notifications.model import Notice, is_notice_id, no_notice
from chalicelib.areas.notifications.store import notices
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, settle
from chalicelib.table.guards import place_puts, recall_place
from chalicelib.table.protocol import Write


def read_notice(rt: Runtime, caller: Caller, command: Command, member_id: str, notice_id: str) -> Committed[Notice]:
    """When it was read first stays. NotFound `notice_not_found`, also for what is in no inbox."""
    now = rt.clock.now()

    def read(known: Notice) -> Notice:
        if known.channel != "in_app" or known.state != "sent":
            raise no_notice(notice_id)
        return known.read(now)

    return _changed(rt, caller, command, member_id, notice_id, read)


def cancel_notice(rt: Runtime, caller: Caller, command: Command, member_id: str, notice_id: str) -> Committed[Notice]:
    """The member is not told. NotFound `notice_not_found`; Conflict `notice_finished`."""
    now = rt.clock.now()

    def cancel(known: Notice) -> Notice:
        return known if known.state == "cancelled" else known.called_off(now)

    return _changed(rt, caller, command, member_id, notice_id, cancel)


def _changed(
    rt: Runtime, caller: Caller, command: Command, member_id: str, notice_id: str, change: Callable[[Notice], Notice]
) -> Committed[Notice]:
    number_of("member", member_id)
    if not is_notice_id(notice_id):
        raise no_notice(notice_id)
    keys = notices.notice_keys(caller.tenant, member_id, notice_id)

    def decide() -> tuple[Committed[Notice], tuple[Write, ...]]:
        came_before = recall_place(rt.table, caller.tenant, command) is not None
        found = rt.table.batch_get(keys)
        known = next((notices.notice_from(found[key]) for key in keys if key in found), None)
        if known is None:
            raise no_notice(notice_id)
        after = change(known)
        if after == known or command.dry_run or came_before:
            return Committed(after, came_before), ()
        guards = place_puts(caller.tenant, command, keys[0].pk, rt.clock.now())
        return Committed(after), (notices.notice_put(caller.tenant, after), *guards)

    return settle(rt, decide)
