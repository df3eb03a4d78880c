"""Where the local cloud unpacks what it runs: in memory where that is plenty, and never left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from infra.local.scratch import scratch


def there(memory: Path) -> list[str]:
    return sorted(path.name for path in memory.iterdir())


def test_it_is_in_memory_and_gone_with_the_block(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    with scratch(tmp_path / "disk", memory, plenty=0) as (place, _):
        (place / "worker").mkdir()
        assert place.parent == memory
    assert there(memory) == []


def test_where_memory_is_short_or_not_to_be_had_it_is_where_the_state_is(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with scratch(disk, tmp_path / "none", plenty=0) as found:
        assert found == (disk, ())
    with scratch(disk, tmp_path, plenty=1 << 60) as found:
        assert found == (disk, ())


def test_what_a_killed_run_left_is_forgotten_unless_its_cloud_lives_on(tmp_path: Path) -> None:
    abandoned = tmp_path / "stampbook-cloud-abandoned"
    abandoned.mkdir()
    (abandoned / ".held").touch()
    with scratch(tmp_path, tmp_path, plenty=0) as (place, held):
        cloud = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=held)
        left = tmp_path / "stampbook-cloud-left"
        place.rename(left)
        place.mkdir()  # for the block to remove
    with scratch(tmp_path, tmp_path, plenty=0):
        assert left.exists()
        assert not abandoned.exists()
    cloud.communicate(b"\n")
    with scratch(tmp_path, tmp_path, plenty=0):
        assert not left.exists()
