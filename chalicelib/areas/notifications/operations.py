"""Reading templates, the devices of members, what they were told, and whom a notification was for. Everything else is flows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from chalicelib.areas.notifications.model import FollowUp, Notice, Template, is_notice_id
from chalicelib.areas.notifications.store import notices, templates
from chalicelib.areas.notifications.store.notices import Receipt
from chalicelib.kit.caller import Caller
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config
from chalicelib.table.pages import page_of_shards, shard_place
from chalicelib.table.protocol import Query

OneT = TypeVar("OneT")


@dataclass(frozen=True, slots=True)
class PageOf(Generic[OneT]):
    items: tuple[OneT, ...]
    next_cursor: str | None


def list_templates(rt: Runtime, caller: Caller) -> tuple[Template, ...]:
    """Every template of the tenant, by id: 1 Query."""
    return templates.templates(read_config(rt.table, caller.tenant))


def get_template(rt: Runtime, caller: Caller, template_id: str) -> Template:
    """1 Query. NotFound `template_not_found`."""
    return templates.template(read_config(rt.table, caller.tenant), template_id)


def list_follow_ups(rt: Runtime, caller: Caller) -> tuple[FollowUp, ...]:
    """Every follow-up of the tenant, by id: 1 Query."""
    return templates.follow_ups(read_config(rt.table, caller.tenant))


def get_follow_up(rt: Runtime, caller: Caller, follow_up_id: str) -> FollowUp:
    """1 Query. NotFound `follow_up_not_found`."""
    return templates.follow_up(read_config(rt.table, caller.tenant), follow_up_id)


def list_inbox(rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None) -> PageOf[Notice]:
    """What a member finds in the app, newest first: 1 Query. A stranger has none. InvalidInput `invalid_cursor`."""
    return _listed(rt, caller, f"inbox/{member_id}", notices.inbox_query, member_id, limit, cursor)


def list_notices(rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None) -> PageOf[Notice]:
    """What a member was told otherwise, or is still to be told, newest first: 1 Query. InvalidInput `invalid_cursor`."""
    return _listed(rt, caller, f"notices/{member_id}", notices.notices_query, member_id, limit, cursor)


def list_receipts(rt: Runtime, caller: Caller, operation_id: str, limit: int, cursor: str | None) -> PageOf[Receipt]:
    """Whom a notification was for, and what became of it: at most 1 Query a shard. InvalidInput `invalid_cursor`."""
    scope, shards = f"{caller.tenant}/receipts/{operation_id}", notices.LIST_SHARDS

    def query(shard: int, most: int, after: str | None) -> Query:
        return notices.receipts_query(caller.tenant, operation_id, shard, most, after)

    place = shard_place(scope, cursor, shards, "member", notices.shard_of)
    found, rest = page_of_shards(rt.table, query, notices.listed_member, place, shards, limit)
    next_cursor = None if rest is None else encode_cursor(scope, rest)
    return PageOf(tuple(map(notices.receipt_from, found)), next_cursor)


def _listed(
    rt: Runtime,
    caller: Caller,
    of: str,
    query: Callable[[str, str, int, str | None], Query],
    member_id: str,
    limit: int,
    cursor: str | None,
) -> PageOf[Notice]:
    scope = f"{caller.tenant}/{of}"
    page = rt.table.query(query(caller.tenant, member_id, limit, _before(scope, cursor)))
    found = tuple(map(notices.notice_from, page.items))
    more = page.next is not None and found
    return PageOf(found, encode_cursor(scope, found[-1].notice_id) if more else None)


def _before(scope: str, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case str() as notice_id if is_notice_id(notice_id):
            return str(notice_id)
    raise another_list()
