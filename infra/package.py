"""`python -m infra.package [dev|prod]…`: what CloudFormation needs, in build/<stage>/: template.json and deployment.zip.

`chalice package` makes both of app.py, .chalice and infra/template.yaml. Five things it cannot do are done after it: the
template is of one stage, by default and otherwise not at all; the topic feeds only queues that are worked off (infra/subscriptions.py);
all that is in it is watched (infra/alarms.py, infra/dashboard.py); it has no YAML aliases, which CloudFormation refuses; and
the zip is the same for the same code, compiled (infra/archive.py).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from infra.alarms import alarms, of_type
from infra.archive import CACHE, PackageError, remake, this_python
from infra.dashboard import dashboard
from infra.subscriptions import subscribed

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("dev", "prod")
TEMPLATE, ZIP = "template.json", "deployment.zip"
_MADE_BY_CHALICE = "sam.yaml"
_TURN = ".local/packaging.lock"


def package(stage: str, into: Path) -> Path:
    """The directory of the stage's template and zip, made anew."""
    out = into / stage
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(ROOT / _TURN):
        _run_chalice(stage, out)
    made = out / _MADE_BY_CHALICE
    template = watched(subscribed(of_one_stage(yaml.load(made.read_text(encoding="utf-8"), yaml.CSafeLoader), stage)))
    (out / TEMPLATE).write_text(json.dumps(template, indent=1) + "\n", encoding="utf-8")
    made.unlink()
    remake(out / ZIP, compiled=_runs_on_this_python(template))
    return out


@contextmanager
def one_at_a_time(turn: Path) -> Iterator[None]:
    """Chalice keeps its zip in .chalice/deployments and rewrites it where it lies: a second process would copy half of it."""
    turn.parent.mkdir(parents=True, exist_ok=True)
    with turn.open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def of_one_stage(template: dict[str, Any], stage: str) -> dict[str, Any]:
    """Environment and time-outs in it are of this stage already: it must not be deployed as another."""
    parameter = {**template["Parameters"]["Stage"], "Default": stage}
    only = {
        "Assert": {"Fn::Equals": [{"Ref": "Stage"}, stage]},
        "AssertDescription": f"this package is of stage {stage}",
    }
    return {
        **template,
        "Parameters": {**template["Parameters"], "Stage": parameter},
        "Rules": {"PackagedStage": {"Assertions": [only]}},
    }


def watched(template: dict[str, Any]) -> dict[str, Any]:
    resources = {**template["Resources"], **alarms(template), "Dashboard": dashboard(template)}
    return {**template, "Resources": resources}


def _runs_on_this_python(template: dict[str, Any]) -> bool:
    """Chalice declares the Python that packages, or the latest that it knows. Bytecode of another would be passed over."""
    declared = {one["Runtime"] for one in of_type(template, "AWS::Serverless::Function").values()}
    if declared == {this_python()}:
        return True
    runtimes = ", ".join(sorted(declared))
    sys.stderr.write(
        f"Packaged without bytecode: the functions run on {runtimes}, this is {this_python()}. Cold starts will compile.\n"
    )
    return False


def faults(template: Path) -> str:
    """What cfn-lint finds; nothing, as it should."""
    linter = Path(sys.executable).parent / "cfn-lint"
    run = subprocess.run([str(linter), str(template)], capture_output=True, text=True, check=False)
    return run.stdout + run.stderr if run.returncode else ""


def _run_chalice(stage: str, out: Path) -> None:
    """What a person has in their environment has no say in it. The region is asked for and used nowhere."""
    command = [str(Path(sys.executable).parent / "chalice"), "package", "--stage", stage, "--template-format", "yaml"]
    foreign = ("AWS_", "STAMPBOOK_", "PYTHON", "CHALICE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    with sources_alone() as sources:
        run = subprocess.run(
            [*command, "--merge-template", str(ROOT / "infra" / "template.yaml"), str(out.resolve())],
            cwd=sources,
            env={**environ, "AWS_DEFAULT_REGION": "eu-central-1", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode:
        raise PackageError(f"{run.stdout}{run.stderr}")


@contextmanager
def sources_alone() -> Iterator[Path]:
    """A copy without caches, beside what was packaged before. Chalice knows a package again by every byte that lies there: beside
    the caches of a run it would fetch all libraries anew."""
    kept = ROOT / ".chalice" / "deployments"
    kept.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder)
        for name in ("chalicelib", ".chalice"):
            shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns(CACHE, "deployments"))
        for name in ("app.py", "requirements.txt"):
            shutil.copy2(ROOT / name, sources / name)
        (sources / ".chalice" / "deployments").symlink_to(kept)
        yield sources


def main(stages: list[str]) -> int:
    if unknown := set(stages) - set(STAGES):
        sys.stderr.write(f"No such stage: {', '.join(sorted(unknown))}. There are {' and '.join(STAGES)}.\n")
        return 2
    for stage in stages or STAGES:
        try:
            out = package(stage, ROOT / "build")
            if found := faults(out / TEMPLATE):
                raise PackageError(found)
        except PackageError as fault:
            sys.stderr.write(f"Packaging {stage} failed:\n{fault}\n")
            return 1
        print(f"{out.relative_to(ROOT)}: {', '.join(sorted(file.name for file in out.iterdir()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
