"""What a run that was killed left behind: its processes go on, keep their ports, and hold what was not yet written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ENDS_WITHIN = 180.0  # seconds: a cloud that is asked to end writes its state to disk first


def end_leftover(file: Path, word: str) -> None:
    """Ends the process that the file names, if it is still the one that it was: its command has this word in it."""
    if not file.exists():
        return
    pid = int(file.read_text(encoding="ascii"))
    if not _runs(pid, word):
        return
    sys.stderr.write(f"A run before was killed; its process {pid} ({word}) is ended in order.\n")
    os.kill(pid, signal.SIGTERM)
    patience = time.monotonic() + ENDS_WITHIN
    while _runs(pid, word):
        if time.monotonic() > patience:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)


def _runs(pid: int, word: str) -> bool:
    """One that has ended and that nobody has asked about (a zombie) does not run."""
    said = subprocess.run(
        ["ps", "-ww", "-o", "stat=", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, command = said.stdout.strip().partition(" ")
    return bool(state) and not state.startswith("Z") and word in command
