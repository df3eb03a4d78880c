"""Bucket, queues, topic, carriers and the world outside that fail when told to, counted together with the table."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, TypeVar

from chalicelib.aws.errors import CloudError
from chalicelib.aws.files import FileHead, Files, Writer
from chalicelib.aws.outside import Outside, Reply, Target, UnreachableError
from chalicelib.aws.queues import Message, QueueName, Queues
from chalicelib.aws.senders import Platform, Pushed, Senders
from chalicelib.aws.topic import Published, Topic
from tests.twins.faulty import Fault, Trouble

MessageT = TypeVar("MessageT")


@dataclass
class FaultyFiles:
    """A writer counts when its object would appear."""

    files: Files
    trouble: Trouble

    def head(self, key: str) -> FileHead | None:
        if self.trouble.call("read") is not None:
            raise CloudError("the bucket does not answer")
        return self.files.head(key)

    @contextmanager
    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> Iterator[BinaryIO]:
        fault = self.trouble.call("stream")
        if fault == "lost_before":
            raise CloudError("the bucket does not answer")
        with self.files.open(key, start=start, etag=etag) as stream:
            yield io.BufferedReader(_BreakingOff(stream.read())) if fault == "half" else stream

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
        self._write(partial(self.files.put, key, data, content_type))

    @contextmanager
    def writer(self, key: str, content_type: str = "application/octet-stream") -> Iterator[Writer]:
        written = io.BytesIO()
        yield _Sink(written)
        self._write(partial(self.files.put, key, written.getvalue(), content_type))

    def delete(self, keys: Iterable[str]) -> None:
        self._write(partial(self.files.delete, list(keys)))

    def link(self, key: str, seconds: int) -> str:
        return self.files.link(key, seconds)

    def _write(self, act: Callable[[], object]) -> None:
        self.trouble.write(self.trouble.call("file"), act, CloudError("the bucket does not answer"))


@dataclass
class FaultyQueues:
    queues: Queues
    trouble: Trouble

    def send(self, queue: QueueName, messages: Sequence[Message]) -> None:
        _send(self.trouble, messages, partial(self.queues.send, queue))

    def come_again(self, queue: QueueName, receipt: str, seconds: int) -> None:
        act = partial(self.queues.come_again, queue, receipt, seconds)
        self.trouble.write(self.trouble.call("one message"), act, CloudError("the queue does not answer"))


@dataclass
class FaultyTopic:
    topic: Topic
    trouble: Trouble

    def publish(self, messages: Sequence[Published]) -> None:
        _send(self.trouble, messages, self.topic.publish)


@dataclass
class FaultySenders:
    """`asked` is told what is to be carried to whom, before it is."""

    senders: Senders
    trouble: Trouble
    asked: Callable[[str, str], object]

    def endpoint(self, platform: Platform, token: str) -> str:
        made: list[str] = []
        self._call(lambda: made.append(self.senders.endpoint(platform, token)))
        return made[0]

    def forget(self, endpoint: str) -> None:
        self._call(partial(self.senders.forget, endpoint))

    def push(self, endpoint: str, message: Pushed) -> None:
        self.asked(endpoint, message.notice_id)
        self._call(partial(self.senders.push, endpoint, message))

    def text(self, phone: str, body: str) -> None:
        self.asked(phone, body)
        self._call(partial(self.senders.text, phone, body))

    def mail(self, address: str, title: str, body: str) -> None:
        self.asked(address, body)
        self._call(partial(self.senders.mail, address, title, body))

    def _call(self, act: Callable[[], object]) -> None:
        self.trouble.write(self.trouble.call("carrier"), act, CloudError("the carrier does not answer"))


@dataclass
class FaultyOutside:
    """A server that is busy says so; of one whose answer is lost nobody knows whether it was called. `asked` is told whom
    what is to reach."""

    outside: Outside
    trouble: Trouble
    asked: Callable[[str, str], object]

    @property
    def local(self) -> bool:
        return self.outside.local

    def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
        self.asked(target.host, headers["webhook-id"])
        fault, replies = self.trouble.call("outside"), list[Reply]()
        if fault == "throttled":
            return Reply(429, "slow down")
        act = partial(self.outside.post, target, headers, body)
        self.trouble.write(fault, lambda: replies.append(act()), UnreachableError("timed_out"))
        return replies[0]


@dataclass
class _Sink:
    written: io.BytesIO

    def write(self, data: bytes) -> None:
        self.written.write(data)


class _BreakingOff(io.RawIOBase):
    """Half of the content, and then the connection is gone."""

    def __init__(self, content: bytes) -> None:
        self._rest = io.BytesIO(content[: len(content) // 2])

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer of BufferedReader is one
        data = self._rest.read(len(buffer))
        if not data:
            raise CloudError("the connection broke off")
        buffer[: len(data)] = data
        return len(data)


def _send(trouble: Trouble, messages: Sequence[MessageT], send: Callable[[Sequence[MessageT]], None]) -> None:
    """Nothing to send is no request."""
    if not messages:
        return
    fault: Fault | None = trouble.call("messages" if len(messages) > 1 else "one message")
    if fault == "half":
        send(messages[: len(messages) // 2])
        raise CloudError("some of the messages were not taken")
    trouble.write(fault, partial(send, list(messages)), CloudError("the service does not answer"))
