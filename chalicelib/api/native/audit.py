"""The audit log: who did what and when, newest first; as a file; and its archive."""

from __future__ import annotations

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.operations import OperationView, view
from chalicelib.areas.audit.model import AuditPage, Sought
from chalicelib.errors import InvalidInput
from chalicelib.flows.read_audit import read_audit as audit_of
from chalicelib.flows.read_own_audit import read_own_audit
from chalicelib.flows.start_audit_export import start_audit_export


def read_audit(call: Call) -> AuditPage:
    sought = sought_by(call)
    read = audit_of if sought.entity is None else read_own_audit
    return read(call.rt, call.caller.tenant, sought, call.query["limit"], call.query["cursor"])


def export_audit(call: Call) -> Answered[OperationView]:
    done = start_audit_export(call.rt, call.caller, call.command, sought_by(call))
    return Answered(view(call.rt, done.answer), done.replayed)


def sought_by(call: Call) -> Sought:
    query, now = call.query, call.rt.clock.now()
    since = 0 if query["from"] is None else query["from"]
    until = now if query["until"] is None else min(now, query["until"])
    if query["from"] is not None and query["until"] is not None and query["until"] < since:
        raise InvalidInput("invalid_span", "The time asked for ends before it begins.", param="until")
    return Sought(since, until, query["type"], query["actor"], query["entity"])
