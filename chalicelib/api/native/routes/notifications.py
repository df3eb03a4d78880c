"""Routes of notifications: their templates, whom they went to, devices, favourite places and the inbox of members."""

from __future__ import annotations

from functools import partial

from chalicelib.api.route import PAGED, Route

_HANDLERS = "chalicelib.api.native.notifications"
_TEMPLATES = "/v1/notification-templates"
_TEMPLATE = f"{_TEMPLATES}/{{template_id}}"
_FOLLOW_UPS = "/v1/notification-follow-ups"
_FOLLOW_UP = f"{_FOLLOW_UPS}/{{follow_up_id}}"
_NOTIFICATIONS = "/v1/notifications"
_MEMBER = "/v1/members/{member_id}"
_DEVICES = f"{_MEMBER}/devices"
_DEVICE = f"{_DEVICES}/{{device_id}}"
_FAVOURITES = f"{_MEMBER}/favourite-places"
_INBOX = f"{_MEMBER}/inbox"
_NOTICES = f"{_MEMBER}/notifications"

_view = partial(Route, resource="notifications", access="view")
_modify = partial(Route, resource="notifications", access="modify", dry_run=True)

ROUTES = (
    _view(
        "GET",
        _TEMPLATES,
        f"{_HANDLERS}:list_templates",
        "list_notification_templates",
        summary="All templates, by id.",
    ),
    _view(
        "GET",
        _TEMPLATE,
        f"{_HANDLERS}:get_template",
        "get_notification_template",
        summary="A template.",
        errors=("template_not_found",),
    ),
    _modify(
        "PUT",
        _TEMPLATE,
        f"{_HANDLERS}:put_template",
        "put_notification_template",
        summary="Create a template or replace it. What is sent from then on says what it says then.",
        errors=("unknown_variable", "words_too_long", "too_many_templates"),
    ),
    _view(
        "GET",
        _FOLLOW_UPS,
        f"{_HANDLERS}:list_follow_ups",
        "list_notification_follow_ups",
        summary="All follow-ups, by id.",
    ),
    _view(
        "GET",
        _FOLLOW_UP,
        f"{_HANDLERS}:get_follow_up",
        "get_notification_follow_up",
        summary="A follow-up: what members are told some time after something has happened to them.",
        errors=("follow_up_not_found",),
    ),
    _modify(
        "PUT",
        _FOLLOW_UP,
        f"{_HANDLERS}:put_follow_up",
        "put_notification_follow_up",
        summary="Create a follow-up, replace it or pause it: then what waits for it is not told either.",
        errors=("template_not_found", "unknown_variable", "too_many_follow_ups"),
    ),
    _modify(
        "POST",
        _NOTIFICATIONS,
        f"{_HANDLERS}:send",
        "send_notification",
        summary="Tell members something, a segment, those who favour a place or everybody, now or at a time: a long job. Its result has a line for each of them.",
        status=202,
        errors=(
            *(
                "what_is_told",
                "who_is_told",
                "template_not_found",
                "unknown_variable",
                "words_too_long",
                "segment_not_found",
            ),
            *("segment_ended", "time_too_far"),
        ),
    ),
    _view(
        "GET",
        f"{_NOTIFICATIONS}/{{operation_id}}/receipts",
        f"{_HANDLERS}:list_receipts",
        "list_notification_receipts",
        summary="What became of a notification, member by member, for 45 days.",
        query=PAGED,
        errors=("operation_not_found", "invalid_cursor"),
    ),
    _view(
        "GET",
        _DEVICES,
        f"{_HANDLERS}:devices",
        "list_devices",
        summary="The phones that a member is told things on.",
        errors=("member_not_found",),
    ),
    _modify(
        "PUT",
        _DEVICE,
        f"{_HANDLERS}:put_device",
        "put_device",
        summary="Register a member's phone, or its next token. A phone that was another member's is this one's from then on.",
        errors=("member_not_found", "bad_token", "no_sender", "too_many_devices"),
    ),
    _modify(
        "DELETE",
        _DEVICE,
        f"{_HANDLERS}:delete_device",
        "delete_device",
        summary="Forget a member's phone: nothing is pushed there any more.",
        errors=("member_not_found", "device_not_found"),
        bodiless=True,
    ),
    _view(
        "GET",
        _FAVOURITES,
        f"{_HANDLERS}:favourites",
        "list_favourite_places",
        summary="The places that a member favours.",
        errors=("member_not_found",),
    ),
    _modify(
        "PUT",
        _FAVOURITES,
        f"{_HANDLERS}:put_favourites",
        "put_favourite_places",
        summary="Say which places a member favours: these and no others.",
        errors=("member_not_found",),
    ),
    _view(
        "GET",
        _INBOX,
        f"{_HANDLERS}:inbox",
        "list_inbox",
        summary="What a member finds in the app, newest first, for 45 days.",
        query=PAGED,
        errors=("member_not_found", "invalid_cursor"),
    ),
    _modify(
        "POST",
        f"{_INBOX}/{{notice_id}}/read",
        f"{_HANDLERS}:read",
        "read_notice",
        summary="A member has read it.",
        errors=("member_not_found", "notice_not_found"),
        bodiless=True,
    ),
    _view(
        "GET",
        _NOTICES,
        f"{_HANDLERS}:notices",
        "list_notices",
        summary="What a member was told by push, text and mail, and what waits to be, newest first, for 45 days.",
        query=PAGED,
        errors=("member_not_found", "invalid_cursor"),
    ),
    _modify(
        "POST",
        f"{_NOTICES}/{{notice_id}}/cancel",
        f"{_HANDLERS}:cancel",
        "cancel_notice",
        summary="A member is not told what waits to be.",
        errors=("member_not_found", "notice_not_found", "notice_finished"),
        bodiless=True,
    ),
)
