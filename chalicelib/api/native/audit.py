"""The audit log: who did what and when, newest first; as a file; and its archive."""

from __future__ import annotations

from typing import cast

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.operations import LINK_SECONDS, OperationView, view
from chalicelib.areas.audit import operations as audit
from chalicelib.areas.audit.archives import ArchivedDay, Format, archive_file
from chalicelib.areas.audit.model import AuditPage, Sought
from chalicelib.errors import InvalidInput
from chalicelib.flows.fact_types import known_type
from chalicelib.flows.read_audit import read_audit as audit_of
from chalicelib.flows.read_own_audit import read_own_audit
from chalicelib.flows.start_audit_export import start_audit_export
from chalicelib.kit.base import Wire
from chalicelib.kit.wire import CalendarDay, Time


class Archives(Wire):
    """Days of which the archive has anything."""

    items: tuple[ArchivedDay, ...]
    next_cursor: str | None


class Archive(Wire):
    """A day's files, one behind the other: one, unless much happened on that day. Anybody may read them by these addresses until
    they expire."""

    day: CalendarDay
    format: Format
    entries: int
    urls: tuple[str, ...]
    expires_at: Time


def read_audit(call: Call) -> AuditPage:
    sought = sought_by(call)
    read = audit_of if sought.entity is None else read_own_audit
    return read(call.rt, call.caller.tenant, sought, call.query["limit"], call.query["cursor"])


def export_audit(call: Call) -> Answered[OperationView]:
    done = start_audit_export(call.rt, call.caller, call.command, sought_by(call))
    return Answered(view(call.rt, done.answer), done.replayed)


def list_archives(call: Call) -> Archives:
    page = audit.list_archives(call.rt, call.caller, call.query["limit"], call.query["cursor"])
    return Archives(items=page.items, next_cursor=page.next_cursor)


def get_archive(call: Call) -> Archive:
    found, form = audit.get_archive(call.rt, call.caller, call.path["day"]), cast("Format", call.query["format"])
    files = (archive_file(call.caller.tenant, found.day, number + 1, form) for number in range(found.files))
    return Archive(
        day=found.day,
        format=form,
        entries=found.entries,
        urls=tuple(call.rt.files.link(file, LINK_SECONDS) for file in files),
        expires_at=call.rt.clock.now() + LINK_SECONDS * 1000,
    )


def sought_by(call: Call) -> Sought:
    query, now = call.query, call.rt.clock.now()
    since = 0 if query["from"] is None else query["from"]
    until = now if query["until"] is None else min(now, query["until"])
    if query["from"] is not None and query["until"] is not None and query["until"] < since:
        raise InvalidInput("invalid_span", "The time asked for ends before it begins.", param="until")
    type_ = None if query["type"] is None else known_type(query["type"])
    return Sought(since, until, type_, query["actor"], query["entity"])
