"""Pushes, texts and mails on moto, which keeps what was sent, and alone says that an endpoint is disabled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from chalicelib.aws.aws_senders import AwsSenders
from chalicelib.aws.senders import DeadEndpointError, NoSenderError, Pushed, UnsendableError

REGION = "eu-central-1"
HELLO = Pushed("Hello", "New books are in.", "ntc_1")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """SNS, as a client has it."""
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        session: Any = boto3.session.Session()
        session.client("ses", region_name=REGION).verify_email_identity(EmailAddress="shop@example.com")
        yield session.client("sns", region_name=REGION)


@pytest.fixture
def senders(cloud: Any) -> AwsSenders:
    made = cloud.create_platform_application(Name="app", Platform="GCM", Attributes={"PlatformCredential": "x"})
    return AwsSenders({"google": made["PlatformApplicationArn"]}, "shop@example.com", region=REGION)


def test_a_phone_is_pushed_to_until_it_is_dead_and_again_when_it_is_back(cloud: Any, senders: AwsSenders) -> None:
    endpoint = senders.endpoint("google", "token-a")
    assert senders.endpoint("google", "token-a") == endpoint
    senders.push(endpoint, HELLO)
    sent = sns_backends[DEFAULT_ACCOUNT_ID][REGION].platform_endpoints[endpoint].messages
    [message] = (json.loads(one) for one in sent.values())
    assert json.loads(message["GCM"]) == {
        "notification": {"title": "Hello", "body": "New books are in."},
        "data": {"notice_id": "ntc_1"},
    }
    assert json.loads(message["APNS"])["aps"] == {"alert": {"title": "Hello", "body": "New books are in."}}
    cloud.set_endpoint_attributes(EndpointArn=endpoint, Attributes={"Enabled": "false"})
    with pytest.raises(DeadEndpointError):
        senders.push(endpoint, HELLO)
    assert senders.endpoint("google", "token-a") == endpoint
    senders.push(endpoint, HELLO)
    senders.forget(endpoint)
    senders.forget(endpoint)
    with pytest.raises(DeadEndpointError):
        senders.push(endpoint, HELLO)


def test_a_push_is_as_long_as_the_longer_of_what_the_two_services_get() -> None:
    longer = Pushed('"', "😀", "ntc_1").for_google()
    assert Pushed('"', "😀", "ntc_1").size == len(longer.encode()) > len(longer)
    assert json.loads(longer)["notification"] == {"title": '"', "body": "😀"}


def test_a_text_goes_to_its_number(senders: AwsSenders) -> None:
    senders.text("+431234567", "Hello")
    assert list(sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages.values()) == [("+431234567", "Hello")]


def test_a_mail_has_a_subject_and_comes_from_the_shop(senders: AwsSenders) -> None:
    senders.mail("ada@example.com", "Grüße", "Dear Ada")
    [mail] = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert (mail.source, mail.destinations["ToAddresses"], mail.subject) == (
        "shop@example.com",
        ["ada@example.com"],
        "Grüße",
    )
    unverified = AwsSenders({}, "nobody@example.com", region=REGION)
    with pytest.raises(UnsendableError):
        unverified.mail("ada@example.com", "Hello", "Dear Ada")


def test_what_a_deployment_has_not_is_said(cloud: Any) -> None:
    nothing = AwsSenders({}, None, region=REGION)
    with pytest.raises(NoSenderError):
        nothing.endpoint("apple", "token")
    with pytest.raises(NoSenderError):
        nothing.mail("ada@example.com", "Hello", "Dear Ada")
    assert cloud
