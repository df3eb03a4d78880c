"""Files, on the twin and on S3 as moto plays it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.aws.errors import CloudError
from chalicelib.aws.files import FileHead, FileNotThereError, Files
from chalicelib.aws.s3_files import PART_BYTES, S3Files
from chalicelib.config import ConfigurationError
from tests.aws.conftest import BUCKET, REGION, Cloud


def content(files: Files, key: str, start: int = 0, etag: str | None = None) -> bytes:
    with files.open(key, start=start, etag=etag) as stream:
        return stream.read()


def head(files: Files, key: str) -> FileHead:
    found = files.head(key)
    assert found is not None
    return found


def test_what_was_put_is_there_as_it_was(cloud: Cloud) -> None:
    cloud.files.put("imports/shop/orders/täglich 1.csv", b"a,b\n1,2\n", "text/csv")
    assert content(cloud.files, "imports/shop/orders/täglich 1.csv") == b"a,b\n1,2\n"
    assert head(cloud.files, "imports/shop/orders/täglich 1.csv").size == 8


def test_a_key_without_a_file_is_not_there(cloud: Cloud) -> None:
    assert cloud.files.head("nothing") is None
    with pytest.raises(FileNotThereError):
        content(cloud.files, "nothing")


def test_reading_begins_at_a_byte_and_gives_no_more_than_asked(cloud: Cloud) -> None:
    cloud.files.put("file", b"0123456789")
    with cloud.files.open("file", start=3) as stream:
        assert [stream.read(2), stream.read(100), stream.read(1)] == [b"34", b"56789", b""]


@pytest.mark.parametrize("start", [4, 5])
def test_at_the_end_and_past_it_there_is_nothing_to_read(cloud: Cloud, start: int) -> None:
    cloud.files.put("file", b"0123")
    assert content(cloud.files, "file", start) == b""


def test_the_etag_is_the_contents(cloud: Cloud) -> None:
    cloud.files.put("file", b"one")
    first = head(cloud.files, "file").etag
    assert '"' not in first
    assert content(cloud.files, "file", etag=first) == b"one"
    cloud.files.put("file", b"two")
    with pytest.raises(FileNotThereError):
        content(cloud.files, "file", etag=first)
    cloud.files.put("file", b"one")
    assert head(cloud.files, "file").etag == first


@pytest.mark.parametrize("size", [0, 10, PART_BYTES, PART_BYTES * 2 + 1])
def test_a_file_written_in_pieces_is_their_sum(cloud: Cloud, size: int) -> None:
    piece = b"0123456789abcdef" * 40_000
    with cloud.files.writer("result", "text/csv") as writer:
        for begin in range(0, size, len(piece)):
            writer.write(piece[: min(len(piece), size - begin)])
    read = content(cloud.files, "result")
    assert len(read) == size
    assert read == (piece * (size // len(piece) + 1))[:size]


@pytest.mark.parametrize("size", [3, PART_BYTES + 1])
def test_a_file_whose_writing_broke_off_is_not_there(cloud: Cloud, size: int) -> None:
    with suppress(RuntimeError), cloud.files.writer("result") as writer:
        writer.write(bytes(size))
        raise RuntimeError
    assert cloud.files.head("result") is None


def test_the_old_file_stays_until_the_new_one_is_whole(cloud: Cloud) -> None:
    cloud.files.put("result", b"old")
    with cloud.files.writer("result") as writer:
        writer.write(b"new")
        assert content(cloud.files, "result") == b"old"
    assert content(cloud.files, "result") == b"new"


def test_deleting_deletes_what_is_there_and_minds_nothing_else(cloud: Cloud) -> None:
    keys = [f"work/{number}" for number in range(1001)]
    for key in ("work/0", "work/1000", "kept"):
        cloud.files.put(key, b"")
    cloud.files.delete(keys)
    assert [cloud.files.head(key) is None for key in ("work/0", "work/1000", "kept")] == [True, True, False]


def test_a_link_names_the_file_and_how_long_it_holds(cloud: Cloud) -> None:
    cloud.files.put("results/one.csv", b"")
    link = cloud.files.link("results/one.csv", 600)
    assert link.startswith("https://")
    assert "results/one.csv" in link
    assert "600" in link


def test_a_bucket_that_is_not_ours_is_an_error_and_no_missing_file(cloud: Cloud) -> None:
    if isinstance(cloud.files, S3Files):
        with pytest.raises(CloudError):
            S3Files("somebody-elses", region=REGION).put("file", b"")


def test_without_a_bucket_the_first_file_says_what_is_not_set() -> None:
    with pytest.raises(ConfigurationError, match="STAMPBOOK_BUCKET is not set"):
        S3Files(None, region=REGION).head("file")


def test_a_connection_that_breaks_while_reading_is_opened_again_where_it_broke(cloud: Cloud) -> None:
    if isinstance(cloud.files, S3Files):
        flaky = FlakyFiles(BUCKET, region=REGION)
        flaky.put("file", bytes(range(256)) * 4000)
        with flaky.open("file", start=1) as stream:
            assert stream.read() == (bytes(range(256)) * 4000)[1:]
        assert flaky.opened > 2


def test_a_file_that_changes_while_it_is_read_is_not_read_on(cloud: Cloud) -> None:
    if isinstance(cloud.files, S3Files):
        flaky = FlakyFiles(BUCKET, region=REGION)
        flaky.put("file", bytes(1_000_000))
        with flaky.open("file") as stream:
            stream.read(10)
            flaky.put("file", b"1" * 1_000_000)
            with pytest.raises(FileNotThereError):
                stream.read()


class FlakyFiles(S3Files):
    """Every connection breaks after 300,000 bytes."""

    opened = 0

    def _call(self, method: str, **arguments: Any) -> Any:
        answer = super()._call(method, **arguments)
        if method == "get_object":
            self.opened += 1
            answer["Body"] = FlakyBody(answer["Body"])
        return answer


class FlakyBody:
    def __init__(self, body: Any) -> None:
        self.body, self.left = body, 300_000

    def read(self, size: int) -> bytes:
        if not self.left:
            raise ReadTimeoutError(endpoint_url="s3")
        data: bytes = self.body.read(min(size, self.left))
        self.left -= len(data)
        return data

    def close(self) -> None:
        self.body.close()
