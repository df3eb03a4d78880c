"""Checkout sessions: what a customer was promised for a cart, until they pay for it or go.

Words       checkout (a session at a till, on a phone, in a web shop), promised (what comes off, of which rule, and for how
            many points), held (points set apart in the account under a number), limited (taken of a limit for all until it is over), version (every change makes one); it
            is open, then committed (paid: there is an order), cancelled, or lapsed by time alone
Laws        what is promised is what commit takes, whatever the rules say by then, or commit refuses it where it was not set
            apart; no limit and no budget is exceeded by what is promised; a checkout is committed once; what it holds lapses
            when it does, and can be had by others; a version never changes, and is gone some days after its checkout has lapsed
Operations  get_checkout, list_checkouts (of a member); opened, updated, committed and cancelled by the flows open_checkout, update_checkout,
            commit_checkout and cancel_checkout
Facts       none of its own: what a checkout does to an account is told in that one's journal (checkout.opened,
            checkout.updated, checkout.committed, checkout.cancelled), and nothing of a customer who is not known is kept
            longer than the checkout itself
"""
