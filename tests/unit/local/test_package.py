"""Two processes that package at once, as two workers of the end-to-end tests do."""

from __future__ import annotations

import threading
from pathlib import Path

from infra.package import one_at_a_time

NEVER_LONG = 30.0  # seconds


def test_who_packages_meanwhile_waits_for_the_first_to_be_done(tmp_path: Path) -> None:
    turn, course = tmp_path / "not yet there" / "packaging.lock", list[str]()

    def second() -> None:
        with one_at_a_time(turn):
            course.append("second")

    other = threading.Thread(target=second)
    with one_at_a_time(turn):
        other.start()
        other.join(0.2)
        course.append("first")
    other.join(NEVER_LONG)
    assert course == ["first", "second"]
