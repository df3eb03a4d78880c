"""A follow-up as data: what members are told some time after something has happened to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from chalicelib.areas.notifications.model.template import OF_MEMBERS, NoticeKind, TemplateId
from chalicelib.errors import NotFound, Refused
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
    "metric.fell",
    "metric.reached",
    "perk.expired",
    "perk.granted",
    "points.expired",
    "reward.redeemed",
    "tier.changed",
]
AFTER: tuple[After, ...] = get_args(After)
Names = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(max_length=20)]
Filter = Literal["segments", "tiers", "perks", "coupon_series", "metrics", "thresholds"]
# By what a fact is about: the field that says it.
FIELDS: Mapping[Filter, str] = {
    "segments": "segment",
    "tiers": "tier",
    "perks": "perk",
    "coupon_series": "series",
    "metrics": "metric",
    "thresholds": "threshold",
}
# What each fact may be chosen by, and what words after it may speak of beside the member.
_CHOSEN: Mapping[After, tuple[str, ...]] = {
    "coupon.expired": ("coupon_series",),
    "coupon.issued": ("coupon_series",),
    "member.joined_segment": ("segments",),
    "member.left_segment": ("segments",),
    "metric.fell": ("metrics", "thresholds"),
    "metric.reached": ("metrics", "thresholds"),
    "perk.expired": ("perks",),
    "perk.granted": ("perks",),
    "tier.changed": ("tiers", "moved"),
}
_SPOKEN_OF: Mapping[After, tuple[str, ...]] = {
    "coupon.expired": ("series",),
    "coupon.issued": ("code", "last_day", "series"),
    "member.joined_segment": ("segment",),
    "member.left_segment": ("segment",),
    "metric.fell": ("metric", "value"),
    "metric.reached": ("metric", "value"),
    "perk.expired": ("perk",),
    "perk.granted": ("perk",),
    "points.expired": ("points", "unit"),
    "tier.changed": ("tier",),
}
OF_FACTS = tuple(sorted({name for names in _SPOKEN_OF.values() for name in names}))


def variables_after(after: After) -> tuple[str, ...]:
    """What is known where a fact of this type is followed up."""
    return (*OF_MEMBERS, *_SPOKEN_OF.get(after, ()))


class Only(Frozen):
    """What the fact must be about: one of these, of each that says any. `tiers`: to which the member came; `moved`: whether up, the
    first tier is that, or down."""

    segments: Names = ()
    tiers: Names = ()
    moved: Literal["up", "down"] | None = None
    perks: Names = ()
    coupon_series: Names = ()
    metrics: Names = ()
    thresholds: Names = ()

    def lets(self, fact: Mapping[str, Any]) -> bool:
        """Whatever way they moved."""
        return all(fact[FIELDS[name]] in wanted for name, wanted in self.named())

    def named(self) -> Iterator[tuple[Filter, tuple[str, ...]]]:
        for name in FIELDS:
            wanted: tuple[str, ...] = getattr(self, name)
            if wanted:
                yield name, wanted

    def must_suit(self, after: After) -> None:
        """Refuses `nothing_to_choose`."""
        asked = [*(name for name, _ in self.named()), *(["moved"] if self.moved else [])]
        wrong = next((name for name in asked if name not in _CHOSEN.get(after, ())), None)
        if wrong is not None:
            raise Refused("nothing_to_choose", f"{after} says nothing of {wrong}: leave it out.", param=f"only.{wrong}")


class FollowUpDefinition(Frozen):
    """A follow-up as a shop writes it: the template is told so many hours after each fact of this type, or `only` after some of
    them. One that is paused tells nothing, nor what waits for it by then."""

    after: After
    only: Only = Only()
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
