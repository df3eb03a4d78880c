"""What an operation may refuse, its route declares: read from the sources, from the handler down to the last decision.

That a declared code really comes, tests/http/test_coverage.py asks. Here nothing is called: what can be made by a function
that the handler may come to must be declared, or be named below with the reason for which it cannot come.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.api.codes import OPERATIONS, common_codes
from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from tests.architecture.reaching import Sources
from tests.architecture.sources import Source, sources
from tests.architecture.test_codes import OTHER_MAKERS, error_classes

THERE = "what an account, an order, an entry or a rule names is there: no unit and no program can be taken away"
ONLY_EARNINGS = "of the table of kinds only those of earnings get so far"
BLOCKED_TOO = "it is for blocked members and groups as well"
ANOTHER_WORD = "it is said in another word: the code that is declared"
SOMEBODY = "the body must name somebody"
FIELDLESS = "whoever is enrolled by an order has no fields yet"
OWN_ACCOUNT = "of a path that names a member it is that member's own account"
STAYS_FULL = "a card that cannot redeem itself now stays full: its stamps are given all the same"
WITHOUT_POINTS = "what a full card gives comes without points"
OF_AN_AWARD = "a code stands for an award that there is, and an award for a perk"
FIRST_PAGE = "only the first page is asked for, which has no cursor"
BEGUN = "it is asked for right after it has been begun"
NO_MORE_LIVE = "none of a member's coupons becomes good again by this"
OF_A_REWARD = "a reward is of a series that there is, and none is ever removed"
OF_A_LINE = "who is not known is told in their line, and stops nobody"
TOLD = "why a member cannot have a reward is the answer here, and refuses nothing"
BY_HOLD = "an entry names a hold that there was, and undoing takes all that it has"

OF_A_COUPON = "its series is there, and so is its program: neither can be taken away"
NOT_NOW = "it is told in the answer as the reason why the code cannot be used"

UNUSED_BEFORE = "only a coupon that is still used for the order is marked as unused"
CLOCK = "a checkout is opened and paid for by the clock"
HAD = "no more points are set apart than there are: what is paid with them is counted of these"
AHEAD = "it lapses after where the account has come to"
BY_ITS_HOLD = dict.fromkeys(
    ("hold_closed", "hold_not_found", "more_than_held"),
    "only what is still set apart for it is let go, and all of that",
)

NOT_GIVEN: Mapping[str, str] = dict.fromkeys(
    (
        *("amount_needed", "amount_not_taken", "award_expired", "award_revoked", "award_used_up", "basket_too_small"),
        *("basket_without_goods", "card_finished", "card_not_full", "held_by_tier", "insufficient_balance"),
        *("more_than_basket", "not_a_badge", "not_a_stamp_card", "not_at_this_place", "not_at_this_time"),
        *("not_on_tier", "not_redeemable", "over_maximum_value", "perk_not_active", "perk_not_found"),
        *("pin_in_past", "pin_too_late", "prize_held"),
        *("segment_by_criteria", "segment_ended", "segment_not_found"),
        *("code_is_shared", "coupon_series_not_found", "limit_per_member", "no_codes_left", "series_not_active"),
        *("series_used_up", "too_many_coupons"),
        *("webhook_disabled", "webhook_not_found"),
        *("tiers_not_found", "too_many_awards", "too_many_pieces", "unknown_tier", "worth_nothing"),
    ),
    "why a rule gives nothing beside points is told in the answer, and refuses nothing",
)
NOT_GIVEN_FOR_COMING = dict.fromkeys(
    (
        *("balance_limit", "group_blocked", "program_not_found", "too_many_credits"),
        *("too_many_lots", "too_many_pending", "unknown_unit", *NOT_GIVEN),
    ),
    "what a rule cannot give with a profile it does not give, and refuses nothing",
)
AT_A_TILL = dict.fromkeys(
    (
        *("device_used", "invalid_referral_code", "invitation_expired", "invitation_used", "referred_before"),
        *("referrer_blocked", "unknown_referral_code"),
    ),
    "why nobody comes by the code that is shown with a purchase is told in the answer, and refuses nothing",
)
NOT_TAKEN = dict.fromkeys(
    (
        *("code_cancelled", "code_expired", "code_held", "code_used"),
        "award_not_found",
        "pin_in_past",
        "pin_too_late",
        *("segment_by_criteria", "segment_not_found"),
        "reward_used",
        "tiers_not_found",
        "unknown_tier",
    ),
    "why a return takes nothing back beside points is told in the answer, and refuses nothing",
)
NO_PROMISE = "only a checkout was promised anything"
OF_COUPONS = ("limit_per_member", "series_not_active", "series_used_up", "too_many_coupons")
PAID_WITH = ("insufficient_balance", "too_many_pieces", *OF_COUPONS)  # what refuses a checkout all the same

WHY_NO_REWARD = dict.fromkeys(
    (
        *("reward_not_active", "reward_not_yet", "reward_over", "wrong_tier", "wrong_segment"),
        *("out_of_stock", "limit_reached", "insufficient_balance", "member_blocked", "group_blocked"),
        *("series_not_active", "series_used_up", "limit_per_member", "no_codes_left", "too_many_coupons"),
        "coupon_series_not_found",
    ),
    TOLD,
)

CANNOT_COME: Mapping[str, Mapping[str, str]] = {
    "list_programs": {"program_not_found": THERE},
    "add_to_segment": {"member_not_found": OF_A_LINE},
    "remove_from_segment": {
        "member_not_found": OF_A_LINE,
        "segment_ended": "whoever is in one that ended may leave it",
    },
    "enrol_member": {
        **NOT_GIVEN_FOR_COMING,
        "member_blocked": "of whoever brings them in it is referrer_blocked",
        "member_not_found": "whoever brings them in and is not there brings in nobody",
    },
    "claim_referral": {**NOT_GIVEN_FOR_COMING, "invalid_identifier": THERE},
    "check_referral": {
        "invalid_referral_code": "what cannot be a code is nobody's",
        "member_not_found": "whose code it is is there",
    },
    "record_event": {
        "unknown_unit": THERE,
        **NOT_GIVEN,
    },
    "record_order": {
        **AT_A_TILL,
        "promise_gone": NO_PROMISE,
        "unknown_unit": THERE,
        "undeclared_field": FIELDLESS,
        "wrong_field_type": FIELDLESS,
        **NOT_GIVEN,
    },
    "simulate_order": {
        **AT_A_TILL,
        "promise_gone": NO_PROMISE,
        "unknown_unit": THERE,
        "undeclared_field": FIELDLESS,
        "wrong_field_type": FIELDLESS,
        **NOT_GIVEN,
    },
    "assign_order": {
        **AT_A_TILL,
        "promise_gone": NO_PROMISE,
        "unknown_unit": THERE,
        "program_not_found": THERE,
        "future_purchase": "it was recorded, and so it was not in the future",
        "undeclared_field": FIELDLESS,
        "wrong_field_type": FIELDLESS,
        "currency_differs": "it was asked when the goods came back",
        "sku_not_sold": "it was asked when the goods came back",
        "returned_more_than_bought": "it was asked when the goods came back",
        **NOT_GIVEN,
    },
    "evaluate_cart": {
        **AT_A_TILL,
        **dict.fromkeys(
            (
                *("code_cancelled", "code_expired", "code_held", "code_not_issued", "code_not_yet_active", "code_used"),
                *("code_of_another_member", "code_of_nobody", "unknown_code", "order_below_minimum"),
                *("coupons_not_combined", "currency_differs", "nothing_to_discount"),
            ),
            NOT_NOW,
        ),
        "missing_member": "a cart of nobody is nobody's",
        "undeclared_field": FIELDLESS,
        "wrong_field_type": FIELDLESS,
        **NOT_GIVEN,
    },
    "get_checkout": {"order_not_found": THERE},
    "return_order": {
        **NOT_TAKEN,
        "unknown_unit": THERE,
        "program_not_found": THERE,
        "member_not_found": THERE,
        "missing_member": "one who names nobody is not asked",
        "coupon_not_used": UNUSED_BEFORE,
        "coupon_series_not_found": OF_A_COUPON,
    },
    "transfer_points": {"missing_member": SOMEBODY},
    "undo_transfer": {
        "unknown_unit": THERE,
        "program_not_found": THERE,
        "entry_not_found": ANOTHER_WORD,
        "member_not_found": ANOTHER_WORD,
    },
    "refund_spend": {"unknown_unit": THERE, "program_not_found": THERE},
    "undo_entry": {
        "unknown_unit": THERE,
        "program_not_found": THERE,
        "hold_not_found": BY_HOLD,
        "more_than_held": BY_HOLD,
    },
    "cancel_earning": {
        "unknown_unit": THERE,
        "program_not_found": THERE,
        "balance_limit": ONLY_EARNINGS,
        "too_many_lots": ONLY_EARNINGS,
        "hold_not_found": ONLY_EARNINGS,
        "hold_closed": ONLY_EARNINGS,
        "more_than_held": ONLY_EARNINGS,
    },
    "expire_earning": {"unknown_unit": THERE, "program_not_found": THERE},
    "available_rewards": WHY_NO_REWARD,
    "validate_redemptions": {**WHY_NO_REWARD, "reward_not_found": TOLD},
    "get_redemption": {"entry_not_found": ANOTHER_WORD},
    "redeem_reward": {"unknown_unit": THERE, "coupon_series_not_found": OF_A_REWARD},
    "put_reward": {"coupon_series_not_found": ANOTHER_WORD},
    "value_of_points": {"points_not_asked": "only a reward that turns points into money is asked"},
    "refund_redemption": {
        "unknown_unit": THERE,
        "program_not_found": THERE,
        "entry_not_found": ANOTHER_WORD,
        "coupon_series_not_found": OF_A_REWARD,
        "too_many_coupons": NO_MORE_LIVE,
    },
    "change_delivery": {"program_not_found": THERE, "entry_not_found": ANOTHER_WORD},
    "start_proof": {"operation_not_found": BEGUN},
    "send_notification": {"operation_not_found": BEGUN},
    "preview_segment": {"operation_not_found": BEGUN},
    "export_segment": {"operation_not_found": BEGUN},
    "export_audit": {"operation_not_found": BEGUN, "invalid_cursor": FIRST_PAGE},
    "start_simulation": {"operation_not_found": BEGUN, "coupon_series_not_found": ANOTHER_WORD},
    "put_rule": {"coupon_series_not_found": ANOTHER_WORD},
    "trace_earning": {"program_not_found": THERE},
    "grant_points": {"group_blocked": OWN_ACCOUNT},
    "convert_points": {"group_blocked": OWN_ACCOUNT},
    "pin_tier": {"group_blocked": OWN_ACCOUNT},
    "unpin_tier": {"group_blocked": OWN_ACCOUNT},
    "recalculate_tier": {"group_blocked": OWN_ACCOUNT},
    "deduct_points": {"member_blocked": BLOCKED_TOO, "group_blocked": BLOCKED_TOO},
    "capture_hold": {"unknown_unit": THERE, "entry_not_found": ANOTHER_WORD},
    "release_hold": {"unknown_unit": THERE, "entry_not_found": ANOTHER_WORD},
    "activate_pending": {"unknown_unit": THERE, "entry_not_found": ANOTHER_WORD},
    "list_groups": {"group_not_found": "those that are listed are there"},
    "cancel_pending": {
        "unknown_unit": THERE,
        "entry_not_found": ANOTHER_WORD,
        "member_blocked": BLOCKED_TOO,
        "group_blocked": BLOCKED_TOO,
    },
    "create_group": {"group_not_found": "it is the one that is created"},
    "put_perk": {"perk_not_found": "what a full card gives is looked for first"},
    "grant_perk": {"unknown_unit": THERE},
    "give_stamps": {
        "unknown_unit": THERE,
        "amount_needed": "stamps are worth no money",
        "amount_not_taken": "a card that redeems itself is not told how much",
        "award_not_found": "it is the card that was stamped just now",
        **dict.fromkeys(
            (
                *("award_used_up", "award_expired", "award_revoked", "not_on_tier", "card_not_full", "worth_nothing"),
                *("over_maximum_value", "more_than_basket", "insufficient_balance", "too_many_pieces"),
                *("not_at_this_time", "not_at_this_place", "basket_too_small", "basket_without_goods"),
                *("prize_held", "held_by_tier", "not_redeemable"),
            ),
            STAYS_FULL,
        ),
    },
    "redeem_award": {
        "unknown_unit": THERE,
        "perk_not_found": OF_AN_AWARD,
        **dict.fromkeys(("balance_limit", "too_many_lots", "too_many_pending"), WITHOUT_POINTS),
    },
    "redeem_code": {
        "unknown_unit": THERE,
        "proof_expired": "the code that an award is redeemed by is the one-time code",
        **dict.fromkeys(("program_not_found", "member_not_found", "award_not_found", "perk_not_found"), OF_AN_AWARD),
        **dict.fromkeys(("balance_limit", "too_many_lots", "too_many_pending"), WITHOUT_POINTS),
    },
    "refund_award": {
        "unknown_unit": THERE,
        "program_not_found": THERE,
        "entry_not_found": ANOTHER_WORD,
        "award_used_up": "only what was taken back is not given back",
        "award_expired": "only what was taken back is not given back",
    },
    "revoke_award": {"member_blocked": BLOCKED_TOO, "group_blocked": BLOCKED_TOO},
    "issue_code": {"perk_not_found": OF_AN_AWARD},
    "issue_coupon": {"group_blocked": OWN_ACCOUNT},
    "list_coupons": {"coupon_series_not_found": OF_A_COUPON},
    "activate_coupon": {
        "too_many_coupons": NO_MORE_LIVE,
        "coupon_series_not_found": OF_A_COUPON,
        "program_not_found": OF_A_COUPON,
        "group_blocked": OWN_ACCOUNT,
    },
    "unuse_coupon": {
        "coupon_series_not_found": OF_A_COUPON,
        "program_not_found": OF_A_COUPON,
        "group_blocked": OWN_ACCOUNT,
    },
    "cancel_coupon": {
        "too_many_coupons": NO_MORE_LIVE,
        "coupon_series_not_found": OF_A_COUPON,
        "program_not_found": OF_A_COUPON,
        "group_blocked": OWN_ACCOUNT,
    },
    "reactivate_coupon": {
        "coupon_series_not_found": OF_A_COUPON,
        "program_not_found": OF_A_COUPON,
        "group_blocked": OWN_ACCOUNT,
    },
    "check_code": {
        "no_codes_left": "the code is there",
        "too_many_coupons": NOT_NOW,
        "member_blocked": NOT_NOW,
        "coupon_series_not_found": OF_A_COUPON,
        "program_not_found": OF_A_COUPON,
        "coupon_not_found": "what a code names is there",
        "code_cancelled": NOT_NOW,
        "code_expired": NOT_NOW,
        "code_held": NOT_NOW,
        "code_not_issued": NOT_NOW,
        "code_not_yet_active": NOT_NOW,
        "code_of_another_member": NOT_NOW,
        "code_used": NOT_NOW,
        "limit_per_member": NOT_NOW,
        "order_below_minimum": NOT_NOW,
        "series_not_active": NOT_NOW,
        "series_used_up": NOT_NOW,
    },
    "use_code": {
        "coupon_series_not_found": OF_A_COUPON,
        "program_not_found": OF_A_COUPON,
        "group_blocked": OWN_ACCOUNT,
        "no_codes_left": "the code is named: none is drawn",
    },
    "open_checkout": {
        **AT_A_TILL,
        **{code: why for code, why in NOT_GIVEN.items() if code not in PAID_WITH},
        **dict.fromkeys(("undeclared_field", "wrong_field_type"), FIELDLESS),
        "missing_member": "a cart of nobody is nobody's",
        "too_many_coupons": NO_MORE_LIVE,
        "date_too_early": CLOCK,
        "insufficient_balance": HAD,
        "lapses_in_past": AHEAD,
        "coupon_series_not_found": OF_A_COUPON,
        "no_codes_left": "the code is named: none is drawn",
        **BY_ITS_HOLD,
    },
    "update_checkout": {
        **AT_A_TILL,
        **{code: why for code, why in NOT_GIVEN.items() if code not in PAID_WITH},
        **dict.fromkeys(("undeclared_field", "wrong_field_type"), FIELDLESS),
        "missing_member": "a cart of nobody is nobody's",
        "too_many_coupons": NO_MORE_LIVE,
        "coupon_series_not_found": OF_A_COUPON,
        "no_codes_left": "the code is named: none is drawn",
        "date_too_early": CLOCK,
        "insufficient_balance": HAD,
        "lapses_in_past": AHEAD,
        "program_not_found": THERE,
        **BY_ITS_HOLD,
    },
    "commit_checkout": {
        **AT_A_TILL,
        **dict.fromkeys(
            (
                *("code_of_nobody", "coupon_series_not_found", "unknown_code", "code_expired"),
                *("order_below_minimum", "no_codes_left"),
            ),
            "it is the code that was promised, at the time at which it was",
        ),
        "future_purchase": CLOCK,
        "unknown_unit": THERE,
        "program_not_found": THERE,
        "undeclared_field": FIELDLESS,
        "wrong_field_type": FIELDLESS,
        **{code: why for code, why in NOT_GIVEN.items() if code not in PAID_WITH},
    },
    "cancel_checkout": {
        **NOT_TAKEN,
        "too_many_limits": "what was taken in one transaction is given back in one",
        "coupon_not_used": UNUSED_BEFORE,
        "coupon_series_not_found": OF_A_COUPON,
        **dict.fromkeys(("member_not_found", "order_not_found", "program_not_found", "unknown_unit"), THERE),
        **dict.fromkeys(("currency_differs", "sku_not_sold"), "what comes back is made of the order"),
        "checkout_committed": "of one that was paid for the order comes back",
        **BY_ITS_HOLD,
    },
    "undo_transfer_of_group": {"group_not_found": ANOTHER_WORD},
}
"""What a route on groups takes from the one on members (`same_as`) is excused there."""

OF_A_MEMBER = {
    "group_not_found": "the path names a member, or nobody, and the group that a member is in is there",
    "group_member_not_found": "whoever acts is in the group that pays, or acts for themselves",
    "may_not_spend": "only spending and holding ask who may",
}
OF_A_GROUP = {
    "member_not_found": "the path names a group",
    "member_blocked": "nobody is named who acts for it",
    "group_member_not_found": "nobody is named who acts for it",
    "may_not_spend": "nobody is named who spends for it",
}


LET_IN = {
    "conditions_too_large": "what is stored was judged when it was written: a route that takes conditions declares it"
}


def reached() -> Sources:
    """A file's refusals are those of its lines, and no method of another class has the right names by chance."""
    judged = tuple(source for source in sources("chalicelib") if "/areas/orders/file/" not in source.path)
    return Sources(judged, frozenset(error_classes(judged) | set(OTHER_MAKERS)))


