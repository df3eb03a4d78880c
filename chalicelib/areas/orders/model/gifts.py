"""What rules gave for an order beside points, as the order keeps it."""

from __future__ import annotations

from typing import NamedTuple

from chalicelib.kit.clock import Instant

COUPON_GIVEN, STAMPS, STAY_BEGUN = "issue_coupon", "stamps", "join_segment"


class Gift(NamedTuple):
    """What a rule gave for it beside points: a perk or a tier (`what`), stamps on a card (`what`), a coupon of a series
    (`what`), or a stay in a segment (`what`) that began with it. `award` is the one that was granted or stamped, or the coupon; `lines` of the order that it was given for, where
    the rule asks for some. An older release wrote what was before: when the award
    was over (`ended`), or to which tier the account was pinned, and until which day (`was`)."""

    rule: str
    kind: str
    what: str
    award: str = ""
    ended: Instant | None = None
    was: tuple[str, int | None] | None = None
    lines: tuple[int, ...] = ()
