"""What an import or a simulation pins: the tenant's configuration as its routing pass found it, kept beside the work files."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.areas.imports.model import config_file
from chalicelib.areas.jobs.model import Operation
from chalicelib.runtime import Runtime
from chalicelib.table.config import Config
from chalicelib.table.config_pin import PinnedConfig, packed_config, unpacked_config


def pin(rt: Runtime, operation: Operation, routing: str, config: Config) -> None:
    rt.files.put(config_file(operation.operation_id, routing), packed_config(config), "application/json")


def pinned(rt: Runtime, operation: Operation) -> Runtime:
    """The same means, with the configuration of the routing pass. FileNotThereError: it is a work file like the others."""
    with rt.files.open(config_file(operation.operation_id, operation.details["routing"])) as stream:
        config = unpacked_config(stream.read())
    return replace(rt, config=PinnedConfig(config))
