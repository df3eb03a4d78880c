"""Tiers: the steps of a program's ladder, and on which of them a member stands.

Words
    scheme      the ladder of a program: what it counts (basis), over which window, how members fall; tiers in rising order
    basis       points earned less taken back, points that are there, spend less returned, or number of orders
    window      a lifetime, a calendar year, rolling months, or since the last recalculation
    threshold   what a member must have reached to stand on the tier; the first is 0, so every member has a tier
    progress    what a member has reached so far, by every basis
    review      one look at a member: where they stand, why, and when time alone asks for the next look
    grace       days for which a fall is put off; what comes meanwhile still counts
    pin         a tier given by hand, until a day or for good
    missing     how much is left to the next tier, or to keep this one, in the form of its threshold

Laws
    - More progress never means a lower tier.
    - A review when nothing has changed changes nothing: no tier depends on who looked, how often, or when a job ran.
    - A scheme holds from the instant it is defined; what was decided before stays.
    - Spend is added up at face value over all currencies: 10.00 USD and 500 JPY are 510.
    - Progress below zero (more taken back than was ever earned) stands on the first tier.

Modules
    model/scheme    TierScheme, Tier and the ways to count and to fall, as data
    model/versions  the schemes that a program has had, each since when
    model/progress  what counts; `tier_for`, `next_tier`
    model/review    Review: the verdict on a member, and what they need to keep their tier

Operations
    get_tiers (the flow define_tiers writes: it asks the program for its units; pin_tier, unpin_tier and recalculate_tier move one
    member; flows/standing makes facts of verdicts)

Facts
    config.changed (kind `tiers`) in the journal of the scheme; tier.changed, tier.reviewed, tier.pinned, tier.pin_returned and tier.unpinned in
    the account's
"""
