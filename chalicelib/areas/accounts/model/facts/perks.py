"""Facts of a member's awards, told in the account beside what they do to its points. They change no wallet."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact


@dataclass(frozen=True, slots=True)
class PerkGranted(Fact):
    """A member was given an award of a perk, or more of the one they have.

    field  | meaning                                                            | unit
    member | whose award it is                                                  | –
    perk   | the perk's id                                                      | –
    award  | the award's number among those that they had of the perk           | count
    uses   | how many uses it brings; none where it can be used at will         | count
    until  | the instant at which the award is over, if ever                    | –
    source | `hand`, `everybody`, `tier`, `stamps`, `card`, `rule` or `segment` | –
    again  | the award was there before: what was given is added to it          | –
    """

    type = "perk.granted"

    member: str
    perk: str
    award: int
    uses: int | None = None
    until: Instant | None = None
    source: str = "hand"
    again: bool = False


@dataclass(frozen=True, slots=True)
class PerkRedeemed(Fact):
    """An award was used once.

    field  | meaning                                              | unit
    member | whose award it is                                    | –
    perk   | the perk's id                                        | –
    award  | the award's number                                   | count
    unit   | of what was spent for it, if anything                | –
    points | what was spent                                       | smallest part of `unit`
    value  | what it is worth at the till, where it is worth money | smallest part of the basket's currency
    gave   | the award that was given for it, of a stamp card     | –
    over   | the award is used up with it                         | –
    """

    type = "perk.redeemed"

    member: str
    perk: str
    award: int
    unit: str = ""
    points: int = 0
    value: int = 0
    gave: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class PerkRefunded(Fact):
    """A redemption was given back, or a part of its points.

    field  | meaning                                               | unit
    member | whose award it is                                     | –
    perk   | the perk's id                                         | –
    award  | the award's number                                    | count
    entry  | the entry that told of the redemption                 | count
    points | what came back                                        | smallest part of the perk's unit
    whole  | nothing is left of it, so it can be used once more    | –
    """

    type = "perk.refunded"

    member: str
    perk: str
    award: int
    entry: int
    points: int = 0
    whole: bool = True


@dataclass(frozen=True, slots=True)
class PerkRevoked(Fact):
    """An award was taken back.

    field  | meaning                             | unit
    member | whose award it was                  | –
    perk   | the perk's id                       | –
    award  | the award's number                  | count
    why    | `hand`, `replaced`, `refunded` or `returned` | –
    """

    type = "perk.revoked"

    member: str
    perk: str
    award: int
    why: str = "hand"


@dataclass(frozen=True, slots=True)
class PerkExpired(Fact):
    """The last day of an award passed.

    field  | meaning                          | unit
    member | whose award it was               | –
    perk   | the perk's id                    | –
    award  | the award's number               | count
    at     | the instant at which it was over | –
    """

    type = "perk.expired"

    member: str
    perk: str
    award: int
    at: Instant
