"""What each resource of the API is about: a sentence for readers of its document and of docs/routes.md."""

from __future__ import annotations

from collections.abc import Mapping

ABOUT: Mapping[str, str] = {
    "programs": "What a shop offers: its settings, and programs with their units, policies and time zone.",
    "coupons": "Coupon series and their codes, coupons of members, and what becomes of them.",
    "rules": "What a purchase earns in a program, as data.",
    "tiers": "The ladder of a program, from the lowest tier to the highest.",
    "members": "Who a shop knows, and by which cards, addresses and numbers.",
    "segments": "Lists of members that rules and rewards are for, and who is in them.",
    "referrals": "Members who bring others in: the codes that they share, whom they invite, and who came by them.",
    "groups": "Members who collect together, as a household or a fleet does.",
    "accounts": "What a member holds in a program: balances, their expiry, the tier, and how it all came about.",
    "perks": "What members are given besides points: stamp cards, treats, clubs; their awards, and how a till redeems them.",
    "adjustments": "What operators give and take by hand, with a reason.",
    "rewards": "What points can be turned into, what a member can have of it, and what was redeemed.",
    "orders": "Sales, what came back of them, and what a sale would earn.",
    "checkouts": "What a customer gets for a cart: discounts, points, and what they could pay with points.",
    "events": "What members do beside buying: reviews, check-ins, scans, being near.",
    "operations": "Jobs that take longer than a request, such as the import of a file.",
    "notifications": "What members are told, by push, text, mail or in the app, and on which phones.",
    "webhooks": "Servers of a shop that are told what happened, as it happens.",
    "feed": "Everything that happened, in one order without gaps.",
    "audit": "Who did what and when, newest first, and who was refused.",
    "reports": "What a tenant owes its members, as finance asks for it.",
    "system": "The service itself, and what it says about itself. No key is needed.",
}
