"""Coupons: what a member may show at a checkout, once or several times, by a code. A voucher is a coupon by code.

Words
    series      what its coupons have in common: worth, window, limits, days; where its codes come from; active, paused, ended
    codes       `pool`: uploaded beforehand, taken one by one; `generated`: made when a coupon is issued; `shared`: one for all
    worth       data for the checkout; nothing here counts with it but the minimum order value, where one is told
    coupon      a member's own, also in a group: issued → active → used, expired or cancelled
    use         one redemption of a coupon, with the order it was for; `uses_per_code` of them
    keeping     a use that is set apart for a checkout, until it lapses: nobody else has it meanwhile
    live, past  a coupon that can still become something lies in the member's snapshot; what is over lies behind the journal

Laws
    - A code is one coupon's for ever, of whatever series; what is used, expired or cancelled does not come back to the pool.
    - Whether a coupon is active or expired follows from the time of asking. The daily job only makes it happen.
    - What a coupon is good for and until when is settled when it is issued: another definition changes nothing of it.
    - No limit is ever exceeded, by whatever comes at once; marking as unused gives a use back, cancelling an issue.
    - What all share is handed to nobody: whoever shows it uses it, and where that is taken back, so is their coupon. Nobody has
      to be known for it; what each member may have is asked of whoever the order is then of.
    - What a checkout was promised of a limit in all is nobody else's until that is over: it counts as taken meanwhile.
    - A code is told to be usable where using it would be done, and for what it is not told it is refused.
    - A member has so many live coupons at most: every purchase reads them.
    - What a rule gives is given in the transaction of what set it off, as of then; a refusal is told there, and refuses nothing else.
    - Codes are in no fact: who reads the feed cannot redeem anything.

Operations
    list_series, list_coupons, list_of_series; issuing and changing a coupon writes an entry of the member's account, and
    what is counted of all lies in quotas, so these are flows: define_coupon_series, get_series (coupon_quotas),
    upload_codes, import_codes, issue_coupon, check_code, use_code, change_coupon, expire_coupon

Facts
    coupon.issued, coupon.activated, coupon.used, coupon.unused, coupon.expired, coupon.reactivated, coupon.cancelled in
    the journal of the member's account; config.changed (kind `coupon_series`) in that of each series
"""
