"""Files on S3: read as a stream that goes on where it broke, written in parts that appear together or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO, cast

from chalicelib.aws.client import LazyClient
from chalicelib.aws.errors import CloudError, RefusedByServiceError
from chalicelib.aws.files import FileHead, FileNotThereError, Writer
from chalicelib.config import required

PART_BYTES = 8 * 1024 * 1024  # S3 takes no part below 5 MB but the last
DELETED_AT_ONCE = 1000
BUFFER_BYTES = 256 * 1024
REOPENED = 4  # times in a row without a byte in between

_NOT_THERE = {"NoSuchKey", "404", "NotFound", "PreconditionFailed", "412"}
_PAST_THE_END = {"InvalidRange", "416"}


class S3Files:
    """`bucket` may be missing where no file is used: it is a ConfigurationError only when one is."""

    def __init__(self, bucket: str | None, *, region: str, endpoint: str | None = None) -> None:
        self._name = bucket
        self._client = LazyClient("s3", region, endpoint)

    def head(self, key: str) -> FileHead | None:
        try:
            answer = self._call("head_object", Key=key)
        except RefusedByServiceError as refused:
            if refused.code in _NOT_THERE:
                return None
            raise
        return FileHead(key, answer["ContentLength"], answer["ETag"].strip('"'))

    @contextmanager
    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> Iterator[BinaryIO]:
        with io.BufferedReader(_Stream(self._call, key, start, etag), BUFFER_BYTES) as stream:
            yield stream

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
        self._call("put_object", Key=key, Body=data, ContentType=content_type)

    @contextmanager
    def writer(self, key: str, content_type: str = "application/octet-stream") -> Iterator[Writer]:
        parts = _Parts(self._call, key, content_type)
        try:
            yield parts
            parts.complete()
        except BaseException:
            parts.abandon()
            raise

    def delete(self, keys: Iterable[str]) -> None:
        rest = iter(keys)
        while batch := list(islice(rest, DELETED_AT_ONCE)):
            objects = {"Objects": [{"Key": key} for key in batch], "Quiet": True}
            if errors := self._call("delete_objects", Delete=objects).get("Errors"):
                raise CloudError(f"{len(errors)} objects were not deleted: {errors[0].get('Message', '')}")

    def link(self, key: str, seconds: int) -> str:
        """It ends sooner when the credentials that signed it do: those of a Lambda live for hours, not days."""
        parameters = {"Bucket": self._bucket(), "Key": key}
        answer = self._client.call(
            "generate_presigned_url", ClientMethod="get_object", Params=parameters, ExpiresIn=seconds
        )
        return cast("str", answer)

    def _bucket(self) -> str:
        return required("STAMPBOOK_BUCKET", self._name)

    def _call(self, method: str, **arguments: Any) -> Any:
        return self._client.call(method, Bucket=self._bucket(), **arguments)


class _Stream(io.RawIOBase):
    """The object from a byte on. A connection that breaks is opened again where it broke, on the same content."""

    def __init__(self, call: Any, key: str, start: int, etag: str | None) -> None:
        self._call, self._key, self._at, self._etag = call, key, start, etag
        self._body = self._opened()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        self._at += len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()

    def _read(self, size: int) -> bytes:
        from botocore.exceptions import HTTPClientError, IncompleteReadError  # noqa: PLC0415 (with the client)

        broken: Exception | None = None
        for _ in range(REOPENED + 1):
            try:
                if broken:
                    self._body.close()
                    self._body = self._opened()
                data: bytes = self._body.read(size)
            except (HTTPClientError, IncompleteReadError) as error:
                broken = error
            else:
                return data
        raise CloudError(f"reading {self._key} broke off at byte {self._at}") from broken

    def _opened(self) -> Any:
        condition = {"IfMatch": f'"{self._etag}"'} if self._etag else {}
        span = {"Range": f"bytes={self._at}-"} if self._at else {}
        try:
            answer = self._call("get_object", Key=self._key, **condition, **span)
        except RefusedByServiceError as refused:
            if refused.code in _NOT_THERE:
                raise FileNotThereError(self._key) from refused
            if refused.code in _PAST_THE_END:
                return io.BytesIO()
            raise
        self._etag = answer["ETag"].strip('"')
        return answer["Body"]


class _Parts:
    """One part is in memory. What fits into one is put whole, when the block ends."""

    def __init__(self, call: Any, key: str, content_type: str) -> None:
        self._call, self._key, self._content_type = call, key, content_type
        self._pending = bytearray()
        self._upload: str | None = None
        self._sent: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self._pending += data
        while len(self._pending) >= PART_BYTES:
            self._send(bytes(self._pending[:PART_BYTES]))
            del self._pending[:PART_BYTES]

    def complete(self) -> None:
        if self._upload is None:
            self._call("put_object", Key=self._key, Body=bytes(self._pending), ContentType=self._content_type)
            return
        if self._pending:
            self._send(bytes(self._pending))
        finished = {"Parts": self._sent}
        self._call("complete_multipart_upload", Key=self._key, UploadId=self._upload, MultipartUpload=finished)

    def abandon(self) -> None:
        if self._upload is not None:
            self._call("abort_multipart_upload", Key=self._key, UploadId=self._upload)

    def _send(self, part: bytes) -> None:
        if self._upload is None:
            begun = self._call("create_multipart_upload", Key=self._key, ContentType=self._content_type)
            self._upload = begun["UploadId"]
        number = len(self._sent) + 1
        sent = self._call("upload_part", Key=self._key, UploadId=self._upload, PartNumber=number, Body=part)
        self._sent.append({"PartNumber": number, "ETag": sent["ETag"]})
