"""Perks: what members are given besides points: stamp cards, points that are money, one-time treats, clubs, what a tier brings, badges.

Words
    perk          what a shop offers, as data: its kind, whom it is for, when, where and for which baskets it can be redeemed
    award         a member's instance of a perk: when it began, until when it lasts, how often it can still be used
    card          the award of a stamp card: its stamps are points of the perk's unit in the member's account
    badge         a perk that is earned and shown, and never redeemed: its award counts how often it was earned
    redemption    one use of an award: a card that is full, an amount of points, or one of its uses
    code          what a till scans or types instead of being told whose award it is: for some minutes, for one redemption; it
                  lies under keys of its own (`PCODE`) and may be that of a coupon or of a reward as well

Laws
    - Points of an award are its unit's in the account, and nowhere else: they are earned, spent, refunded and expire there.
    - A perk for everybody, and one of a tier, costs nobody an item until they use it.
    - A member has at most one active award of a perk, and at most 100 awards in a program: the oldest that are over give way.
    - No use is given twice, whoever redeems at once; what is refunded can be used again, unless the award is over by then.
    - An award is over with its last day, whether or not a job ran.

Modules
    model/perk          Perk and its kinds, as data
    model/award         Award and what becomes of it
    model/restrictions  when, where and for which basket a perk can be redeemed

Operations
    list_perks, get_perk (the flow define_perk writes: it asks the program for its units; grant_perk, give_stamps, redeem_award,
    redeem_code, refund_award, revoke_award, issue_code, list_awards and settle_awards do what needs an account as well)

Facts
    config.changed (kind `perk`) in the journal of the perk; perk.granted, perk.redeemed, perk.refunded, perk.revoked and
    perk.expired in the account's
"""
