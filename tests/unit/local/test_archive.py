"""The zip of a package: the same for the same code, without anybody's caches, and run from its bytecode."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from infra.archive import CACHE, SERVICES, PackageError, remake, sources

CODE_OF_OURS = Path(__file__).resolve().parents[3] / "chalicelib"

CODE = {
    "app.py": "from shop import till\n",
    "shop/__init__.py": "",
    "shop/till.py": "OPEN = 'compiled'\nKINDS = frozenset(('sale', 'return'))\n",
    "shop/prices.json": "{}",
}
STRAY = {"shop/__pycache__/till.cpython-311.pyc": "stale", "shop/gone.pyc": "stale", "shop/__pycache__/notes": "stray"}


def zipped(path: Path, files: Mapping[str, str], year: int = 2026) -> Path:
    with ZipFile(path, "w") as file:
        for name, text in files.items():
            file.writestr(ZipInfo(name, (year, 1, 1, 0, 0, 0)), text)
    return path


def unpacked(path: Path, into: Path) -> Path:
    with ZipFile(path) as file:
        file.extractall(into)
    return into


def said(code: Path, script: str) -> str:
    run = subprocess.run(  # noqa: S603 (our own files)
        [sys.executable, "-S", "-c", script], cwd=code, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_the_same_code_gives_the_same_bytes_whenever_and_in_whatever_order_it_was_packed(tmp_path: Path) -> None:
    one = zipped(tmp_path / "one.zip", CODE, year=2001)
    two = zipped(tmp_path / "two.zip", dict(reversed((CODE | STRAY).items())))
    for each in (one, two):
        remake(each, compiled=True)
    assert one.read_bytes() == two.read_bytes()


def test_sets_and_names_are_compiled_alike_in_whatever_order_a_process_hashes_them(tmp_path: Path) -> None:
    """Each package is compiled by a process that hashes in an order of its own."""
    words = [f"word_{number}" for number in range(40)]
    code = {
        f"shop/{module}.py": f"def known({word}, x):\n    y = lambda: ({', '.join(words)})\n"
        f"    return x in {{{', '.join(map(repr, words))}}} or y\n"
        for module, word in enumerate(words)
    }
    made = [zipped(tmp_path / f"{number}.zip", CODE | code) for number in range(3)]
    for each in made:
        remake(each, compiled=True)
    assert len({each.read_bytes() for each in made}) == 1


def test_caches_that_lay_about_stay_out_and_every_source_has_its_own_bytecode(tmp_path: Path) -> None:
    path = zipped(tmp_path / "deployment.zip", CODE | STRAY)
    remake(path, compiled=True)
    assert sorted(sources(path)) == sorted(CODE)
    with ZipFile(path) as file:
        cached = [name for name in file.namelist() if CACHE in name]
    tag = sys.implementation.cache_tag
    assert cached == [
        f"__pycache__/app.{tag}.pyc",
        *(f"shop/__pycache__/{one}.{tag}.pyc" for one in ("__init__", "till")),
    ]


def test_a_module_is_loaded_from_its_bytecode_whatever_time_its_source_has(tmp_path: Path) -> None:
    """A source that says something else shows who was asked."""
    path = zipped(tmp_path / "deployment.zip", CODE)
    remake(path, compiled=True)
    code = unpacked(path, tmp_path / "task")
    (code / "shop" / "till.py").write_text("OPEN = 'from its source'\n", encoding="utf-8")
    assert said(code, "import app; print(app.till.OPEN)") == "compiled"


def test_a_traceback_names_the_file_where_lambda_has_it(tmp_path: Path) -> None:
    path = zipped(tmp_path / "deployment.zip", CODE)
    remake(path, compiled=True)
    cache = unpacked(path, tmp_path / "task") / "shop" / "__pycache__"
    (compiled,) = cache.glob("till.*")
    told = f"import marshal; print(marshal.loads(open({str(compiled)!r}, 'rb').read()[16:]).co_filename)"
    assert said(tmp_path, told) == "/var/task/shop/till.py"


def test_for_another_python_there_is_no_bytecode(tmp_path: Path) -> None:
    path = zipped(tmp_path / "deployment.zip", CODE | STRAY)
    remake(path, compiled=False)
    with ZipFile(path) as file:
        assert file.namelist() == sorted(CODE)


def test_of_aws_the_package_knows_the_services_that_are_called_and_no_others(tmp_path: Path) -> None:
    known = {f"botocore/data/{one}/2012-11-05/service-2.json.gz": "" for one in ("ec2", "sqs", "dynamodb")}
    path = zipped(tmp_path / "deployment.zip", CODE | known | {"botocore/data/endpoints.json": "{}"})
    remake(path, compiled=False)
    kept = [name.split("/")[2] for name in sources(path) if name.startswith("botocore/")]
    assert kept == ["dynamodb", "endpoints.json", "sqs"]


def test_every_service_that_the_code_calls_is_packaged() -> None:
    """`sts` is called by botocore itself."""
    makes = re.compile(r"""(?:LazyClient|\.client)\(\s*"([a-z0-9-]+)\"""")
    called = {name for file in CODE_OF_OURS.rglob("*.py") for name in makes.findall(file.read_text(encoding="utf-8"))}
    assert {"dynamodb", "s3", "sns", "sqs"} <= called <= SERVICES


def test_what_does_not_compile_is_not_packaged(tmp_path: Path) -> None:
    path = zipped(tmp_path / "deployment.zip", CODE | {"shop/broken.py": "def open(:\n"})
    with pytest.raises(PackageError, match=r"broken\.py"):
        remake(path, compiled=True)


def test_a_package_that_lambda_would_not_take_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "deployment.zip", CODE)
    with pytest.raises(PackageError, match="Lambda takes 100"):
        remake(path, compiled=True, largest=100)


def test_a_library_that_was_compiled_for_this_machine_is_not_packaged(tmp_path: Path) -> None:
    """Chalice compiles what has no wheel for Lambda, and says nothing."""
    wheels = {
        "plain-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
        "fetched-2.0.dist-info/WHEEL": "Tag: cp311-cp311-manylinux_2_17_x86_64\nTag: cp311-cp311-manylinux2014_x86_64\n",
    }
    remake(zipped(tmp_path / "fetched.zip", CODE | wheels), compiled=True)
    path = zipped(
        tmp_path / "compiled.zip", CODE | wheels | {"own-3.0.dist-info/WHEEL": "Tag: cp311-cp311-linux_x86_64\n"}
    )
    with pytest.raises(PackageError, match=r"own-3\.0: no wheel"):
        remake(path, compiled=True)
