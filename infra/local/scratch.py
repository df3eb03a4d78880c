"""Where the local cloud unpacks its functions: in memory, if there is plenty. Each worker unpacks thousands of files, and on
disk to make and to remove them takes as long as what it then does."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

IN_MEMORY = Path("/dev/shm")  # noqa: S108 (each makes a directory of its own in it)
PLENTY = 8 << 30  # bytes that are free
_PREFIX, _HELD = "stampbook-cloud-", ".held"


@contextmanager
def scratch(otherwise: Path, memory: Path = IN_MEMORY, plenty: int = PLENTY) -> Iterator[tuple[Path, tuple[int, ...]]]:
    """A directory that is gone with the block, and what a process must inherit that goes on using it if we are killed:
    as long as it lives the directory is left alone. In `otherwise`, which its owner removes, where memory is short."""
    if not memory.is_dir() or min(shutil.disk_usage(memory).free, _free_memory()) < plenty:
        yield otherwise, ()
        return
    _forget_abandoned(memory)
    place = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=memory))
    try:
        with (place / _HELD).open("w", encoding="ascii") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield place, (held.fileno(),)
    finally:
        shutil.rmtree(place)


def _forget_abandoned(memory: Path) -> None:
    """What a run that was killed has left there."""
    for file in memory.glob(f"{_PREFIX}*/{_HELD}"):
        with file.open("r+", encoding="ascii") as held:
            if _nobody_holds(held):
                shutil.rmtree(file.parent)


def _nobody_holds(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _free_memory() -> int:
    """Bytes, as Linux tells them; elsewhere none, for there is no such directory either."""
    told = Path("/proc/meminfo")
    lines = told.read_text(encoding="ascii").splitlines() if told.exists() else []
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), 0)
