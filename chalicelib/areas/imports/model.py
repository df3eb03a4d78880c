"""What a key in the bucket says, what an import is called, and where its files are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from chalicelib.errors import InvalidInput
from chalicelib.kit.ids import MAX_PROGRAM

_KEY = re.compile(r"imports/([A-Za-z0-9][A-Za-z0-9_-]{0,63})/orders/(.+)", re.DOTALL)
_CODES = re.compile(
    r"imports/([A-Za-z0-9][A-Za-z0-9_-]{0,63})/coupon_codes/"
    r"(?:([1-9][0-9]{0,3})/)?([A-Za-z0-9][A-Za-z0-9_.-]{0,63})/([^/]+)",
    re.ASCII,
)
_MEMBERS = re.compile(
    r"imports/([A-Za-z0-9][A-Za-z0-9_-]{0,63})/segments/([A-Za-z0-9][A-Za-z0-9_.-]{0,63})/([^/]+)", re.ASCII
)
_PROGRAM_FOLDER = re.compile(r"([1-9][0-9]{0,3})/(.+)", re.ASCII | re.DOTALL)
_ID_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Drop:
    """An object as a notification names it."""

    bucket: str
    key: str
    etag: str

    @property
    def operation_id(self) -> str:
        name = f"{self.bucket}\x1f{self.key}\x1f{self.etag}"
        return f"opr_{sha256(name.encode()).hexdigest()[:_ID_DIGITS]}"

    @property
    def is_folder(self) -> bool:
        """What a console writes when somebody makes a folder by hand."""
        return self.key.endswith("/")


class Place(NamedTuple):
    """`series_id`: whose codes are in it; `segment_id`: whom its members join, whatever the program. Neither for orders."""

    tenant: str
    program_id: int
    name: str
    series_id: str | None = None
    segment_id: str | None = None


def place_of(key: str) -> Place:
    """imports/{tenant}/orders/{name} is for program 1, and so is imports/{tenant}/coupon_codes/{series}/{name}; a first folder
    that is a program's number names another. imports/{tenant}/segments/{segment}/{name} is for a segment."""
    match = _KEY.fullmatch(key)
    if match is None:
        return _place_of_members(key) or _place_of_codes(key)
    tenant, rest = match.groups()
    folder = _PROGRAM_FOLDER.fullmatch(rest)
    if folder is not None and int(folder[1]) <= MAX_PROGRAM:
        return Place(tenant, int(folder[1]), folder[2])
    return Place(tenant, 1, rest)


def _place_of_members(key: str) -> Place | None:
    match = _MEMBERS.fullmatch(key)
    return None if match is None else Place(match[1], 1, match[3], segment_id=match[2])


def _place_of_codes(key: str) -> Place:
    match = _CODES.fullmatch(key)
    if match is None or int(match[2] or 1) > MAX_PROGRAM:
        text = (
            f"{key[:200]} is neither imports/<tenant>/orders/<name> nor imports/<tenant>/coupon_codes/<series>/<name> "
            "nor imports/<tenant>/segments/<segment>/<name>."
        )
        raise InvalidInput("not_an_import", text, param="key")
    return Place(match[1], int(match[2] or 1), match[4], match[3])


def part_file(operation_id: str, routing: str, part: int) -> str:
    """`routing` names the pass that wrote it: two passes at once never write one file."""
    return f"work/{operation_id}/{routing}/part-{part:04}"


def config_file(operation_id: str, routing: str) -> str:
    """The configuration that the pass has pinned."""
    return f"work/{operation_id}/{routing}/config"
