"""How far a long step is, on stderr: a bar on a terminal, a line every tenth anywhere else."""

from __future__ import annotations

from typing import TextIO

WIDTH = 40


class Progress:
    def __init__(self, out: TextIO, label: str) -> None:
        self._out = out
        self._label = label
        self._shown = -1

    def reach(self, done: int, total: int) -> None:
        percent = 100 * done // total if total else 100
        if percent == self._shown:
            return
        if self._out.isatty():
            filled = WIDTH * percent // 100
            end = "\n" if percent == 100 else ""
            self._out.write(f"\r{self._label} [{'#' * filled}{'.' * (WIDTH - filled)}] {percent:3} %{end}")
        elif percent // 10 > self._shown // 10:
            self._out.write(f"{self._label} {percent} %\n")
        self._out.flush()
        self._shown = percent

    def note(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()
