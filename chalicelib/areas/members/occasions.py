"""What comes to a member by itself, once a year: their birthday and the anniversary of their enrolment. Pure.

A profile keeps the next day of each, on the calendar of the tenant's first program. A birthday that something was given for
is the only one of its year, whatever becomes of the birth date.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import MAXYEAR, date
from typing import Literal

from chalicelib.kit.base import Frozen
from chalicelib.kit.periods import Day, date_of, day_of, in_year, next_in_a_year

Occasion = Literal["birthday", "anniversary"]


class Occasions(Frozen):
    """`anniversary` and `birthday` are the next ones; there is no birthday without a birth date. `birthday_year`: of the last
    birthday that a rule gave something for."""

    enrolled_on: date
    anniversary: date
    birthday: date | None = None
    birthday_year: int | None = None

    @property
    def next_on(self) -> Day:
        return day_of(self.anniversary if self.birthday is None else min(self.anniversary, self.birthday))

    @property
    def next(self) -> tuple[Occasion, ...]:
        """Which come on that day."""
        on = date_of(self.next_on)
        coming: tuple[tuple[Occasion, date | None], ...] = (
            ("birthday", self.birthday),
            ("anniversary", self.anniversary),
        )
        return tuple(name for name, day in coming if day == on)


def begun(enrolled_on: Day, born: date | None, today: Day) -> Occasions:
    """Of whoever was enrolled on a day, from today on: what had passed before it was known of has passed."""
    enrolled = date_of(enrolled_on)
    anniversary = next_in_a_year(enrolled, max(today, enrolled_on + 1))
    return Occasions(enrolled_on=enrolled, anniversary=date_of(anniversary), birthday=_birthday(born, today, None))


def born_anew(occasions: Occasions, born: date | None, today: Day) -> Occasions:
    """After their birth date became known, was changed, or forgotten."""
    return occasions.model_copy(update={"birthday": _birthday(born, today, occasions.birthday_year)})


def passed(occasions: Occasions, born: date | None, given: Collection[str]) -> Occasions:
    """When the next day has passed, and something was given for some of what came on it."""
    on = occasions.next_on
    year, coming = date_of(on).year, occasions.next
    if "anniversary" in coming:
        anniversary = date_of(in_year(occasions.enrolled_on, year + 1))
        occasions = occasions.model_copy(update={"anniversary": anniversary})
    if "birthday" in coming:
        last = year if "birthday" in given else occasions.birthday_year
        update = {"birthday": _birthday(born, on + 1, last), "birthday_year": last}
        occasions = occasions.model_copy(update=update)
    return occasions


def _birthday(born: date | None, first: Day, given_in: int | None) -> date | None:
    """The next from a day on: nobody has one on the day they are born or before, or two in a year."""
    if born is None or born.year == MAXYEAR:  # of whom it would be in a year that no calendar has
        return None
    coming = date_of(next_in_a_year(born, max(first, day_of(born) + 1)))
    return date_of(in_year(born, given_in + 1)) if given_in is not None and coming.year <= given_in else coming
