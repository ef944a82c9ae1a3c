"""The policies that `tierkeep iam` prints, held against every call that the commands really make.

A deployment by the real Terraform, changed and destroyed; validation; a drill, and a sweep after one that was
killed: all go through a proxy that writes them down. What was called must be allowed, and what is allowed
must have been called, or stand below with its reason.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from emulator.process import running
from scripts.toolchain import for_emulator
from scripts.workload import put_on_disk, record_configuration
from tests.deploy.applying import forget_hashes, require_terraform
from tests.iam.evaluator import Request, allowing
from tests.iam.policies import HOME, state_of
from tests.iam.recording import Call, recorded
from tests.iam.requests import BY_THE_CALLER, World
from tests.iam.test_recorded_drills import OF_AWS, OTHER_TYPES
from tests.stacks.goldens import CATALOGS
from tests.stacks.synthesis import synthesize
from tierkeep.aws import UnitSession, open_unit
from tierkeep.catalog.tree import parse
from tierkeep.cli import exit_codes
from tierkeep.desired.model import UnitId

UNIT, STACK, COMPANY = f"company/{HOME}", f"company-{HOME}", "111111111111"
VAULT = "everything-plain"
COMMANDS = ("deploy", "validate", "import", "drill plan", "drill run", "drill sweep")

pytestmark = pytest.mark.timeout(1200)
"""The first test waits for all that is recorded: minutes, where the machine has other things to do."""

_BY_AWS = "never called by the provider, and in AWS's own policy for who does this: "
_CHANGED_TAGS = "where tags change, which an edit of the catalog does not do alone"
_PLAIN = "where the recovery point is not encrypted"
_FOR_THE_VAULT = "asked by AWS Backup of who makes a vault with a key (developer guide, API permissions)"
_CLAIMED = "where a tier claims a table or a bucket, or shares a snapshot"
_NOT_READ = dict.fromkeys(("dynamodb:DescribeContinuousBackups",), _CLAIMED)
_OTHER_DRILLS = {
    command: dict.fromkeys(OTHER_TYPES[command], "of drills of other types: test_recorded_drills.py")
    for command in OTHER_TYPES
}
_MACHINES = "of drills of instances: test_machine_permissions.py"
_PROVING = (
    "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcPeeringConnections", "elasticloadbalancing:DescribeLoadBalancers",
    "rds:DescribeDBSubnetGroups",
)  # fmt: skip
_OF_MACHINES = {
    "drill plan": ("ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeSubnets"),
    "drill run": (
        *_PROVING, "iam:PassRole", "ec2:DescribeInstanceStatus", "ec2:DescribeInstances", "ec2:RunInstances",
        "ec2:TerminateInstances", "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth", "ssm:GetCommandInvocation", "ssm:SendCommand",
    ),
    "drill sweep": ("ec2:DescribeInstances", "ec2:RunInstances", "ec2:TerminateInstances", "iam:PassRole"),
}  # fmt: skip
NOT_SEEN: dict[str, dict[str, str]] = {
    "deploy": {
        "backup-storage:MountCapsule": "asked of who makes a vault (developer guide, API permissions)",
        **dict.fromkeys(
            ("kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey", "kms:RetireGrant"), _FOR_THE_VAULT
        ),
        **dict.fromkeys(
            ("config:DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorders",
             "s3:GetBucketLocation"), f"{_BY_AWS}AWSBackupAuditAccess",
        ),
        "organizations:DescribeOrganization": f"{_BY_AWS}AWSBackupOrganizationAdminAccess",
        "iam:CreateServiceLinkedRole": "once in an account, where AWS Backup was never used",
        **dict.fromkeys(
            ("iam:CreatePolicyVersion", "iam:DeletePolicyVersion"), "where a long policy of a role changes",
        ),
        **dict.fromkeys(
            ("backup:UntagResource", "cloudformation:UntagResource", "dlm:ListTagsForResource",
             "dlm:UntagResource", "iam:UntagPolicy", "iam:UntagRole", "kms:UntagResource",
             "logs:UntagResource", "ssm:RemoveTagsFromResource", "states:UntagResource",
             "budgets:UntagResource", "cloudwatch:UntagResource", "events:UntagResource",
             "organizations:UntagResource", "sns:UntagResource", "sqs:UntagQueue"), _CHANGED_TAGS,
        ),
        "iam:PutRolePermissionsBoundary": "where the catalog gets a boundary, or another one",
        "cloudformation:DescribeStackEvents": "where a stack fails, for the reason",
        "scheduler:UpdateSchedule": "where somebody changed a schedule by hand",
        "kms:DisableKeyRotation": "where somebody makes a catalog's key anew by hand",
        "kms:UpdateAlias": "where an alias points at another key than Terraform made",
        "kms:UpdateKeyDescription": "where somebody changed a description by hand",
    },
    "validate": _NOT_READ
    | dict.fromkeys(
        ("dynamodb:DescribeTable", "ec2:DescribeSnapshotAttribute", "s3:GetBucketNotification"), _CLAIMED
    ),
    "import": _NOT_READ,
    "drill plan": {"ec2:GetEbsEncryptionByDefault": _PLAIN}
    | _OTHER_DRILLS["drill plan"]
    | dict.fromkeys(_OF_MACHINES["drill plan"], _MACHINES),
    "drill run": {
        "ec2:GetEbsEncryptionByDefault": _PLAIN,
        "backup:ListRestoreJobs": "where the answer to the request for the restore was lost",
        "kms:Decrypt": OF_AWS["kms:Decrypt"],
    }
    | _OTHER_DRILLS["drill run"]
    | dict.fromkeys(_OF_MACHINES["drill run"], _MACHINES),
    "drill sweep": {
        "ec2:DescribeImages": "where a drill was killed after it made a snapshot to read",
        "ec2:DescribeSnapshots": "where a drill was killed after it made a snapshot to read",
        "ec2:DeleteSnapshot": "where a drill was killed after it made a snapshot to read",
    }
    | _OTHER_DRILLS["drill sweep"]
    | dict.fromkeys(_OF_MACHINES["drill sweep"], _MACHINES),
}  # fmt: skip

OF_THE_ACCOUNT = {"backup:UpdateGlobalSettings", "backup:UpdateRegionSettings"}
"""Settings that an account has once, and its catalogs in common."""


@dataclass(frozen=True)
class Organization:
    """What has its id from AWS Organizations, in the organisation of the company's account."""

    vaults: str = "999999999999"
    """The account to which backups are copied."""
    unit: str = "ou-a1b2-c3d4e5f6"
    """One that is guarded."""


