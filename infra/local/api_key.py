"""API keys for operators, on the table that the environment names (chalicelib/config.py says how).

    python -m infra.local.api_key issue --tenant shop --name till [--grant members:view --grant orders:modify]
    python -m infra.local.api_key revoke --key key_0123456789abcdef01234567

`issue` prints the credential, and nothing else, on stdout: it is shown this once. Without grants the key may do everything.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import cast, get_args

from chalicelib import bootstrap
from chalicelib.areas.access.operations import issue_api_key, revoke_api_key
from chalicelib.config import ConfigurationError
from chalicelib.errors import StampbookError
from chalicelib.kit.caller import EVERY_RESOURCE, Access, Caller, Grant
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import TableError

OPERATOR = Caller("", "", "system", "operator", "operator", (), request_id="command-line", channel="command-line")
EVERYTHING = Grant(EVERY_RESOURCE, "modify")


def main(arguments: Sequence[str], runtime: Callable[[], Runtime] = bootstrap.runtime) -> int:
    wish = _parser().parse_args(arguments)
    try:
        told = _carried_out(wish, runtime())
    except ConfigurationError as fault:
        return _refused(str(fault))
    except StampbookError as refusal:
        return _refused(refusal.message)
    except TableError as fault:
        return _refused(f"The table did not do it: {fault}")
    print(told)
    return 0


def grant(text: str) -> Grant:
    """`members:view`, `orders:modify`, `*:view`."""
    resource, _, access = text.partition(":")
    if access not in get_args(Access):
        raise argparse.ArgumentTypeError(f"{text!r} is not written resource:view or resource:modify")
    return Grant(resource, cast(Access, access))


def _carried_out(wish: argparse.Namespace, rt: Runtime) -> str:
    if wish.verb == "revoke":
        revoke_api_key(rt, OPERATOR, wish.key)
        return f"{wish.key} is revoked; within five seconds no process takes it any more."
    grants: list[Grant] = wish.grant or [EVERYTHING]
    org: str = wish.org or wish.tenant
    return issue_api_key(rt, OPERATOR, org=org, tenant=wish.tenant, name=wish.name, grants=grants).credential


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.api_key", description=(__doc__ or "").partition("\n")[0]
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    issue = verbs.add_parser("issue", help="a new key of a tenant, printed once")
    issue.add_argument("--tenant", required=True, help="whose key it is, such as shop")
    issue.add_argument("--name", required=True, help="what the key is for, such as till-7")
    issue.add_argument("--org", help="the organisation of the tenant; the tenant itself if left out")
    issue.add_argument(
        "--grant", action="append", type=grant, metavar="RESOURCE:ACCESS", help="view or modify; repeatable"
    )
    revoke = verbs.add_parser("revoke", help="end a key for good")
    revoke.add_argument("--key", required=True, help="its id, such as key_0123…: what stands before the dot")
    return parser


def _refused(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
