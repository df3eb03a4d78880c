"""Our way of writing a line says what powertools' own would."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from chalicelib.kit.logs import SERVICE, Lines

EXTRAS: dict[str, Any] = {
    "request_id": "r-1",
    "tenant": None,
    "n": 1.5,
    "who": {1},
    "name_of": "ü",
    "_aws": {"a": [1]},
}


def record(message: str, *values: object, failed: bool = False, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"levelname": "INFO", "msg": message, "args": values, **extra})
    made.exc_info = sys.exc_info() if failed else None
    return made


def both(made: logging.LogRecord) -> tuple[dict[str, Any], dict[str, Any]]:
    ours, theirs = Lines(location=None), LambdaPowertoolsFormatter(location=None)
    for formatter in (ours, theirs):
        formatter.append_keys(service=SERVICE)
    return json.loads(ours.format(made)), json.loads(theirs.format(made))


@pytest.mark.parametrize("trace", [None, "Root=1-abc;Parent=def;Sampled=0"])
@pytest.mark.parametrize("extra", [{}, EXTRAS])
def test_a_line_is_what_powertools_would_write(
    monkeypatch: pytest.MonkeyPatch, trace: str | None, extra: dict[str, Any]
) -> None:
    if trace is not None:
        monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    ours, theirs = both(record("%d orders", 3, **extra))
    assert ours == theirs
    assert ours["message"] == "3 orders"


def test_the_stack_of_what_failed_is_powertools_business() -> None:
    try:
        raise LookupError("swordfish")
    except LookupError:
        ours, theirs = both(record("a defect", failed=True))
    assert ours == theirs
    assert ours["exception_name"] == "LookupError"


def test_a_message_is_a_text_whatever_it_looks_like() -> None:
    ours, _ = both(record('{"tenant": "another"}'))
    assert ours["message"] == '{"tenant": "another"}'
