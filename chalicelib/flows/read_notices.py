"""What a member finds in the app, what they were told otherwise, and whom a notification was for: pages of them.

reads    1 Query of a member's, and where nothing is there 1 Get of the profile; of a notification 1 Get of the operation and at
         most 1 Query a shard
"""

from __future__ import annotations

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.notifications import operations as told
from chalicelib.areas.notifications.model import Notice
from chalicelib.areas.notifications.operations import PageOf
from chalicelib.areas.notifications.store.notices import Receipt
from chalicelib.errors import NotFound
from chalicelib.flows.opened import must_be_owner
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime


def read_inbox(rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None) -> PageOf[Notice]:
    """Newest first. NotFound: member; InvalidInput `invalid_cursor`."""
    page = told.list_inbox(rt, caller, member_id, limit, cursor)
    if not page.items:
        must_be_owner(rt, caller.tenant, member_id)
    return page


def read_notices(rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None) -> PageOf[Notice]:
    """Newest first; what waits as well. NotFound: member; InvalidInput `invalid_cursor`."""
    page = told.list_notices(rt, caller, member_id, limit, cursor)
    if not page.items:
        must_be_owner(rt, caller.tenant, member_id)
    return page


def read_receipts(rt: Runtime, caller: Caller, operation_id: str, limit: int, cursor: str | None) -> PageOf[Receipt]:
    """Shard by shard. NotFound `operation_not_found`, also where it is no notification; InvalidInput `invalid_cursor`."""
    operation = jobs.read(rt.table, caller.tenant, operation_id)
    if operation.kind != "send_notification":
        raise NotFound("operation_not_found", f"There is no notification {operation_id[:64]}.", param="operation_id")
    return told.list_receipts(rt, caller, operation_id, limit, cursor)
