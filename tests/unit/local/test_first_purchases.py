"""What `make run` begins with: an import that stands still keeps nobody from the API, and the next run goes on with it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.areas.jobs.operations import get_operation
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from infra.local import run
from infra.local.demo.program import CALLER, load_program
from infra.local.first_purchases import load_purchases
from infra.local.welcome import Place, two_purchases, welcome
from tests.twins import runtime_on
from tests.twins.cloud import TwinCloud
from tests.unit.imports.drops import sold
from tests.unit.orders_file.csv_file import file_of


@pytest.fixture
def cloud() -> TwinCloud:
    """Nobody works off its imports."""
    rt, _ = runtime_on()
    load_program(rt)
    return TwinCloud(rt, broken=frozenset({"imports"}))


@pytest.fixture
def purchases(tmp_path: Path) -> Path:
    file = tmp_path / "purchases.csv"
    file.write_bytes(file_of([sold("S-1", "card-1")]))
    return file


def test_an_import_that_stands_still_is_said_to_and_ends_nothing(
    cloud: TwinCloud, purchases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load_purchases(cloud, purchases, purchases.with_name("sample.json")) is None
    said = capsys.readouterr().err
    assert "The import has stood still" in said
    assert "The API is served with what there is" in said


def test_the_next_run_drops_the_file_again_and_sees_it_imported(cloud: TwinCloud, purchases: Path) -> None:
    kept = purchases.with_name("sample.json")
    load_purchases(cloud, purchases, kept)
    queues, files = cloud.rt.queues, cloud.rt.files
    assert isinstance(queues, MemoryQueues)
    assert isinstance(files, MemoryFiles)
    queues.deliver("imports", lambda _event: {"batchItemFailures": []})  # its notice got lost
    member_id = load_purchases(replace(cloud, broken=frozenset()), purchases, kept)
    assert member_id is not None
    told = get_operation(cloud.rt, CALLER, json.loads(kept.read_text("utf-8"))["operation"])
    assert (told.operation.state, told.counts["sales"]) == ("done", 1)


def test_what_is_imported_is_not_dropped_again(cloud: TwinCloud, purchases: Path) -> None:
    kept, working = purchases.with_name("sample.json"), replace(cloud, broken=frozenset())
    first = load_purchases(working, purchases, kept)
    assert first is not None
    assert load_purchases(cloud, purchases, kept) == first


def test_before_anybody_is_enrolled_the_lines_to_paste_are_about_a_card(tmp_path: Path) -> None:
    place = Place("http://here", "http://cloud", "bucket", "imports/ours/orders/", tmp_path, "key")
    place.purchases.write_bytes(two_purchases(0))
    for member_id, shown in ((None, '"identifier"'), ("mem_1", '"member_id": "mem_1"')):
        said = welcome(place, member_id, 0)
        assert shown in said
        assert ("mem_1/account" in said) == (member_id is not None)


def test_commands_find_the_cloud_as_long_as_it_works(tmp_path: Path) -> None:
    place = Place("http://here", "http://cloud", "bucket", "imports/ours/orders/", tmp_path, "key")
    file = tmp_path / "address.json"

    def broken_off() -> None:
        with run._found(place):
            told = json.loads(file.read_text("utf-8"))
            assert (told["endpoint"], told["drop"]) == ("http://cloud", "http://cloud/bucket/imports/ours/orders/")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert not file.exists()
