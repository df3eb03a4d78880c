"""Accounts: what an owner holds in a program. One aggregate, changed only by facts, provable from its journal.

Words       wallet (one per unit), lot (what expires together, as an interval of positions), earning (its interval is its
            identity), lifetime totals, standing (the tier), value time (`advanced_to`: how far the account has come)
Laws        the wallet equation: earned + refunded = available + spent + expired + cancelled; lots sum to available;
            nothing is spent, cancelled, undone or refunded twice; fold(journal) = account; advance(a); advance(b) = advance(b)
Operations  rebuild (the flows earn_points, spend_points, read_account, read_statement, prove_account, record_order, return_order,
            settle_due, refund_spend, undo_entry, cancel_earning and expire_earning do what needs a program's terms as well)
Facts       account.advanced, order.recorded, order.returned, points.earned, points.spent, points.refunded,
            points.cancelled, points.expired, tier.changed, tier.reviewed, tier.pinned, tier.unpinned and others: docs/facts.md
"""
