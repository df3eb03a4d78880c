"""Who belongs to a segment, in the words of rules: what can be asked of a member and their account at any moment."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.areas.rules.model.conditions import Ask, AskLabels, Condition, questions
from chalicelib.areas.rules.model.subjects import OF_FIELDS, OF_UNITS
from chalicelib.areas.rules.model.times import AskTimes, Earlier
from chalicelib.kit.base import Frozen

MAX_CRITERIA = 50
_OF_THEM = ("member.", "account.", OF_UNITS, OF_FIELDS)
_NOT_OF_THEM = "member.segments"  # a segment that rests on others would have to be told again and again


class Criteria(Frozen):
    """`program_id`: by whose accounts and calendar they are judged."""

    program_id: Annotated[int, Field(strict=True, ge=1, le=1_023)] = 1
    when: Condition

    @model_validator(mode="after")
    def _can_be_told_of_a_member(self) -> Self:
        asked = tuple(questions(self.when))
        if len(asked) > MAX_CRITERIA:
            raise ValueError(f"a segment has at most {MAX_CRITERIA} criteria")
        for one in asked:
            if not _is_of_a_member(one):
                raise ValueError(
                    "criteria are about a member and their account: ask for member.… (but not member.segments), "
                    "account.…, balance.…, field.…, for labels of the member, or for times of orders, events and redemptions, sums and shares of orders"
                )
        return self

    @property
    def asked(self) -> tuple[Condition, ...]:
        return tuple(questions(self.when))


def _is_of_a_member(one: Condition) -> bool:
    if isinstance(one, Ask):
        return one.ask.startswith(_OF_THEM) and one.ask != _NOT_OF_THEM
    if isinstance(one, Earlier):
        return not isinstance(one, AskTimes) or one.rule_id is None
    return isinstance(one, AskLabels) and one.labels_of == "member"