def first(made: Organization = Organization()) -> dict[str, Any]:
    """The catalog with everything on, whose stack of one unit holds one of everything: snapshots that another
    account shares come there too, it is the organisation's management account, and it has a role that may
    copy to so many places that its policy is too long to be inline."""
    file = CATALOGS["everything"]
    catalog: dict[str, Any] = deepcopy(parse(file.read_text(), file).value)
    del catalog["state"]
    # Scripts of a team's own lie beside the catalog; these are rendered from it alone.
    catalog["tiers"]["machines"]["application_consistency"]["application"] = {"type": "postgresql"}
    catalog["assertions"] = {
        name: each for name, each in catalog["assertions"].items() if "script" not in each
    }
    del catalog["accounts"][catalog["organization"]["account"]]
    catalog["organization"] |= {"account": "company", "region": HOME}
    catalog["organization"]["guard"]["targets"] = [made.unit, made.vaults]
    catalog["organization"]["backup_policies"]["members"]["targets"] = [made.unit, made.vaults]
    catalog["accounts"]["vaults"]["id"] = made.vaults
    # Five of them, as controls of Audit Manager take (TK182).
    vaults = {f"vault-{number:02}": {"id": f"{900 + number:012}"} for number in range(5)}
    catalog["accounts"].update(vaults)
    former = catalog["tiers"]["former"]
    del former["retired"]
    former["schedules"] = {
        "daily": {"every": "1d", "at": "00:30", "keep": "30d"},
        "weekly": {"every": "1w", "on": "sunday", "at": "06:00", "keep": "8w"},
        "monthly": {"every": "1mo", "on": 1, "at": "12:00", "keep": "1y"},
    }
    places = [f"{name}/{region}" for name in sorted(vaults) for region in (HOME, "eu-west-1", "us-east-2")]
    former["copy_to"] = {
        place: {"schedules": [sorted(former["schedules"])[number % 3]]} for number, place in enumerate(places)
    }
    catalog["accounts"]["company"]["regions"].remove("eu-central-1")
    catalog["tiers"]["machines"]["fast_snapshot_restore"]["availability_zones"].remove("eu-central-1a")
    catalog["tiers"]["sites"] = {**catalog["tiers"]["volumes"], "copy_to": {UNIT: {}}}
    catalog["accounts"]["branch"]["tiers"].append("sites")
    return catalog


