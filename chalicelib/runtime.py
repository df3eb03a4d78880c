"""The Runtime: all that an operation may reach. bootstrap builds the real one, tests build theirs from twins."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.aws.files import Files
from chalicelib.aws.queues import Queues
from chalicelib.aws.topic import Topic
from chalicelib.kit.clock import Clock
from chalicelib.kit.ids import Ids
from chalicelib.table.config import Configs
from chalicelib.table.protocol import Table


@dataclass(frozen=True, slots=True)
class Runtime:
    clock: Clock
    ids: Ids
    table: Table
    config: Configs
    files: Files
    queues: Queues
    topic: Topic
