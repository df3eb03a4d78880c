"""`python -m tests.bench.profiled "balance" [LOTS]`: where a handler's CPU goes, by functions, the table's client left out.

The handler is asked as `make bench ONLY=cpu` asks it, on answers that were recorded and are replayed. A profile slows calls
down and not what they do, so that its shares are of calls: which come first is what it says, and how much they are is not.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import tempfile
from pathlib import Path

from tests.bench.cases import PLANNED, Act
from tests.bench.cpu import case_of, on_replayed_answers
from tests.bench.recording import recording
from tests.bench.till import local_table

TIMES, SHOWN = 200, 60
_OF_THE_CLIENT = ("botocore", "urllib3", "jmespath", "/http/", "/email/")


def profiled(act: Act) -> pstats.Stats:
    act()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(TIMES):
        act()
    profile.disable()
    return pstats.Stats(profile)


def told(stats: pstats.Stats) -> list[str]:
    """Share of the whole that a function and what it calls took, how often it was called, and where it is; the largest first."""
    found = vars(stats)  # what it writes itself is by name, and two functions of one name are one there
    rows = [
        (cumulative / found["total_tt"], calls, f"{file}:{line} {name}")
        for (file, line, name), (_, calls, _, cumulative, _) in found["stats"].items()
        if not any(part in file for part in _OF_THE_CLIENT)
    ]
    return [f"{share:6.1%} {calls:>12} {where}" for share, calls, where in sorted(rows, reverse=True)[:SHOWN]]


def main(name: str, lots: int) -> None:
    with local_table() as table, tempfile.TemporaryDirectory() as folder:
        act = case_of(table, name, lots, {})
        with recording(table._client()) as exchanges:
            act()
        with on_replayed_answers(table, exchanges, Path(folder)):
            stats = profiled(act)
    sys.stderr.write("\n".join([*told(stats), ""]))


if __name__ == "__main__":
    asked, lots_asked = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if (asked, lots_asked) not in PLANNED:
        sys.exit(f"There is no such case; there are: {', '.join(f'{one} ({many})' for one, many in PLANNED)}")
    main(asked, lots_asked)
