"""Two processes that package at once, as two workers of the end-to-end tests do."""

from __future__ import annotations

import py_compile
import sys
import threading
from pathlib import Path

from infra.package import ROOT, one_at_a_time, sources_alone

NEVER_LONG = 30.0  # seconds


def test_who_packages_meanwhile_waits_for_the_first_to_be_done(tmp_path: Path) -> None:
    turn, course = tmp_path / "not yet there" / "packaging.lock", list[str]()

    def second() -> None:
        with one_at_a_time(turn):
            course.append("second")

    other = threading.Thread(target=second)
    with one_at_a_time(turn):
        other.start()
        other.join(0.2)
        course.append("first")
    other.join(NEVER_LONG)
    assert course == ["first", "second"]


def in_a_cache(source: Path) -> None:
    """As any run leaves it behind, unless the shell says that none does (PYTHONDONTWRITEBYTECODE)."""
    cache = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
    py_compile.compile(str(source), str(cache), doraise=True)


def test_what_chalice_looks_at_is_the_same_after_any_run_of_the_code() -> None:
    """It fetches all libraries anew where one byte is another: caches are not to be there, its packages are."""
    in_a_cache(ROOT / "chalicelib" / "runtime.py")
    assert list((ROOT / "chalicelib").rglob("*.pyc"))
    with sources_alone() as sources:
        kept = (sources / ".chalice" / "deployments").resolve()
        found = {file.relative_to(sources).as_posix() for file in sources.rglob("*") if file.is_file()}
    own = {file.relative_to(ROOT).as_posix() for file in (ROOT / "chalicelib").rglob("*") if file.is_file()}
    assert kept == ROOT / ".chalice" / "deployments"
    assert {name for name in found if name.startswith("chalicelib/")} == {name for name in own if ".pyc" not in name}
    assert {"app.py", "requirements.txt", ".chalice/config.json"} <= found
