"""Vault locks with the real Terraform and provider: how they come, change and go, and what AWS refuses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest

from emulator.process import running
from scripts.toolchain import for_emulator
from tests.catalogs import ACKNOWLEDGED, model
from tests.deploy.applying import initialise, require_terraform
from tests.stacks.synthesis import synthesize
from tierkeep.desired.resolve import resolve
from tierkeep.rules import Severity, judge

pytestmark = pytest.mark.timeout(1800)

HOME, COPIES = "one-eu-west-1", "one-eu-central-1"
HOME_VAULT, COPIES_VAULT = ("eu-west-1", "lock-kept"), ("eu-central-1", "lock-kept-copies")
GOVERNANCE = {"mode": "governance", "min_keep": "7d", "max_keep": "2y"}
COMPLIANCE = {**GOVERNANCE, "mode": "compliance", "changeable_for": "3d", "acknowledge": ACKNOWLEDGED}


@dataclass(frozen=True)
class Stacks:
    """A tier with copies, deployed from stack to stack with whatever lock it is given."""

    endpoint: str
    folder: Path
    initialised: set[str] = field(default_factory=set)

    def write(self, stack: str, lock: dict[str, str] | None, *, destroyable: bool = False) -> None:
        """Puts the stack's Terraform into its folder."""
        tier = {
            "description": "Locked",
            "protects": {"efs": {}},
            "encryption": "aws-managed",
            "schedules": {"daily": {"every": "1d", "keep": "30d"}},
            "copy_to": {"eu-central-1": {}},
        }
        locked = {**tier, "vault_lock": lock} if lock else tier
        account = {"id": "123456789012", "regions": ["eu-west-1"], "tiers": ["kept"]}
        state = resolve(
            model({"version": 1, "name": "lock", "tiers": {"kept": locked}, "accounts": {"one": account}})
        )
        assert not [each for each in judge(state) if each.severity is Severity.ERROR]
        made = synthesize(state, endpoint=self.endpoint, destroyable=state.name if destroyable else None)
        made[stack]["terraform"]["backend"] = {"local": {"path": "terraform.tfstate"}}
        (self.folder / stack).mkdir(exist_ok=True)
        (self.folder / stack / "cdk.tf.json").write_text(json.dumps(made[stack]))
        if stack not in self.initialised:
            assert initialise(self.folder / stack, self.endpoint).returncode == 0
            self.initialised.add(stack)

    def terraform(self, stack: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs Terraform in the stack's folder."""
        return subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.folder / stack,
            env=for_emulator(self.endpoint),
            capture_output=True,
            text=True,
            check=False,
        )

    def apply(self, stack: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self.terraform(stack, "apply", "-auto-approve", "-input=false", *options)

    def plans_empty(self, stack: str) -> bool:
        """Whether a second plan has nothing to do."""
        return self.terraform(stack, "plan", "-detailed-exitcode", "-input=false").returncode == 0

    def client(self, region: str) -> Any:
        """A client of AWS Backup."""
        return boto3.client(
            "backup",
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def vault(self, region: str, name: str) -> dict[str, Any]:
        """A vault as AWS describes it."""
        return dict(self.client(region).describe_backup_vault(BackupVaultName=name))

    def lock(self, region: str, name: str) -> tuple[Any, ...]:
        """Whether a vault is locked, its range, and whether its lock becomes final."""
        found = self.vault(region, name)
        days = found.get("MinRetentionDays"), found.get("MaxRetentionDays")
        return found["Locked"], *days, "LockDate" in found


@pytest.fixture(scope="module")
def emulated() -> Iterator[str]:
    require_terraform()
    with running("--job-seconds", "0") as endpoint:
        yield endpoint


@pytest.fixture
def stacks(emulated: str, tmp_path: Path) -> Stacks:
    urlopen(Request(f"{emulated}/emulator/reset", method="POST"), timeout=10).close()
    return Stacks(endpoint=emulated, folder=tmp_path)


def test_a_lock_in_governance_mode_comes_changes_and_goes(stacks: Stacks) -> None:
    """On the vault at home and on that of the copies; another range replaces the lock, not the vault."""
    for stack in (COPIES, HOME):
        stacks.write(stack, GOVERNANCE)
        done = stacks.apply(stack)
        assert done.returncode == 0, done.stdout + done.stderr
        assert stacks.plans_empty(stack)
    assert stacks.lock(*HOME_VAULT) == stacks.lock(*COPIES_VAULT) == (True, 7, 731, False)
    made = stacks.vault(*HOME_VAULT)["CreationDate"]

    stacks.write(HOME, {"mode": "governance", "min_keep": "8d"})
    changed = stacks.apply(HOME)
    assert "1 added, 0 changed, 1 destroyed" in changed.stdout, changed.stdout + changed.stderr
    assert "7 -> 8 # forces replacement" in changed.stdout
    assert stacks.lock(*HOME_VAULT) == (True, 8, None, False)
    assert stacks.vault(*HOME_VAULT)["CreationDate"] == made
    assert stacks.plans_empty(HOME)

    stacks.write(HOME, None)
    assert "0 added, 0 changed, 1 destroyed" in stacks.apply(HOME).stdout
    assert stacks.lock(*HOME_VAULT) == (False, None, None, False)


def test_a_lock_in_compliance_mode_is_guarded_and_then_final(stacks: Stacks) -> None:
    """Terraform refuses what would replace it, until the permission is given; past its time AWS refuses."""
    stacks.write(COPIES, GOVERNANCE)
    assert stacks.apply(COPIES).returncode == 0
    stacks.write(COPIES, COMPLIANCE)
    refused = stacks.apply(COPIES)
    assert (refused.returncode, "prevent_destroy" in refused.stderr) == (1, True)
    assert stacks.lock(*COPIES_VAULT) == (True, 7, 731, False)

    stacks.write(COPIES, COMPLIANCE, destroyable=True)
    permitted = stacks.apply(COPIES)
    assert "1 added, 0 changed, 1 destroyed" in permitted.stdout, permitted.stdout + permitted.stderr
    assert stacks.lock(*COPIES_VAULT) == (True, 7, 731, True)
    stacks.write(COPIES, COMPLIANCE)
    assert stacks.plans_empty(COPIES)

    advance = json.dumps({"advance_seconds": 3 * 24 * 3600 + 60}).encode()
    urlopen(Request(f"{stacks.endpoint}/emulator/clock", data=advance, method="POST"), timeout=10).close()
    stacks.write(COPIES, GOVERNANCE)
    late = stacks.apply(COPIES)
    assert (late.returncode, "cannot be changed any more" in late.stderr) == (1, True)
    assert stacks.lock(*COPIES_VAULT) == (True, 7, 731, True)


def test_within_its_time_a_lock_in_compliance_mode_can_be_lifted(stacks: Stacks) -> None:
    """By hand, after which it comes back as `tierkeep validate` says; by a catalog that goes back to
    governance mode; and with all the rest, where that is permitted."""
    stacks.write(COPIES, COMPLIANCE)
    assert stacks.apply(COPIES).returncode == 0
    stacks.client(COPIES_VAULT[0]).delete_backup_vault_lock_configuration(BackupVaultName=COPIES_VAULT[1])
    assert stacks.lock(*COPIES_VAULT) == (False, None, None, False)
    assert "prevent_destroy" in stacks.apply(COPIES).stderr
    (address,) = (
        each for each in stacks.terraform(COPIES, "state", "list").stdout.split() if "_vault_lock_" in each
    )
    assert stacks.terraform(COPIES, "state", "rm", address).returncode == 0
    assert stacks.apply(COPIES).returncode == 0
    assert stacks.lock(*COPIES_VAULT) == (True, 7, 731, True)

    stacks.write(COPIES, GOVERNANCE)
    assert "1 added, 0 changed, 1 destroyed" in stacks.apply(COPIES).stdout
    assert stacks.lock(*COPIES_VAULT) == (True, 7, 731, False)
    stacks.write(COPIES, GOVERNANCE, destroyable=True)
    done = stacks.apply(COPIES, "-destroy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert stacks.client(COPIES_VAULT[0]).list_backup_vaults()["BackupVaultList"] == []
