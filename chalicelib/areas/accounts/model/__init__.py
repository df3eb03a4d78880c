"""The account's values and decisions: lots (intervals), facts, state with `apply`, decisions that answer facts."""

from chalicelib.areas.accounts.model.ahead import foreseen, form_told, newly_ahead
from chalicelib.areas.accounts.model.apart import Pending
from chalicelib.areas.accounts.model.decisions.apart import (
    Lifetime,
    activated,
    cancel_promise,
    capture,
    held_of,
    hold,
    pending_of,
    release,
)
from chalicelib.areas.accounts.model.decisions.credits import Credit, earn, grant, receive, slide
from chalicelib.areas.accounts.model.decisions.debits import convert, deduct, send, spend
from chalicelib.areas.accounts.model.decisions.story import PLAIN, Cause, Conduct, PeriodCap, Story
from chalicelib.areas.accounts.model.decisions.time import advance
from chalicelib.areas.accounts.model.decisions.undo import (
    asked_of,
    cancel,
    cancel_whole,
    due_of,
    expire_now,
    left_of,
    refund,
    take_back,
)
from chalicelib.areas.accounts.model.facts import VOCABULARY
from chalicelib.areas.accounts.model.lots import Lot, Piece
from chalicelib.areas.accounts.model.state import Account, apply, fold
from chalicelib.areas.accounts.model.wallet import Wallet

__all__ = [
    "PLAIN",
    "VOCABULARY",
    "Account",
    "Cause",
    "Conduct",
    "Credit",
    "Lifetime",
    "Lot",
    "Pending",
    "PeriodCap",
    "Piece",
    "Story",
    "Wallet",
    "activated",
    "advance",
    "apply",
    "asked_of",
    "cancel",
    "cancel_promise",
    "cancel_whole",
    "capture",
    "convert",
    "deduct",
    "due_of",
    "earn",
    "expire_now",
    "fold",
    "foreseen",
    "form_told",
    "grant",
    "held_of",
    "hold",
    "left_of",
    "newly_ahead",
    "pending_of",
    "receive",
    "refund",
    "release",
    "send",
    "slide",
    "spend",
    "take_back",
]
