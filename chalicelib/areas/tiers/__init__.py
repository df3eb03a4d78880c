"""Tiers: the steps of a program's ladder, and on which of them a member stands.

Words
    scheme      the ladder of a program: one basis, tiers in rising order
    basis       what is counted over a lifetime: points earned less taken back, spend less returned, or number of orders
    threshold   what a member must have reached to stand on the tier; the first is 0, so every member has a tier
    progress    what a member has reached so far, by every basis
    missing     how much is left to the next tier, in the form of its threshold

Laws
    - More progress never means a lower tier.
    - Spend is added up at face value over all currencies: 10.00 USD and 500 JPY are 510.
    - Progress below zero (more taken back than was ever earned) stands on the first tier.

Modules
    model       Tier, TierScheme, Progress; `tier_for`, `next_tier`

Operations
    get_tiers (the flow define_tiers writes: it asks the program for its units)

Facts
    config.changed (kind `tiers`) in the journal of the scheme; tier.changed in the account's
"""