def second(made: Organization) -> dict[str, Any]:
    """The same after an edit that changes, attaches, detaches, replaces and deletes."""
    catalog = first(made)
    access, tiers, organization = catalog["access"], catalog["tiers"], catalog["organization"]
    access["service_policies"] = "aws-managed"
    access["drill"]["trusted_by"].pop()
    del access["deletion"], access["permissions_boundary"]
    tiers["files"]["schedules"]["monthly"]["keep"] = "3y"
    del tiers["files"]["vault_lock"]
    tiers["machines"]["schedules"]["daily"]["keep"] = "60d"
    del tiers["machines"]["share"]
    del tiers["ledger"]["protects"]["aurora"]
    tiers["machines"]["application_consistency"]["timeout_seconds"] = 90
    tiers["sites"]["copy_to"] = {UNIT: {"keep": "3y"}}
    for budget in catalog["watching"]["budgets"].values():
        budget["monthly"] = 200
    del catalog["watching"]["dashboard"]
    catalog["events"]["emails"].pop()
    del catalog["events"]["ops_items"]
    tiers["ledger"]["on_demand"]["on"].remove("after-deployment")
    catalog["drills"]["full"]["restore_testing"]["look_back"] = "40d"
    catalog["drills"]["full"]["restore_testing"]["keep_for_validation"] = "8h"
    catalog["audit"]["reports"]["formats"] = ["CSV"]
    del organization["delegated_administrator"]
    organization["guard"] = {"targets": [made.unit]}
    organization["backup_policies"]["members"] |= {"tiers": ["shared"], "targets": [made.unit]}
    return catalog


@dataclass(frozen=True)
class Asked:
    """What IAM was asked for one call, by the policy that was printed when it was made."""

    policy: dict[str, Any]
    requests: tuple[Request, ...]

    def allowed(self, policy: dict[str, Any] | None = None) -> bool:
        """All of it, as IAM has it: a call on two resources needs both."""
        return all(list(allowing(policy or self.policy, each)) for each in self.requests)


@dataclass
class Made:
    """What the role of each command asked for, in order, and who ran the commands."""

    of_roles: dict[str, list[Asked]]
    of_callers: list[Request]
    folder: Path
    organization: Organization


