"""The feed: what happened, oldest first, by cursor."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.flows.read_feed import FeedPage
from chalicelib.flows.read_feed import read_feed as feed_of


def read_feed(call: Call) -> FeedPage:
    return feed_of(call.rt, call.caller, call.query["limit"], call.query["cursor"])
