"""STAMPBOOK_LOG_LEVEL decides what is logged, from the first line on, with or without a Runtime.

Each case is a process of its own: loggers are made once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
from chalicelib.api import log
with log.noted("req-1", "health") as note:
    try:
        raise ValueError("swordfish")
    except ValueError:
        log.failed()
"""
SETTINGS = {"STAMPBOOK_TABLE": "stampbook", "STAMPBOOK_STAGE": "test", "AWS_REGION": "eu-central-1"}


@pytest.mark.parametrize(
    ("level", "requests", "defects"),
    [(None, 1, 1), ("DEBUG", 1, 1), ("INFO", 1, 1), ("WARNING", 0, 1), ("ERROR", 0, 1)],
)
def test_the_level_of_the_settings_is_the_level_of_the_log(level: str | None, requests: int, defects: int) -> None:
    environment = {"PATH": os.environ.get("PATH", ""), **SETTINGS}
    if level is not None:
        environment["STAMPBOOK_LOG_LEVEL"] = level
    ran = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    logged = ran.stdout + ran.stderr
    assert (logged.count('"message":"request"'), logged.count("swordfish") > 0) == (requests, bool(defects))


EVENT = """
from chalicelib.events.log import noted
with noted("due", "req-1"):
    pass
"""


@pytest.mark.parametrize(("level", "lines"), [("INFO", 1), ("WARNING", 0)])
def test_so_it_is_of_what_events_log(level: str, lines: int) -> None:
    environment = {"PATH": os.environ.get("PATH", ""), **SETTINGS, "STAMPBOOK_LOG_LEVEL": level}
    ran = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", EVENT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert (ran.stdout + ran.stderr).count('"message":"event"') == lines


def test_where_the_settings_cannot_be_read_everything_is_told() -> None:
    environment = {"PATH": os.environ.get("PATH", ""), "STAMPBOOK_LOG_LEVEL": "ERROR"}
    ran = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert (ran.stdout + ran.stderr).count('"message":"request"') == 1
