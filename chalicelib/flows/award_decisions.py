"""What is decided of an award and of its points at once: pure. Flows put it into their transaction.

`granted` is the seam for whatever gives a perk: an operator, a full card, and later a rule within a purchase.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.areas.accounts.model import Story, earn, spend
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.perks.model import (
    Award,
    Level,
    Perk,
    PseudoCurrency,
    Redemption,
    StampCard,
    Till,
    latest,
    must_be_allowed,
    place_for,
)
from chalicelib.errors import InvalidInput, Refused
from chalicelib.flows.award_turn import Desk, Turn
from chalicelib.flows.terms import Terms, after_activity, settle_tier
from chalicelib.kit.amounts import MAX_AMOUNT, money, plain
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import day_starts, local_time

OF_STAY = "segment"  # the source of what comes with a stay in a segment


@dataclass(frozen=True, slots=True)
class Grant:
    """`points` and `uses` where they are not those of the perk."""

    source: str = "hand"
    points: int | None = None

    @property
    def lasts(self) -> bool:
        """Whether what it gives does not go with a stay in a segment."""
        return self.source != OF_STAY


HAND = Grant()


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of a redemption: points taken, what they are worth, what was given for them."""

    points: int = 0
    value: int = 0
    gave: str = ""


def ends_of(perk: Perk, desk: Desk) -> Instant | None:
    """When an award that is given now is over: after its last day, where the program is."""
    if perk.valid_days is None:
        return None
    return day_starts(desk.terms.day(desk.at) + perk.valid_days + 1, desk.terms.program.zone)


def granted(turn: Turn, desk: Desk, perk: Perk, grant: Grant = HAND) -> Turn:
    """An award of the perk, or a second grant as its policy says. Refuses `perk_not_active`, `held_by_tier`, `too_many_awards`, and
    what earning its points does. Whoever ignores second grants asks `is_ignored` first."""
    perk.must_be_on(desk.terms.day(desk.at))
    if isinstance(perk.what, Level):
        raise Refused(
            "held_by_tier", f"{perk.name} comes with the tier {perk.what.tier}, and is not granted.", param="perk_id"
        )
    known, ends, uses = latest(turn.awards, perk.perk_id), ends_of(perk, desk), perk.given_uses
    if known is None or known.state != "active" or perk.again == "replace":
        if known is not None and known.state == "active":
            turn = _revoked(turn, desk, known, "replaced")
        turn = _begun(turn, desk, perk, grant)
    else:
        turn = turn.put(replace(known.with_more(uses, ends), kept=known.kept or grant.lasts))
        turn = turn.then(
            f.PerkGranted(desk.member_id, perk.perk_id, known.number, uses, ends, grant.source, again=True)
        )
    points = perk.points if grant.points is None else grant.points
    if points and perk.counted_in is not None:
        turn = earned(turn, desk, perk.counted_in, points)
    newest = latest(turn.awards, perk.perk_id)
    return turn if newest is None else turn.about(newest.award_id)


def is_ignored(turn: Turn, perk: Perk) -> bool:
    """Whether a grant of the perk changes nothing: they have it, and it is granted once."""
    known = latest(turn.awards, perk.perk_id)
    return perk.again == "ignore" and known is not None and known.state == "active"


def earned(turn: Turn, desk: Desk, unit: str, amount: int, lines: tuple[tuple[int, int], ...] = ()) -> Turn:
    """Points of an award are an earning of its unit, as any other: of some `lines` of an order, where it is for them."""
    terms, lines = desk.terms, lines if desk.order else ()
    credit = replace(terms.credit(unit, amount, desk.at), by=desk.opened.by, lines=lines)
    credit = replace(credit, rule=desk.rule, order=desk.order)
    came_to = turn.story.account.advanced_to
    story = earn(turn.story, credit, terms.conduct_of_earning(unit, came_to, desk.at))
    return replace(turn, story=after_activity(story, terms, "earn", desk.at))


def held(turn: Turn, desk: Desk, perk: Perk, award: Award | None, source: str = "everybody") -> tuple[Turn, Award]:
    """The award that is used: theirs, or what everybody has of the perk, or their tier, which begins with its first use."""
    must_be_on_tier(turn.story, desk.terms, perk)
    if award is None:
        turn = _begun(turn, desk, perk, Grant("tier" if isinstance(perk.what, Level) else source))
        award = turn.awards[turn.main]
    award.must_be_usable()
    return turn, award


def must_be_on_tier(story: Story, terms: Terms, perk: Perk) -> None:
    """Where a perk is a tier's. The tier is the settled one: whom nothing has happened to is on the lowest, though nothing says so
    yet. Refuses `not_on_tier`."""
    if isinstance(perk.what, Level) and settle_tier(story, terms).account.tier != perk.what.tier:
        raise Refused("not_on_tier", f"{perk.name} is for members of the tier {perk.what.tier}.", param="award_id")


