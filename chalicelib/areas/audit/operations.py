"""Reading what of the log lies in the archive. Writing it takes the journals of all areas: see the flow archive_audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.areas.audit import store
from chalicelib.areas.audit.archives import ArchivedDay, named_day, no_archive
from chalicelib.kit.caller import Caller
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.kit.periods import Day, iso_day, parse_day
from chalicelib.runtime import Runtime


@dataclass(frozen=True, slots=True)
class ArchivePage:
    items: tuple[ArchivedDay, ...]
    next_cursor: str | None


def list_archives(rt: Runtime, caller: Caller, limit: int, cursor: str | None) -> ArchivePage:
    """The days of which anything is archived, newest first: 1 Query. InvalidInput `invalid_cursor`."""
    scope = f"{caller.tenant}/audit/archives"
    before = None if cursor is None else _day(decode_cursor(scope, cursor))
    page = rt.table.query(store.archived_query(caller.tenant, limit, before))
    days = tuple(map(store.archived_from, page.items))
    return ArchivePage(days, encode_cursor(scope, iso_day(days[-1].day)) if page.next is not None and days else None)


def get_archive(rt: Runtime, caller: Caller, day: str) -> ArchivedDay:
    """1 Get. NotFound `archive_not_found`; InvalidInput `unreadable_date`."""
    found = store.read_archived(rt.table, caller.tenant, named_day(day))
    if found is None:
        raise no_archive(day)
    return found


def _day(place: Any) -> Day:
    day = parse_day(place) if isinstance(place, str) else None
    if day is None:
        raise another_list()
    return day
