"""Every error code of the HTTP API: its status and its meaning. A code never changes its meaning.

A route declares the codes of its own in `errors`; `common_codes` adds those that the rim answers for any such route.
"""

from __future__ import annotations

from chalicelib.api.code import Code
from chalicelib.api.handlers import handler_of
from chalicelib.api.promotion_codes import PERKS_REWARDS_AND_COUPONS
from chalicelib.api.route import Route

EVERY = {
    "unknown_parameter": Code(400, "The query has a parameter that this operation does not know."),
    "repeated_parameter": Code(400, "A query parameter is given more than once."),
    "missing_parameter": Code(400, "A query parameter that this operation needs is not given."),
    "invalid_parameter": Code(400, "A query parameter has a value that cannot be read or is out of bounds."),
    "internal_error": Code(500, "We failed, not you. The request id finds what happened in our log."),
}
WITH_KEY = {
    "missing_credential": Code(401, "No API key: send `Authorization: Bearer <key id>.<secret>`."),
    "invalid_credential": Code(401, "The API key is unknown, wrong or revoked."),
    "missing_grant": Code(403, "The API key is good, but does not grant this."),
    "unavailable": Code(
        503, "The table, or a service beside it, is too busy or did not answer: send the same request again."
    ),
}
ROLLED_BACK = {
    "newer_data": Code(
        503, "A newer version, which is not at work just now, wrote what this is about: send it again later."
    ),
}
DAMAGED = {
    "damaged_data": Code(
        500,
        "What is kept of this was damaged and cannot be read: nothing was changed, and until it has been put back the same "
        "request fails. The request id finds in our log what it is.",
    ),
}
WRITES = {
    "invalid_idempotency_key": Code(400, "An Idempotency-Key is 1 to 255 printable ASCII characters."),
    "idempotency_key_reused": Code(409, "This Idempotency-Key came before, with another request."),
    "too_large": Code(422, "What is sent is more than can be kept in one piece; the message says how much can."),
    "busy": Code(409, "Too many changes at once to the same data: send the same request again."),
}
BODIES = {
    "unsupported_media_type": Code(415, "The body is not sent as application/json."),
    "body_missing": Code(400, "This operation needs a body."),
    "body_too_large": Code(400, "The body has more than 1 MB."),
    "body_too_deep": Code(400, "The body nests deeper than 32 levels."),
    "body_not_utf8": Code(400, "The body is not UTF-8."),
    "body_not_json": Code(400, "The body is not JSON."),
    "body_not_object": Code(400, "The body is JSON, but not an object."),
    "body_not_finite": Code(400, "The body holds NaN or Infinity, which JSON does not know."),
    "duplicate_name": Code(400, "An object of the body has the same name twice."),
}
FIELDS = {
    "missing_field": Code(400, "A field that is needed is not there."),
    "unknown_field": Code(400, "A field is not known here; perhaps it is misspelt."),
    "wrong_type": Code(400, "A field has a value of another type, a text for a number, say."),
    "unreadable_number": Code(400, "A field does not read as a number of its kind."),
    "unreadable_date": Code(400, "A field does not read as a date or a time."),
    "negative_amount": Code(422, "An amount or a quantity is negative."),
    "number_too_small": Code(422, "A number is below its bound."),
    "number_too_large": Code(422, "A number is above its bound."),
    "too_many_decimals": Code(422, "A number has more decimals than it may."),
    "too_short": Code(400, "A text or list is shorter than it may be."),
    "too_long": Code(400, "A text or list is longer than it may be."),
    "wrong_format": Code(400, "A text does not have the form it must have."),
    "unknown_choice": Code(400, "A field has none of the values it may have."),
    "window_reversed": Code(400, "A window ends before it starts."),
    "invalid_body": Code(400, "The body breaks a rule of another kind; the message says which."),
}
OUT_OF_BOUNDS = {code for code, said in FIELDS.items() if said.status == 422}
WITH_BODY = BODIES | FIELDS
GATEWAY = {
    "unknown_path": Code(404, "Nothing is at this path."),
    "method_not_allowed": Code(405, "The path is known, but not with this method; see Allow."),
    "bad_request": Code(400, "This is not a well-formed HTTP request."),
    "length_required": Code(411, "A body needs a Content-Length."),
    "headers_too_large": Code(431, "The request line and headers are too long."),
    "too_many_requests": Code(429, "Too many requests at once: send the same request again, a little later."),
}
_OPERATIONS = {
    "asset_not_found": Code(404, "The docs page has no such asset."),
    "program_not_found": Code(404, "The tenant has no such program."),
    "rule_not_found": Code(404, "The program has no such rule."),
    "tiers_not_found": Code(404, "The program has no tiers."),
    "member_not_found": Code(404, "The tenant has no such member."),
    "account_not_found": Code(404, "The member holds nothing in this program yet."),
    "member_erased": Code(404, "The personal data of the member were erased, and this answer with them."),
    "group_not_found": Code(404, "The tenant has no such group."),
    "group_member_not_found": Code(404, "The group has no such member."),
    "transfer_not_found": Code(404, "The member, or the group, has sent no such transfer."),
    "order_not_found": Code(404, "The tenant has no such order."),
    "operation_not_found": Code(404, "The tenant has no such operation."),
    "invalid_cursor": Code(400, "The cursor does not belong to this list."),
    "two_beginnings": Code(400, "A cursor and a consumer both say where the feed goes on."),
    "consumer_not_found": Code(404, "The feed has no such consumer."),
    "invalid_entity": Code(400, "What is named is no member, group or order, and no part of the configuration."),
    "unknown_fact_type": Code(400, "There is no fact of this type; perhaps it is misspelt."),
    "archive_not_found": Code(404, "The archive of the audit log has no such day, or none yet."),
    "entity_not_found": Code(404, "The tenant has nothing of this name that anything has ever happened to."),
    "number_not_published": Code(422, "The feed has not come to this number yet: it cannot have been taken."),
    "too_many_consumers": Code(422, "A feed has at most 50 consumers."),
    "invalid_span": Code(400, "A span of days ends before it begins, or is too long."),
    "invalid_identifier": Code(400, "An identifier is not a valid one of its type."),
    "date_too_early": Code(400, "A purchase is dated before 1970, by a clock that was never set."),
    "invalid_currency": Code(400, "A currency is not three capital letters."),
    "impossible_condition": Code(400, "A condition of a rule never holds, or asks for what never is."),
    "unknown_subject": Code(400, "A condition asks about what nobody knows."),
    "wrong_comparison": Code(
        400, "A condition compares something with what it is never compared with, or with nothing."
    ),
    "conditions_too_large": Code(400, "Conditions nest deeper, or ask more, than a rule may."),
    "wrong_question": Code(400, "A condition asks what has no answer where the rule is judged."),
    "wrong_effect": Code(400, "A rule with this trigger does not give such an effect."),
    "wrong_limit": Code(400, "A limit of a rule is of nothing, of two things at once, or of what is not counted."),
    "missing_member": Code(400, "The order does not say who buys."),
    "two_members": Code(400, "The member is named both by id and by identifier."),
    "line_numbers_mixed": Code(400, "Some lines have a number and some have none."),
    "identifier_taken": Code(409, "Another member already has this identifier."),
    "order_assigned": Code(409, "The order is already another member's."),
    "order_number_taken": Code(409, "The document number is already recorded with other content."),
    "return_number_taken": Code(409, "The sale already has a return of this number with other content."),
    "operation_finished": Code(409, "The operation is done or has failed: there is nothing to cancel."),
    "too_many_programs": Code(422, "A tenant has at most 1,023 programs."),
    "too_many_rules": Code(422, "A program has at most 2,000 rules."),
    "unit_in_use": Code(422, "A unit of the program is left out: members may hold it."),
    "tier_in_use": Code(422, "A tier is left out by which an active rule, reward, perk or segment goes."),
    "event_in_use": Code(
        422, "An event, or a property of one, is left out by which an active rule, segment or metric goes."
    ),
    "policy_in_force": Code(
        422,
        "A policy that is or was in force of a unit in use would change, or a new one would begin before tomorrow: what was "
        "given until today stays by it. Or the zone would change while such a policy has begun in one of both and not in the "
        "other. The message says what to do instead.",
    ),
    "decimals_frozen": Code(422, "The decimals of a unit cannot change."),
    "unknown_unit": Code(422, "The program has no such unit."),
    "credit_on_cart": Code(422, "A rule on carts takes something off; what is earned is given by rules on orders."),
    "nothing_to_limit": Code(422, "A limit or a budget is of something that the rule, or the perk, does not give."),
    "unknown_rule": Code(422, "The program has no such rule."),
    "unknown_tier": Code(422, "The program has no such tier."),
    "undeclared_field": Code(422, "The tenant has not declared this member field."),
    "wrong_field_type": Code(422, "A member field has a value of another type than declared."),
    "member_blocked": Code(422, "The member is blocked."),
    "group_blocked": Code(422, "The group is blocked: nobody earns or spends for it."),
    "already_in_group": Code(422, "The member is in a group already, this one or another: they must leave it first."),
    "primary_cannot_leave": Code(422, "The primary member cannot leave while others are in the group: name another."),
    "too_many_group_members": Code(422, "The group has as many members as it may have."),
    "may_not_spend": Code(422, "The group does not let this member spend."),
    "open_holds": Code(
        422, "The member has points on hold: capture or release them before joining or leaving a group."
    ),
    "not_pinned": Code(422, "The member is pinned to no tier, or the pin is over."),
    "pin_in_past": Code(400, "The last day of a pin is over already."),
    "pin_too_late": Code(400, "The last day of a pin lies more than a hundred years ahead."),
    "insufficient_balance": Code(422, "There is not enough to spend."),
    "balance_limit": Code(422, "The balance would go beyond its limit."),
    "hold_not_found": Code(404, "The account never had a hold of this number."),
    "hold_closed": Code(422, "The hold is over: captured, released or lapsed."),
    "two_holds": Code(
        422,
        "The member has a hold of this number of their own, and their group has one: name it by the id of its entry.",
    ),
    "more_than_held": Code(422, "More is wanted than the hold has."),
    "too_many_holds": Code(422, "The account has as many holds as it may have at a time."),
    "lapses_in_past": Code(400, "A hold would lapse in the past."),
    "too_many_pending": Code(422, "The account has as many pending earnings as it may have at a time."),
    "too_many_pieces": Code(422, "This would take more pieces of what was earned than one entry can tell: take less."),
    "two_lapses": Code(400, "When a hold lapses is said twice: as an instant and in seconds."),
    "lapses_too_late": Code(400, "A hold would lapse more than ten years ahead."),
    "invalid_expiry": Code(400, "`expires_on` lies in the past, or more than a hundred years ahead."),
    "invalid_available_on": Code(400, "`available_on` lies in the past, or more than ten years ahead."),
    "two_waits": Code(400, "An earning waits for one thing: days, a day, an event or an order."),
    "line_without_order": Code(400, "A `line_no` is given without its `order_id`."),
    "choose_one": Code(400, "What is meant is not said by exactly one of `earning_id`, `event` and `order_id`."),
    "amount_without_earning": Code(400, "An `amount` is given, but no `earning_id` that it is a part of."),
    "earning_not_found": Code(404, "The account has no such earning."),
    "nothing_pending": Code(422, "Nothing of what is named is pending."),
    "already_active": Code(422, "The earning can be used already: nothing of it is pending."),
    "more_than_pending": Code(422, "More is wanted than is pending of the earning."),
    "too_many_lots": Code(422, "The wallet has as many different last days as it may have."),
    "entry_not_found": Code(404, "The member has no such entry, or the entry no such fact."),
    "not_a_spend": Code(422, "The id names something else than a spend, or for a trace what took no points."),
    "not_an_earning": Code(422, "The id names something else than an earning, or for a trace what gave no points."),
    "already_undone": Code(
        422,
        "It has been undone before, and that is done once: of what could not be taken back then the message says what has "
        "become.",
    ),
    "cannot_undo": Code(
        422,
        "Nothing of this kind can be undone: a cancellation, a refund, an expiry, a change of tier. The message says what "
        "can be done instead.",
    ),
    "several_to_undo": Code(422, "The entry did several things that can be undone: name one by its own id."),
    "undo_by_return": Code(422, "It is an order: a return of it takes back what it gave."),
    "undo_by_sender": Code(422, "It came by a transfer, which is undone where it was sent; the message says how."),
    "refunded_more_than_spent": Code(422, "More is to be given back than is left of the spend."),
    "still_pending": Code(422, "What is left of the earning is pending, and what is pending does not expire."),
    "nothing_left": Code(
        422, "Nothing is left of what is to be undone: it has been used, has expired, or was called off."
    ),
    "points_on_hold": Code(422, "What is left of it is on hold: capture or release the hold first."),
    "below_zero_limit": Code(422, "Nothing of it is left to take, and the balance is as far below zero as it may go."),
    "earning_partly_used": Code(422, "Some of it has been used, and the unit's policy refuses to undo it then."),
    "no_rate": Code(422, "The program does not convert this unit into that one."),
    "converts_to_nothing": Code(422, "At the program's rate the amount comes to nothing."),
    "below_minimum": Code(422, "The rate asks for more at a time than is to be converted."),
    "transfer_to_self": Code(422, "A member would send points to themselves."),
    "order_number_unusable": Code(422, "The document number clashes with others under which orders are kept."),
    "future_purchase": Code(422, "The time of purchase lies in the future."),
    "too_many_credits": Code(422, "More than 63 rules give something for this order."),
    "too_many_limits": Code(422, "Too many rules with limits for all together give something for this."),
    "currency_differs": Code(422, "The return is not in the currency of its sale."),
    "sku_not_sold": Code(422, "The sale has no line with this SKU."),
    "returned_more_than_bought": Code(422, "More comes back than was bought and is not yet returned."),
    "return_of_another_member": Code(422, "The sale was made to another member than the one named."),
}
OPERATIONS = _OPERATIONS | PERKS_REWARDS_AND_COUPONS

