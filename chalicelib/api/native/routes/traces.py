"""Routes that tell where points came from and where they went."""

from __future__ import annotations

from chalicelib.api.route import CURSOR, Route

_HANDLERS = "chalicelib.api.native.traces"
_MEMBER = "/v1/members/{member_id}"
_ERRORS = ("member_not_found", "entry_not_found", "invalid_cursor")

ROUTES = (
    Route(
        "GET",
        f"{_MEMBER}/spends/{{spend_id}}/trace",
        f"{_HANDLERS}:of_spend",
        "trace_spend",
        "accounts",
        "view",
        "Which earnings paid a spend, or whatever else took points. A page looks through 250 entries; one without items may not be the last.",
        query=(CURSOR,),
        errors=(*_ERRORS, "not_a_spend"),
    ),
    Route(
        "GET",
        f"{_MEMBER}/earnings/{{earning_id}}/trace",
        f"{_HANDLERS}:of_earning",
        "trace_earning",
        "accounts",
        "view",
        "Where an earning, or whatever else gave points, went, and what is left of it. A page looks through 250 entries.",
        query=(CURSOR,),
        errors=(*_ERRORS, "not_an_earning"),
    ),
)
