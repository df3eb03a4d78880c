"""Settings are read from the environment, completely or not at all."""

from __future__ import annotations

import dataclasses

import pytest

from chalicelib.config import ConfigurationError, Settings, read, settings

LEAST = {"STAMPBOOK_TABLE": "stampbook-dev", "STAMPBOOK_STAGE": "dev", "AWS_REGION": "eu-central-1"}


def test_three_variables_are_enough() -> None:
    assert read(LEAST) == Settings("stampbook-dev", "dev", "eu-central-1", None, "INFO")


def test_everything_can_be_said() -> None:
    said = read(LEAST | {"STAMPBOOK_ENDPOINT_URL": "http://127.0.0.1:4566/", "STAMPBOOK_LOG_LEVEL": "DEBUG"})
    assert (said.endpoint_url, said.log_level) == ("http://127.0.0.1:4566", "DEBUG")


def test_the_region_may_come_by_its_other_name() -> None:
    named = {"STAMPBOOK_TABLE": "stampbook-dev", "STAMPBOOK_STAGE": "dev", "AWS_DEFAULT_REGION": "us-east-1"}
    assert read(named).region == "us-east-1"
    assert read(named | {"AWS_REGION": "eu-west-1"}).region == "eu-west-1"


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as refused:
        read({"STAMPBOOK_STAGE": ""})
    assert [problem.split()[0] for problem in refused.value.problems] == [
        "STAMPBOOK_TABLE",
        "STAMPBOOK_STAGE",
        "AWS_REGION",
    ]
    assert "is not set" in str(refused.value)


def test_where_files_queues_and_topic_are_may_be_said() -> None:
    queue, topic = "https://sqs.eu-central-1.amazonaws.com/1/imports", "arn:aws:sns:eu-central-1:1:facts"
    said = read(
        LEAST | {"STAMPBOOK_BUCKET": "files", "STAMPBOOK_QUEUE_IMPORTS": queue, "STAMPBOOK_TOPIC": topic},
    )
    assert (said.bucket, said.queues, said.topic) == ("files", {"imports": queue}, topic)
    assert (read(LEAST).bucket, read(LEAST).queues, read(LEAST).topic) == (None, {}, None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("STAMPBOOK_BUCKET", "No Bucket"),
        ("STAMPBOOK_QUEUE_DUE", "stampbook-dev-due"),
        ("STAMPBOOK_TOPIC", "facts"),
        ("STAMPBOOK_TABLE", "no table"),
        ("STAMPBOOK_STAGE", "Production"),
        ("STAMPBOOK_ENDPOINT_URL", "127.0.0.1:4566"),
        ("STAMPBOOK_ENDPOINT_URL", "http://127.0.0.1:4566/path"),
        ("STAMPBOOK_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is '{text}'"):
        read(LEAST | {name: text})


def test_settings_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read(LEAST).table = "another"  # type: ignore[misc]


def test_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    for name, text in LEAST.items():
        monkeypatch.setenv(name, text)
    first = settings()
    monkeypatch.setenv("STAMPBOOK_STAGE", "prod")
    assert settings() is first
    settings.cache_clear()
    assert settings().stage == "prod"
    settings.cache_clear()


@pytest.mark.parametrize(
    ("endpoint", "local"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://localhost:4566", True),
        ("http://localhost.example.com:4566", False),
        ("http://127.0.0.1.example.com", False),
        ("https://vpce-1.dynamodb.eu-central-1.vpce.amazonaws.com", False),
        ("", False),
    ],
)
def test_a_cloud_is_local_where_it_is_on_this_machine(endpoint: str, local: bool) -> None:
    """Whoever says where the cloud is: the local cloud tells its functions by the variable of Amazon's own clients."""
    for name in ("STAMPBOOK_ENDPOINT_URL", "AWS_ENDPOINT_URL"):
        assert read(LEAST | {name: endpoint}).is_local is local
