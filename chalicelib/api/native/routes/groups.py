"""Routes of groups. What can be done with a member's account can be done with a group's, by the same handlers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.api.native.routes import (
    adjustments,
    expiries,
    holds,
    members,
    pending,
    reports,
    tiers,
    traces,
    transfers,
    undo,
)
from chalicelib.api.route import PAGED, PROGRAM, Route

_HANDLERS = "chalicelib.api.native.groups"
_GROUP = "/v1/groups/{group_id}"
_MEMBER = f"{_GROUP}/members/{{member_id}}"
_JOINING_ERRORS = ("member_not_found", "already_in_group", "open_holds")
_SPENDING_ERRORS = (
    *("group_not_found", "member_not_found", "group_member_not_found", "program_not_found"),
    *("member_blocked", "group_blocked", "may_not_spend", "unknown_unit", "insufficient_balance"),
)
_ON_ACCOUNTS = (
    *members.ROUTES,
    *transfers.ROUTES,
    *undo.ROUTES,
    *traces.ROUTES,
    *tiers.ROUTES,
    *adjustments.ROUTES,
    *holds.ROUTES,
    *pending.ROUTES,
    *expiries.ROUTES,
    *reports.ROUTES,
)
_INSTEAD: Mapping[str, str] = {"member_not_found": "group_not_found", "member_blocked": "group_blocked"}
_SAME: Mapping[str, str] = {
    "read_account": "What a group holds: balances, what expires when, tier and the way to the next.",
    "prove_account": "Rebuild the group's account from its journal and compare.",
    "read_statement": "The entries of a group's account, newest first.",
    "read_histogram": "What came to a group's wallet and went from it by day, month or year.",
    "list_expiries": "What expires on which day in a group's wallets: what can be used, is held, or is pending.",
    "convert_points": "Convert a group's points of one unit into another, at the program's rate.",
    "undo_transfer": "Undo a transfer that the group sent.",
    "refund_spend": "Give back a spend of the group, or a part of it.",
    "undo_entry": "Undo by its kind what an entry of the group's account did.",
    "cancel_earning": "Cancel an earning of the group: what is pending of it will not come, what is left of it is taken back.",
    "expire_earning": "Let what is left of an earning of the group expire now.",
    "trace_spend": "Which earnings paid a spend of the group. A page looks through 250 entries; one without items may not be the last.",
    "trace_earning": "Where an earning of the group went, and what is left of it. A page looks through 250 entries.",
    "pin_tier": "Pin a group to a tier, until a day or for good.",
    "unpin_tier": "Let a pinned group stand where it has come to.",
    "recalculate_tier": "Judge a group's tier now, as at the end of its period.",
    "grant_points": "Give a group points by hand: they count towards no tier and no cap.",
    "deduct_points": "Take points from a group by hand.",
    "list_holds": "What is held of a group's points, the oldest hold first.",
    "capture_hold": "Spend what is held of a group's points, or a part of it.",
    "release_hold": "Let what is held of a group's points be used again, or a part of it.",
    "list_pending": "What a group was promised and cannot use yet.",
    "activate_pending": "Let a group use what it was promised.",
    "cancel_pending": "Take back what a group was promised.",
}


def _of_group(route: Route) -> Route:
    """The same for the account of a group: it is the group that is missing, or blocked."""
    errors = (_INSTEAD.get(code, code) for code in route.errors)
    return replace(
        route,
        path=route.path.replace("/v1/members/{member_id}", _GROUP),
        operation=f"{route.operation}_of_group",
        summary=_SAME[route.operation],
        errors=tuple(dict.fromkeys(errors)),
        same_as=route.operation,
    )


ROUTES = (
    Route(
        "POST",
        "/v1/groups",
        f"{_HANDLERS}:create",
        "create_group",
        "groups",
        "modify",
        "Create a group with its primary member in it.",
        status=201,
        errors=_JOINING_ERRORS,
        dry_run=True,
    ),
    Route(
        "GET",
        "/v1/groups",
        f"{_HANDLERS}:list_groups",
        "list_groups",
        "groups",
        "view",
        "The directory of groups.",
        query=PAGED,
        errors=("invalid_cursor",),
    ),
    Route(
        "GET",
        _GROUP,
        f"{_HANDLERS}:get_group",
        "get_group",
        "groups",
        "view",
        "A group.",
        errors=("group_not_found",),
    ),
    Route(
        "PATCH",
        _GROUP,
        f"{_HANDLERS}:update",
        "update_group",
        "groups",
        "modify",
        "Change a group: its name, kind and labels, who may spend, who is its primary member, whether it is blocked.",
        errors=("group_not_found", "group_member_not_found"),
        dry_run=True,
    ),
    Route(
        "GET",
        f"{_GROUP}/members",
        f"{_HANDLERS}:list_members",
        "list_group_members",
        "groups",
        "view",
        "Who is in a group.",
        query=PAGED,
        errors=("group_not_found", "invalid_cursor"),
    ),
    Route(
        "PUT",
        _MEMBER,
        f"{_HANDLERS}:join",
        "join_group",
        "groups",
        "modify",
        "Let a member join a group: from now on they buy, earn and spend for it.",
        errors=("group_not_found", *_JOINING_ERRORS, "too_many_group_members"),
        dry_run=True,
    ),
    Route(
        "PATCH",
        _MEMBER,
        f"{_HANDLERS}:change_member",
        "change_group_member",
        "groups",
        "modify",
        "Choose a member of a group to spend for it, or choose them no longer.",
        errors=("group_not_found", "member_not_found", "group_member_not_found"),
        dry_run=True,
    ),
    Route(
        "DELETE",
        _MEMBER,
        f"{_HANDLERS}:leave",
        "leave_group",
        "groups",
        "modify",
        "Let a member leave a group. What was earned for it stays with it.",
        errors=("group_not_found", "member_not_found", "group_member_not_found", "primary_cannot_leave", "open_holds"),
        dry_run=True,
        bodiless=True,
    ),
    Route(
        "GET",
        f"{_GROUP}/orders",
        f"{_HANDLERS}:list_orders",
        "list_group_orders",
        "orders",
        "view",
        "What was bought for a group, newest purchase first, and who bought it.",
        query=PAGED,
        errors=("group_not_found", "invalid_cursor"),
    ),
    Route(
        "POST",
        f"{_GROUP}/spends",
        f"{_HANDLERS}:spend",
        "spend_points_of_group",
        "accounts",
        "modify",
        "Spend a group's points, in the name of one of its members.",
        status=201,
        query=(PROGRAM,),
        errors=(*_SPENDING_ERRORS, "too_many_pieces"),
        dry_run=True,
        same_as="spend_points",
    ),
    Route(
        "POST",
        f"{_GROUP}/transfers",
        f"{_HANDLERS}:transfer",
        "transfer_points_of_group",
        "accounts",
        "modify",
        "Send a group's points to a member or to another group.",
        status=201,
        query=(PROGRAM,),
        errors=(
            *_SPENDING_ERRORS,
            "balance_limit",
            "too_many_lots",
            "too_many_pieces",
            "transfer_to_self",
            "invalid_identifier",
        ),
        dry_run=True,
        same_as="transfer_points",
    ),
    *(_of_group(route) for route in _ON_ACCOUNTS if route.operation in _SAME),
)
