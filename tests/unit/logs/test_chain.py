"""One id leads through everything that a request caused, however many functions had a hand in it."""

from __future__ import annotations

from collections import Counter
from typing import cast

from chalicelib.aws.errors import CloudError
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.topic import Published
from chalicelib.events.imports import imports
from chalicelib.events.stream import relay
from tests.twins.streamed import StreamedTable, stream_event
from tests.unit.imports.drops import sold
from tests.unit.logs.company import TENANT, Company
from tests.unit.logs.kept import Keeper, Line
from tests.unit.orders_file.csv_file import file_of

S3_ID = "C3D13FE58DE4C810"


def operations(lines: list[Line]) -> Counter[str]:
    return Counter(line["operation"] for line in lines)


def whole(line: Line) -> bool:
    return bool(line["tenant"] == TENANT and line["duration_ms"] >= 0)


def test_an_order_is_followed_from_its_request_to_its_message(company: Company, log: Keeper) -> None:
    reply = company.buy("A-1")
    request_id = reply.headers["X-Request-Id"]
    (header,) = company.headers("record_order")
    (attributes,) = company.relay_all()
    lines = log.about(request_id)
    assert reply.status == 201
    assert header["request_id"] == attributes["request_id"]["StringValue"] == request_id
    assert operations(lines) == {"record_order": 1, "relay_entries": 1}
    assert all(whole(line) for line in lines)


def test_a_file_is_followed_by_the_id_of_the_request_that_put_it(company: Company, log: Keeper) -> None:
    content = file_of([sold(f"F-{number}", "1") for number in range(5)])
    company.import_all(company.notice("june.csv", content, S3_ID))
    company.relay_all()
    lines = log.about(S3_ID)
    headers = company.headers("record_order")
    assert {header["request_id"] for header in headers} == {S3_ID}
    assert operations(lines) == {
        "start_import": 1,
        "route_import": 1,
        "chunk_import": 1,
        "join_import": 1,
        "relay_entries": 1,
    }
    assert all(whole(line) for line in lines)
    assert lines[-1]["done"] == len(headers) == 5


def test_the_lines_of_a_file_name_its_operation(company: Company, log: Keeper) -> None:
    company.import_all(company.notice("june.csv", file_of([sold("F-1", "1")]), S3_ID))
    (operation,) = company.api.get("/v1/operations").json["items"]
    jobs = [line["job"] for line in log.about(S3_ID)]
    assert jobs == [operation["operation_id"]] * 4


def test_notices_that_come_in_one_message_keep_their_ids(company: Company, log: Keeper) -> None:
    june = company.notice("june.csv", file_of([sold("F-1", "1")]), "JUNE")
    july = company.notice("july.csv", file_of([sold("F-2", "1")]), "JULY")
    company.import_all(june, july)
    for request_id in ("JUNE", "JULY"):
        assert operations(log.about(request_id)).keys() >= {"start_import", "route_import", "join_import"}


def test_a_notice_that_is_refused_is_told_under_its_own_id(company: Company, log: Keeper) -> None:
    """Its neighbours' files start, and so do they when the message comes again."""
    bad = {**company.notice("lost.csv", b"", "LOST")}
    bad["s3"] = {**bad["s3"], "object": {"key": "imports/nobody/orders/lost.csv", "eTag": "e"}}
    company.import_all(bad, company.notice("june.csv", file_of([sold("F-1", "1")]), "JUNE"))
    told = log.about("LOST")
    assert {(line["level"], line["operation"]) for line in told} == {
        ("ERROR", "start_import"),
        ("INFO", "start_import"),
    }
    assert {line["exception_name"] for line in told if line["level"] == "ERROR"} == {"NotFound"}
    assert "join_import" in operations(log.about("JUNE"))


def test_the_daily_job_is_followed_by_the_id_of_its_schedule(company: Company, log: Keeper) -> None:
    company.buy("A-1")
    company.clock.pass_by(500 * 86_400)
    event_id = company.settle_all("2027-06-01")
    company.relay_all()
    lines = log.about(event_id)
    assert {header["request_id"] for header in company.headers("settle_due")} == {event_id}
    assert operations(lines) == {"schedule_due": 1, "settle_due": 19, "relay_entries": 1}
    assert all(whole(line) for line in lines if line["operation"] != "schedule_due")  # which is of all tenants


class Silent(MemoryTopic):
    def publish(self, messages: object) -> None:
        raise CloudError(f"the topic did not take {len(cast(list[Published], messages))} messages")


def test_a_relay_that_fails_says_whom_it_kept_waiting(company: Company, log: Keeper) -> None:
    ids = [company.buy(f"A-{number}").headers["X-Request-Id"] for number in range(2)]
    object.__setattr__(company.rt, "topic", Silent())
    relay(company.rt, stream_event(cast(StreamedTable, company.rt.table).entries()))
    (fault,) = [line for line in log.lines() if line["level"] == "ERROR"]
    assert fault["request_ids"] == sorted(ids)
    assert "did not take 2 messages" in fault["exception"]
    for request_id in ids:
        (line,) = [line for line in log.about(request_id) if line["operation"] == "relay_entries"]
        assert (line["tenant"], line["done"], line["failed"]) == (TENANT, 0, 1)


def test_a_batch_of_the_stream_has_an_id_of_its_own(company: Company, log: Keeper) -> None:
    company.buy("A-1")
    company.relay_all()
    (first, *_) = cast(StreamedTable, company.rt.table).entries()
    (batch,) = log.about(first["eventID"])
    assert (batch["operation"], batch["tenant"], batch["done"]) == ("relay_entries", TENANT, 1)


def test_what_was_given_up_and_comes_back_keeps_its_id(company: Company, log: Keeper) -> None:
    content = file_of([sold("F-1", "1")])
    company.queues.send("imports", [])
    company.import_all(company.notice("june.csv", content, S3_ID))
    for message in company.queues.sent["imports"][1:]:
        assert message.request_id == S3_ID
    before = len(log.about(S3_ID))
    company.queues.send("imports", company.queues.sent["imports"][-1:])
    company.queues.deliver("imports", lambda event: imports(company.rt, event))
    assert operations(log.about(S3_ID)[before:]) == {"join_import": 1}
