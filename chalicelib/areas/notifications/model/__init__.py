"""Values of notifications: pure."""

from __future__ import annotations

from chalicelib.areas.notifications.model.device import MAX_DEVICES, Device, Devices, mark_of, no_device
from chalicelib.areas.notifications.model.favourites import MAX_FAVOURITES, Favourites
from chalicelib.areas.notifications.model.follow_up import AFTER, FollowUp, FollowUpDefinition, no_follow_up
from chalicelib.areas.notifications.model.notice import (
    KEPT_SECONDS,
    Notice,
    NoticeState,
    Reason,
    is_notice_id,
    no_notice,
    notice_id,
    withheld,
)
from chalicelib.areas.notifications.model.quiet import may_wake, quiet_until
from chalicelib.areas.notifications.model.template import (
    OF_MEMBERS,
    VARIABLES,
    Channel,
    NoticeKind,
    Template,
    TemplateDefinition,
    no_template,
)

__all__ = [
    "AFTER",
    "KEPT_SECONDS",
    "MAX_DEVICES",
    "MAX_FAVOURITES",
    "OF_MEMBERS",
    "VARIABLES",
    "Channel",
    "Device",
    "Devices",
    "Favourites",
    "FollowUp",
    "FollowUpDefinition",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "Reason",
    "Template",
    "TemplateDefinition",
    "is_notice_id",
    "mark_of",
    "may_wake",
    "no_device",
    "no_follow_up",
    "no_notice",
    "no_template",
    "notice_id",
    "quiet_until",
    "withheld",
]
