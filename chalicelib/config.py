"""Settings: what a deployment decides and code does not. Read once from the environment; nothing else reads it.

STAMPBOOK_TABLE          the table's name                                                required
STAMPBOOK_STAGE          dev, prod …: lower-case letters and digits                      required
AWS_REGION               set by Lambda itself; AWS_DEFAULT_REGION does as well           required
STAMPBOOK_ENDPOINT_URL   where the cloud is, if it is not Amazon's: http://127.0.0.1:4566; else AWS_ENDPOINT_URL says so
STAMPBOOK_LOG_LEVEL      DEBUG, INFO (the default), WARNING or ERROR

No function uses all of these, so each is required only where it is used, on its first use:

STAMPBOOK_BUCKET         the bucket for files
STAMPBOOK_QUEUE_IMPORTS  the address of a queue; so too _DUE, _AUTOMATIONS, _NOTIFY, _WEBHOOKS and _METRICS
STAMPBOOK_QUEUE_RELAY_DEAD  where the relay leaves what can never be relayed
STAMPBOOK_TOPIC          the ARN of the topic

And what a deployment may have or not; without it nothing is sent that way:

STAMPBOOK_PUSH_APPLE     the ARN of SNS's platform application for Apple; so too _GOOGLE
STAMPBOOK_MAIL_FROM      the address that mails come from, verified by SES
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, get_args

from chalicelib.kit.platforms import PLATFORMS, Platform

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

QUEUES = ("imports", "due", "automations", "notify", "webhooks", "metrics")
RELAY_DEAD = "relay_dead"  # no function works on it: a command does
SENT_TO = (*QUEUES, RELAY_DEAD)
_EXPECTED = {
    "STAMPBOOK_PUSH_APPLE": "the ARN of a platform application",
    "STAMPBOOK_PUSH_GOOGLE": "the ARN of a platform application",
    "STAMPBOOK_MAIL_FROM": "an e-mail address",
    "STAMPBOOK_BUCKET": "the name of the bucket",
    "STAMPBOOK_TOPIC": "the ARN of the topic",
    **{f"STAMPBOOK_QUEUE_{name.upper()}": f"the address of the queue for {name}" for name in SENT_TO},
}
_LOG_LEVELS: dict[str, LogLevel] = {level: level for level in get_args(LogLevel)}
_STAGE = re.compile(r"[a-z][a-z0-9]{0,15}")
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_QUEUE = re.compile(r"https?://[^\s/]+(/[^\s/]+)+")
_TOPIC = re.compile(r"arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]+:[A-Za-z0-9_-]+")
_APPLICATION = re.compile(r"arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]+:app/[A-Z_]+/[A-Za-z0-9_.-]+")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_LOOPBACK = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:|$)")
_ENDPOINT = re.compile(r"https?://[^\s/]+/?")
_SHAPES = {
    "STAMPBOOK_BUCKET": _BUCKET,
    "STAMPBOOK_TOPIC": _TOPIC,
    **{f"STAMPBOOK_PUSH_{name.upper()}": _APPLICATION for name in PLATFORMS},
    "STAMPBOOK_MAIL_FROM": _ADDRESS,
}


class ConfigurationError(Exception):
    """The environment does not say what Stampbook must know. Every problem is named at once: a start-up fails only once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Stampbook cannot start. " + " ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Settings:
    table: str
    stage: str
    region: str
    endpoint_url: str | None = None
    log_level: LogLevel = "INFO"
    bucket: str | None = None
    queues: Mapping[str, str] = field(default_factory=dict)
    topic: str | None = None
    push: Mapping[Platform, str] = field(default_factory=dict)
    mail_from: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether the cloud is on this machine: then webhooks may call this machine as well, and only then."""
        return self.endpoint_url is not None and _LOOPBACK.match(self.endpoint_url) is not None


def stage() -> str:
    """Of this process, for lines of the log: they are written also where nothing else of the settings is asked for."""
    return os.environ.get("STAMPBOOK_STAGE") or "none"


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from these variables, or ConfigurationError. A variable set to nothing counts as not set."""
    problems: list[str] = []

    def value(names: tuple[str, ...], valid: Callable[[str], object], expected: str, default: str | None = None) -> str:
        text = next((environ[name] for name in names if environ.get(name)), default)
        if text is None:
            problems.append(f"{names[0]} is not set: it must be {expected}.")
        elif not valid(text):
            problems.append(f"{names[0]} is {text!r}: it must be {expected}.")
        else:
            return text
        return ""

    table = value(("STAMPBOOK_TABLE",), _TABLE.fullmatch, "the name of the DynamoDB table")
    stage = value(("STAMPBOOK_STAGE",), _STAGE.fullmatch, "lower-case letters and digits, at most 16, a letter first")
    region = value(("AWS_REGION", "AWS_DEFAULT_REGION"), bool, "the region of the table, such as eu-central-1")
    endpoint = value(
        ("STAMPBOOK_ENDPOINT_URL", "AWS_ENDPOINT_URL"), _valid_endpoint, "http(s)://host:port without a path", ""
    )
    level = value(("STAMPBOOK_LOG_LEVEL",), _LOG_LEVELS.get, f"one of {', '.join(_LOG_LEVELS)}", "INFO")
    where = {name: value((name,), _where_needed(name), expected, "") for name, expected in _EXPECTED.items()}
    if problems:
        raise ConfigurationError(problems)
    return Settings(
        table,
        stage,
        region,
        endpoint.rstrip("/") or None,
        _LOG_LEVELS[level],
        bucket=where["STAMPBOOK_BUCKET"] or None,
        queues={name: address for name in SENT_TO if (address := where[f"STAMPBOOK_QUEUE_{name.upper()}"])},
        topic=where["STAMPBOOK_TOPIC"] or None,
        push={name: arn for name in PLATFORMS if (arn := where[f"STAMPBOOK_PUSH_{name.upper()}"])},
        mail_from=where["STAMPBOOK_MAIL_FROM"] or None,
    )


def required(name: str, value: str | None) -> str:
    """For what only some functions use: its value, or the ConfigurationError that a start-up did not have to raise."""
    if value is None:
        raise ConfigurationError([f"{name} is not set: it must be {_EXPECTED[name]}."])
    return value


def _where_needed(name: str) -> Callable[[str], object]:
    shape = _SHAPES.get(name, _QUEUE)
    return lambda text: text == "" or shape.fullmatch(text)


def _valid_endpoint(text: str) -> bool:
    return text == "" or _ENDPOINT.fullmatch(text) is not None


@cache
def settings() -> Settings:
    """This process's own, read on the first call. A failure is not remembered."""
    return read(os.environ)


def log_level() -> LogLevel:
    """INFO while the settings cannot be read: what goes wrong then must be told."""
    try:
        return settings().log_level
    except ConfigurationError:
        return "INFO"
