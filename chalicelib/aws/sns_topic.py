"""The topic on SNS."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.aws.batches import Batches
from chalicelib.aws.client import LazyClient
from chalicelib.aws.messages import WireMessage
from chalicelib.aws.topic import Published, published_message
from chalicelib.config import required


class SnsTopic:
    """`arn` may be missing where nothing is published: it is a ConfigurationError only then."""

    def __init__(
        self,
        arn: str | None,
        *,
        region: str,
        endpoint: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._arn = arn
        self._client = LazyClient("sns", region, endpoint)
        self._batches = Batches(sleep)

    def publish(self, messages: Sequence[Published]) -> None:
        arn = required("STAMPBOOK_TOPIC", self._arn)
        self._batches.send(
            [published_message(message) for message in messages],
            lambda batch: self._client.call(
                "publish_batch", TopicArn=arn, PublishBatchRequestEntries=[_entry(*one) for one in batch]
            ),
        )


def _entry(number: str, message: WireMessage) -> dict[str, Any]:
    return {"Id": number, "Message": message.text, "MessageAttributes": message.attributes}
