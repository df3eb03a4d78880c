"""Routes of referrals: codes that members share, and who came by them."""

from __future__ import annotations

from functools import partial

from chalicelib.api.native.routes.members import COMING
from chalicelib.api.route import PAGED, Route

_HANDLERS = "chalicelib.api.native.referrals"
_MEMBER = "/v1/members/{member_id}"

_view = partial(Route, resource="referrals", access="view")
_modify = partial(Route, resource="referrals", access="modify", dry_run=True)

ROUTES = (
    _modify(
        "PUT",
        f"{_MEMBER}/referral-code",
        f"{_HANDLERS}:put_code",
        "share_code",
        summary="The referral code that a member shares: the one that is asked for, or one that is drawn.",
        errors=(
            *("member_not_found", "member_blocked", "member_erased"),
            *("referral_code_taken", "invalid_referral_code"),
        ),
    ),
    _view(
        "GET",
        f"{_MEMBER}/referral",
        f"{_HANDLERS}:get_referral",
        "read_referral",
        summary="A member's referral code, what has become of their friends, and who brought them in.",
        errors=("member_not_found",),
    ),
    _modify(
        "POST",
        f"{_MEMBER}/referral",
        f"{_HANDLERS}:claim",
        "claim_referral",
        summary="Say after their enrolment who brought a member in.",
        status=201,
        errors=(
            *("member_not_found", "member_blocked", "referred_already", "not_new", "self_referral", "referral_loop"),
            *COMING,
        ),
    ),
    _modify(
        "POST",
        f"{_MEMBER}/invitations",
        f"{_HANDLERS}:invite",
        "invite_friend",
        summary="Invite somebody in a member's name: the answer has the code by which they come.",
        status=201,
        errors=(
            *("member_not_found", "member_blocked", "self_referral", "member_already", "invited_already"),
            *("too_many_invitations", "invalid_identifier"),
        ),
    ),
    _view(
        "GET",
        f"{_MEMBER}/referrals",
        f"{_HANDLERS}:list_referrals",
        "list_referrals",
        summary="Whom a member invited or brought in, the latest first.",
        query=PAGED,
        errors=("member_not_found", "invalid_cursor"),
    ),
    _view(
        "GET",
        "/v1/referrals/{referral_code}",
        f"{_HANDLERS}:check_code",
        "check_referral",
        summary="Whose referral code it is, and whether anybody can come by it just now.",
        errors=("referral_code_not_found",),
    ),
)
