"""Windows: from a day until a day, as a shop writes them into a definition."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.kit.base import Frozen
from chalicelib.kit.periods import Day, date_of, day_of, parse_day
from chalicelib.kit.slips import slip


def _iso_day(value: object) -> object:
    if isinstance(value, str) and (day := parse_day(value)) is not None:
        return date_of(day)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticCustomError("unreadable_date", 'it must be a day of the calendar, such as "2026-01-31"')


IsoDay = Annotated[date, BeforeValidator(_iso_day)]


class Window(Frozen):
    """Days on the program's own calendar, both ends included; an end left out is open. Of a rule: days of purchase."""

    from_day: IsoDay | None = None
    until_day: IsoDay | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.from_day and self.until_day and self.until_day < self.from_day:
            raise slip("window_reversed", "a window must not end before it starts")
        return self

    def has(self, day: Day) -> bool:
        begun = self.from_day is None or day_of(self.from_day) <= day
        return begun and (self.until_day is None or day <= day_of(self.until_day))