def redeemed(turn: Turn, desk: Desk, perk: Perk, award: Award | None, till: Till, amount: int | None) -> Turn:
    """One redemption, by its kind. Refuses `not_redeemable` and what `held`, the perk's state, its restrictions and its kind refuse."""
    perk.must_be_redeemable()
    perk.must_be_on(desk.terms.day(desk.at))
    turn, award = held(turn, desk, perk, award)
    must_be_allowed(perk, local_time(desk.at, desk.terms.program.zone), till)
    if isinstance(perk.what, PseudoCurrency):
        turn, value = _money(turn, desk, perk, perk.what, till, amount)
        return _used(turn, desk, perk, award, _Came(amount or 0, value))
    if amount is not None:
        text = "An amount is for points that are worth money; this is used once, or card by card."
        raise InvalidInput("amount_not_taken", text, param="amount")
    if isinstance(perk.what, StampCard):
        return _full_card(turn, desk, perk, perk.what, award)
    return _used(turn, desk, perk, award, _Came())


def _begun(turn: Turn, desk: Desk, perk: Perk, grant: Grant) -> Turn:
    gives_way = place_for(turn.awards)
    if gives_way is not None:
        turn = turn.without(gives_way)
    known = latest(turn.awards, perk.perk_id)
    number, ends, uses = 1 if known is None else known.number + 1, ends_of(perk, desk), perk.given_uses
    at = turn.story.account.advanced_to
    turn = turn.put(Award(perk.perk_id, number, granted_at=at, expires_at=ends, left=uses, kept=grant.lasts))
    turn = turn.about(f"{perk.perk_id}.{number}")
    return turn.then(f.PerkGranted(desk.member_id, perk.perk_id, number, uses, ends, grant.source))


def _revoked(turn: Turn, desk: Desk, award: Award, why: str) -> Turn:
    turn = turn.put(replace(award, state="revoked"))
    return turn.then(f.PerkRevoked(desk.member_id, award.perk, award.number, why))


def revoked(turn: Turn, desk: Desk, award: Award, why: str = "hand") -> Turn:
    """Refuses what is over already."""
    award.must_be_usable()
    return _revoked(turn, desk, award, why).about(award.award_id)


def _spent(turn: Turn, desk: Desk, unit: str, amount: int) -> Turn:
    story = spend(turn.story, unit, amount, desk.terms.conduct(unit, desk.at), by=desk.opened.by)
    return replace(turn, story=after_activity(story, desk.terms, "spend", desk.at))


def _money(
    turn: Turn, desk: Desk, perk: Perk, what: PseudoCurrency, till: Till, amount: int | None
) -> tuple[Turn, int]:
    if amount is None:
        raise InvalidInput("amount_needed", "Say how many points are to be redeemed.", param="amount")
    value = worth(what, amount)
    if not 0 < value <= MAX_AMOUNT:
        text = f"So many points of {perk.name} are worth no money that can be paid."
        raise Refused("worth_nothing", text, param="amount")
    currency = "" if till.basket is None else till.basket.currency
    if perk.maximum_value is not None and value > perk.maximum_value:
        most = f"more than the {money(perk.maximum_value, currency)}" if currency else "more than what"
        raise Refused("over_maximum_value", f"That is {most} {perk.name} is redeemed for at a time.", param="amount")
    if till.basket is not None and value > till.basket.value:
        theirs = f"{money(till.basket.value, currency)}, and they are worth {money(value, currency)}"
        text = f"The points are worth more than the basket{f', which comes to {theirs}' if currency else ''}."
        raise Refused("more_than_basket", text, param="amount")
    return _spent(turn, desk, what.unit, amount), value


def worth(what: PseudoCurrency, amount: int) -> int:
    """Down to what can be paid: many small redemptions are never worth more than one of them all."""
    return amount * what.value // what.points


def _full_card(turn: Turn, desk: Desk, perk: Perk, what: StampCard, award: Award) -> Turn:
    stamps = turn.story.account.wallet(what.unit).available
    if stamps < what.stamps:
        decimals = desk.terms.conduct(what.unit, desk.at).decimals
        text = f"The card has {plain(stamps, decimals)} of {plain(what.stamps, decimals)} stamps."
        raise Refused("card_not_full", text, param="award_id")
    if what.gives is None:
        return _used(_spent(turn, desk, what.unit, what.stamps), desk, perk, award, _Came(what.stamps))
    prize = desk.perk(what.gives)
    if is_ignored(turn, prize):
        text = f"The card gives {prize.name}, which the member has: it stays full until they can be given it."
        raise Refused("prize_held", text, param="award_id")
    turn = granted(turn, desk, prize, Grant("card", points=0))
    turn = _spent(turn, desk, what.unit, what.stamps)
    return _used(turn, desk, perk, award, _Came(what.stamps, gave=turn.main))


def _used(turn: Turn, desk: Desk, perk: Perk, award: Award, came: _Came) -> Turn:
    owner = turn.story.account.owner
    place = max((one.place + 1 for one in award.told_by(turn.sequence, owner)), default=0)
    used = award.redeemed(Redemption(turn.sequence, owner, came.points, came.gave, place=place))
    fact = f.PerkRedeemed(
        desk.member_id,
        perk.perk_id,
        award.number,
        unit=(perk.counted_in or "") if came.points else "",
        points=came.points,
        value=came.value,
        gave=came.gave,
        over=used.state == "redeemed",
    )
    return turn.put(used).then(fact).about(used.award_id, till=perk.till_code)
