"""The memory that an import takes does not grow with its file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MAY_GROW_KB = 6_000  # caches that are full with the large file only; of its 45,000 lines more, the keys alone are more


def weighing(lines: int, folder: Path) -> subprocess.Popen[str]:
    """In a process of its own: what it took at most is known for a process as a whole."""
    command = [sys.executable, "-m", "tests.unit.imports.weigh", str(lines), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 (ourselves)


def test_ten_times_the_lines_take_no_more_memory(tmp_path: Path) -> None:
    with weighing(5_000, tmp_path / "small") as small, weighing(50_000, tmp_path / "large") as large:
        few, many = (int(one.communicate()[0]) for one in (small, large))
    assert many - few < MAY_GROW_KB, (few, many)
