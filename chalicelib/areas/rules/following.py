"""What follows from a purchase beside points: for which of its lines, and how many stamps.

Stamps for pieces are given price by price: so what comes back of a price takes its own stamps with it, as points do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from chalicelib.areas.rules.basket import Own, Whole
from chalicelib.areas.rules.model.effects import FollowEffect, GiveStamps
from chalicelib.areas.rules.outcome import Follow, Portion

MOST_PRICES = 10  # told apart; what costs more than these goes together


def follow_of(rule_id: str, effect: FollowEffect, own: Own, *, asked: bool) -> Follow | None:
    """`own` as they are paid; `asked`: the rule is for some lines. None where there is no piece to give stamps for."""
    lines = tuple(sorted(own.numbers)) if asked else ()
    if not isinstance(effect, GiveStamps):
        return Follow(rule_id, effect, lines)
    if effect.per == "piece":
        portions = tuple(_by_price(effect, own))
        return Follow(rule_id, effect, lines, portions) if portions else None
    paid = tuple(sorted(zip(own.numbers, own.values, strict=True)))
    portion = Portion(effect.amount, own.split_by_turn(effect.amount), paid) if asked else Portion(effect.amount)
    return Follow(rule_id, effect, lines, (portion,))


def _by_price(effect: GiveStamps, own: Own) -> Iterator[Portion]:
    """The cheapest first, as far as there are stamps for them; of one price by what the lines are, wherever they stand."""
    values, wholes = dict(zip(own.numbers, own.values, strict=True)), own.wholes
    prices = dict[Fraction, list[Whole]]()
    for line in wholes.lines:
        if values[line.number]:
            prices.setdefault(Fraction(values[line.number] * line.weight, wholes.parts), []).append(line)
    pieces = 0
    for together in _few([prices[price] for price in sorted(prices)], own.numbers):
        lines = list[tuple[int, int]]()
        for line in together:
            before, pieces = effect.of_pieces(pieces), pieces + line.pieces
            if effect.of_pieces(pieces) > before:
                lines.append((line.number, effect.of_pieces(pieces) - before))
        if lines:
            paid = tuple((number, values[number]) for number, _ in lines)
            yield Portion(sum(part for _, part in lines), tuple(lines), paid)


def _few(prices: list[list[Whole]], turn: Sequence[int]) -> Iterator[list[Whole]]:
    yield from prices[:MOST_PRICES]
    place = {number: at for at, number in enumerate(turn)}
    rest = sorted((line for lines in prices[MOST_PRICES:] for line in lines), key=lambda line: place[line.number])
    if rest:
        yield rest
