"""`make help`: the targets with what each is for, read from the Makefile's own comments."""

from __future__ import annotations

import re
from pathlib import Path

_TARGET = re.compile(r"^(?P<name>[a-z0-9-]+):[^#]*## (?P<what>.+)$", re.MULTILINE)


def described(makefile: str) -> list[tuple[str, str]]:
    return [(found["name"], found["what"]) for found in _TARGET.finditer(makefile)]


if __name__ == "__main__":
    for name, what in described(Path("Makefile").read_text(encoding="utf-8")):
        print(f"make {name:<13} {what}")
