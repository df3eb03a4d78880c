"""What an account's journal tells of a birthday or an anniversary: that something came by itself, and what it gave. Pure.

Which of them it was, and by which rules, would tell the day and month of a birth to whoever reads the ledger, the feed or a
webhook. So that is in the entry's private part, where an erasure reaches it; statements have the rules from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.members.occasions import Occasion
from chalicelib.flows.follow_effects import Followed
from chalicelib.kit.facts import Body, Fact
from chalicelib.table.journal import Entry

KIND = "occasion"
_OCCASIONS = frozenset(get_args(Occasion))


def kind_of(moment: str) -> str:
    """As a fact tells it."""
    return KIND if moment in _OCCASIONS else moment


def nameless(story: Story) -> Story:
    """The same, and no fact of it says which rule it was."""
    return replace(story, facts=tuple(map(_nameless, story.facts)))


def private_part(story: Story, moments: Sequence[str], done: Followed, salt: str) -> Mapping[str, Any]:
    """What `nameless` and `kind_of` leave out: `rules` by the place of their facts in the entry."""
    rules = {str(place): rule for place, fact in enumerate(story.facts) if (rule := _rule_of(fact))}
    return {"salt": salt, "occasions": list(moments), "rules": rules, **done.told}


def with_rules(entry: Entry) -> tuple[Body, ...]:
    """The entry's facts, with the rules that its private part names, as long as it is there."""
    rules = (entry.private or {}).get("rules", {})
    return tuple(
        {**body, "rule": rules[str(place)]} if str(place) in rules else body for place, body in enumerate(entry.facts)
    )


def _rule_of(fact: Fact) -> str:
    return str(getattr(fact, "rule", ""))


def _nameless(fact: Fact) -> Fact:
    match fact:
        case f.PointsEarned() | f.PointsPromised() | f.PointsCapped() | f.RuleTold():
            return replace(fact, rule="")
        case f.NotificationWanted():
            return replace(fact, rule="")
        case f.MemberJoinedSegment() | f.MemberRenewedSegment() | f.MemberLeftSegment():
            return replace(fact, rule="")
        case _:
            return fact
