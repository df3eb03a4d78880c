"""The one logger: structured lines on stdout, at the level that the settings ask for."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger

from chalicelib.config import log_level

SERVICE = "stampbook"


@cache
def logger() -> Logger:
    """Made by whoever has the first line to write, which may be before there is a Runtime: an open route needs none."""
    return Logger(service=SERVICE, level=log_level(), location=None)
