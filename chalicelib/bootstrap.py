"""Dependencies assembled in one place: the real Runtime from Settings. Tests assemble theirs from twins."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from chalicelib.config import Settings, settings
from chalicelib.kit.clock import SystemClock
from chalicelib.kit.ids import RandomIds
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable

if TYPE_CHECKING:
    from chalicelib.aws.aws_senders import AwsSenders
    from chalicelib.aws.http_outside import HttpOutside
    from chalicelib.aws.s3_files import S3Files
    from chalicelib.aws.sns_topic import SnsTopic
    from chalicelib.aws.sqs_queues import SqsQueues

MadeT = TypeVar("MadeT")


@cache
def runtime() -> Runtime:
    """One per process, built on first use."""
    return build(settings())


def build(known: Settings) -> Runtime:
    """Connects to nothing: each client is made on its first use, and of bucket, queues and topic the code is loaded then, too."""
    clock = SystemClock()
    return Runtime(
        clock=clock,
        ids=RandomIds(),
        table=DynamoTable(known.table, region=known.region, endpoint=known.endpoint_url),
        config=ConfigCache(clock),
        files=_on_first_use(lambda: _files(known)),
        queues=_on_first_use(lambda: _queues(known)),
        topic=_on_first_use(lambda: _topic(known)),
        outside=_on_first_use(lambda: _outside(known)),
        senders=_on_first_use(lambda: _senders(known)),
    )


def _files(known: Settings) -> S3Files:
    from chalicelib.aws.s3_files import S3Files  # noqa: PLC0415

    return S3Files(known.bucket, region=known.region, endpoint=known.endpoint_url)


def _queues(known: Settings) -> SqsQueues:
    from chalicelib.aws.sqs_queues import SqsQueues  # noqa: PLC0415

    return SqsQueues(known.queues, region=known.region, endpoint=known.endpoint_url)


def _topic(known: Settings) -> SnsTopic:
    from chalicelib.aws.sns_topic import SnsTopic  # noqa: PLC0415

    return SnsTopic(known.topic, region=known.region, endpoint=known.endpoint_url)


def _outside(known: Settings) -> HttpOutside:
    from chalicelib.aws.http_outside import HttpOutside  # noqa: PLC0415

    return HttpOutside(known.is_local)


def _senders(known: Settings) -> AwsSenders:
    from chalicelib.aws.aws_senders import AwsSenders  # noqa: PLC0415

    return AwsSenders(known.push, known.mail_from, region=known.region, endpoint=known.endpoint_url)


class _OnFirstUse:
    """Stands for what is made when something is first asked of it."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._made = cache(make)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made(), name)


def _on_first_use(make: Callable[[], MadeT]) -> MadeT:
    return cast(MadeT, _OnFirstUse(make))
