"""What a metric of a tenant's own measures of a member's past: so narrowed and over such a range as questions about it are."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.areas.rules.model.times import BY_MONTHS, MEASURED_OF, OF_EVENTS, ORDERS, Earlier
from chalicelib.kit.slips import slip

Measured = Literal["times", "sum", "average", "last"]


class Measure(Earlier):
    """How often orders, check-ins, redemptions or events of a name (`event:review`) were, or points of a unit were earned or spent
    (`points_earned:points`, `points_spent:points`); of orders also what they came to in money at face value, less what came back of them,
    and of points how many, less what was taken back: all of them, on average, or those of the last day on which there was one."""

    measure: Measured
    of: Annotated[str, Field(pattern=MEASURED_OF)]

    @model_validator(mode="after")
    def _can_be_measured(self) -> Self:
        self.must_say_when()
        if self.measure != "times" and self.of != ORDERS and self.of_unit is None:
            text = f"{self.measure} is of orders and points: anything else comes to no amount, and is counted by times"
            raise slip("wrong_comparison", text, "measure")
        if self.measure == "last" and self.per == "ever":
            raise slip("wrong_comparison", "what is counted for ever has no days: say days, or a period", "per")
        return self

    @property
    def what(self) -> str:
        return self.of

    @property
    def of_event(self) -> str | None:
        return self.of.removeprefix(OF_EVENTS) if self.of.startswith(OF_EVENTS) else None

    @property
    def by_months(self) -> bool:
        """Whether every account knows it without counting: how many orders there were in whole months."""
        return self.measure == "times" and self.of == ORDERS and self.per in BY_MONTHS and not self.narrowed