def printed(folder: Path, command: str) -> dict[str, dict[str, Any]]:
    """What `tierkeep iam` prints for the role of a command, or the one in the Region, by account."""
    done = _tierkeep(folder, {}, "iam", *command.split(), "--format", "json")
    return {
        each["account_id"]: each["policy"]
        for each in json.loads(done.stdout)["accounts"]
        if not each["made_by_stacks"] or each["role_arn"].endswith(f"-{HOME}")
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    require_terraform()
    folder = tmp_path_factory.mktemp("recorded")
    world = World()
    with running("--job-seconds", "0.1") as endpoint, recorded(endpoint) as recording:
        env = for_emulator(recording.url)
        organization = _organise(endpoint)
        made = Made(of_roles={}, of_callers=[], folder=folder, organization=organization)
        before, after = first(organization), second(organization)

        def note(command: str) -> None:
            _note(made, world, command, recording.calls)
            recording.calls.clear()

        _prepare(endpoint)
        _terraform(folder, env, before, recording.url, "init")
        forget_hashes(folder)
        _terraform(folder, env, before, recording.url, "apply")
        note("deploy")
        _back_up(endpoint)
        # No tier claims the volume that was backed up.
        _tierkeep(folder, env, "validate", "--unit", UNIT, code=exit_codes.FALLS_SHORT)
        note("validate")
        _tierkeep(folder, env, "import", "--unit", UNIT, code=exit_codes.FALLS_SHORT)
        note("import")
        _tierkeep(folder, env, "drill", "plan", "--tier", "plain", "--unit", UNIT)
        note("drill plan")
        _tierkeep(folder, env, "drill", "run", "--tier", "plain", "--unit", UNIT)
        _drill_killed_after_its_request(folder, env, recording)
        note("drill run")
        _tierkeep(folder, env, "drill", "sweep")
        note("drill sweep")
        _terraform(folder, env, after, recording.url, "apply")
        _terraform(folder, env, after, recording.url, "plan")
        _empty(endpoint)
        _report(endpoint)
        _terraform(folder, env, after, recording.url, "destroy")
        note("deploy")
    return made


def _note(made: Made, world: World, command: str, calls: list[Call]) -> None:
    policies = printed(made.folder, command)
    for call in calls:
        assert call.status < 500, call
        requests = world.requests(call)
        if str(call) in BY_THE_CALLER:
            made.of_callers.extend(requests)
        elif requests:
            # Where copies go to, the role of that account looks for them.
            policy = policies[world.account_of(call)]
            made.of_roles.setdefault(command, []).append(Asked(policy, tuple(requests)))


def _terraform(folder: Path, env: dict[str, str], catalog: dict[str, Any], url: str, command: str) -> None:
    stack = synthesize(state_of(catalog), endpoint=url, destroyable="everything")[STACK]
    (folder / "catalog.yaml").write_text(json.dumps(catalog))
    stack["terraform"]["backend"] = {"local": {"path": "terraform.tfstate"}}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
    # A plan that is not empty ends with 2.
    options = {"init": [], "plan": ["-detailed-exitcode"]}.get(command, ["-auto-approve"])
    _run(["terraform", command, "-no-color", "-input=false", *options], folder, env)


def _tierkeep(
    folder: Path, env: dict[str, str], *arguments: str, code: int = 0
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tierkeep.cli.main", *arguments]
    return _run(command, folder, {**os.environ, **env}, code)


def _run(
    command: list[str], folder: Path, env: dict[str, str], code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{command}: {done.stdout[-1000:]}{done.stderr[:3000]}"
    return done


def _drill_killed_after_its_request(folder: Path, env: dict[str, str], recording: Any) -> None:
    """AWS has the request for the restore, and nobody is left to hear the answer."""
    command = [sys.executable, "-m", "tierkeep.cli.main", "drill", "run", "--tier", "plain", "--unit", UNIT]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **env}, stdout=subprocess.PIPE) as drill:
        recording.before_answer = lambda call: (
            drill.send_signal(signal.SIGKILL) if call.operation == "StartRestoreJob" else None
        )
        drill.wait(timeout=120)
    recording.before_answer = lambda _: None
    assert drill.returncode == -signal.SIGKILL


def _back_up(endpoint: str) -> None:
    """One volume with a recovery point in the vault of tier `all`, made behind the proxy's back."""
    session = _somebody(endpoint)
    volume = session.call("ec2", "create_volume", AvailabilityZone=f"{HOME}a", Size=8, Encrypted=True)
    put_on_disk(endpoint, COMPANY, HOME, volume["VolumeId"])
    job = session.call(
        "backup",
        "start_backup_job",
        BackupVaultName=VAULT,
        ResourceArn=f"arn:aws:ec2:{HOME}:{COMPANY}:volume/{volume['VolumeId']}",
        IamRoleArn=f"arn:aws:iam::{COMPANY}:role/everything-backup-{HOME}",
    )["BackupJobId"]
    while session.call("backup", "describe_backup_job", BackupJobId=job)["State"] != "COMPLETED":
        sleep(0.1)


def _prepare(endpoint: str) -> None:
    """What is there before the stack: the permissions boundary, keys where snapshots are copied to, and what
    records for controls."""
    session = _somebody(endpoint)
    record_configuration(session)
    allow_all = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow_all]})
    session.call("iam", "create_policy", PolicyName="everything-boundary", PolicyDocument=document)
    unit = state_of(first()).unit(UnitId(account="company", region=HOME))
    assert unit
    for region, alias in {(copy.target_region, copy.key_alias) for copy in unit.snapshot_copies}:
        if alias and region != HOME:
            there = _somebody(endpoint, region)
            key = there.call("kms", "create_key")["KeyMetadata"]["KeyId"]
            there.call("kms", "create_alias", AliasName=alias, TargetKeyId=key)


