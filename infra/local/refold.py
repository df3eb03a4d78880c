"""`python -m infra.local.refold --tenant shop --owner mem_… [--program 1]`: an account is made what its journal says.

For an account that cannot be read, is gone, was put back as it was before, or was changed by hand. Its journal is followed
by its hashes from the first entry to the last, folded and compared with what is stored. Without --apply it says what differs
and writes nothing. With it the account is written, only if it is just as it was read, and no entry and no other item; a
line before that has all that was in its place.

Exit code 0: the account is what its journal says, by now; 1: it differs, and was left; 2: refused or broken off.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Callable, Sequence

from chalicelib.errors import NotFound
from chalicelib.flows.refold_account import MovedError, Refolded, refold_account, refolded_account
from chalicelib.kit.clock import rfc3339
from chalicelib.kit.ids import MAX_PROGRAM
from chalicelib.runtime import Runtime
from infra.local.broken_off import BROKEN_OFF, to_its_end
from infra.local.logs import NotSearchedError
from infra.local.stage_runtime import ALL, add_tenant_and_place, named_tenants, stage_runtime

DIFFERENT = 1
UNSAID = "Say whose account, such as make refold TENANT=shop OWNER=mem_076txtr0k52, or OWNER=grp_…; one at a time.\n"
AGAIN = "Run it again: it looks at account and journal afresh.\n"


def main(arguments: Sequence[str], runtime: Callable[[argparse.Namespace], Runtime] = stage_runtime) -> int:
    asked = _parser().parse_args(arguments)
    if not (asked.tenant and asked.owner) or asked.tenant == ALL:
        sys.stderr.write(UNSAID)
        return BROKEN_OFF
    return to_its_end(lambda: _refold(runtime(asked), asked), AGAIN, (MovedError,))


def _refold(rt: Runtime, asked: argparse.Namespace) -> int:
    (tenant,) = named_tenants(rt, asked)
    try:
        refolded = refolded_account(rt, tenant, asked.owner, asked.program)
    except NotFound as nobody:
        raise NotSearchedError(nobody.message) from nobody
    name, version = f"{asked.owner}: account {asked.program}", refolded.last.sequence
    if not refolded.differences:
        print(f"{name} is what its journal says, at version {version}.")
        return 0
    for difference in refolded.differences:
        print(f"{name}: {difference}")
    if not asked.apply:
        print(f"Nothing was written. APPLY=1 writes what its {version} entries say.")
        return DIFFERENT
    print(_line(rt, refolded), flush=True)
    refold_account(rt, tenant, refolded)
    print(f"{name} was written as its journal says, at version {version}.")
    return 0


def _line(rt: Runtime, refolded: Refolded) -> str:
    """All that will be gone, so that it can be asked later how it came to differ."""
    told = {
        "timestamp": rfc3339(rt.clock.now()),
        "message": "an account is about to be replaced by what its journal says",
        "key": " ".join(refolded.key),
        "version": refolded.last.sequence,
        "differences": refolded.differences,
        "was": refolded.stored,
    }
    return json.dumps(told, ensure_ascii=False, default=_bytes)


def _bytes(value: object) -> str:
    """As the command line of AWS writes and takes them."""
    assert isinstance(value, bytes)  # noqa: S101 (an item holds nothing else that JSON does not)
    return base64.b64encode(value).decode()


def _program(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MAX_PROGRAM):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MAX_PROGRAM}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.refold", description=(__doc__ or "").partition("\n")[0]
    )
    add_tenant_and_place(parser)
    parser.add_argument("--owner", default="", help="whose account: mem_… or grp_…")
    parser.add_argument("--program", type=_program, default=1, help="in which program: 1")
    parser.add_argument("--apply", action="store_true", help="write it; without this what differs is said")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
