"""Dependencies assembled in one place: the real Runtime from Settings. Tests assemble theirs from twins."""

from __future__ import annotations

import logging
from functools import cache

from chalicelib.config import settings
from chalicelib.kit.clock import SystemClock
from chalicelib.kit.ids import RandomIds
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable


@cache
def runtime() -> Runtime:
    """One per process, built on first use."""
    known = settings()
    logging.getLogger("stampbook").setLevel(known.log_level)
    clock = SystemClock()
    table = DynamoTable(known.table, region=known.region, endpoint=known.endpoint_url)
    return Runtime(clock=clock, ids=RandomIds(), table=table, config=ConfigCache(clock))
