"""How a command ends that goes on where it was when it is run again: at its end, or broken off and saying what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable

from chalicelib.aws.errors import CloudError
from chalicelib.errors import NewerDataError, StampbookError
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.protocol import TableError
from infra.local.logs import NotSearchedError

BROKEN_OFF = 2
_FAULTS = (CloudError, TableError, StampbookError, DamagedItemError)
_NEWER = "Deploy the version that wrote it: this one cannot do it, however often it is run.\n"
_DAMAGED = "Put back the item as it was (docs/guides/recovery.md), then run it again.\n"


def to_its_end(run: Callable[[], int], again: str, also: tuple[type[Exception], ...] = ()) -> int:
    """What `run` answers, or BROKEN_OFF with the reason. `again` says what to do where running it again is enough, as after
    what else (`also`) may come of the cloud."""
    try:
        return run()
    except NotSearchedError as fault:
        sys.stderr.write(f"{fault}\n")
    except also as fault:
        sys.stderr.write(f"{fault}\n{again}")
    except _FAULTS as fault:
        sys.stderr.write(f"{fault}\n{_what_to_do(fault, again)}")
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{again}")
    return BROKEN_OFF


def for_tenant(tenant: str, run: Callable[[], int], again: str) -> int:
    """The same for one of several: its trouble keeps no other waiting."""
    try:
        return run()
    except _FAULTS as fault:
        sys.stderr.write(f"{tenant}: {fault}\n{_what_to_do(fault, again)}")
        return BROKEN_OFF


def _what_to_do(fault: Exception, again: str) -> str:
    """`again` where that is enough; it is not where something cannot be read. A fault of ours is no fault of the data: it
    is none of these, and comes with its stack."""
    if isinstance(fault, NewerDataError):
        return _NEWER
    return _DAMAGED if isinstance(fault, DamagedItemError) else again
