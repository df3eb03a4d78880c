"""What policy makes of points, reckoned anew (reckoned.py) and compared with what facts say: when an earning comes and how
long it lasts, what a conversion brings, which last day has what is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.limits import MAX_LOTS
from chalicelib.areas.accounts.model.lots import Lot
from chalicelib.kit.facts import Fact
from tests.simulation.fact_laws import Setting
from tests.simulation.law import law
from tests.simulation.reckoned import Due, day_at, due, gained, last_sliding, policy_on, start_of

Credited = f.PointsEarned | f.PointsPromised | f.PointsGranted | f.PointsConverted | f.PointsRefunded
ACTIVITIES = {
    "earn_points": "earn",
    "spend_points": "spend",
    "capture_hold": "spend",
    "convert_points": "spend",
}
SPENDING = ("commit_checkout", "redeem_award", "redeem_code", "give_stamps")
GIVEN_BESIDE = ("stamped",)  # by rules with orders
BY_FACT: dict[type[Fact], str] = {
    f.OrderRecorded: "order",
    f.PointsSent: "transfer",
    f.RewardRedeemed: "spend",
}
TAKEN = (
    f.PointsSpent,
    f.PointsHeld,
    f.PointsSent,
    f.PointsConverted,
    f.PointsDeducted,
    f.PointsCancelled,
    f.DebtSettled,
)


class Asked(NamedTuple):
    """What somebody asked for beside what the policy says: what an earning waits for, or the last day of a gift."""

    waits: Mapping[str, Any] | None = None
    last: int | None = None


AS_THE_POLICY_SAYS = Asked()


@dataclass
class Sliding:
    """Of one account: the last day of what slides, by unit, as its activities come to; and what it `was` before an
    entry let it slide."""

    until: dict[str, int] = field(default_factory=dict)
    was: dict[str, int] = field(default_factory=dict)

    def goes_on(self, fact: f.PointsExtended) -> None:
        """What comes later in the entry joins what has slid; whether it should have is asked once that is over."""
        if fact.unit in self.until:
            self.was.setdefault(fact.unit, self.until[fact.unit])
            self.until[fact.unit] = fact.expires_on

    def alive(self, unit: str, now: int, zone: str) -> bool:
        return unit in self.until and start_of(self.until[unit] + 1, zone) > now


def ask_policy(sliding: Sliding, before: Account, fact: Fact, setting: Setting, asked: Asked) -> None:
    """Of one fact, by the account before it."""
    zone = setting.program.zone
    for day, at in _ends(fact):
        law(at == (None if day is None else start_of(day + 1, zone)), f"{fact} does not end with its last day")
    if isinstance(fact, Credited) and not (isinstance(fact, f.PointsRefunded) and fact.fresh is None):
        _ask_credit(sliding, before, fact, setting, asked)
    if isinstance(fact, f.PointsExtended):
        sliding.goes_on(fact)
    if isinstance(fact, f.PointsReceived):
        together = before.wallet(fact.unit).sliding
        law(all(lot != together for lot, *_ in fact.pieces), f"{fact} slides with what was there")
    if isinstance(fact, f.PointsConverted):
        _ask_gain(fact, setting)
    if isinstance(fact, f.PointsActivated):
        _ask_activation(before, fact, setting)
    if isinstance(fact, TAKEN):
        days = {lot.number: lot.expires_on for lot in before.wallet(fact.unit).lots}
        law(all(days[lot] == day for lot, _, _, day in fact.pieces), f"{fact} tells other last days than {days}")
    if isinstance(fact, f.PointsExpired):
        lot = before.wallet(fact.unit).lot(fact.lot)
        law(lot is None or _passes_so(fact, lot), f"{fact} was {lot}")


def ask_activity(sliding: Sliding, account: Account, setting: Setting, told: Sequence[Fact]) -> None:
    """Once an entry is over: what slides lasts until so many days after the last activity that its policy names, whatever
    policy lets nothing slide since."""
    entry, program = setting.entry, setting.program
    day, activities = day_at(entry.effective_at, program.zone), set(_activities(entry.header["operation"], told))
    for unit in program.units:
        if not sliding.alive(unit.code, account.advanced_to, program.zone):
            continue
        sliding.until[unit.code] = sliding.was.pop(unit.code, sliding.until[unit.code])
        expiry = last_sliding(unit.policies, day)
        if expiry is not None and activities & set(expiry.activities):
            sliding.until[unit.code] = max(sliding.until[unit.code], day + expiry.days)
        wallet = account.wallet(unit.code)
        lot = wallet.lot(wallet.sliding)
        until = None if lot is None else lot.expires_on
        law(until == sliding.until[unit.code], f"{unit.code} slides until {until}, not {sliding.until[unit.code]}")
    sliding.was.clear()


def _activities(operation: str, told: Sequence[Fact]) -> Iterator[str]:
    """What somebody gives, and what a rule gives otherwise than for the goods of an order, is earned."""
    kinds = {type(fact) for fact in told}
    if operation in ACTIVITIES:
        yield ACTIVITIES[operation]
    yield from (activity for kind, activity in BY_FACT.items() if kind in kinds)
    if operation in SPENDING and kinds & {f.PointsSpent, f.PointsCaptured}:
        yield "spend"
    came = [fact for fact in told if isinstance(fact, f.PointsEarned | f.PointsPromised | f.PointsCapped)]
    if came and (f.OrderRecorded not in kinds or any(one.rule in GIVEN_BESIDE for one in came)):
        yield "earn"


def _passes_so(fact: f.PointsExpired, lot: Lot) -> bool:
    """With its lot; what comes back after that may have had an earlier last day, before its lot slid on."""
    if fact.came_at is None or lot.expires_at is None or lot.expires_at > fact.came_at:
        return fact.expires_on == lot.expires_on
    return fact.expires_on is not None and fact.expires_on <= (lot.expires_on or 0)


def _ends(fact: Any) -> Iterator[tuple[int | None, int | None]]:
    if hasattr(fact, "expires_on") and hasattr(fact, "expires_at"):
        yield fact.expires_on, fact.expires_at
    if isinstance(fact, f.PointsReceived):
        yield from ((day, at) for _, _, _, day, at in fact.pieces)


def _ask_credit(sliding: Sliding, before: Account, fact: Any, setting: Setting, asked: Asked) -> None:
    unit, (lot, start, _) = _given(fact)
    zone, day = setting.program.zone, day_at(setting.entry.effective_at, setting.program.zone)
    if isinstance(fact, f.PointsEarned | f.PointsPromised):
        law(fact.counts_on == day, f"{fact} was earned on {day}")
    policy = policy_on(setting.program.unit(unit).policies, day)
    alive = sliding.alive(unit, before.advanced_to, zone)
    full = len(before.wallet(unit).lots) >= MAX_LOTS
    wanted = list(_dues(fact, policy, zone, day, setting.entry.header["operation"], asked))
    for one in wanted:
        last = sliding.until[unit] if one.slides and alive else one.last
        if _comes_so(fact, one, before.advanced_to) and _lasts_so(fact.expires_on, last, full=full):
            if one.slides and not alive and start == 0:
                sliding.until[unit] = fact.expires_on
                sliding.was.pop(unit, None)
            law(one.slides or lot != before.wallet(unit).sliding, f"{fact} slides with others from now on")
            return
    law(False, f"{fact} should be {wanted}, sliding until {sliding.until.get(unit)}, by {policy}")


def _dues(fact: Any, policy: Any, zone: str, day: int, operation: str, asked: Asked) -> Iterator[Due]:
    """As the policy says; what somebody asked for in this step is as they said, but a rival may have done the same without."""
    if isinstance(fact, f.PointsGranted) and asked.last is not None:
        yield Due(None, "", asked.last)
        return
    if not isinstance(fact, f.PointsEarned | f.PointsPromised):
        yield due(policy, zone, day)
        return
    yield due(policy, zone, day, comes_on=day + policy.available_after if policy.available_after else None)
    if operation == "earn_points" and asked.waits is not None:
        yield _as_asked(asked.waits, policy, zone, day)


def _as_asked(waits: Mapping[str, Any], policy: Any, zone: str, day: int) -> Due:
    if "available_after_days" in waits:
        return due(policy, zone, day, comes_on=day + waits["available_after_days"])
    if "available_on" in waits:
        return due(policy, zone, day, comes_on=waits["available_on"])
    event = waits.get("event", "")
    if "order_id" in waits:
        line_no = waits["line_no"]
        event = f"order/{waits['order_id']}" + ("" if line_no is None else f"/{line_no}")
    return due(policy, zone, day, event=event)


def _given(fact: Any) -> tuple[str, tuple[int, int, int]]:
    """Of which unit, and at which positions of its lot."""
    if isinstance(fact, f.PointsConverted):
        return fact.into, fact.piece
    return fact.unit, (fact.fresh or (0, 0, 0)) if isinstance(fact, f.PointsRefunded) else fact.piece


def _comes_so(fact: Any, wanted: Due, now: int) -> bool:
    """Promised while it lies ahead; there at once if not, and then it says when it came."""
    waits = bool(wanted.event) or (wanted.releases_at is not None and wanted.releases_at > now)
    if isinstance(fact, f.PointsEarned):
        return not waits and fact.came_at == wanted.releases_at
    if not isinstance(fact, f.PointsPromised):
        return not waits
    told = fact.releases_at, fact.event, fact.open
    return waits and told == (wanted.releases_at, wanted.event, wanted.open)


def _lasts_so(told: int | None, wanted: int | None, *, full: bool) -> bool:
    """To the day. In a wallet with too many last days some last a little longer."""
    if not full or told == wanted:
        return told == wanted
    return told is None or (wanted is not None and told > wanted)


def _ask_gain(fact: f.PointsConverted, setting: Setting) -> None:
    program = setting.program
    policy = policy_on(program.unit(fact.into).policies, day_at(setting.entry.effective_at, program.zone))
    due = gained(program.rates, fact.unit, fact.into, fact.amount, policy.rounding)
    law(fact.gained == due, f"{fact} should have brought {due}")


def _ask_activation(before: Account, fact: f.PointsActivated, setting: Setting) -> None:
    """By time not before its day; by hand it gets its last day now where that was left open."""
    lots = {piece[0] for piece in fact.pieces}
    (promise,) = (
        one
        for one in before.pendings
        if (one.unit, one.lot) == (fact.unit, fact.pieces[0][0])
        and any(start <= fact.pieces[0][1] < end for start, end in one.spans)
    )
    law(lots == {promise.lot} and fact.counts_on == promise.day, f"{fact} was {promise}")
    entry, zone = setting.entry, setting.program.zone
    if entry.header["operation"] != "activate_pending":
        reached = max(before.advanced_to, entry.effective_at, entry.header["recorded_at"])
        law(promise.releases_at is not None and promise.releases_at <= reached, f"{fact} came before its day")
    elif promise.open and promise.day is not None:
        policy = policy_on(setting.program.unit(fact.unit).policies, promise.day)
        wanted = due(policy, zone, promise.day, comes_on=day_at(entry.effective_at, zone))
        law(fact.expires_on == wanted.last, f"{fact} should last until {wanted.last}")


def ask_transfer(sent: f.PointsSent, received: f.PointsReceived, lots: int) -> None:
    """By last day, what came is what was sent. Of a receiver with too many last days some may last a little longer."""
    came: Counter[int | None] = Counter()
    left: Counter[int | None] = Counter()
    for _, start, end, day, _ in received.pieces:
        came[day] += end - start
    for _, start, end, day in sent.pieces:
        left[day] += end - start
    law(sent.unit == received.unit and came.total() == left.total(), f"{received} came of {sent}")
    law(came == left or lots >= MAX_LOTS, f"of {sent} came {received}")
