"""The one logger: structured lines on stdout, at the level that the settings ask for."""

from __future__ import annotations

import logging
from functools import cache

from aws_lambda_powertools import Logger

SERVICE = "stampbook"


@cache
def logger() -> Logger:
    """At the level that was set on the logger of this name; Powertools' own default would overrule it."""
    return Logger(service=SERVICE, level=logging.getLogger(SERVICE).level or None, location=None)
