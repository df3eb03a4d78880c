"""Facts of what is counted because a rule, a segment or a metric asks how often something has happened."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day


@dataclass(frozen=True, slots=True)
class PastCounted(Fact):
    """Something that happened counts for questions about the past, or no longer does, where it came back. What is promised counts for nothing yet.

    field     | meaning                                                                                                 | unit
    counts_on | the day of it where the program is                                                                      | –
    counts    | by which names, for how many days each is kept (0: for ever), how often more and how much more, or less | smallest part of `currency`, of points of their unit
    order     | the sale's id; empty where it was none                                                                  | –
    currency  | what it was paid in; empty where it was no sale                                                         | ISO 4217 code
    forgets   | names by which nothing is kept any more                                                                 | –
    """

    type = "past.counted"

    counts_on: Day
    counts: tuple[tuple[str, int, int, int], ...]
    order: str = ""
    currency: str = ""
    forgets: tuple[str, ...] = ()
