"""Takes down what the newest AWS provider takes of the types that the stacks use, for a test to hold them to.

    python -m scripts.provider_versions.newest

The newest provider may not be where this runs; its schema is in `cdktn-provider-aws`, bindings that the
package index has. They are installed into an environment that is thrown away, and never imported.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from scripts.provider_versions.settings import Types, from_assembly, from_schema
from scripts.trim_schema import ROOT, schema_file

PACKAGE = "cdktn-provider-aws"
NEWEST = ROOT / "tests" / "stacks" / "newest-provider.json"


def declared() -> dict[str, Any]:
    """The schema of the oldest provider that cdktf.json admits, as the repository holds it."""
    (schema,) = json.loads(schema_file().read_text())["provider_schemas"].values()
    return dict(schema)


def newest() -> tuple[dict[str, str], Types]:
    """The versions that were last taken down, and what the types took there."""
    kept = json.loads(NEWEST.read_text())
    return kept["versions"], Types(**kept["types"])


def assembly() -> tuple[str, dict[str, Any]]:
    """The version of the newest package, and jsii's assembly in it.

    Raises `CalledProcessError` where it cannot be installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        install = [
            "-m",
            "pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            "--no-deps",
            "--no-compile",
            PACKAGE,
        ]
        subprocess.run([str(Path(folder) / "bin" / "python"), *install], check=True)
        (packages,) = Path(folder).glob("lib/python*/site-packages")
        (version,) = (each.version for each in distributions(path=[str(packages)]) if each.name == PACKAGE)
        (archive,) = packages.glob("*/_jsii/*.tgz")
        with tarfile.open(archive) as package:
            member = package.extractfile("package/.jsii")
            if member is None:
                raise KeyError(f"{archive.name} has no assembly")
            return version, json.load(member)


def provider_version(bindings: dict[str, Any]) -> str:
    """The provider's version that bindings were made from: that of the documentation that they link to."""
    config = json.dumps(bindings["types"][f"{bindings['name']}.backupPlan.BackupPlanConfig"])
    (version,) = set(re.findall(r"providers/hashicorp/aws/([0-9.]+)/docs/resources/", config))
    return str(version)


def main() -> None:
    """Writes the file."""
    package, bindings = assembly()
    types = from_assembly(bindings, from_schema(declared()))
    versions = {PACKAGE: package, "hashicorp/aws": provider_version(bindings)}
    NEWEST.write_text(
        json.dumps({"versions": versions, "types": asdict(types)}, indent=1, sort_keys=True) + "\n"
    )
    print(f"{NEWEST.relative_to(ROOT)}: provider {versions['hashicorp/aws']}, from {PACKAGE} {package}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"newest provider: not taken down: {error}")
