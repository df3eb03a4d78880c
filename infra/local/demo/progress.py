"""How far a long step is, on stderr: a bar on a terminal, a line every tenth anywhere else."""

from __future__ import annotations

from typing import TextIO

WIDTH = 40


class Progress:
    def __init__(self, out: TextIO, label: str, total: int) -> None:
        self._out = out
        self._label = label
        self._total = total
        self._done = 0
        self._shown = -1

    def step(self) -> None:
        self._done += 1
        percent = 100 * self._done // self._total
        if self._out.isatty():
            self._bar(percent)
        elif percent // 10 > self._shown // 10:
            self._out.write(f"{self._label} {percent} %\n")
            self._out.flush()
            self._shown = percent

    def note(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()

    def _bar(self, percent: int) -> None:
        if percent == self._shown:
            return
        filled = WIDTH * percent // 100
        end = "\n" if self._done == self._total else ""
        self._out.write(f"\r{self._label} [{'#' * filled}{'.' * (WIDTH - filled)}] {percent:3} %{end}")
        self._out.flush()
        self._shown = percent
