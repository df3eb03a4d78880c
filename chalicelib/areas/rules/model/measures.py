"""What a metric of a tenant's own measures of a member's past: so narrowed and over such a range as questions about it are."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.areas.rules.model.times import BY_MONTHS, OF_EVENTS, ORDERS, REDEMPTIONS, Earlier
from chalicelib.kit.slips import slip

Measured = Literal["times", "sum", "average", "last"]


class Measure(Earlier):
    """How often orders, check-ins, redemptions or events of a name (`event:review`) were; of orders also what they came to in money at face
    value, less what came back of them: all of them, on average, or those of the last day on which there was one."""

    measure: Measured
    of: Annotated[str, Field(pattern=r"^(orders|check_in|redemptions|event:[A-Za-z0-9][A-Za-z0-9_.-]{0,63})$")]

    @model_validator(mode="after")
    def _can_be_measured(self) -> Self:
        self.must_say_when()
        if self.measure != "times" and self.of != ORDERS:
            text = f"{self.measure} is of orders: anything else comes to no money, and is counted by times"
            raise slip("wrong_comparison", text, "measure")
        if self.of == REDEMPTIONS and self.places is not None:
            raise slip("wrong_comparison", "redemptions are counted wherever they are")
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
