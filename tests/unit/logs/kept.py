"""The log, kept as it goes out."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

Line = dict[str, Any]


class Keeper(logging.StreamHandler[io.StringIO]):
    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def about(self, request_id: str) -> list[Line]:
        return [line for line in self.lines() if line["request_id"] == request_id]


@contextmanager
def kept() -> Iterator[Keeper]:
    keeper = Keeper(io.StringIO())
    keeper.setFormatter(LambdaPowertoolsFormatter())
    logger = logging.getLogger("stampbook")
    before = logger.level
    logger.addHandler(keeper)
    logger.setLevel(logging.INFO)
    try:
        yield keeper
    finally:
        logger.removeHandler(keeper)
        logger.setLevel(before)
