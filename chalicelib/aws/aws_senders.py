"""Pushes and texts by SNS, mails by SES."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from chalicelib.aws.client import LazyClient
from chalicelib.aws.errors import RefusedByServiceError
from chalicelib.aws.senders import DeadEndpointError, NoSenderError, Platform, Pushed, UnsendableError

_DEAD = frozenset(("EndpointDisabled", "EndpointDisabledException", "NotFound", "NotFoundException"))
_HOPELESS = frozenset(
    "InvalidParameter InvalidParameterException InvalidParameterValue InvalidParameterValueException ParameterValueInvalid "
    "OptedOut MessageRejected PlatformApplicationDisabled".split()
)
_THERE_ALREADY = re.compile(r"Endpoint (arn:[^ ]+) already exists with the same [Tt]oken")


class AwsSenders:
    """`applications`: the ARN of SNS's platform application for each platform that there is one for; `mail_from`: the address
    that mails come from, which SES must have verified."""

    def __init__(
        self,
        applications: Mapping[Platform, str],
        mail_from: str | None,
        *,
        region: str,
        endpoint: str | None = None,
    ) -> None:
        self._applications = dict(applications)
        self._mail_from = mail_from
        self._sns = LazyClient("sns", region, endpoint)
        self._ses = LazyClient("ses", region, endpoint)

    def endpoint(self, platform: Platform, token: str) -> str:
        application = self._applications.get(platform)
        if application is None:
            raise NoSenderError
        arn = self._made(application, token)
        awake = {"Enabled": "true", "Token": token}  # it may be there from before, and be put to sleep
        _sent(self._sns, "set_endpoint_attributes", "bad_token", EndpointArn=arn, Attributes=awake)
        return arn

    def _made(self, application: str, token: str) -> str:
        """One that was there before and has changed since, as one that was put to sleep has, is named by the refusal only."""
        try:
            of = {"PlatformApplicationArn": application, "Token": token}
            return str(self._sns.call("create_platform_endpoint", **of)["EndpointArn"])
        except RefusedByServiceError as why:
            known = _THERE_ALREADY.search(str(why))
            if known is not None:
                return known[1]
            if why.code in _HOPELESS:
                raise UnsendableError("bad_token") from why
            raise

    def forget(self, endpoint: str) -> None:
        try:
            self._sns.call("delete_endpoint", EndpointArn=endpoint)
        except RefusedByServiceError as why:
            if why.code not in _DEAD:
                raise

    def push(self, endpoint: str, message: Pushed) -> None:
        try:
            _sent(
                self._sns,
                "publish",
                "refused",
                TargetArn=endpoint,
                MessageStructure="json",
                Message=_for_phones(message),
            )
        except RefusedByServiceError as why:
            if why.code in _DEAD:
                raise DeadEndpointError from why
            raise

    def text(self, phone: str, body: str) -> None:
        _sent(self._sns, "publish", "refused", PhoneNumber=phone, Message=body)

    def mail(self, address: str, title: str, body: str) -> None:
        if self._mail_from is None:
            raise NoSenderError
        content = {"Subject": _utf8(title), "Body": {"Text": _utf8(body)}}
        to = {"ToAddresses": [address]}
        _sent(self._ses, "send_email", "refused", Source=self._mail_from, Destination=to, Message=content)


def _sent(client: LazyClient, method: str, code: str, **arguments: Any) -> Any:
    try:
        return client.call(method, **arguments)
    except RefusedByServiceError as why:
        if why.code in _HOPELESS:
            raise UnsendableError(code) from why
        raise


def _for_phones(message: Pushed) -> str:
    """One message in the words of both: SNS takes those of the endpoint's platform."""
    apple = message.for_apple()
    told = {"default": message.body, "APNS": apple, "APNS_SANDBOX": apple, "GCM": message.for_google()}
    return json.dumps(told, ensure_ascii=False)


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
