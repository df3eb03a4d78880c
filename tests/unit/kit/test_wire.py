"""Times and days on the wire: RFC 3339 and nothing that only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.kit.base import Wire
from chalicelib.kit.clock import instant, moment, rfc3339
from chalicelib.kit.periods import local_day
from chalicelib.kit.wire import CalendarDay, Time, parse_rfc3339


class Note(Wire):
    at: Time
    on: CalendarDay


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)), st.integers(-23 * 60 - 59, 23 * 60 + 59))  # noqa: DTZ001
def test_a_time_is_read_with_the_offset_it_was_written_with(local: datetime, offset: int) -> None:
    written = local.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert parse_rfc3339(written.isoformat()) == (instant(written), offset)


@given(st.integers(instant(datetime(1, 1, 2, tzinfo=UTC)), instant(datetime(9999, 12, 30, tzinfo=UTC)) - 1))
def test_every_time_that_is_read_can_be_shown_and_has_a_day_in_every_zone(at: int) -> None:
    assert parse_rfc3339(rfc3339(at)) == (at, 0)
    assert local_day(at, "Etc/GMT-14") - local_day(at, "Etc/GMT+12") in (1, 2)


@pytest.mark.parametrize(
    ("text", "shown", "offset"),
    [
        ("2026-01-31T23:59:59Z", "2026-01-31T23:59:59Z", 0),
        ("2026-01-31t23:59:59z", "2026-01-31T23:59:59Z", 0),
        ("2026-01-31T23:59:59.5Z", "2026-01-31T23:59:59.500Z", 0),
        ("2026-01-31T23:59:59.123999999Z", "2026-01-31T23:59:59.123Z", 0),
        ("1969-12-31T23:59:59.9995Z", "1969-12-31T23:59:59.999Z", 0),
        ("2026-02-01T05:44:59+05:45", "2026-01-31T23:59:59Z", 345),
        ("2026-01-31T20:29:59-03:30", "2026-01-31T23:59:59Z", -210),
        ("2028-02-29T00:00:00-00:00", "2028-02-29T00:00:00Z", 0),
    ],
)
def test_times_that_are_rfc_3339(text: str, shown: str, offset: int) -> None:
    read = parse_rfc3339(text)
    assert read is not None
    assert (rfc3339(read[0]), read[1]) == (shown, offset)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-01-31 12:00:00Z",
        "2026-01-31T12:00Z",
        "2026-01-31T12Z",
        "20260131T120000Z",
        "2026-W05-6T12:00:00Z",
        "2026-031T12:00:00Z",
        "2026-1-31T12:00:00Z",
        "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00,5Z",
        "2026-01-31T12:00:00.1234567890Z",
        "2026-01-31T12:00:00+0100",
        "2026-01-31T12:00:00+01",
        "2026-01-31T12:00:00+24:00",
        "2026-01-31T12:00:00+01:60",
        "2026-01-31T12:00:00+01:99",
        "2026-01-31T12:00:00+01:00:00",
        "2026-01-31T12:00:00 Z",
        "2026-01-31T12:00:00Z\n",
        " 2026-01-31T12:00:00Z",
        "٢٠٢٦-01-31T12:00:00Z",
        "+12026-01-31T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
    ],
)
def test_times_that_are_not(text: str) -> None:
    assert parse_rfc3339(text) is None


@given(st.integers(-(10**13), 10**13))
def test_milliseconds_go_to_a_moment_and_back(at: int) -> None:
    assert instant(moment(at)) == at


def test_a_body_shows_texts_and_holds_integers() -> None:
    note = Note.model_validate_json('{"at": "2026-01-31T12:00:00+01:00", "on": "2026-01-31"}')
    assert (note.at, note.on) == (1_769_857_200_000, 20_484)
    assert note.model_dump_json() == '{"at":"2026-01-31T11:00:00Z","on":"2026-01-31"}'


@pytest.mark.parametrize(
    "body", ['{"at": "yesterday", "on": "2026-01-31"}', '{"at": "2026-01-31T12:00:00Z", "on": "31.1."}']
)
def test_a_body_with_another_kind_of_date_says_so(body: str) -> None:
    with pytest.raises(ValidationError) as fault:
        Note.model_validate_json(body)
    assert fault.value.errors()[0]["type"] == "unreadable_date"
