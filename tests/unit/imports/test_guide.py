"""docs/guides/import.md is true: its file is dropped, and what comes of it is what it shows."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from chalicelib.api.native.operations import Fault
from chalicelib.api.routes import ROUTES
from chalicelib.areas.imports.model import place_of
from tests.http.client import Api
from tests.http.world import HandClock, key_for, twin_runtime
from tests.unit.imports.desk import Desk

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guides" / "import.md").read_text("utf-8")
FLOWS = ROOT / "chalicelib" / "flows"


def block(mark: str) -> str:
    """The text of the one fenced block that begins so."""
    (found,) = re.findall(rf"^```{re.escape(mark)}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def opened() -> tuple[Api, Desk]:
    rt = twin_runtime(HandClock())
    api = Api(rt, key_for(rt, "ours"))
    program = {"name": "Books", "enrolment": "enrol", "units": [{"code": "points", "name": "Points"}]}
    assert api.post("/v1/programs", program).status == 201
    return api, Desk(rt)


def test_the_guide_s_file_comes_to_what_the_guide_shows() -> None:
    api, desk = opened()
    operation_id = desk.drop("june.csv", block("csv file=june.csv").encode())
    desk.work()
    told = api.get(f"/v1/operations/{operation_id}").json
    shown: dict[str, Any] = json.loads(block("json"))
    shown["rows"]["per_second"] = told["rows"]["per_second"]
    assert {name: told[name] for name in shown} == shown
    report = csv.DictReader(io.StringIO(desk.report(operation_id), newline=""))
    expected = list(csv.DictReader(io.StringIO(block("csv file=report.csv"))))
    rows = list(report)
    assert [{name: row[name] for name in expected[0]} for row in rows] == expected
    assert set(rows[0]) == {*expected[0], "member_id", "order_id", "message"}


def test_a_line_may_be_for_the_carriage_or_count_towards_no_tier() -> None:
    api, desk = opened()
    tiers = {
        "basis": "spend",
        "tiers": [
            {"tier_id": "guest", "name": "Guest", "threshold": "0"},
            {"tier_id": "reader", "name": "Reader", "threshold": "100.00"},
        ],
        "excluded": {"delivery": True, "categories": []},
    }
    assert api.put("/v1/programs/1/tiers", tiers).status == 200
    desk.drop("july.csv", block("csv file=july.csv").encode())
    desk.work()
    (member,) = api.get("/v1/members").json["items"]
    (order,) = api.get(f"/v1/members/{member['member_id']}/orders").json["items"]
    lines = api.get(f"/v1/orders/{order['order_id']}").json["lines"]
    told = [(line["sku"], line["delivery"], line["excluded_from_tiers"]) for line in lines]
    assert told == [("ATLAS", False, False), ("GIFT-CARD", False, True), ("POST", True, False)]
    account = api.get(f"/v1/members/{member['member_id']}/account").json
    assert account["spend"] == [{"currency": "EUR", "amount": 114_90}]
    assert account["next_tier"] == {"tier": "reader", "missing": "40"}  # of 60.00 for the atlas


def test_the_guide_s_places_are_what_it_says_of_them() -> None:
    keys = re.findall(r"^(imports/\S+)", GUIDE, re.MULTILINE)
    assert [tuple(place_of(key)) for key in keys] == [
        ("ours", 1, "june.csv", None, None),
        ("ours", 7, "june.csv", None, None),
        ("ours", 1, "june.txt", "summer", None),
        ("ours", 7, "june.txt", "summer", None),
        ("ours", 1, "june.csv", None, "vip"),
        ("ours", 1, "june.jsonl", None, "vip"),
    ]


def test_the_guide_s_members_join_as_it_says() -> None:
    api, desk = opened()
    ada = api.post("/v1/members", {"identifiers": [{"type": "email", "value": "ada@example.org"}]}).json["member_id"]
    api.post("/v1/members", {"identifiers": [{"type": "card", "value": "4000 1234"}]})
    assert api.put("/v1/segments/vip", {"name": "VIP"}).status == 200
    first = desk.drop("members.csv", block("csv file=members.csv").encode(), folder="segments/vip")
    desk.work()
    told = api.get(f"/v1/operations/{first}").json
    assert (told["kind"], told["state"], told["program_id"]) == ("import_segment_members", "done", None)
    assert told["counts"] == {"joined": 2, "renewed": 0, "unchanged": 0, "refused": 1}
    rows = list(csv.DictReader(io.StringIO(desk.report(first), newline="")))
    assert [(row["line"], row["result"], row["code"]) for row in rows] == [
        *(("2", "joined", ""), ("3", "joined", ""), ("4", "refused", "member_not_found")),
    ]
    assert api.get("/v1/segments/vip").json["members"] == 2
    lines = block("json file=june.jsonl").replace("mem_0000000000g", ada)
    second = desk.drop("june.jsonl", lines.encode(), folder="segments/vip")
    desk.work()
    assert api.get(f"/v1/operations/{second}").json["counts"]["unchanged"] == 2


def test_the_guide_and_the_api_know_every_code_that_an_import_fails_with() -> None:
    """Those of the file, and those that the flows write themselves."""
    written = [*FLOWS.glob("*_import.py"), FLOWS / "give_up_operation.py"]
    flows = "".join(path.read_text("utf-8") for path in written)
    codes = {"empty_file", "bad_header", "program_not_found", *re.findall(r'Failure\(\s*"(\w+)"', flows)}
    codes -= {"rule_stopped"}  # of a run of a rule
    codes |= {"coupon_series_not_found", "no_pool"}  # of a file of codes, as its operations over HTTP refuse them
    codes |= {
        "segment_not_found",
        "segment_ended",
        "segment_by_criteria",
        "stay_over",
    }  # of a file of members, likewise
    assert len(codes) == 12
    told = "".join(line.split("|")[1] for line in GUIDE.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\w+)`", told)) == codes
    assert set(re.findall(r"`(\w+)`", Fault.__doc__ or "")) == codes | {"rule_stopped"}


def test_the_guide_s_routes_are_there() -> None:
    routes = {f"{route.method} {route.path}" for route in ROUTES}
    assert set(block("http").split("\n")) - {""} <= routes
