"""`python -m infra.local.redrive QUEUE`: what was given up is tried again, once its cause is mended.

A queue's dead messages go back to it, as many as there were at the start: what dies again stays dead. A step of an import
that has ended is nothing to be done any more: such imports are named. `relay` is not a queue: its dead messages name
stretches of the table's stream (infra/local/redrive_relay).

A message is deleted only when its second life has begun: broken off, this does it again, which every consumer bears.
Without an address what `make run` has started is meant, if it has. Exit code 2: some of it could not be done.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.areas.jobs import store as jobs
from chalicelib.config import QUEUES
from chalicelib.errors import InvalidInput
from chalicelib.flows.job_messages import Step, step_of
from chalicelib.kit.clock import Clock, SystemClock
from chalicelib.runtime import Runtime
from infra.local.broken_off import BROKEN_OFF, to_its_end
from infra.local.dead_letters import AT_ONCE, HELD_SECONDS, DeadLetters, Message
from infra.local.logs import ROOT, Place, become_client_of, place_of
from infra.local.redrive_relay import redrive_relay
from infra.local.stage_runtime import add_place, stage_runtime

RELAY, IMPORTS = "relay", "imports"
REDRIVEN = (*QUEUES, RELAY)
MOST = 100_000
AGAIN = "What was sent on stays sent; run it again, and it goes on from there.\n"


def main(arguments: Sequence[str], connected: Callable[[Place], Any] | None = None) -> int:
    """`connected`: the client of its queues, if it is not to be that of the place asked for."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (with the client)

    asked = _parser().parse_args(arguments)
    if asked.queue not in REDRIVEN:
        said = f"{asked.queue} is none" if asked.queue else "None was said"
        sys.stderr.write(f"Say which queue, such as make redrive QUEUE=imports: {', '.join(REDRIVEN)}. {said}.\n")
        return BROKEN_OFF

    def run() -> int:
        place = place_of(asked, ROOT)
        return _redrive(asked, dead_letters((connected or _sqs)(place), place.stage, asked.queue), place.stage)

    return to_its_end(run, AGAIN, (BotoCoreError, ClientError))


def dead_letters(sqs: Any, stage: str, queue: str, clock: Clock | None = None) -> DeadLetters:
    return DeadLetters(sqs, f"stampbook-{stage}-{queue}-dead", clock or SystemClock())


def redrive_queue(
    dead: DeadLetters, stage: str, queue: str, most: int = MOST, sent: Callable[[Message], object] | None = None
) -> int:
    """Back to the queue they came from, attributes included. How many; `sent` is told of each."""
    address = dead.sqs.get_queue_url(QueueName=f"stampbook-{stage}-{queue}")["QueueUrl"]
    left, moved = min(most, dead.waiting()), 0
    try:
        while moved < left and (some := dead.hold(min(AT_ONCE, left - moved))):
            for message in some:
                attributes = message.get("MessageAttributes", {})
                dead.sqs.send_message(QueueUrl=address, MessageBody=message["Body"], MessageAttributes=attributes)
                dead.delete([message])
                moved += 1
                if sent is not None:
                    sent(message)
    finally:
        dead.release()
    return moved


def redrive_imports(rt: Runtime, dead: DeadLetters, stage: str, most: int = MOST) -> tuple[int, list[str]]:
    """How many were sent on, and a line for each import among them that has failed, and which no message revives."""
    steps: dict[tuple[str, str], Step] = {}

    def sent(message: Message) -> None:
        step = _step(message["Body"])
        if step is not None:
            steps[step.tenant, step.operation_id] = step

    moved = redrive_queue(dead, stage, IMPORTS, most, sent)
    return moved, [line for step in steps.values() if (line := _ended(rt, step))]


def _redrive(asked: argparse.Namespace, dead: DeadLetters, stage: str) -> int:
    stayed: list[str] = []
    if asked.queue == RELAY:
        stayed = _relay(asked, dead)
    elif asked.queue == IMPORTS:
        moved, failed = redrive_imports(stage_runtime(asked), dead, stage, asked.most)
        print("\n".join([f"{moved} messages of {asked.queue} have been sent on.", *failed]))
    else:
        print(f"{redrive_queue(dead, stage, asked.queue, asked.most)} messages of {asked.queue} have been sent on.")
    if elsewhere := dead.elsewhere():
        print(
            f"{elsewhere} more are held by another run, or one that was killed: {HELD_SECONDS // 60} minutes at most."
        )
    sys.stderr.write("".join(f"{line}\n" for line in stayed))
    return BROKEN_OFF if stayed else 0


def _relay(asked: argparse.Namespace, dead: DeadLetters) -> list[str]:
    """Says what was done; answers what stayed."""
    told = redrive_relay(stage_runtime(asked), dead, asked.most)
    print(f"{told.messages} messages of relay are done; they stood for {told.stood_for} records of the stream.")
    print(
        f"{told.found} entries were recorded about then and are published again; the feed lacked {told.missing} of them."
    )
    if told.found < told.stood_for:
        print("Fewer entries than records were found: make verify says whether the feed lacks any.")
    return told.stayed


def _step(body: str) -> Step | None:
    """None for a notice of the bucket, or what nobody can read: the queue's function says what is wrong with it."""
    try:
        return step_of(json.loads(body))
    except (ValueError, InvalidInput):
        return None


def _ended(rt: Runtime, step: Step) -> str:
    """Nothing for an import that goes on, or is done."""
    operation = jobs.find(rt.table, step.tenant, step.operation_id)
    if operation is None:
        return f"{step.operation_id} of {step.tenant} is not there: its message dies again."
    if operation.state != "failed" or operation.failure is None:
        return ""
    instead = "drop its file again under another name." if step.job in ("import", "codes") else "start another."
    told = f"{step.operation_id} of {step.tenant} ({operation.name}) has failed, {operation.failure.code}"
    return f"{told}, and stays so: {instead}"


def _sqs(place: Place) -> Any:
    import boto3

    become_client_of(place)
    session: Any = boto3.session.Session()
    return session.client("sqs", region_name=place.region, endpoint_url=place.endpoint)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.redrive", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("queue", nargs="?", default="", help=f"one of {', '.join(REDRIVEN)}")
    add_place(parser)
    parser.add_argument("--most", type=int, default=MOST, help="how many messages at most")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
