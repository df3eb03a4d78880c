"""Which table a command of the operator's is about: what was asked for says it less well than the table itself."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from infra.local.logs import Cloud, Place
from infra.local.stage_runtime import add_place, stage_table


class Told:
    """A cloud whose stack has one table, of several that there are. What ARN and id these have, it knows by name."""

    def __init__(self, of_the_stack: str, **known: tuple[str, str]) -> None:
        self.of_the_stack, self.known = of_the_stack, known

    def call(self, method: str, **arguments: Any) -> Any:
        if method == "describe_stacks":
            return {"Stacks": [{"Outputs": [{"OutputKey": "TableName", "OutputValue": self.of_the_stack}]}]}
        assert method == "describe_table"
        arn, unique = self.known[arguments["TableName"]]
        return {"Table": {"TableArn": arn, "TableId": unique}}


def table(cloud: Told, *said: str) -> str:
    parser = argparse.ArgumentParser()
    add_place(parser)

    def connect(_: str, place: Place) -> Cloud:
        assert place.stage == "prod"
        return cloud

    asked = parser.parse_args(["--stage", "prod", "--region", "eu-central-1", *said])
    return stage_table(asked, connect, Path("/nowhere"))


BOTH = {"first": ("arn:1:first", "a1"), "second": ("arn:1:second", "b2")}


def test_a_stack_that_was_pointed_to_another_table_is_about_another() -> None:
    before, after = Told("first", **BOTH), Told("second", **BOTH)
    assert table(before) != table(after)
    assert table(before, "--table", "second") == table(after)


def test_the_same_name_in_another_account_is_another_table() -> None:
    assert table(Told("first", first=("arn:1:first", "a1"))) != table(Told("first", first=("arn:2:first", "a1")))


def test_a_table_made_anew_under_its_name_is_another() -> None:
    assert table(Told("first", first=("arn:1:first", "a1"))) != table(Told("first", first=("arn:1:first", "a2")))


def test_another_cloud_has_other_tables() -> None:
    cloud = Told("first", **BOTH)
    assert table(cloud) != table(cloud, "--endpoint", "http://127.0.0.1:4566")
