"""Accounts: what an owner holds in a program. One aggregate, changed only by facts, provable from its journal.

Words       wallet (one per unit), lot (what expires together, as an interval of positions), earning (its interval is its
            identity), lifetime totals, standing (the tier), value time (`advanced_to`: how far the account has come)
            counters (how often rules were used that are counted, by period); past (what else is, because a rule or a segment
            asks how often it happened, by day)
            hold (positions out of their lots until captured, released or lapsed), pending (positions that have not come)
Laws        the wallet equation: earned + granted + received + refunded + gained = available + held + spent + deducted +
            sent + converted + expired + cancelled; lots sum to what is available, and to nothing below zero;
            nothing is spent, cancelled, undone or refunded twice; fold(journal) = account; advance(a); advance(b) = advance(b)
Operations  rebuild (the flows earn_points, spend_points, grant_points, deduct_points, hold_points, capture_hold,
            release_hold, activate_pending, cancel_pending, list_holds, list_pending, read_account, read_statement, prove_account, record_order, return_order and
            settle_due do what needs a program's terms as well)
Facts       account.advanced, order.recorded, order.returned, points.earned, points.capped, points.granted,
            points.deducted, points.spent, points.refunded, points.cancelled, points.expired, points.extended,
            debt.settled, points.promised, points.activated, promise.cancelled, points.held, points.captured,
            points.released, points.sent, points.received, points.converted, tier.changed, tier.reviewed, tier.pinned, tier.pin_returned, tier.unpinned,
            rule.counted, rule.uncounted, rule.told, past.counted, metric.reached, metric.fell, perk.granted, perk.redeemed, perk.refunded, perk.revoked, perk.expired,
            member.joined_segment, member.renewed_segment, member.left_segment (where a rule did it), referral.purchased
"""
