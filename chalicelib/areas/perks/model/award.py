"""An award and what becomes of it: values that answer new values. What is decided of points is decided where the account is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from chalicelib.errors import NotFound, Refused
from chalicelib.kit.clock import Instant

MAX_AWARDS = 100
MAX_REFUNDABLE = 20
LONGEST_NUMBER = 6
MOST_ENDS = 20

AwardState = Literal["active", "redeemed", "expired", "revoked"]
Ends = tuple[tuple[Instant | None, int], ...]


class Redemption(NamedTuple):
    """One that can be refunded: the entry that tells of it, what is left of its points, and the award that it gave. `ended`: what
    an older release wrote, when that was over before it was given more, where it ended at all. `place`: how many of the award the
    entry tells of before it."""

    sequence: int
    owner: str
    points: int
    gave: str
    ended: Instant | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class Award:
    """`number` counts the awards that the member has had of the perk; `version` its changes. `left` is None where it may be used
    at will. `refundable` are its last redemptions. `more`: how many grants were added to the first; `ends`: when they are over, and
    how many of them then, the first over first. One of an older release does not say it. `kept`: something else than a stay in a
    segment gave it, or a part of it, so it does not go with one."""

    perk: str
    number: int
    state: AwardState = "active"
    granted_at: Instant = 0
    expires_at: Instant | None = None
    left: int | None = None
    used: int = 0
    refundable: tuple[Redemption, ...] = ()
    version: int = 0
    more: int = 0
    ends: Ends = ()
    kept: bool = False

    @property
    def award_id(self) -> str:
        """Its name among the member's awards in the program."""
        return f"{self.perk}.{self.number}"

    def at(self, now: Instant) -> Award:
        """As it stands at an instant: over, where its last day has passed."""
        over = self.state == "active" and self.expires_at is not None and self.expires_at <= now
        return replace(self, state="expired") if over else self

    def must_be_usable(self) -> None:
        """Refuses `award_used_up`, `award_expired`, `award_revoked`."""
        if self.state == "redeemed":
            raise Refused("award_used_up", "This has been used as often as it may be.", param="award_id")
        if self.state == "expired":
            raise Refused("award_expired", "This is over: its last day has passed.", param="award_id")
        if self.state == "revoked":
            raise Refused("award_revoked", "This has been taken back.", param="award_id")

    def with_more(self, uses: int | None, expires_at: Instant | None) -> Award:
        """A second grant: as many uses more, and it lasts as long as the longer of both."""
        ends = None if None in (self.expires_at, expires_at) else max(self.expires_at or 0, expires_at or 0)
        left = None if self.left is None or uses is None else self.left + uses
        kept = _with_end(self.ends or ((self.expires_at, 1 + self.more),), expires_at)
        return replace(self, left=left, expires_at=ends, more=self.more + 1, ends=kept)

    def without_grant(self, uses: int | None, ends: Instant | None, ended: Instant | None) -> Award:
        """As if one of its grants had not been, of so many uses and until `ends`: it lasts as long as those that are left. One that
        was its only grant is revoked. `ended`: when it was over before, of an older release. Refuses `reward_used`."""
        by_uses = uses is not None and self.left is not None
        if self.state == "redeemed" or (self.left or 0) < (uses or 0) if by_uses else self.used and not self.more:
            raise award_used(self.award_id)
        if not self.more and not (by_uses and self.left != uses):
            return replace(self, state="revoked")
        left = self.left - uses if uses is not None and self.left is not None else self.left
        until = ended if ended is not None and self.expires_at == ends else self.expires_at
        kept = _without_end(self.ends, ends)
        if kept:
            until = kept[-1][0]
        state: AwardState = "redeemed" if left == 0 else self.state
        return replace(self, state=state, left=left, expires_at=until, more=max(0, self.more - 1), ends=kept)

    def redeemed(self, redemption: Redemption) -> Award:
        left = None if self.left is None else self.left - 1
        kept = (*self.refundable, redemption)[-MAX_REFUNDABLE:]
        state: AwardState = "redeemed" if left == 0 else "active"
        return replace(self, left=left, used=self.used + 1, state=state, refundable=kept)

    def told_by(self, sequence: int, owner: str) -> tuple[Redemption, ...]:
        """Those that an entry tells of, which can still be refunded."""
        return tuple(one for one in self.refundable if (one.sequence, one.owner) == (sequence, owner))

    def redemption(self, sequence: int, owner: str, place: int = 0) -> Redemption:
        """Refuses `already_refunded`, also of one that is too long ago."""
        for one in self.told_by(sequence, owner):
            if one.place == place:
                return one
        raise Refused("already_refunded", "This was given back before, or too long ago.", param="redemption_id")

    def refunded(self, of: Redemption, points: int) -> Award:
        """With a use more, once nothing is left of the redemption; one that was over by its uses is so no more."""
        others = tuple(one for one in self.refundable if one is not of)
        if points < of.points:
            return replace(self, refundable=(*others, of._replace(points=of.points - points)))
        state: AwardState = "active" if self.state == "redeemed" else self.state
        left = None if self.left is None else self.left + 1
        return replace(self, left=left, used=self.used - 1, state=state, refundable=others)

    def with_less_due(self, of: Redemption, points: int) -> Award:
        """So many of its points are not given back any more: the goods that brought them are back."""
        less = of._replace(points=of.points - points)
        return replace(self, refundable=tuple(less if one is of else one for one in self.refundable))


