"""A series as a shop writes it. Whatever cannot be meant is refused here, in a sentence."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from chalicelib.errors import NotFound, Refused
from chalicelib.kit.base import Frozen, was_let_in
from chalicelib.kit.percents import PercentOrWhole
from chalicelib.kit.periods import Day, day_of
from chalicelib.kit.slips import slip
from chalicelib.kit.texts import PLAIN_NAME, PLAIN_TEXT
from chalicelib.kit.wire import AmountOrZero, CalendarDay, PositiveAmount

CODES_A_PAGE = 1_000
NEVER_GOOD = "no coupon would ever be good: it is over before it is active"
MAX_USES = 100
MAX_COUNT = 1_000_000_000
MAX_DAYS = 36_525
_FOR_EVER = day_of(date(9000, 1, 1))
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read as something else: no 0, O, 1, I, L

SeriesId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
CodeText = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]$"), AfterValidator(str.upper)]
Prefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{0,16}$"), AfterValidator(str.upper)]
Count = Annotated[int, Field(strict=True, ge=1, le=MAX_COUNT)]
Days = Annotated[int, Field(strict=True, ge=0, le=MAX_DAYS)]
Flag = Annotated[bool, Field(strict=True)]


class CouponWorth(Frozen):
    """What it is good for, as data for the checkout. `amount` in the smallest part of `currency`; `percent` of 100: a whole number,
    or a decimal in quotes."""

    kind: Literal["none", "amount", "percent", "free_delivery", "text"] = "none"
    amount: PositiveAmount | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    percent: PercentOrWhole | None = None
    text: Annotated[str, Field(min_length=1, max_length=500), PLAIN_TEXT] | None = None
    minimum_order_value: AmountOrZero = 0
    stackable: Flag = False

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        needed = {"amount": {"amount", "currency"}, "percent": {"percent"}, "text": {"text"}}.get(self.kind, set())
        given = {name for name in ("amount", "currency", "percent", "text") if getattr(self, name) is not None}
        if needed != given:
            raise ValueError(f"worth of the kind {self.kind} has {', '.join(sorted(needed)) or 'no value'}")
        return self

    @property
    def share(self) -> Fraction | None:
        """What `percent` says."""
        return None if self.percent is None else Fraction(self.percent) / 100

    def takes_back(self, before: CouponWorth) -> bool:
        """Whoever has such a coupon has something else than before, or must buy for more. What it goes together with is no worth."""
        same = before.share == self.share and all(
            getattr(self, name) == getattr(before, name) for name in ("kind", "amount", "currency", "text")
        )
        return not same or self.minimum_order_value > before.minimum_order_value


class CodeSource(Frozen):
    """Where codes come from. `prefix` and `length` (of what follows it) are of generated ones, `code` is the shared one."""

    kind: Literal["pool", "generated", "shared"] = "generated"
    code: CodeText | None = None
    prefix: Prefix = ""
    length: Annotated[int, Field(strict=True, ge=6, le=32)] = 10

    @model_validator(mode="after")
    def _has_the_code_it_shares(self) -> Self:
        if (self.kind == "shared") != (self.code is not None):
            raise ValueError("a shared code is named, and only a shared one")
        return self


class Limits(Frozen):
    """None: without limit. Issued and used are counted of each member and of all. `uses_per_code` is of each coupon; whoever
    uses a shared code has another coupon each time, so how often they may is `used_per_member`."""

    uses_per_code: Annotated[int, Field(strict=True, ge=1, le=MAX_USES)] = 1
    issued_per_member: Count | None = None
    used_per_member: Count | None = None
    issued: Count | None = None
    used: Count | None = None


class CouponSeriesDefinition(Frozen):
    """Days are the program's own, both ends included. A coupon is good from `active_after_days` after its issue until
    `valid_days` after it (that day included: 0 is the day of its issue alone) and until `valid_until`, whichever is first. `claimable`: who shows a code of the pool that
    nobody has gets the coupon with its first use. `reactivable`: an expired or cancelled one may be made good again."""

    name: Annotated[str, Field(min_length=1, max_length=200), PLAIN_NAME]
    description: Annotated[str, Field(max_length=2_000), PLAIN_TEXT] = ""
    state: Literal["active", "paused", "ended"] = "active"
    codes: CodeSource = CodeSource()
    worth: CouponWorth = CouponWorth()
    limits: Limits = Limits()
    from_day: CalendarDay | None = None
    until_day: CalendarDay | None = None
    active_after_days: Days = 0
    valid_days: Days | None = None
    valid_until: CalendarDay | None = None
    needs_activation: Flag = False
    reactivable: Flag = False
    claimable: Flag = False

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.from_day is not None and self.until_day is not None and self.until_day < self.from_day:
            raise slip("window_reversed", "a window must not end before it starts", "until_day")
        if self.valid_days is not None and self.valid_days < self.active_after_days:
            raise ValueError("a coupon must not be over before it is active")
        if self.codes.kind == "shared" and (
            self.limits.uses_per_code > 1 or self.needs_activation or self.active_after_days
        ):
            raise ValueError("a shared code is used at once: its limits are per member and in all")
        if self.claimable and (self.codes.kind != "pool" or self.needs_activation or self.active_after_days):
            raise ValueError("only a code of a pool that is good at once can be claimed")
        return self

    @model_validator(mode="after")
    def _can_become_good(self, info: ValidationInfo) -> Self:
        if self.from_day is not None and not was_let_in(info) and not self.becomes_good(self.from_day):
            raise slip("window_reversed", NEVER_GOOD, "valid_until")
        return self

    def becomes_good(self, issued_on: Day) -> bool:
        """Whether `valid_until` lets a coupon of such a day become active; one of a later day does no sooner."""
        return self.valid_until is None or self.valid_until >= issued_on + self.active_after_days

    def named(self, program_id: int, series_id: str) -> CouponSeries:
        return CouponSeries(program_id=program_id, series_id=series_id, **dict(self))


class CouponSeries(CouponSeriesDefinition):
    """One series of a program."""

    program_id: int
    series_id: SeriesId

    def must_be_at_work(self, today: Day) -> None:
        """For issuing and using. Refuses `series_not_active`."""
        begun = self.from_day is None or self.from_day <= today
        over = self.until_day is not None and self.until_day < today
        if self.state == "active" and begun and not over:
            return
        why = {"paused": "is paused", "ended": "has ended"}.get(self.state, "is over" if begun else "has not begun")
        raise Refused("series_not_active", f"The coupon series {self.name} {why}.", param="series_id")

    def must_be_handed_out(self, param: str = "series_id") -> None:
        """By hand, by a rule, or for a reward. Refuses `code_is_shared`."""
        if self.codes.kind == "shared":
            text = (
                f"The code of {self.name} is everybody's: whoever shows it at a till uses it, and nobody is given it."
            )
            raise Refused("code_is_shared", text, param=param)

    def last_day(self, issued_on: Day) -> Day | None:
        """On which a coupon that is issued on a day is good; None for ever, which is what people mean by the year 9999."""
        by_days = None if self.valid_days is None else issued_on + self.valid_days
        until = None if self.valid_until is None or self.valid_until >= _FOR_EVER else self.valid_until
        return min((day for day in (by_days, until) if day is not None), default=None)


def made_code(source: CodeSource, drawn: int) -> str:
    """Of a random number of 256 bits, enough for 32 letters."""
    letters = []
    for _ in range(source.length):
        drawn, place = divmod(drawn, len(ALPHABET))
        letters.append(ALPHABET[place])
    return f"{source.prefix}{''.join(letters)}"


def no_series(series_id: str) -> NotFound:
    return NotFound("coupon_series_not_found", f"There is no coupon series {series_id[:64]}.", param="series_id")