def _organise(endpoint: str) -> Organization:
    """The organisation, with the account that is to be its delegated administrator."""
    session = _somebody(endpoint)
    session.call("organizations", "create_organization", FeatureSet="ALL")
    (root,) = session.call("organizations", "list_roots")["Roots"]
    for kind in ("BACKUP_POLICY", "SERVICE_CONTROL_POLICY"):
        session.call("organizations", "enable_policy_type", RootId=root["Id"], PolicyType=kind)
    unit = session.call("organizations", "create_organizational_unit", ParentId=root["Id"], Name="guarded")
    account = session.call(
        "organizations", "create_account", Email="vaults@example.com", AccountName="vaults"
    )["CreateAccountStatus"]["AccountId"]
    return Organization(vaults=account, unit=unit["OrganizationalUnit"]["Id"])


def _report(endpoint: str) -> None:
    """As AWS Backup Audit Manager leaves one each day in the bucket, which the stack empties at its end."""
    session, bucket = _somebody(endpoint), f"everything-backup-reports-{COMPANY}-{HOME}"
    # moto refuses whatever any statement of the bucket's policy denies, on what condition it may be.
    policy = session.call("s3", "get_bucket_policy", Bucket=bucket)["Policy"]
    session.call("s3", "delete_bucket_policy", Bucket=bucket)
    session.call("s3", "put_object", Bucket=bucket, Key="Backup/report.csv", Body=b"")
    session.call("s3", "put_bucket_policy", Bucket=bucket, Policy=policy)


def _empty(endpoint: str) -> None:
    """AWS keeps a vault as long as it holds anything."""
    session = _somebody(endpoint)
    points = session.pages(
        "backup", "list_recovery_points_by_backup_vault", "RecoveryPoints", BackupVaultName=VAULT
    )
    for arn in [each["RecoveryPointArn"] for each in points]:
        session.call("backup", "delete_recovery_point", BackupVaultName=VAULT, RecoveryPointArn=arn)


def _somebody(endpoint: str, region: str = HOME) -> UnitSession:
    role = f"arn:aws:iam::{COMPANY}:role/somebody"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIERKEEP_ENDPOINT", endpoint)
        return open_unit(unit=UNIT, account_id=COMPANY, region=region, role_arn=role, session_name="test")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_policy_is_not_too_narrow(made: Made, command: str) -> None:
    """Everything that the command called is allowed."""
    assert made.of_roles[command]
    refused = {
        str(each) for asked in made.of_roles[command] if not asked.allowed() for each in asked.requests
    }
    assert refused == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_policy_is_not_too_wide(made: Made, command: str) -> None:
    """Every action of every statement was called, or it stands in the list with its reason, and only then."""
    used, allowed = set(), set()
    for asked in made.of_roles[command]:
        used |= {hit for each in asked.requests for hit in allowing(asked.policy, each)}
        allowed |= {(each["Sid"], action) for each in asked.policy["Statement"] for action in each["Action"]}
    assert {action for _, action in allowed - used} == set(NOT_SEEN[command])


@pytest.mark.parametrize("command", COMMANDS)
def test_another_catalogs_policy_would_not_do(made: Made, command: str) -> None:
    """Names and tags narrow: what changes things for one catalog, the role of another may not do."""
    folder = made.folder / "another"
    folder.mkdir(exist_ok=True)
    (folder / "catalog.yaml").write_text(json.dumps({**first(made.organization), "name": "library"}))
    policy = printed(folder, command)[COMPANY]
    allowed = {
        each.action for asked in made.of_roles[command] if asked.allowed(policy) for each in asked.requests
    }
    changing = ("Attach", "Create", "Delete", "Detach", "Pass", "Put", "Schedule", "Set", "Update")
    changed = {each for each in allowed if each.split(":")[1].startswith(changing)}
    assert changed == (OF_THE_ACCOUNT if command == "deploy" else set())


def test_who_runs_the_commands_may_assume_their_roles(made: Made) -> None:
    """And nothing else."""
    policies = [
        json.loads(
            _tierkeep(made.folder, {}, "iam", *command.split(), "--caller", "--format", "policy").stdout
        )
        for command in COMMANDS
    ]
    assert made.of_callers
    assert all(any(list(allowing(policy, each)) for policy in policies) for each in made.of_callers)
    assert {action for each in policies for s in each["Statement"] for action in s["Action"]} == {
        "sts:AssumeRole"
    }