Awards = Mapping[str, Award]


def _with_end(ends: Ends, end: Instant | None) -> Ends:
    """Bounded: of too many, the two that are over first count as over with the later."""
    counts = dict(ends)
    counts[end] = counts.get(end, 0) + 1
    kept = sorted(counts.items(), key=_lasting)
    if len(kept) > MOST_ENDS:
        (_, first), (at, second), *rest = kept
        kept = [(at, first + second), *rest]
    return tuple(kept)


def _without_end(ends: Ends, end: Instant | None) -> Ends:
    """One that is not among them was over first."""
    gone = next((number for number, one in enumerate(ends) if one[0] == end), 0)
    left = tuple((at, count - (number == gone)) for number, (at, count) in enumerate(ends))
    return tuple(one for one in left if one[1])


def _lasting(one: tuple[Instant | None, int]) -> tuple[bool, Instant]:
    return one[0] is None, one[0] or 0


def standing_awards(awards: Iterable[Award], now: Instant) -> list[Award]:
    """As they stand, the active ones first, then the newest."""
    return sorted(
        (award.at(now) for award in awards), key=lambda one: (one.state != "active", -one.granted_at, one.perk)
    )


def latest(awards: Awards, perk: str) -> Award | None:
    """The last award of a perk that a member has had."""
    return max((one for one in awards.values() if one.perk == perk), key=lambda one: one.number, default=None)


def place_for(awards: Awards) -> Award | None:
    """The award that gives way to a new one: the oldest that is over, and not the last of its perk. None where there is room.
    Refuses `too_many_awards`."""
    if len(awards) < MAX_AWARDS:
        return None
    last = {one.perk: max(two.number for two in awards.values() if two.perk == one.perk) for one in awards.values()}
    over = [one for one in awards.values() if one.state != "active" and one.number != last[one.perk]]
    if not over:
        raise Refused("too_many_awards", f"A member has at most {MAX_AWARDS} awards in a program.", param="member_id")
    return min(over, key=lambda one: one.granted_at)


def named_award(text: str) -> tuple[str, int]:
    """Perk and number of an award's name. NotFound for what is none."""
    perk, _, number = text.rpartition(".")
    if (
        not perk
        or not number.isascii()
        or not number.isdigit()
        or number.startswith("0")
        or len(number) > LONGEST_NUMBER
    ):
        raise no_award(text)
    return perk, int(number)


def no_award(text: str) -> NotFound:
    return NotFound("award_not_found", f"This member has no award {text[:80]}.", param="award_id")


def award_used(text: str) -> Refused:
    return Refused(
        "reward_used", f"What the card gave, {text}, has been used: give that back first.", param="redemption_id"
    )


def packed(award: Award) -> dict[str, Any]:
    """Short, without what is as it mostly is."""
    body: dict[str, Any] = {"s": award.state, "g": award.granted_at, "u": award.used}
    if award.expires_at is not None:
        body["e"] = award.expires_at
    if award.left is not None:
        body["l"] = award.left
    if award.refundable:
        body["r"] = [_packed_redemption(one) for one in award.refundable]
    if award.more:
        body["m"] = award.more
    if award.kept:
        body["k"] = 1
    if award.ends:
        body["d"] = [list(one) for one in award.ends]
    return body


def _packed_redemption(one: Redemption) -> list[Any]:
    if one.place:
        return list(one)
    return list(one[:4] if one.ended is None else one[:5])


def unpacked(perk: str, number: int, body: Mapping[str, Any], version: int) -> Award:
    return Award(
        perk=perk,
        number=number,
        state=body["s"],
        granted_at=body["g"],
        expires_at=body.get("e"),
        left=body.get("l"),
        used=body["u"],
        refundable=tuple(Redemption(*one) for one in body.get("r", ())),
        version=version,
        more=body.get("m", 0),
        kept=bool(body.get("k")),
        ends=tuple((at, count) for at, count in body.get("d", ())),
    )
