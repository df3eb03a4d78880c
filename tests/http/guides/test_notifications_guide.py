"""docs/guides/notifications.md is true: what it shows is done and answered so, in its order."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from chalicelib.areas.notifications.model.notice import REASONS
from chalicelib.areas.referrals.model import SendingReason
from tests.http.guides.ledger import play

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "notifications.md").read_text("utf-8")


def test_what_the_guide_shows_comes_to_what_it_shows() -> None:
    assert play(GUIDE) == GUIDE.count("```http") + GUIDE.count("<!-- tell -->")


def test_every_reason_is_told() -> None:
    assert [reason for reason in (*REASONS, *get_args(SendingReason)) if f"`{reason}`" not in GUIDE] == []
