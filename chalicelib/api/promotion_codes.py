"""Codes of events, perks, rewards, segments, referrals, webhooks, notifications, coupons, checkouts: a part of those in api/codes."""

from __future__ import annotations

from chalicelib.api.code import Code

PERKS_REWARDS_AND_COUPONS = {
    "future_event": Code(422, "The time of the event lies in the future."),
    "schedule_over": Code(422, "There is no day left on which the rule, which is on schedule, would run."),
    "unknown_event": Code(422, "The program declares no event of this name."),
    "unknown_property": Code(422, "The event has no property of this name."),
    "wrong_property_type": Code(422, "A property of the event has a value of another type than is declared."),
    "unknown_event_code": Code(422, "No rule of the program knows the code that was scanned."),
    "event_id_taken": Code(409, "An event of this id is already recorded, with other content or of another member."),
    "checkout_not_found": Code(404, "The tenant has no such checkout, or it was over some time ago."),
    "checkout_committed": Code(409, "The checkout has been paid for, and not as is asked now."),
    "checkout_cancelled": Code(409, "The checkout was cancelled."),
    "checkout_lapsed": Code(
        409, "The checkout took longer than it may, or what was set apart for it was let go by hand."
    ),
    "checkout_of_another_member": Code(422, "The checkout is of another member than the one named."),
    "checkout_outdated": Code(
        422, "The member has joined or left a group since points were set apart for the checkout."
    ),
    "promise_gone": Code(
        422, "A discount of the checkout was not set apart, and is not to be had any more: its rule's limit is reached."
    ),
    "code_held": Code(
        422, "The coupon is set apart for another checkout, until that is paid for, cancelled or lapses."
    ),
    "code_of_nobody": Code(
        422,
        "A coupon of somebody's is shown at a checkout at which no member is named; only a code that all share is taken there.",
    ),
    "nothing_to_discount": Code(422, "A coupon would take nothing off this cart, and be used up for it."),
    "coupons_not_combined": Code(422, "One of the coupons cannot be combined with others, or two are of one series."),
    "checkout_not_committed": Code(422, "Lines are named of a checkout that has not been paid for: change its cart."),
    "unknown_line": Code(422, "The order has no line of this number, or it is named twice."),
    "rule_named_twice": Code(400, "Two of the rules that are tried have the same id."),
    "period_not_over": Code(422, "The period has days that have not come yet: there is nothing to replay of them."),
    "nothing_to_simulate": Code(422, "No rules are named to be tried, and the active ones are left out."),
    "reward_not_found": Code(404, "The program has no such reward."),
    "redemption_not_found": Code(404, "The member, the group or the award has no such redemption."),
    "perk_not_found": Code(404, "The program has no such perk."),
    "award_not_found": Code(404, "The member has no such award."),
    "code_not_found": Code(404, "There is no such redemption code: it was used, or mistyped."),
    "too_many_perks": Code(422, "A program has at most 1,000 perks."),
    "too_many_awards": Code(422, "The member has as many awards in the program as they may have at a time."),
    "unknown_perk": Code(
        422, "The program has no perk of this id that a rule could give, or no other one that a full card could."
    ),
    "perk_not_active": Code(422, "The perk is not offered just now: it is no longer or not yet active, or paused."),
    "perk_without_points": Code(422, "The perk has no points that could come with it."),
    "perk_without_code": Code(422, "The perk is redeemed by itself: there is no code to show."),
    "held_by_tier": Code(422, "The perk comes with a tier: nobody is granted it."),
    "not_on_tier": Code(422, "The perk is for members of another tier."),
    "not_a_stamp_card": Code(422, "The perk is no stamp card."),
    "not_a_badge": Code(422, "The perk that a rule gives as a badge is none."),
    "not_redeemable": Code(422, "The award is a badge: it is shown, and never redeemed."),
    "card_not_full": Code(422, "The card does not have all its stamps yet."),
    "card_finished": Code(422, "The card has been redeemed, and does not start anew."),
    "award_used_up": Code(422, "The award has been used as often as it may be."),
    "award_expired": Code(422, "The last day of the award has passed."),
    "award_revoked": Code(422, "The award has been taken back."),
    "not_at_this_time": Code(422, "The perk cannot be redeemed at this time of the week."),
    "not_at_this_place": Code(422, "The perk cannot be redeemed at this place, or no place is named."),
    "basket_too_small": Code(422, "The perk needs a basket that comes to more, or no basket is named."),
    "basket_without_goods": Code(422, "The basket has nothing that the perk is for, or no basket is named."),
    "amount_needed": Code(400, "Points that are worth money are redeemed, and it is not said how many."),
    "amount_not_taken": Code(400, "An amount is given for what is used once, or card by card."),
    "worth_nothing": Code(422, "So many points are worth no money that can be paid."),
    "over_maximum_value": Code(422, "The perk is not redeemed for so much money at a time."),
    "more_than_basket": Code(422, "More is to be redeemed than the basket comes to."),
    "redemption_code_expired": Code(422, "The redemption code is too old, or used: have the member show a fresh one."),
    "already_refunded": Code(422, "The redemption was given back before, or is too long ago."),
    "reward_used": Code(422, "What the full card gave has been used: give that back first."),
    "whole_card_only": Code(422, "What a full card gave goes back with all its stamps: name no amount."),
    "prize_held": Code(422, "The full card gives a perk that the member has already: it stays full."),
    "proof_required": Code(
        422, "The program asks for a proof that it is the member who redeems: a PIN or a one-time code."
    ),
    "pin_not_set": Code(422, "The member has no PIN yet."),
    "proof_expired": Code(422, "The one-time code was used, is too old, or none was issued."),
    "proof_locked": Code(422, "Too many wrong tries: PIN and one-time codes are locked for fifteen minutes."),
    "wrong_proof": Code(422, "The PIN or one-time code is not the right one; after five wrong tries it is locked."),
    "too_many_rewards": Code(422, "A program has at most 2,000 rewards."),
    "reward_not_active": Code(422, "The reward is not offered: a draft, paused or ended."),
    "reward_not_yet": Code(422, "The reward can be had later only."),
    "reward_over": Code(422, "The reward could be had until a day that is over."),
    "wrong_tier": Code(422, "The reward is for other tiers than the member's."),
    "wrong_segment": Code(422, "The reward is for segments that the member is not in."),
    "out_of_stock": Code(422, "Not so many of the reward are left."),
    "limit_reached": Code(
        422, "The reward was taken as often as it may be: by the member or in all, ever or in a period."
    ),
    "points_not_asked": Code(422, "What the reward costs is fixed, but `points` are given."),
    "points_not_said": Code(422, "The reward turns points into money, but how many is not said."),
    "too_few_points": Code(422, "Fewer points than the reward turns into money at a time."),
    "order_value_not_said": Code(422, "Points pay a part of an order only, but what it is worth is not said."),
    "more_than_order_allows": Code(422, "The points are worth more than may be paid of the order with them."),
    "order_not_said": Code(422, "Points pay a part of each order only, but which order it is is not said."),
    "unknown_coupon_series": Code(
        422,
        "The program has no such coupon series that a rule could give coupons of, or that codes of a reward could be of.",
    ),
    "worth_differs": Code(
        422, "The coupons that would be the codes of the reward are worth something else than it says."
    ),
    "no_cashback": Code(422, "The reward turns no points into money."),
    "address_needed": Code(422, "The reward is sent to the member, but no address is given."),
    "no_address_asked": Code(422, "An address is given, but nothing of the reward is sent."),
    "not_delivered": Code(422, "Nothing of the redemption is delivered: the reward is not physical."),
    "wrong_delivery_state": Code(422, "The delivery cannot go from where it stands to there."),
    "undo_by_refund": Code(422, "It was spent on a reward: refund the redemption; the message says how."),
    "template_not_found": Code(404, "The tenant has no such template of notifications."),
    "unknown_variable": Code(
        422, "A variable in the words of a notification or an invitation is none that is known where it is used."
    ),
    "words_too_long": Code(
        422, "The words of a notification are more than its channel carries; the message says how much does."
    ),
    "unknown_template": Code(422, "The tenant has no template of notifications of this id that a rule could tell."),
    "follow_up_not_found": Code(404, "The tenant has no such follow-up."),
    "too_many_follow_ups": Code(422, "A tenant has at most 100 follow-ups."),
    "too_many_templates": Code(422, "A tenant has at most 500 templates of notifications."),
    "what_is_told": Code(400, "A notification has a template or a text: one of the two."),
    "who_is_told": Code(
        400, "A notification is for some members, a segment, those who favour a place or everybody: one of the four."
    ),
    "time_too_far": Code(400, "A notification begins within a year."),
    "bad_token": Code(400, "Apple or Google would know no phone by this token."),
    "no_sender": Code(422, "Nothing can be pushed to phones of this platform here."),
    "too_many_devices": Code(422, "A member has at most 10 devices that are in use."),
    "device_not_found": Code(404, "The member has no such device."),
    "notice_not_found": Code(404, "The member has no such notice, or it is more than 45 days old."),
    "notice_finished": Code(409, "The notice does not wait any more: there is nothing to cancel."),
    "webhook_not_found": Code(404, "The tenant has no such webhook."),
    "webhook_disabled": Code(422, "The webhook is disabled: nothing is sent to it."),
    "too_many_webhooks": Code(
        422, "A tenant has at most 20 webhooks, and 200 names of them with those that were deleted."
    ),
    "invalid_url": Code(
        400, "The URL of the webhook is none of a server, or has a user, a password or a fragment in it."
    ),
    "forbidden_target": Code(
        422, "The URL of the webhook is not https on port 443 of a server on the public Internet."
    ),
    "delivery_not_found": Code(404, "The webhook has no such delivery, or it is more than 30 days old."),
    "segment_not_found": Code(404, "The tenant has no such segment."),
    "metric_not_found": Code(404, "The tenant has no such metric."),
    "unknown_metric": Code(422, "The program has no such metric with this threshold that a rule could be on."),
    "average_in_real_time": Code(
        422, "What is given for a threshold changes the average of what is earned: have thresholds of it judged daily."
    ),
    "too_many_metrics": Code(422, "A tenant has at most 100 metrics of its own."),
    "unknown_webhook": Code(422, "The tenant has no webhook of this id that a rule could tell."),
    "unknown_member": Code(422, "What a rule names as a member in its audience cannot be one."),
    "unknown_member_field": Code(
        422, "The tenant declares no such field of members that a rule or a segment could ask about."
    ),
    "no_place_then": Code(422, "Nobody is at any place when the rule is judged, but it is for places."),
    "unknown_segment": Code(422, "The tenant has no segment of this id that a rule could ask for or move members by."),
    "segment_ended": Code(422, "The segment has ended: nobody joins it."),
    "segment_by_criteria": Code(422, "Who is in the segment follows from its criteria, and from nothing else."),
    "too_many_counted": Code(422, "A tenant counts what is bought of at most 20 segments."),
    "too_many_counters": Code(
        422,
        "Rules, segments and metrics of a program ask for more things to be counted, or for longer, than an account counts.",
    ),
    "too_many_criteria": Code(422, "A tenant has at most 200 segments with criteria."),
    "too_many_segments": Code(422, "A tenant has at most 1,000 segments."),
    "referral_code_not_found": Code(404, "Nobody shares this referral code."),
    "referral_code_taken": Code(409, "Another member shares this referral code, or it is that of an invitation."),
    "invalid_referral_code": Code(400, "What is given as a referral code cannot be one."),
    "unknown_referral_code": Code(422, "Nobody shares the referral code by which somebody would come."),
    "referred_already": Code(422, "Somebody brought the member in already."),
    "not_new": Code(
        422, "The member has bought something already, or was enrolled too long ago, to say who brought them in."
    ),
    "self_referral": Code(422, "A member would bring in themselves."),
    "referral_loop": Code(422, "The member has brought others in, so nobody brings them in any more."),
    "member_already": Code(422, "Whoever is invited is a member already."),
    "invited_already": Code(422, "Whoever is invited is invited already, and the invitation is still good."),
    "too_many_invitations": Code(
        422, "The member has as many invitations open as may be: another one when one is taken up or over."
    ),
    "referrer_blocked": Code(422, "Whose referral code it is was blocked: they bring in nobody."),
    "referred_before": Code(422, "Somebody with one of these identifiers was a member before."),
    "device_used": Code(422, "As many members were enrolled on the device as the tenant lets come by referrals."),
    "invitation_used": Code(422, "Somebody has come by the invitation already: it is good once."),
    "invitation_expired": Code(422, "The invitation was not taken up in time."),
    "coupon_series_not_found": Code(404, "The program has no such coupon series."),
    "coupon_not_found": Code(404, "The member has no such coupon."),
    "unknown_code": Code(404, "No coupon has this code."),
    "code_taken": Code(409, "The code that all coupons of a series would share is another coupon's."),
    "codes_frozen": Code(422, "Where the codes of a coupon series come from does not change."),
    "too_many_coupon_series": Code(422, "A program has at most 2,000 coupon series."),
    "no_pool": Code(422, "The codes of the series do not come from a pool: none are uploaded."),
    "code_is_shared": Code(
        422, "The code of the series is everybody's: it is used by whoever shows it, given to nobody."
    ),
    "too_many_coupons": Code(422, "The member has as many coupons that are not over as they may have: 200."),
    "no_codes_left": Code(422, "All codes of the pool have been given out: upload more."),
    "series_not_active": Code(422, "The series is paused, has ended, or its days have not begun or are over."),
    "series_used_up": Code(422, "The series has been given out, or used, as often as it may be in all."),
    "limit_per_member": Code(422, "The member has had, or used, the series as often as anybody may."),
    "code_of_another_member": Code(422, "The coupon belongs to another member."),
    "code_not_issued": Code(422, "Nobody has the code yet, and its series lets nobody claim one."),
    "code_used": Code(422, "The coupon has been used as often as it may be."),
    "code_expired": Code(422, "The last day of the coupon is over."),
    "code_cancelled": Code(422, "The coupon was cancelled."),
    "code_not_yet_active": Code(422, "The coupon is not good yet: its first day lies ahead, or it must be activated."),
    "order_below_minimum": Code(422, "The order is worth less than the coupon asks for."),
    "coupon_activated": Code(422, "The coupon does not wait to be activated."),
    "coupon_not_used": Code(422, "The coupon has not been used, or not for this order."),
    "not_reactivable": Code(422, "The coupon is not over, or its series lets none be made good again."),
}
