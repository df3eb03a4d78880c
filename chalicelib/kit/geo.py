"""Points on the earth, and how far apart they are. Nothing is ever counted by them: a distance only passes a question."""

from __future__ import annotations

import re
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_DEGREES = r"^-?[0-9]{1,3}(\.[0-9]{1,8})?$"
_WRITTEN = re.compile(_DEGREES, re.ASCII)
_EARTH_METRES = 6_371_008.8  # its mean radius


class Point(NamedTuple):
    """In degrees."""

    latitude: float
    longitude: float


def _within(most: int, text: str) -> str:
    if not _WRITTEN.fullmatch(text) or abs(float(text)) > most:
        sentence = f'it must be degrees in quotes, between -{most} and {most}, such as "13.405"'
        raise PydanticCustomError("wrong_format", sentence)
    return text


Latitude = Annotated[str, Field(max_length=16), AfterValidator(lambda text: _within(90, text))]
Longitude = Annotated[str, Field(max_length=16), AfterValidator(lambda text: _within(180, text))]


def point_of(latitude: str, longitude: str) -> Point:
    return Point(float(latitude), float(longitude))


def metres_between(one: Point, other: Point) -> int:
    """Along the great circle, by the haversine formula, rounded to whole metres."""
    north, south = radians(one.latitude), radians(other.latitude)
    across = sin(radians(other.longitude - one.longitude) / 2) ** 2
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * across
    return round(2 * _EARTH_METRES * asin(sqrt(min(1.0, half))))