def undeclared(route: Route, found: Sources) -> dict[str, str]:
    """Codes that nobody has declared or excused, each with where it is made."""
    module, name = route.target.split(":")
    assert found.has((module, name)), route.target
    known = {*route.errors, *common_codes(route)}
    made = found.codes((module, name))
    return {code: ".".join(place) for code, place in made.items() if code in OPERATIONS and code not in known}


def excuses(route: Route) -> set[str]:
    """By the operation, by the one that it is on groups, and by whom its path is about."""
    about = OF_A_GROUP if "group_id" in route.placeholders else OF_A_MEMBER
    return {*LET_IN, *CANNOT_COME.get(route.operation, ()), *CANNOT_COME.get(route.same_as, ()), *about}


def test_what_an_operation_may_refuse_its_route_declares() -> None:
    found = reached()
    told = {route.operation: undeclared(route, found) for route in ROUTES}
    missing = {
        route.operation: {code: told[route.operation][code] for code in set(told[route.operation]) - excuses(route)}
        for route in ROUTES
    }
    assert {operation: codes for operation, codes in missing.items() if codes} == {}
    needless = {operation: set(codes) - set(told[operation]) for operation, codes in CANNOT_COME.items()}
    assert {operation: codes for operation, codes in needless.items() if codes} == {}, "excused, and made nowhere"


def test_what_is_refused_far_below_is_found() -> None:
    """By a constant with functions, a module, a method, another module's name for it; and not where a name is a parameter's."""
    pages = {
        "shop.py": "from shelf import sell as hand_out\nimport_ = 1\ndef run(call): return hand_out(call)",
        "shelf.py": """
from far import away
KINDS = {1: lambda: Books().sorted()}
def sell(one):
    return KINDS[one]()
def lend(gone): return gone
def gone(): raise Refused("never_lent", "No.")
""",
        "far/away.py": "def further(): raise Refused('too_far', 'No.')",
        "books.py": """
from far import away
class Books:
    def sorted(self): return away.further()
    @property
    def worn(self): raise NotFound("worn", "No.")
""",
    }
    judged = tuple(Source(path, text) for path, text in pages.items())
    found = Sources(judged, frozenset({"Refused", "NotFound"}))
    assert found.codes(("shop", "run")) == {"too_far": ("far.away", "further")}
    assert found.codes(("shelf", "lend")) == {}
