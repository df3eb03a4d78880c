"""A boto3 client made on its first call, by one thread; what it raises is a CloudError, or the service's own refusal."""

from __future__ import annotations

import threading
from typing import Any

from chalicelib.aws.errors import CloudError, RefusedByServiceError
from chalicelib.kit.agent import USER_AGENT

CONNECT_SECONDS = 2
READ_SECONDS = 10
ATTEMPTS = 4  # of botocore's own, for what is worth repeating


class LazyClient:
    def __init__(self, service: str, region: str, endpoint: str | None) -> None:
        self._service = service
        self._region = region
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._made: Any = None

    def call(self, method: str, **arguments: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (with the client, on first use)

        try:
            return getattr(self._client(), method)(**arguments)
        except ClientError as error:
            raise RefusedByServiceError(str(error), str(error.response.get("Error", {}).get("Code", ""))) from error
        except BotoCoreError as error:
            raise CloudError(str(error)) from error

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                self._made = _make_client(self._service, self._region, self._endpoint)
            return self._made


def _make_client(service: str, region: str, endpoint: str | None) -> Any:
    import boto3
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        user_agent=USER_AGENT,
        signature_version="s3v4" if service == "s3" else None,  # else a link would be signed the old way
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        tcp_keepalive=True,
    )
    session: Any = boto3.session.Session()
    return session.client(service, region_name=region, endpoint_url=endpoint, config=config)
