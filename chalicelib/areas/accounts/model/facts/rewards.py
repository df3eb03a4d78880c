"""Facts of rewards, beside those of the points that they cost: the account's balances change by these alone.

No code and no address is told here: whoever reads a feed could use the one, and the other is personal.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day


@dataclass(frozen=True, slots=True)
class RewardRedeemed(Fact):
    """A member took a reward; what it cost was spent in the same entry.

    field    | meaning                                                   | unit
    reward   | which                                                     | –
    kind     | its type                                                  | –
    quantity | how many                                                  | count
    by       | the member who took it                                    | –
    day      | the day where the program is                              | –
    codes    | how many codes came with it                               | count
    amount   | what a code takes off, or what a cashback came to         | smallest part of `currency`
    currency | of that amount                                            | –
    percent  | what a code takes off, as a percentage                    | percent
    order    | the order that it was redeemed for                        | –
    delivery | where its delivery stands; empty where nothing is brought | –
    """

    type = "reward.redeemed"

    reward: str
    kind: str
    quantity: int
    by: str
    day: Day
    codes: int = 0
    amount: int = 0
    currency: str = ""
    percent: str = ""
    order: str = ""
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class RewardDeliveryChanged(Fact):
    """The delivery of a physical reward came further, or was called off.

    field  | meaning                            | unit
    reward | which                              | –
    entry  | the entry in which it was redeemed | sequence
    status | where its delivery stands now      | –
    """

    type = "reward.delivery_changed"

    reward: str
    entry: int
    status: str


@dataclass(frozen=True, slots=True)
class RewardRefunded(Fact):
    """A redemption was given back as a whole: what it had cost came back in the same entry.

    field    | meaning                            | unit
    reward   | which                              | –
    entry    | the entry in which it was redeemed | sequence
    quantity | how many                           | count
    """

    type = "reward.refunded"

    reward: str
    entry: int
    quantity: int
