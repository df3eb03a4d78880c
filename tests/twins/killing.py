"""Processes that die: at a chosen write, before it or right behind it, and nothing of theirs runs any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Literal

from chalicelib.aws.files import FileHead, Files, Writer
from chalicelib.aws.outside import Outside, Reply, Target
from chalicelib.aws.queues import Message, QueueName, Queues
from chalicelib.aws.senders import Platform, Pushed, Senders
from chalicelib.aws.topic import Published, Topic
from chalicelib.table.protocol import Attrs, Key, Page, Query, Table, Write

When = Literal["before", "after"]


class Killed(BaseException):
    """No handler of errors sees this: the process is gone."""


@dataclass
class Kills:
    """Counts the writes of a whole system, table, files and queues alike; the process dies at number `at`."""

    at: int | None = None
    when: When = "before"
    writes: int = 0

    def write(self, act: Callable[[], object]) -> None:
        number, self.writes = self.writes, self.writes + 1
        if number == self.at and self.when == "before":
            raise Killed
        act()
        if number == self.at:
            raise Killed


@dataclass
class KillingTable:
    table: Table
    kills: Kills

    def get(self, key: Key) -> Attrs | None:
        return self.table.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        return self.table.batch_get(keys)

    def query(self, query: Query) -> Page:
        return self.table.query(query)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self.kills.write(lambda: self.table.transact(writes, token))

    def batch_put(self, items: Iterable[Attrs]) -> None:
        self.kills.write(lambda: self.table.batch_put(items))


@dataclass
class KillingFiles:
    files: Files
    kills: Kills

    def head(self, key: str) -> FileHead | None:
        return self.files.head(key)

    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> AbstractContextManager[BinaryIO]:
        return self.files.open(key, start=start, etag=etag)

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
        self.kills.write(lambda: self.files.put(key, data, content_type))

    @contextmanager
    def writer(self, key: str, content_type: str = "application/octet-stream") -> Iterator[Writer]:
        """It counts when the object appears: what was written before leaves no trace."""
        writing = self.files.writer(key, content_type)
        yield writing.__enter__()
        self.kills.write(lambda: writing.__exit__(None, None, None))

    def delete(self, keys: Iterable[str]) -> None:
        self.kills.write(lambda: self.files.delete(keys))

    def link(self, key: str, seconds: int) -> str:
        return self.files.link(key, seconds)


@dataclass
class KillingQueues:
    """A process may die between two messages of one call: each is a write of its own."""

    queues: Queues
    kills: Kills

    def send(self, queue: QueueName, messages: Sequence[Message]) -> None:
        for message in messages:
            self.kills.write(partial(self.queues.send, queue, [message]))

    def come_again(self, queue: QueueName, receipt: str, seconds: int) -> None:
        self.kills.write(partial(self.queues.come_again, queue, receipt, seconds))


@dataclass
class KillingSenders:
    senders: Senders
    kills: Kills

    def endpoint(self, platform: Platform, token: str) -> str:
        return self.senders.endpoint(platform, token)

    def forget(self, endpoint: str) -> None:
        self.kills.write(lambda: self.senders.forget(endpoint))

    def push(self, endpoint: str, message: Pushed) -> None:
        self.kills.write(lambda: self.senders.push(endpoint, message))

    def text(self, phone: str, body: str) -> None:
        self.kills.write(lambda: self.senders.text(phone, body))

    def mail(self, address: str, title: str, body: str) -> None:
        self.kills.write(lambda: self.senders.mail(address, title, body))


@dataclass
class KillingTopic:
    topic: Topic
    kills: Kills

    def publish(self, messages: Sequence[Published]) -> None:
        self.kills.write(lambda: self.topic.publish(messages))


@dataclass
class KillingOutside:
    outside: Outside
    kills: Kills

    @property
    def local(self) -> bool:
        return self.outside.local

    def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
        """Its answer is of no use to who is dead."""
        replies: list[Reply] = []
        self.kills.write(lambda: replies.append(self.outside.post(target, headers, body)))
        return replies[0]
