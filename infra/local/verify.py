"""`python -m infra.local.verify --tenant shop`: everything a tenant has follows from its journal, or what does not is named.

Every account is folded anew and compared, every chain of entries followed, every order looked for in the journal and
every entry in the feed. It writes nothing and can run beside everything else. Exit code 0: all is as it must be;
1: differences, one a line; 2: not verified to the end.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from chalicelib.aws.errors import CloudError
from chalicelib.errors import StampbookError
from chalicelib.flows.verify_tenant import VerifiedPart, verify_tenant
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import TableError
from infra.local.logs import NotSearchedError
from infra.local.stage_runtime import add_tenant_and_place, must_be_known, stage_runtime

DIFFERENT, NOT_VERIFIED = 1, 2


def main(arguments: Sequence[str], runtime: Callable[[argparse.Namespace], Runtime] = stage_runtime) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.verify", description=(__doc__ or "").partition("\n")[0]
    )
    add_tenant_and_place(parser)
    asked = parser.parse_args(arguments)
    try:
        return _verify(runtime(asked), asked.tenant)
    except (NotSearchedError, CloudError, TableError, StampbookError) as fault:
        sys.stderr.write(f"{fault}\nNot verified to the end: run it again.\n")
        return NOT_VERIFIED


def _verify(rt: Runtime, tenant: str) -> int:
    must_be_known(rt, tenant)
    started, whole = rt.clock.monotonic(), VerifiedPart(())
    different = 0
    for part in verify_tenant(rt, tenant):
        for owner, what in part.differences:
            print(f"{owner}: {what}")
        different += len(part.differences)
        whole = VerifiedPart(
            (),
            whole.members + part.members,
            whole.accounts + part.accounts,
            whole.entries + part.entries,
            whole.orders + part.orders,
        )
        if part.members:
            sys.stderr.write(f"{whole.members} members, {different} differences\n")
    seconds = max(rt.clock.monotonic() - started, 0.001)
    print(
        f"{tenant}: {whole.members} members, {whole.accounts} accounts, {whole.orders} orders, {whole.entries} entries "
        f"in {seconds:.1f} s ({whole.entries / seconds:.0f} entries/s): {different or 'no'} differences."
    )
    return DIFFERENT if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
