"""Routes of the audit log, as pages, as a file, and of its archive."""

from __future__ import annotations

from chalicelib.api.route import PAGED, QueryParam, Route

_HANDLERS = "chalicelib.api.native.audit"
FILTERS = (
    QueryParam("from", "instant", "Entries recorded at this time or later."),
    QueryParam("until", "instant", "Entries recorded at this time or earlier."),
    QueryParam(
        "entity",
        "string",
        "Whose journal it is: the id of a member, a group or an order, or a part of the configuration as `rule:0001:base`.",
        minimum=1,
        maximum=200,
    ),
    QueryParam("type", "string", "Entries with a fact of this type, as `points.earned`.", minimum=1, maximum=64),
    QueryParam("actor", "string", "Entries made by this actor: the id of a key or a job.", minimum=1, maximum=64),
)
_WRONG = ("invalid_span", "invalid_entity", "entity_not_found", "unknown_fact_type")

ROUTES = (
    Route(
        "GET",
        "/v1/audit",
        f"{_HANDLERS}:read_audit",
        "read_audit",
        "audit",
        "view",
        "Who did what and when, newest first, also what no feed tells. An empty page with a cursor goes on.",
        query=(*FILTERS, *PAGED),
        errors=("invalid_cursor", *_WRONG),
    ),
    Route(
        "POST",
        "/v1/audit/exports",
        f"{_HANDLERS}:export_audit",
        "export_audit",
        "audit",
        "modify",
        "What the log tells by these filters, as a CSV file: a long job. Until now, where no end is asked for.",
        status=201,
        query=FILTERS,
        errors=_WRONG,
        dry_run=True,
        bodiless=True,
    ),
    Route(
        "GET",
        "/v1/audit/archives",
        f"{_HANDLERS}:list_archives",
        "list_audit_archives",
        "audit",
        "view",
        "The days of which the log lies in files, newest first.",
        query=PAGED,
        errors=("invalid_cursor",),
    ),
    Route(
        "GET",
        "/v1/audit/archives/{day}",
        f"{_HANDLERS}:get_archive",
        "get_audit_archive",
        "audit",
        "view",
        "Where what the log has of a day can be read, for a quarter of an hour.",
        query=(QueryParam("format", "string", "JSON lines or XML.", default="jsonl", choices=("jsonl", "xml")),),
        errors=("archive_not_found", "unreadable_date"),
    ),
)
