"""A follow-up as data: what members are told some time after something has happened to them."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from chalicelib.areas.notifications.model.template import NoticeKind, TemplateId
from chalicelib.errors import NotFound
from chalicelib.kit.base import Frozen

LONGEST_HOURS = 366 * 24
FollowUpId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
# What the queue `notify` takes from the topic (infra/template.yaml). After a purchase, and after what else rules are for, rules
# tell: these would come with every order.
After = Literal[
    "coupon.expired",
    "coupon.issued",
    "member.enrolled",
    "member.joined_segment",
    "member.left_segment",
    "perk.expired",
    "perk.granted",
    "points.expired",
    "reward.redeemed",
    "tier.changed",
]
AFTER: tuple[After, ...] = get_args(After)


class FollowUpDefinition(Frozen):
    """A follow-up as a shop writes it: the template is told so many hours after each fact of this type. One that is paused tells
    nothing, nor what waits for it by then."""

    after: After
    hours: Annotated[int, Field(strict=True, ge=0, le=LONGEST_HOURS)] = 0
    template_id: TemplateId
    kind: NoticeKind = "marketing"
    state: Literal["active", "paused"] = "active"

    def named(self, follow_up_id: str) -> FollowUp:
        return FollowUp(follow_up_id=follow_up_id, **dict(self))


class FollowUp(FollowUpDefinition):
    follow_up_id: FollowUpId


def no_follow_up(follow_up_id: str) -> NotFound:
    return NotFound("follow_up_not_found", f"There is no follow-up {follow_up_id[:64]}.", param="follow_up_id")
