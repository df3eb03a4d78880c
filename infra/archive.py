"""The zip of a package, made anew from Chalice's: the same code gives the same bytes, and Lambda finds it compiled.

A function cannot write beside its code, so without bytecode in the zip every cold start compiles all that it imports. The
bytecode says that it need not be compared with its source (`unchecked-hash`): times of files in a zip say nothing, and nobody
edits a deployed source. Whatever caches lay about in the working tree stay out, and so does what botocore knows about
services that nobody here calls: a third of all files, which each new worker would unpack.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

LARGEST = 250 * 1024 * 1024  # bytes of a function unzipped: more Lambda does not take
CODE_IN_LAMBDA = "/var/task"
CACHE = "__pycache__"
SERVICES = frozenset(("dynamodb", "s3", "ses", "sns", "sqs", "sts"))  # the last for whoever runs with a role of theirs
_ANY_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16


class PackageError(Exception):
    """The message is what Chalice, cfn-lint or the compiler said, or which limit the package is beyond."""


def this_python() -> str:
    """As Lambda names the runtime whose bytecode this interpreter writes."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def remake(archive: Path, *, compiled: bool, largest: int = LARGEST) -> None:
    """In its place, with bytecode if the functions run on this very Python."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _unpack(archive, root)
        if built_here := sorted(_built_here(root)):
            raise PackageError(
                f"{', '.join(built_here)}: no wheel that Lambda can load, so it was compiled for this machine's libraries. "
                "Pin a version that has one."
            )
        _forget_other_services(root / "botocore" / "data")
        if compiled:
            _compile(root)
        files = sorted((file.relative_to(root).as_posix(), file) for file in root.rglob("*") if file.is_file())
        if (size := sum(file.stat().st_size for _, file in files)) > largest:
            raise PackageError(f"The package is {size:,} bytes unzipped; Lambda takes {largest:,}.")
        with ZipFile(archive, "w", ZIP_DEFLATED) as zipped:
            for name, file in files:
                zipped.writestr(_told_nothing_else(name), file.read_bytes())


def sources(archive: Path) -> Iterator[str]:
    """What is in a zip but caches, whose names Python gives to bytecode."""
    with ZipFile(archive) as zipped:
        for name in zipped.namelist():
            if not name.endswith((".pyc", "/")) and CACHE not in PurePosixPath(name).parts:
                yield name


def _unpack(archive: Path, root: Path) -> None:
    names = list(sources(archive))
    with ZipFile(archive) as zipped:
        zipped.extractall(root, names)


def _built_here(root: Path) -> Iterator[str]:
    """Libraries that Chalice compiled itself, for want of a wheel. In Lambda the first import of one may fail."""
    for wheel in root.glob("*.dist-info/WHEEL"):
        tags = [line for line in wheel.read_text(encoding="utf-8").splitlines() if line.startswith("Tag: ")]
        if not all(tag.endswith("-any") or "manylinux" in tag for tag in tags):
            yield wheel.parent.name.removesuffix(".dist-info")


def _forget_other_services(known: Path) -> None:
    """A directory for each service; files beside them are about all."""
    for service in known.glob("*/"):
        if service.name not in SERVICES:
            shutil.rmtree(service)


def _compile(root: Path) -> None:
    """In a process of its own, one file after the other: what a compiler has met before shows in what it writes. What it
    hashes does not, since Python 3.11: sets are written in an order of their own."""
    how = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", CODE_IN_LAMBDA, str(root)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    run = subprocess.run(
        [sys.executable, "-s", "-S", "-m", "compileall", *how],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise PackageError(f"{run.stdout}{run.stderr}")


def _told_nothing_else(name: str) -> ZipInfo:
    """No time, no owner, no machine."""
    told = ZipInfo(name, _ANY_TIME)
    told.create_system = 3
    told.external_attr = _READABLE
    told.compress_type = ZIP_DEFLATED
    return told
