"""A configuration pinned: what a long job began with is what it goes on with, whatever is changed meanwhile."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from chalicelib.table.config import Aggregate, Config, Name, Notes
from chalicelib.table.items import compact_json
from chalicelib.table.journal import Head
from chalicelib.table.protocol import Table


@dataclass(slots=True)
class PinnedConfig:
    """Stands where a ConfigCache does, and knows one tenant at one revision. What the job itself finds used up it notes here
    as well, so that not each of its rows finds out."""

    config: Config

    def load(self, table: Table, tenant: str) -> Config:  # noqa: ARG002 - as a cache is asked
        if tenant != self.config.tenant:
            raise LookupError(f"the configuration of {self.config.tenant} is pinned, not that of {tenant}")
        return self.config

    def forget(self, tenant: str) -> None:
        """What is pinned stays."""

    def noted(self, tenant: str, notes: Notes) -> None:  # noqa: ARG002 - as a cache is told
        self.config = replace(self.config, notes=notes)


def packed_config(config: Config) -> bytes:
    aggregates = [[*name, at.head.version, at.head.hash, at.body] for name, at in config.aggregates.items()]
    return compact_json([config.tenant, config.revision, aggregates])


def unpacked_config(data: bytes) -> Config:
    tenant, revision, aggregates = json.loads(data)
    return Config(
        tenant,
        revision,
        {Name(kind, name): Aggregate(Head(version, digest), body) for kind, name, version, digest, body in aggregates},
    )
