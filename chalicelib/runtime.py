"""The Runtime: all that an operation may reach. bootstrap builds the real one, tests build theirs from twins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.kit.clock import Clock
from chalicelib.kit.ids import Ids
from chalicelib.table.config import Configs
from chalicelib.table.protocol import Table

if TYPE_CHECKING:  # most requests reach none of these, and a cold start pays for what it imports
    from chalicelib.aws.files import Files
    from chalicelib.aws.outside import Outside
    from chalicelib.aws.queues import Queues
    from chalicelib.aws.senders import Senders
    from chalicelib.aws.topic import Topic


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Runtime:
    clock: Clock
    ids: Ids
    table: Table
    config: Configs
    files: Files
    queues: Queues
    topic: Topic
    outside: Outside
    senders: Senders
