"""Rewards: what points can be turned into, and what members have turned them into.

Words
    reward        a row of a program's catalogue: what it is (its type), what it costs, whom it is for, when, how many there are
    cost          points of a unit; a reward may cost several units, or nothing. A cashback's cost is said by who redeems it
    window        days of the program's own calendar, both ends included: `seen`, when it is shown; `redeemable`, when it can be had
    stock         how many there are, for ever: it goes up when more have come
    limit         how many times in a period, or ever: of one member, or of all together
    redemption    a reward taken by a member: what it cost, its codes, where its delivery stands; it goes by the id of its entry
    code          of a reward that is one: the member's own coupon of the series that the reward names
    delivery      of a physical reward: ordered → shipped → delivered, or cancelled before it is delivered
    reason        why a member cannot have a reward now; `available` is to have none
    uses          how often a member has taken a reward, by period, where the reward limits that
    taken         of everybody, in quotas: for ever always, so that a stock that is set later knows it, and of limited periods
    paid          how much of an order was paid with points, by all redemptions that name it

Laws
    - What is answered as available is redeemed if nothing changes meanwhile, and what is not is refused for its first reason.
    - What is taken is never more than the stock or a limit, whoever takes at the same time; a refund gives it back once.
    - A redemption refunded leaves balance, stock and limits as they were before it, and its codes good for nothing; one whose
      code was used is not refunded.
    - A member's limit is theirs also where the points are their group's. Whether it is shown does not decide if it can be had.
    - What a cashback is worth is rounded down: n points never buy more than n points' worth.
    - No code and no address is in a fact: they are in the entry's private part and in the redemption's item.

Operations
    list_rewards, get_reward, value_of_points (flows define, redeem, refund and deliver: they need the account)

Facts
    config.changed (kind `reward`) in the journal of each reward; reward.redeemed, reward.delivery_changed and
    reward.refunded in the account's, beside the points that came and went with them

Modules
    model.reward       Reward and its parts, with every error of definition
    model.counts       how often, by period
    model.judge        why a member cannot have a reward, and a basket of them at once
    model.redemption   a redemption and its delivery
"""
