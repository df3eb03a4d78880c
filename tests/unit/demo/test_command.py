"""The command itself, as far as it goes before it starts an engine: what cannot be done is said, and nothing is begun."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from infra.local.demo.__main__ import DEFAULT_FILE, main
from tests.unit.demo.shop_file import COLUMNS, sale


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The sentence; nothing may stand on stdout, and the code is 2."""
    try:
        code: object = main(list(arguments))
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    return said.err


def test_the_default_is_the_sample_of_the_cd_shop() -> None:
    assert DEFAULT_FILE.name == "orders-cdnow-sample.csv"
    assert DEFAULT_FILE.is_file()


@pytest.mark.parametrize("text", ["2011-02-29", "2011-1-1", "today", "20110101", " ", "٢٠١١-٠١-٠١"])
def test_what_is_no_day_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is no day of the calendar, such as 2011-12-31" in refusal(capsys, f"--as-of={text}")


def test_a_day_before_the_last_purchase_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(f"{COLUMNS}\n{sale('1', '1.00', day='2020-01-10')}\n", encoding="utf-8")
    said = refusal(capsys, "--file", str(file), "--as-of", "2020-01-09")
    assert said.startswith("AS_OF 2020-01-09 is before the last purchase of the file, on 2020-01-10")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (b"a,b\n1,2\n", "has not the columns it must have"),
        (b"\xff\xfe\n", "is not UTF-8"),
    ],
)
def test_what_is_no_file_of_orders_is_refused(
    content: bytes, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(content)
    said = refusal(capsys, "--file", str(file))
    assert said.startswith(f"{file} is no file of orders. ")
    assert sentence in said


def test_a_file_that_is_not_there_or_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such file" in refusal(capsys, "--file", str(tmp_path / "nothing.csv"))
    assert "is not a file" in refusal(capsys, "--file", str(tmp_path))
    assert "cannot be read" in refusal(capsys, "--file", str(Path(sys.executable) / "orders.csv"))
    assert "cannot be read" in refusal(capsys, "--file", "x" * 5000)
