"""The purchases that `make run` begins with: dropped once, their import followed, and gone on with by the next run if need be."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

from chalicelib.areas.members.operations import list_members
from chalicelib.areas.orders.operations import find_order
from chalicelib.aws.files import FileNotThereError
from chalicelib.errors import NotFound
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from infra.local.cloud import Cloud
from infra.local.demo.program import CALLER, TENANT
from infra.local.importing import StoodStillError, follow_import, progress_of
from infra.local.progress import Progress
from infra.local.sample import NoPurchasesError, redated

DROP = f"imports/{TENANT}/orders/"
_SERVED = "The API is served with what there is; the next make run drops the file again, which goes on with the import."


def load_purchases(cloud: Cloud, purchases: Path, kept: Path) -> str | None:
    """Answers who bought last; None if nobody is enrolled, for the import stands still. That keeps nobody from the API.

    An import that a run before left unfinished has its file dropped again: the messages that it waits for are sent anew."""
    known: dict[str, str] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    begun = (
        progress_of(cloud, CALLER, known["operation"]) if known else None
    )  # a cloud killed before its stop forgets it
    key = f"{DROP}{purchases.name}"
    if begun is None:
        found = redated(purchases, local_day(cloud.rt.clock.now(), "UTC") - 1)
        dropped = cloud.drop(key, io.BytesIO(found.content))
        known = {"operation": dropped.operation_id, "order": found.number}
        kept.write_text(json.dumps(known) + "\n", encoding="utf-8")
    elif not begun.operation.finished:
        _drop_again(cloud, key)
    if begun is not None and begun.operation.finished:
        return _who_bought(cloud.rt, known["order"], purchases)
    try:
        progress = Progress(sys.stderr, f"Importing {purchases.name}")
        follow_import(cloud, CALLER, known["operation"], progress.reach)
    except StoodStillError as fault:
        sys.stderr.write(f"{fault} {_SERVED}\n")
        return _anybody(cloud.rt)
    return _who_bought(cloud.rt, known["order"], purchases)


def _drop_again(cloud: Cloud, key: str) -> None:
    """The very same bytes, so the same operation. What was cleared away from the bucket cannot be gone on with."""
    try:
        with cloud.rt.files.open(key) as content:
            again = content.read()
    except FileNotThereError:
        return
    cloud.drop(key, io.BytesIO(again))


def _who_bought(rt: Runtime, number: str, purchases: Path) -> str:
    """The member of this order, or anybody if it was refused."""
    try:
        return find_order(rt, CALLER, number).member_id
    except NotFound:
        member_id = _anybody(rt)
    if member_id is None:
        raise NoPurchasesError(f"Nothing of {purchases} could be recorded: nobody is enrolled.")
    return member_id


def _anybody(rt: Runtime) -> str | None:
    return next((member.member_id for member in list_members(rt, CALLER, 1, None).items), None)
