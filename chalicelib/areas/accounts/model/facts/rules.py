"""Facts of rules: those that are counted, because they have limits or because another rule asks how often, and those that tell a
server of the shop's."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day


@dataclass(frozen=True, slots=True)
class RuleCounted(Fact):
    """A purchase, or whatever else set it off, got something of a rule that is counted. Of what comes once a year nothing is told.

    field     | meaning                                                        | unit
    rule      | which rule                                                     | –
    order     | the sale's id; empty where it was for none                     | –
    counts_on | the day of it where the program is                       | –
    periods   | in which periods the account counts it                         | –
    amounts   | how much it gave of what is limited for each account           | unit or currency, its smallest part
    in_all    | how often it was taken from what all together may have         | uses
    budget    | what was taken from its budget                                 | smallest part of `of`
    of        | of which unit or currency its budget is                        | –
    """

    type = "rule.counted"

    rule: str
    order: str
    counts_on: Day
    periods: tuple[str, ...] = ()
    amounts: tuple[tuple[str, int], ...] = ()
    in_all: int = 0
    budget: int = 0
    of: str = ""


@dataclass(frozen=True, slots=True)
class RuleUncounted(Fact):
    """What a purchase got of a rule that is counted came back: with all of the purchase, or a part of what it got.

    field   | meaning                                                         | unit
    rule    | which rule                                                      | –
    order   | the sale's id                                                   | –
    periods | in which periods the account had counted it                     | –
    times   | 1 where the use itself is given back                            | uses
    amounts | how much of what is limited for each account came back          | unit or currency, its smallest part
    in_all  | how often it was given back to what all together may have       | uses
    budget  | what came back to its budget                                    | smallest part of `of`
    of      | of which unit or currency its budget is                         | –
    """

    type = "rule.uncounted"

    rule: str
    order: str
    periods: tuple[str, ...] = ()
    times: int = 0
    amounts: tuple[tuple[str, int], ...] = ()
    in_all: int = 0
    budget: int = 0
    of: str = ""


@dataclass(frozen=True, slots=True)
class RuleTold(Fact):
    """A rule that gave something tells a webhook of it. What it gave is in the same entry.

    field   | meaning                                                                                    | unit
    member  | who got it                                                                                 | –
    rule    | which rule; empty where that would tell a day of birth                                     | –
    webhook | whom it tells                                                                              | –
    order   | the sale's id; empty where it was for none                                                 | –
    """

    type = "rule.told"

    member: str
    rule: str
    webhook: str
    order: str = ""
