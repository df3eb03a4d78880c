"""`make run` as a newcomer meets it: what it prints works as pasted, what docs/guides/local.md says is so, nothing is lost."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from infra.local.ministack import REGION, free_port
from infra.local.sample import PURCHASES
from tests.e2e.conftest import seen

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guides" / "local.md").read_text("utf-8")
READY = "make logs ID="
START_SECONDS = 240
ROWS = 60


@dataclass
class Shop:
    """Where a run keeps its things and is found."""

    state: Path
    port: int
    file: Path

    @property
    def command(self) -> list[str]:
        place = ["--port", str(self.port), "--state", str(self.state), "--file", str(self.file)]
        return [sys.executable, "-m", "infra.local.run", *place]

    def here(self, script: str) -> str:
        """What the guide says to a shell, said about this run instead of the one everybody has."""
        moved = script.replace("make logs ", f"make logs STATE={self.state} ").replace(".local/run", str(self.state))
        return moved.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")

    def ask(self, path: str) -> Any:
        key = (self.state / "api-key").read_text("ascii").strip()
        url = f"http://127.0.0.1:{self.port}{path}"
        said = subprocess.run(
            ["curl", "-sS", "-H", f"Authorization: Bearer {key}", url], capture_output=True, check=True
        )
        return json.loads(said.stdout)


@dataclass
class Running:
    shop: Shop
    process: subprocess.Popen[str]
    welcome: str

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(120)


@contextmanager
def running(shop: Shop) -> Iterator[Running]:
    """Until it says what to paste; ended as by Ctrl-C unless the test has done so."""
    with (shop.state.parent / "said").open("w+") as said:
        process = subprocess.Popen(shop.command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT, text=True)
        try:
            until = time.monotonic() + START_SECONDS
            while READY not in (text := (shop.state.parent / "said").read_text("utf-8")):
                assert process.poll() is None, text
                assert time.monotonic() < until, text
                time.sleep(0.2)
            yield Running(shop, process, text)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(120)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    home = tmp_path_factory.mktemp("run")
    with PURCHASES.open(encoding="utf-8") as whole:
        (home / "purchases.csv").write_text("".join(islice(whole, ROWS + 1)), encoding="utf-8")
    return Shop(home / "state", free_port(), home / "purchases.csv")


@pytest.fixture(scope="module")
def first(shop: Shop) -> Iterator[Running]:
    with running(shop) as run:
        yield run


def shell(script: str) -> str:
    said = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, f"{script}\n{said.stdout}\n{said.stderr}"
    return said.stdout


def pasted(run: Running) -> list[str]:
    """What each of the printed lines says, but the upload, which says nothing."""
    said = [shell(line) for line in run.welcome.splitlines() if line.startswith("  curl")]
    return [text for text in said if text]


def test_the_first_purchases_are_there_and_the_last_was_made_yesterday(first: Running) -> None:
    operation = first.shop.ask("/v1/operations?limit=1")["items"][0]
    told = first.shop.ask(f"/v1/operations/{operation['operation_id']}")
    assert (told["name"], told["state"], told["counts"]["sales"]) == ("purchases.csv", "done", ROWS)
    assert f"Importing {first.shop.file.name} 100 %" in first.welcome
    began = first.shop.file.stat().st_mtime  # the day may have ended since
    yesterday = time.strftime("%Y-%m-%d", time.gmtime(began - 24 * 3600))
    days = [str(entry["effective_at"])[:10] for entry in feed(first.shop) if entry["operation"] == "record_order"]
    assert max(days) == yesterday


def test_the_lines_that_it_prints_work_as_pasted(first: Running) -> None:
    held, simulated, bought, dropped = pasted(first)
    before = json.loads(held)["wallets"][0]["available"]
    assert [one["amount"] for one in json.loads(simulated)["earned"]] == [25]
    assert json.loads(bought)["account"]["balances"]["points"] == before + 25
    told = seen(lambda: imported(first.shop, "two-purchases.csv"), "the dropped file")
    assert told["counts"]["sales"] == 2
    assert json.loads(dropped).get("operation_id", told["operation_id"]) == told["operation_id"]
    assert f"/v1/operations/{told['operation_id']}" in first.welcome
    assert len(shell(f"curl -sS {shlex.quote(told['result']['url'])}").splitlines()) == 3


def imported(shop: Shop, name: str) -> Any:
    for item in shop.ask("/v1/operations")["items"]:
        if (item["name"], item["state"]) == (name, "done"):
            return shop.ask(f"/v1/operations/{item['operation_id']}")
    return None


def feed(shop: Shop) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    cursor = ""
    while page := (answer := shop.ask(f"/v1/feed?limit=100{cursor}"))["items"]:
        entries += page
        cursor = f"&cursor={answer['next_cursor']}"
    return entries


def test_the_guide_is_true(first: Running) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    script = "\n".join(block for block in blocks if "make demo" not in block)
    said = shell(first.shop.here(script))
    for expected in (
        '"status":"ok"',
        '"tier":"bronze"',
        '"amount":25',
        '"number":"MUGS-1"',
        '"operation":"create_program"',
        '"name":"guide.csv","state":"done"',
    ):
        assert expected in said, said
    assert "list_members" in said.splitlines()[-1]


@pytest.mark.parametrize("port", ["the same", "another"])
def test_a_second_run_is_told_that_there_is_one(first: Running, port: str) -> None:
    command = list(first.shop.command)
    if port == "another":
        command[command.index("--port") + 1] = str(free_port())
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stderr) == (1, "make run is running already, in another terminal.\n")


def test_after_a_restart_everything_is_there_and_goes_on(first: Running) -> None:
    before = feed(first.shop)
    assert first.end() == 0
    with running(first.shop) as again:
        assert "Importing" not in again.welcome
        assert feed(again.shop)[: len(before)] == before
        order = json.loads(pasted(again)[2])["order_id"]
        assert seen(lambda: order in json.dumps(feed(again.shop)) or None, "the new order in the feed")
        seen(lambda: imported_twice(again.shop), "the file dropped after the restart")
        assert again.end() == 0


def test_what_a_killed_run_had_not_relayed_is_in_the_feed_after_the_next_start(first: Running) -> None:
    """The relay is switched off, so nobody but the start itself can have brought it there."""
    if first.process.poll() is None:
        first.end()
    with running(first.shop) as killed:
        before = len(feed(first.shop))
        switch_relay(first.shop, on=False)
        order = json.loads(pasted(killed)[2])["order_id"]
        killed.process.kill()
        killed.process.wait(60)
    with running(first.shop) as again:
        assert again.welcome.count("A run before was killed") == 2
        assert "entries: they are in the feed now." in again.welcome
        entries = feed(first.shop)
        assert json.dumps(entries).count(f'"order": "{order}"') > 0
        assert len({entry["entry_id"] for entry in entries}) == len(entries) > before
        switch_relay(first.shop, on=True)
        assert again.end() == 0


def switch_relay(shop: Shop, *, on: bool) -> None:
    functions = local_client(shop, "lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        if ":dynamodb:" in mapping["EventSourceArn"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)


def local_client(shop: Shop, service: str) -> Any:
    import boto3

    session: Any = boto3.session.Session(aws_access_key_id="local", aws_secret_access_key="local")
    endpoint = json.loads((shop.state / "address.json").read_text("utf-8"))["endpoint"]
    return session.client(service, region_name=REGION, endpoint_url=endpoint)


def imported_twice(shop: Shop) -> bool | None:
    names = [(item["name"], item["state"]) for item in shop.ask("/v1/operations")["items"]]
    return names.count(("two-purchases.csv", "done")) == 2 or None
