"""The account's values and decisions: lots (intervals), facts, state with `apply`, decisions that answer facts."""

from chalicelib.areas.accounts.model.decisions import Credit, Story, advance, cancel, earn, refund, spend
from chalicelib.areas.accounts.model.facts import VOCABULARY
from chalicelib.areas.accounts.model.lots import Lot, Piece
from chalicelib.areas.accounts.model.state import Account, Wallet, apply, fold

__all__ = [
    "VOCABULARY",
    "Account",
    "Credit",
    "Lot",
    "Piece",
    "Story",
    "Wallet",
    "advance",
    "apply",
    "cancel",
    "earn",
    "fold",
    "refund",
    "spend",
]
