"""Values of notifications: pure."""

from __future__ import annotations

from chalicelib.areas.notifications.model.device import MAX_DEVICES, Device, Devices, mark_of, no_device
from chalicelib.areas.notifications.model.favourites import MAX_FAVOURITES, Favourites
from chalicelib.areas.notifications.model.follow_up import (
    AFTER,
    OF_FACTS,
    FollowUp,
    FollowUpDefinition,
    Only,
    no_follow_up,
    variables_after,
)
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
    OF_HAPPENINGS,
    OF_MEMBERS,
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
    "OF_FACTS",
    "OF_HAPPENINGS",
    "OF_MEMBERS",
    "Channel",
    "Device",
    "Devices",
    "Favourites",
    "FollowUp",
    "FollowUpDefinition",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "Only",
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
    "variables_after",
    "withheld",
]