WORTH_ANOTHER_TRY = ("busy", "unavailable", "newer_data")  # answered with Retry-After

CODES: dict[str, Code] = EVERY | WITH_KEY | ROLLED_BACK | DAMAGED | WRITES | WITH_BODY | GATEWAY | OPERATIONS


def certain_codes(route: Route) -> tuple[str, ...]:
    """What some request to the operation is answered, whatever fields it has: tests reach each for every operation."""
    of_query = {
        "unknown_parameter": True,
        "repeated_parameter": bool(route.parameters),
        "invalid_parameter": bool(route.parameters),
        "missing_parameter": any(param.required for param in route.parameters),
    }
    codes = tuple(code for code, possible in of_query.items() if possible)
    if route.access != "open":
        codes += (*WITH_KEY, "internal_error")
    if route.takes_body:
        needed = handler_of(route.target).needs_body
        codes += tuple(code for code in BODIES if needed or code != "body_missing")
    return codes + tuple(code for code in WRITES if code != "too_large") if route.writes else codes


def common_codes(route: Route) -> tuple[str, ...]:
    """What any operation like this one may answer, whatever it does."""
    codes = certain_codes(route)
    if route.takes_body:
        codes += tuple(FIELDS)
    if route.writes:
        codes += ("too_large",)
    if route.access != "open":
        codes += tuple(ROLLED_BACK | DAMAGED)
    return codes if "internal_error" in codes else (*codes, "internal_error")
